"""Quick add: what a line means. The parser and its phrases are pure; reading.py knows the user."""

"""What a user has, as files to keep. docs/export-format.md describes them."""

"""The export of a user's data as files. docs/export-format.md describes them."""

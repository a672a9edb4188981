"""The base models of lists, tags, tasks and steps."""

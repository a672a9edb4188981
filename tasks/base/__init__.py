"""The bases of lists, tags, tasks and steps."""

"""What lists, tags, tasks and steps are made of."""

"""The pages that list tasks, and the box that goes anywhere."""

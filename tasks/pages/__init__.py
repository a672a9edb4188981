"""The pages that list tasks, the history and the palette."""

"""The forms of tasks, one file for each kind of row or act."""

"""All forms of tasks, a file for each kind of row or act."""

"""What others keep for a user, as tasks: a reader makes a plan of a file, which is shown and added.

A reader (tasks.importing.readers) turns the file of one format into a plan; all else is the same
for every format.
"""

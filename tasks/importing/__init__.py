"""Imports: a reader makes a plan of a file, the plan is shown to the user, and then added.

A reader (tasks.importing.readers) turns the file of one format into a plan; all other steps are the
same for every format.
"""

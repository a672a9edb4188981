"""Quick add reads a line as a task. All modules are pure, except for reading.py, which knows the
user.
"""

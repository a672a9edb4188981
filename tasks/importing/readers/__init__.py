"""The formats that can be imported: a module for each, in tasks.importing.reading.READERS.

It has NAME, what a person calls the format; find(file), which returns what read() is to read where
the file is of this format, else None; and read(found, plan, today), which fills a plan with it.
"""

"""The formats that can be imported, one module each, listed in tasks.importing.reading.READERS.

Each module has NAME, the name of the format for people; find(file), which returns the data for
read() if the file has this format, else None; and read(found, plan, today), which fills a plan.
With find_if_asked(file), a reader finds more once its format has been chosen.
"""

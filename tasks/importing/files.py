"""Uploaded files: bytes, which may be anything. Pure: no Django.

Each limit is a number, and is checked before or during the work. An unreadable file raises
Unreadable, with words for its user.
"""

import codecs
import csv
import io
import json
import re
import struct
import zipfile
import zlib
from functools import cached_property

MEGABYTE = 1024 * 1024
LARGEST = 25 * MEGABYTE  # of a file, and of each that a ZIP file holds
LARGEST_UNPACKED = 2 * LARGEST  # of all that a ZIP file holds
MOST_ENTRIES = 500  # of a ZIP file, which has one for each project
GZIP = b"\x1f\x8b"
ENTRY = b"PK\1\2"  # begins what a ZIP file says of an entry; what is packed may hold it, too
MOST_SIGNATURES = 1000
MOST_VALUES = 2_500_000  # of a JSON file; each takes up to 100 bytes
LONGEST_CELL = 1_000_000  # characters; a task may have hundreds of steps, and old notes any length
SPREADSHEETS = ("xl/", "content.xml", "Index/Document.iwa")  # in XLSX, ODS, Numbers
OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0"
SPREADSHEET = "This is a spreadsheet. Open it, save it as CSV, and import that file."
DELIMITERS = ",;\t|"
SEP_LINE = re.compile('"?sep=(.)"?\\r?\\n')  # Excel's first line, which names the delimiter
FOLD = re.compile(rb"\r?\n[ \t]")  # of a long line in a calendar
TOO_DEEP = "The lists in this file are nested too deeply."
DAMAGED_GZIP = "This packed file (gzip) is damaged. Export it again."
DAMAGED = "This ZIP file is damaged. Export it again."
TOO_MANY_FILES = f"This ZIP file contains more than {MOST_ENTRIES} files."
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others may ask for any memory
PIECE = 64 * 1024
SAMPLE = 1000  # bytes that are looked at for UTF-16 without a mark

csv.field_size_limit(LONGEST_CELL)


class Unreadable(Exception):
    """A file that can't be imported; its text gives the reason and the next step."""


class File:
    """A file with a name and bytes."""

    def __init__(self, name, raw):
        """Raise Unreadable for a file larger than LARGEST, or an old spreadsheet."""
        if len(raw) > LARGEST:
            raise Unreadable(too_large("This file"))
        if raw.startswith(OLD_SPREADSHEET):
            raise Unreadable(SPREADSHEET)
        self.name = name
        self.raw = raw

    @cached_property
    def is_zip(self):
        return self.raw.startswith(b"PK\x03\x04")

    @cached_property
    def parts(self):
        """The files in a ZIP file, or the file itself, without gzip."""
        if self.raw.startswith(GZIP):
            return [File(self.name.removesuffix(".gz"), unzipped(self.raw))]
        if self.is_zip:
            return unpacked(self.raw)
        return [self]

    @cached_property
    def encoding(self):
        """The encoding of the text: by its mark, else UTF-16, UTF-8 if valid, or Windows-1252."""
        if self.raw.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if self.raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        start = self.raw[:SAMPLE]
        if holds_nul(start[1::2]):
            return "utf-16-le"
        if holds_nul(start[::2]):
            return "utf-16-be"
        try:
            self.raw.decode()
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8"

    @cached_property
    def text(self):
        """The text of the file. Bytes that the encoding doesn't know become U+FFFD."""
        return self.raw.decode(self.encoding, errors="replace")

    def unfold(self):
        """Join the folded lines of a calendar if they split characters (RFC 5545, section 3.1).

        Lines are folded by bytes. Until they are joined, such a file isn't valid UTF-8.
        """
        if self.encoding == "cp1252":
            self.raw = FOLD.sub(b"", self.raw)
            del self.encoding, self.text

    @cached_property
    def json(self):
        """The JSON of the file, parsed. Raise Unreadable if invalid or too large."""
        number = sum(map(self.raw.count, [b",", b"[", b"{"]))
        if number > MOST_VALUES:
            raise Unreadable("This file contains more values than can be imported at once.")
        try:
            return json.loads(self.text, parse_constant=refuse_constant)
        except RecursionError:
            raise Unreadable(TOO_DEEP) from None
        except ValueError as error:
            raise Unreadable(why_no_json(error)) from None

    def rows(self, known):
        """Return the rows of a CSV file, as (number of the line, {column: cell}).

        known are names of columns, some of which the header must have: the delimiter that finds
        most of them is used. An incomplete line raises Unreadable.
        """
        lines = self.lines(self.delimiter(known))
        _, header = next(lines, (0, []))
        for line, cells in lines:
            if any(cells):
                row = zip(header, cells, strict=False)
                yield line, dict(row)

    def lines(self, delimiter):
        """Return the rows of a CSV file as (number of the last line, cells); raise Unreadable."""
        skipped = 1 if self.sep_line else 0
        body = io.StringIO(self.table, newline="")
        reader = csv.reader(body, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield reader.line_num + skipped, cells
        except csv.Error as error:
            line = reader.line_num + skipped
            raise Unreadable(why_no_csv(line, error)) from None

    @cached_property
    def sep_line(self):
        """The match of the first line that names the delimiter; None without one."""
        return SEP_LINE.match(self.text)

    @cached_property
    def table(self):
        """The text of a CSV file from its header on."""
        if self.sep_line:
            return self.text[self.sep_line.end() :]
        return self.text

    def delimiter(self, known):
        """Return the delimiter with which the header has the most of these names of columns."""
        return max(
            DELIMITERS,
            key=lambda delimiter: len(known.intersection(self.header(delimiter))),
        )

    def header(self, delimiter):
        """Return the cells of the header, [] if unreadable."""
        start = io.StringIO(self.table[:LONGEST_CELL], newline="")
        try:
            return next(csv.reader(start, delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []

    @cached_property
    def columns(self):
        """The names of its columns, with any delimiter."""
        return {name for delimiter in DELIMITERS for name in self.header(delimiter)}


def too_large(what):
    return f"{what} is larger than {LARGEST // MEGABYTE} MB, which is as much as can be imported."


def holds_nul(every_other):
    """Return whether every other byte of a text is mostly NUL, as it is of most letters."""
    return every_other.count(0) > 0.4 * len(every_other)


def why_no_csv(line, error):
    """Return why a table can't be read, in words for its user."""
    if "field limit" in str(error):
        return f"A cell near line {line} contains more than {LONGEST_CELL:,} characters."
    return f"The table can't be read near line {line}. It may have been cut off: export it again."


def why_no_json(error):
    """Return why a text is no JSON, in words for its user."""
    where = ""
    if isinstance(error, json.JSONDecodeError):
        where = f" (line {error.lineno}, column {error.colno})"
    return f"This JSON is incomplete{where}. It may have been cut off: export it again."


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON.")


def unzipped(raw):
    """Return the bytes of a file that gzip has packed. Raise Unreadable if damaged or too large."""
    packed = zlib.decompressobj(wbits=31)
    try:
        found = packed.decompress(raw, LARGEST + 1)
    except zlib.error:
        raise Unreadable(DAMAGED_GZIP) from None
    if len(found) > LARGEST:
        raise Unreadable(too_large("What this file holds"))
    if not packed.eof:
        raise Unreadable(DAMAGED_GZIP)
    return found


def unpacked(raw):
    """Return the files in a ZIP file. Nothing is written to disk, and sizes are limited."""
    if raw.count(ENTRY) > MOST_SIGNATURES:
        raise Unreadable(TOO_MANY_FILES)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = entries_of(archive)
            return [File(entry.filename, read(archive, entry)) for entry in entries]
    except (NotImplementedError, RuntimeError) as error:  # an unknown ZIP method, or a password
        words = "This ZIP file can't be opened. If it has a password, remove it."
        raise Unreadable(words) from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zipfile.zlib.error, EOFError) as error:
        raise Unreadable(DAMAGED) from error
    # zipfile raises these for sizes, places and names that make no sense.
    except (ValueError, IndexError, OverflowError, OSError, struct.error) as error:
        raise Unreadable(DAMAGED) from error


def entries_of(archive):
    """Return the files of an archive, without folders. Raise Unreadable if it's no export."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if any(entry.filename.startswith(SPREADSHEETS) for entry in entries):
        raise Unreadable(SPREADSHEET)
    if any(entry.compress_type not in PACKINGS for entry in entries):
        raise Unreadable("This ZIP file uses a compression that can't be read. Create it again.")
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(TOO_MANY_FILES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise Unreadable(too_large("The content of this ZIP file"))
    return entries


def read(archive, entry):
    """Return the bytes of an entry, which may be more than its archive declares."""
    pieces = []
    size = 0
    with archive.open(entry) as file:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > LARGEST:
                name = entry.filename[:80]
                raise Unreadable(too_large(f"“{name}”"))
            pieces.append(piece)
    return b"".join(pieces)

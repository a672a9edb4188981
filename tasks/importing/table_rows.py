"""The rows of a table that a mapping of its columns reads: a CSV file of any program."""

import re
from datetime import UTC, date, datetime, time

from tasks.importing import mapping as mappings
from tasks.importing import written
from tasks.importing.english import read_words
from tasks.importing.items import INBOX
from tasks.importing.moments import is_nothing, noon
from tasks.importing.repeats import repeat_of
from tasks.importing.rules import quoted
from tasks.importing.vocabulary import NEVER, is_done, priority, says_more, word_of

NO_DAY_OF_COMPLETION = "It doesn't say when a task was completed. Today is taken for it."
STEP = re.compile(r"(?:[-*•]\s+)?(?:\[(?P<mark>[ xX]?)\]|(?P<open>[▫☐⬜])|(?P<done>[▪☑☒✓✔✅]))?\s*")
EXCEL = " It looks like Excel's number of a day: format the column as a date, and export it again."


def cell_of(cells, mapping, name):
    """Return the cell of a field in a row, "" if there is none."""
    for number in mapping.numbers(name):
        if number < len(cells):
            return cells[number].strip()
    return ""


class Row:
    """Reads one row into an item (tasks.importing.item.Item)."""

    def __init__(self, item, cells, mapping, items):
        """cells are those of the row, in the order of the mapping's columns."""
        self.item = item
        self.mapping = mapping
        self.items = items
        self.today = items.today
        self.plan = item.plan
        self.said = {}  # the cells of each field that aren't empty
        self.extra = []  # numbers of columns
        for number, (field, cell) in enumerate(zip(mapping.columns, cells, strict=False)):
            cell = cell.strip()
            if not cell:
                continue
            self.said.setdefault(field, []).append(cell)
            if field == mappings.EXTRA:
                self.extra.append((number, cell))

    def cell(self, name):
        """Return the first cell of a field, "" if there is none."""
        return self.said.get(name, [""])[0]

    def read(self):
        """Read all cells. The date comes first, since the time and the repeat need one."""
        item = self.item
        item.title = self.cell("title")
        item.body = "\n\n".join(self.said.get("notes", []))
        item.home = self.items.home(*self.list_and_section())
        self.read_due()
        self.read_time()
        self.read_repeat()
        self.read_priority()
        self.read_tags()
        self.read_steps()
        item.created_at = self.moment("created")
        item.completed_at = self.moment("completed")
        self.read_done()
        for number, cell in self.extra:
            column, _ = self.plan.read_as[number]
            item.lines.append(f"{column}: {cell}")

    def list_and_section(self):
        """Return the names of the list and the section; a section of the Inbox is a list."""
        name = self.cell("list")
        section = self.cell("section")
        if section and name.lower() in ("", INBOX):
            return section, ""
        return name, section

    # Dates

    def read_due(self):
        """Read the due date, with its time if the cell has one."""
        cell = self.cell("due")
        if is_nothing(cell):
            return
        try:
            day, clock, moment = written.day_and_time(cell, self.mapping.order)
        except written.NotRead as error:
            self.read_words("due", cell, error)
            return
        if moment and not is_midnight(clock):
            local = moment.astimezone(self.plan.zone)
            day = local.date()
            clock = local.time()
        self.item.due_date = day.isoformat()
        if clock and not is_midnight(clock):
            self.item.due_time = clock.replace(microsecond=0).isoformat()

    def read_words(self, name, cell, error):
        """Read a cell that is no date as English words; else it goes to the notes."""
        said = None
        if not cell[0].isdecimal():
            said = read_words(cell, self.today, self.plan.zone, "en")
        if said is None:
            self.keep(
                name,
                cell,
                why_no_date(cell, error),
            )
            return
        self.item.due_date = said.due_date.isoformat()
        if said.due_time:
            self.item.due_time = said.due_time.isoformat()
        self.take_repeat(said)

    def take_repeat(self, said):
        """Take the repeat of words; said is quick add's reading of them."""
        if said.repeat:
            self.item.repeat = said.repeat
            self.item.repeat_from = said.repeat_from
            self.item.repeat_anchor = self.item.due_date

    def read_time(self):
        """Read the time of a column of its own."""
        cell = self.cell("time")
        if not cell:
            return
        try:
            clock = written.time_of_day(cell)
        except written.NotRead as error:
            self.keep("time", cell, str(error))
            return
        if not self.item.due_date:
            self.keep("time", cell, "A time needs a date.")
        elif not self.item.due_time:
            self.item.due_time = clock.isoformat()
        elif self.item.due_time != clock.isoformat():
            self.keep("time", cell, "The due date has another time, which is taken.")

    def read_repeat(self):
        """Read the repeat: a rule, or English words."""
        cell = self.cell("repeat")
        if not cell or word_of(cell) in NEVER:
            return
        start = self.today
        if self.item.due_date:
            start = date.fromisoformat(self.item.due_date)
        if "FREQ=" in cell.upper():
            self.read_rule(cell, start)
        else:
            self.read_repeat_in_words(cell, start)

    def read_repeat_in_words(self, cell, start):
        """Read English words, which may say the date of the first occurrence, too."""
        said = read_words(cell, start, self.plan.zone, "en")
        if said is None or not said.repeat:
            self.keep("repeat", cell, "It isn't understood as a whole, so it doesn't repeat.")
            return
        if not self.item.due_date:
            self.item.due_date = said.due_date.isoformat()
        self.take_repeat(said)

    def read_rule(self, cell, start):
        """Read a rule of RFC 5545."""
        if not self.item.due_date:
            self.keep("repeat", cell, "A repeat needs a date.")
            return
        clock = None
        if self.item.due_time:
            clock = time.fromisoformat(self.item.due_time)
        try:
            rule = repeat_of(
                cell,
                start=start,
                clock=clock,
                zone=self.plan.zone,
            )
        except ValueError as error:
            self.keep("repeat", cell, str(error))
            return
        self.item.repeat = rule
        self.item.repeat_anchor = self.item.due_date

    def moment(self, name):
        """Return a cell as a moment in UTC; None for an empty one, and with a note for others."""
        cell = self.cell(name)
        if is_nothing(cell):
            return None
        try:
            return self.moment_in(cell)
        except (written.NotRead, OverflowError) as error:
            self.keep(name, cell, str(error))
            return None

    def moment_in(self, cell):
        """Return a cell as a moment in UTC. Raise NotRead or OverflowError for any other."""
        day, clock, moment = written.day_and_time(cell, self.mapping.order)
        if moment is None and clock is None:
            return noon(day, self.plan.zone)
        if moment is None:
            moment = datetime.combine(day, clock, self.plan.zone)
        return moment.astimezone(UTC).isoformat()

    def read_done(self):
        """Read the cell that says whether it is done, which may be the moment of completion."""
        cell = self.cell("done")
        if not cell:
            return
        try:
            moment = self.moment_in(cell)
        except (written.NotRead, OverflowError):
            self.read_state(cell)
        else:
            self.item.completed_at = self.item.completed_at or moment

    @property
    def otherwise(self):
        """What a task is whose state can't be read, in words."""
        if self.item.completed_at:
            return "its day of completion counts"
        return "the task is open"

    def read_state(self, cell):
        """Read a word that says done or open."""
        done = is_done(cell)
        if done is None:
            self.keep("done", cell, f"It says neither done nor open, so {self.otherwise}.")
        elif says_more(cell):
            self.keep("done", cell, "Todosite has no such state.")
        if done and not self.item.completed_at:
            self.item.completed_at = noon(self.today, self.plan.zone)
            if self.mapping.numbers("completed"):
                self.item.leave(NO_DAY_OF_COMPLETION)
        elif done is False and self.item.completed_at:
            self.item.leave("It has a day of completion and isn't done, so it is open.")
            self.item.completed_at = None

    # Everything else

    def read_priority(self):
        """Read the priority, by the answers of the user or by its word."""
        cell = self.cell("priority")
        level = self.mapping.priorities.get(cell)
        if level is None:
            level = priority(cell)
        if level is None:
            self.keep("priority", cell, "It isn't known whether this is high or low.")
        self.item.priority = level or 0

    def read_tags(self):
        """Read the tags of all columns that have some."""
        for cell in self.said.get("tags", []):
            for name in tags_in(cell):
                self.item.tag(name)

    def read_steps(self):
        """Read the steps, one a line."""
        for cell in self.said.get("steps", []):
            for line in filter(str.strip, cell.splitlines()):
                self.item.step(*step_in(line.strip()))

    def keep(self, name, cell, why):
        """Keep a cell that can't be read in the notes, under the name of its column."""
        number = self.mapping.columns.index(name)
        column, _ = self.plan.read_as[number]
        self.item.lines.append(f"{column}: {cell}")
        self.item.leave(f"{column} {quoted(cell)}: {why} The notes have it.")


def is_midnight(clock):
    return clock == time()


def why_no_date(cell, error):
    """Return why a cell is no date; a number may be Excel's number of a day."""
    if written.EXCEL_DAY.fullmatch(cell):
        return f"{error}{EXCEL}"
    return str(error)


def step_in(line):
    """Return the title of a step, and whether a mark before it says that it is done."""
    mark = STEP.match(line)
    is_ticked = bool(mark["done"]) or mark["mark"] in ("x", "X")
    return line[mark.end() :], is_ticked


def tags_in(cell):
    """Return the names of tags in a cell: between commas, semicolons or lines, or each with a #."""
    if re.search(r"[,;|\n]", cell):
        return re.split(r"\s*[,;|\n]\s*", cell)
    words = cell.split()
    if all(word[0] in "#@" for word in words):
        return words
    return [cell]

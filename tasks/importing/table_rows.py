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

    def __init__(self, item, cells, mapping, today, items):
        self.item, self.mapping, self.today, self.items = item, mapping, today, items
        self.plan = item.plan
        self.said = {}  # the cells of each field that aren't empty
        self.extra = []  # numbers of columns
        for number, cell in enumerate(cells[: len(mapping.columns)]):
            if cell.strip():
                self.said.setdefault(mapping.columns[number], []).append(cell.strip())
                if mapping.columns[number] == mappings.EXTRA:
                    self.extra.append((number, cell.strip()))

    def cell(self, name):
        return self.said.get(name, [""])[0]

    def read(self):
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
            item.lines.append(f"{self.plan.read_as[number][0]}: {cell}")

    def list_and_section(self):
        name, section = self.cell("list"), self.cell("section")
        if name.lower() in ("", INBOX) and section:
            return section, ""
        return name, section

    # Dates

    def read_due(self):
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
            day, clock = local.date(), local.time()
        self.item.due_date = day.isoformat()
        if clock and not is_midnight(clock):
            self.item.due_time = clock.replace(microsecond=0).isoformat()

    def read_words(self, name, cell, error):
        """Read a cell that is no date as English words; else it goes to the notes."""
        said = None
        if not any(map(str.isdecimal, cell[:1])):
            said = read_words(cell, self.today, self.plan.zone, "en")
        if said is None:
            self.keep(
                name,
                cell,
                f"{error}{EXCEL * bool(written.EXCEL_DAY.fullmatch(cell))}",
            )
            return
        self.item.due_date = said.due_date.isoformat()
        if said.due_time:
            self.item.due_time = said.due_time.isoformat()
        self.take_repeat(said)

    def take_repeat(self, said):
        """Take the repeat of words; said is quick add's reading of them."""
        if said.repeat:
            self.item.repeat, self.item.repeat_from = said.repeat, said.repeat_from
            self.item.repeat_anchor = self.item.due_date

    def read_time(self):
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
        cell = self.cell("repeat")
        if not cell or word_of(cell) in NEVER:
            return
        start = self.today
        if self.item.due_date:
            start = date.fromisoformat(self.item.due_date)
        if "FREQ=" in cell.upper():
            self.read_rule(cell, start)
            return
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
        clock = self.item.due_time and time.fromisoformat(self.item.due_time)
        try:
            rule = repeat_of(cell, start=start, clock=clock, zone=self.plan.zone)
        except ValueError as error:
            self.keep("repeat", cell, str(error))
            return
        self.item.repeat, self.item.repeat_anchor = rule, self.item.due_date

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
        day, clock, moment = written.day_and_time(cell, self.mapping.order)
        if moment is None and clock is None:
            return noon(day, self.plan.zone)
        if moment is None:
            moment = datetime.combine(day, clock, self.plan.zone)
        return moment.astimezone(UTC).isoformat()

    def read_done(self):
        cell = self.cell("done")
        if not cell:
            return
        try:
            self.item.completed_at = self.item.completed_at or self.moment_in(cell)
            return
        except (written.NotRead, OverflowError):
            pass
        done = is_done(cell)
        if done is None:
            self.keep("done", cell, "It says neither done nor open, so the task is open.")
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
        cell = self.cell("priority")
        level = self.mapping.priorities.get(cell)
        if level is None:
            level = priority(cell)
        if level is None:
            self.keep("priority", cell, "It isn't known whether this is high or low.")
        self.item.priority = level or 0

    def read_tags(self):
        for cell in self.said.get("tags", []):
            for name in tags_in(cell):
                self.item.tag(name)

    def read_steps(self):
        for cell in self.said.get("steps", []):
            for line in filter(str.strip, cell.splitlines()):
                found = STEP.match(line.strip())
                is_ticked = bool(found["done"]) or found["mark"] in ("x", "X")
                self.item.step(
                    line.strip()[found.end() :],
                    is_ticked,
                )

    def keep(self, name, cell, why):
        """Keep a cell that can't be read in the notes, under the name of its column."""
        column = self.plan.read_as[self.mapping.columns.index(name)][0]
        self.item.lines.append(f"{column}: {cell}")
        self.item.leave(f"{column} {quoted(cell)}: {why} The notes have it.")


def is_midnight(clock):
    return clock == time()


def tags_in(cell):
    """Return the names of tags in a cell: between commas, semicolons or lines, or each with a #."""
    if re.search(r"[,;|\n]", cell):
        return re.split(r"\s*[,;|\n]\s*", cell)
    words = cell.split()
    if all(word[0] in "#@" for word in words):
        return words
    return [cell]

"""todo.txt: a task a line.

https://github.com/todotxt/todo.txt has the format; due:, t:, rec: and pri: are conventions of
programs that use it. rec:+1m counts from the due date, rec:1m from completion.
"""

import re

from accounts import text
from tasks.importing.columns import looks_like_table
from tasks.importing.items import Items
from tasks.importing.periods import every
from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.tables import has_known_header

NAME = "todo.txt"
PRIORITIES = {"A": 3, "B": 2, "C": 1}
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
DONE = re.compile(r"x\s+")
PRIORITY_LAST = re.compile(rf"x\s+((?:{DAY}\s+){{1,2}})(\([A-Z]\)\s+)")
PRIORITY = re.compile(r"\(([A-Z])\)\s+")
DAYS = re.compile(rf"({DAY})\s+(?:({DAY})\s+)?")
# A key in lower case and a value; addresses (http://, mailto:) and times are words of the title.
PAIR = re.compile(r"(?!https?:|ftp:|file:|mailto:|tel:)([a-z][a-z0-9_-]*):(?!//)(\S+)")
REPEAT = re.compile(r"(\+?)([1-9][0-9]{0,2})?([dbwmy])")
UNITS = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
MARK = re.compile(rf"x {DAY} |\([A-Z]\) |{DAY} \S|.*(?:^|\s)(?:[+@]\w|(?:due|t|rec|pri):[0-9A-Z+])")
OTHERS = ("{", "[", "<", "BEGIN:")  # begin a file of another kind
MOST_LINES, LONGEST = 500_000, 20_000  # characters of a line that is read word by word
FEW = 5  # a line in so many is marked, at least


def find(file):
    """Return the lines of a file of which enough have marks of todo.txt, else None."""
    if file.is_zip or "\0" in file.text:
        return None
    if file.text.count("\n") > MOST_LINES:
        return None
    if file.text.lstrip("\ufeff \n").startswith(OTHERS):
        return None
    whole = text.unix_lines(file.text.removeprefix("\ufeff"))
    lines = whole.split("\n")
    written = [line for line in lines[:1000] if line.strip()]
    marked = [line for line in written if MARK.match(line[:2000])]
    if not marked or len(marked) * FEW < len(written):
        return None
    if looks_like_table(written[:5]) or has_known_header(file):
        return None
    return lines


def read(lines, plan, today):
    """Fill the plan by each line that isn't empty."""
    items = Items(plan, today)
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if line:
            item = items.add(f"line {number}")
            Line(item, items).read(line)
    items.land()


class Line:
    """A line, and the item that it becomes."""

    def __init__(self, item, items):
        self.item = item
        self.items = items
        self.words = []
        self.pairs = []
        self.projects = []

    def read(self, line):
        """Read the line into its item; one that is too long is a title as a whole."""
        if len(line) > LONGEST:
            self.item.title = line
            return
        line = self.take_start(line)
        for word in line.split():
            self.sort(word)
        self.item.title = " ".join(self.words) or line
        self.take_projects()
        self.take_pairs()

    def sort(self, word):
        """Keep a word by what it is; a context, such as @home, is a tag."""
        pair = PAIR.fullmatch(word)
        if pair:
            self.pairs.append(pair.groups())
        elif len(word) > 1 and word[0] == "+":
            self.projects.append(word[1:])
        elif len(word) > 1 and word[0] == "@":
            self.item.tag(word)
        else:
            self.words.append(word)

    def take_projects(self):
        """Take the first project as the list, and others as tags."""
        if not self.projects:
            return
        first, *others = self.projects
        self.item.home = self.items.home(first)
        for name in others:
            if name.lower() != first.lower():
                self.item.tag(name)

    def take_start(self, line):
        """Take the parts before the words: x, the priority and days. Return the rest."""
        is_done = bool(DONE.match(line))
        line = PRIORITY_LAST.sub(r"x \2\1", line, count=1)
        if is_done:
            line = DONE.sub("", line, count=1)
        if found := PRIORITY.match(line):
            self.take_priority(found[1])
            line = line[found.end() :]
        first, second, line = days_before(line)
        if is_done:
            self.complete(first)
            self.item.created_at = self.noon(second)
            return line.strip()
        self.item.created_at = self.noon(first)
        if second:  # it belongs to the words
            line = f"{second} {line}"
        return line.strip()

    def complete(self, day):
        """Mark the item as completed on a day, which the line may lack."""
        self.item.completed_at = self.noon(day)
        if not self.item.completed_at:
            self.item.complete(None)

    def noon(self, day):
        """Return the noon of a day as a moment, None without a day."""
        if day is None:
            return None
        return self.item.moment_of(
            f"{day}T12:00",
            "day",
            naive=self.item.plan.zone,
        )

    def take_priority(self, letter):
        """Take the priority A, B or C; any other letter goes into the notes."""
        self.item.priority = PRIORITIES.get(letter, 0)
        if letter not in PRIORITIES:
            self.item.say("Priority", letter)

    def take_pairs(self):
        """Take the first value of each key that has a place; others go into the notes."""
        known = {}
        for key, value in self.pairs:
            is_new = key not in known
            known.setdefault(key, value)
            if key == "pri" and re.fullmatch("[A-Z]", value) and is_new:
                self.take_priority(value)
            elif key == "due" and is_new:
                self.item.due(value, naive=self.item.plan.zone)
            elif key != "rec" or not is_new:
                self.keep_pair(f"{key}:{value}")
        if "rec" in known:
            self.take_repeat(known["rec"])

    def keep_pair(self, pair):
        self.item.lines.append(shortened(pair))
        self.item.leave(f"{quoted(pair)} has no place here. The notes have it.")

    def take_repeat(self, said):
        """Take the repeat, such as +2w; without the plus it counts from completion."""
        words = f"rec:{said}"
        found = REPEAT.fullmatch(said)
        if not found:
            self.item.repeat_in_words(words, "The rule isn't known here.")
            return
        plus, number, unit = found.groups()
        rule = rule_of(int(number or 1), unit)
        if rule is None:
            self.item.repeat_in_words(words, "Business days can't be counted here.")
            return
        repeat_from = "due" if plus else "completion"
        self.item.repeat_as(rule, words, repeat_from)


def days_before(line):
    """Return the two days that a line may begin with, None for a missing one, and the rest."""
    days = DAYS.match(f"{line} ")
    if not days:
        return None, None, line
    first, second = days.groups()
    return first, second, line[days.end() :]


def rule_of(number, unit):
    """Return the rule of so many units; None for business days, except one and whole weeks."""
    if unit != "b":
        return every(UNITS[unit], number)
    if number % 5 == 0:  # five business days are a week
        return every("WEEKLY", number // 5)
    return WEEKDAYS if number == 1 else None

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
    if file.is_zip or "\0" in file.text or file.text.lstrip("\ufeff \n").startswith(OTHERS):
        return None
    if file.text.count("\n") > MOST_LINES:
        return None
    lines = text.unix_lines(file.text.removeprefix("\ufeff")).split("\n")
    written = [line for line in lines[:1000] if line.strip()]
    marked = [line for line in written if MARK.match(line[:2000])]
    if not marked or len(marked) * FEW < len(written):
        return None
    if looks_like_table(written[:5]) or has_known_header(file):
        return None
    return lines


def read(lines, plan, today):
    items = Items(plan, today)
    for number, line in enumerate(lines, 1):
        if line.strip():
            Line(items.add(f"line {number}"), items).read(line.strip())
    items.land()


class Line:
    """A line, and the item that it becomes."""

    def __init__(self, item, items):
        self.item, self.items = item, items

    def read(self, line):
        if len(line) > LONGEST:
            self.item.title = line
            return
        line = self.take_start(line)
        pairs, words, projects = [], [], []
        for word in line.split():
            pair = PAIR.fullmatch(word)
            if pair:
                pairs.append(pair.groups())
            elif len(word) > 1 and word[0] == "+":
                projects.append(word[1:])
            elif len(word) > 1 and word[0] == "@":
                self.item.tag(word)
            else:
                words.append(word)
        self.item.title = " ".join(words) or line
        if projects:
            self.item.home = self.items.home(projects[0])
        for name in projects[1:]:
            if name.lower() != projects[0].lower():
                self.item.tag(name)
        self.take_pairs(pairs)

    def take_start(self, line):
        """Take the parts before the words: x, the priority and days. Return the rest."""
        is_done = bool(DONE.match(line))
        line = PRIORITY_LAST.sub(r"x \2\1", line, count=1)
        line = DONE.sub("", line, count=1) if is_done else line
        if found := PRIORITY.match(line):
            self.take_priority(found[1])
            line = line[found.end() :]
        days = DAYS.match(f"{line} ")
        if days:
            line = line[days.end() :]
        first, second = days.groups() if days else (None, None)
        created = second if is_done else first
        if is_done:
            self.item.completed_at = self.noon(first)
            if not self.item.completed_at:
                self.item.complete(None)
        elif second:
            line = f"{second} {line}"
        self.item.created_at = self.noon(created)
        return line.strip()

    def noon(self, day):
        if day is None:
            return None
        return self.item.moment_of(
            f"{day}T12:00",
            "day",
            naive=self.item.plan.zone,
        )

    def take_priority(self, letter):
        self.item.priority = PRIORITIES.get(letter, 0)
        if letter not in PRIORITIES:
            self.item.say("Priority", letter)

    def take_pairs(self, pairs):
        known = {}
        for key, value in pairs:
            is_new = key not in known
            if key == "pri" and re.fullmatch("[A-Z]", value) and is_new:
                self.take_priority(value)
            elif key == "due" and is_new:
                self.item.due(value, naive=self.item.plan.zone)
            elif key != "rec" or not is_new:
                self.item.lines.append(shortened(f"{key}:{value}"))
                self.item.leave(f"{quoted(f'{key}:{value}')} has no place here. The notes have it.")
            known.setdefault(key, value)
        if "rec" in known:
            self.take_repeat(known["rec"])

    def take_repeat(self, said):
        words, found = f"rec:{said}", REPEAT.fullmatch(said)
        if not found:
            self.item.repeat_in_words(words, "The rule isn't known here.")
            return
        number, unit = int(found[2] or 1), found[3]
        if unit == "b" and number % 5 == 0:  # five business days are a week
            number, unit = number // 5, "w"
        if unit == "b" and number > 1:
            self.item.repeat_in_words(words, "Business days can't be counted here.")
            return
        rule = WEEKDAYS if unit == "b" else every(UNITS[unit], number)
        repeat_from = "due" if found[1] else "completion"
        self.item.repeat_as(rule, words, repeat_from)

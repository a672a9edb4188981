"""Pasted lines: each a task, and what is indented below one its steps. Pure: no Django."""

import re
from dataclasses import dataclass, field

from accounts.text import legible, unstorable

MOST_LINES = 500
TAB = 4  # blanks that a tab stands for
BYTE_ORDER_MARK = "\ufeff"  # begins what some editors save

# A bullet or a number, then a box that may be ticked; a blank follows each: "-5 degrees" is words.
BULLET = re.compile(r"(?:[-*+•–]|\d{1,3}[.)])\s+")
BOX = re.compile(r"\[(?P<tick>[ xX]?)\]\s+")


@dataclass
class Line:
    """A line as it is added: where it stood, counted from 1, its words, whether it was ticked."""

    number: int
    title: str
    done: bool = False


@dataclass
class Pasted(Line):
    """A line that becomes a task, with the lines below it that become its steps."""

    steps: list[Line] = field(default_factory=list)


def read(text: str) -> list[Pasted]:
    """Return what the lines of text become. Blank lines, and those of a bullet alone, are nothing.

    A line that is further in than the first line of its task is a step, however far. A line that
    is less far in begins another task.
    """
    tasks: list[Pasted] = []
    outermost = 0
    lines = text.removeprefix(BYTE_ORDER_MARK).expandtabs(TAB).splitlines()
    for number, line in enumerate(lines, 1):
        title, done = strip(line)
        if is_blank(title):
            continue
        indent = len(line) - len(line.lstrip())
        if tasks and indent > outermost:
            tasks[-1].steps.append(Line(number, title, done))
        else:
            outermost = indent
            tasks.append(Pasted(number, title, done))
    return tasks


def strip(line: str) -> tuple[str, bool]:
    """Return a line's words without its bullet and box, and whether the box is ticked."""
    words = line.strip() + " "  # so that a bullet alone is one
    if bullet := BULLET.match(words):
        words = words[bullet.end() :]
    box = BOX.match(words)
    if not box:
        return words.strip(), False
    title = words[box.end() :].strip()
    return title, box["tick"] in ("x", "X")


def count(text: str) -> int:
    """Return how many lines of text hold something."""
    return sum(not is_blank(line) for line in text.splitlines())


def is_blank(line: str) -> bool:
    """Is there nothing to be seen in line? What can't be stored is something, to be told of."""
    return not legible(line) and not unstorable(line)

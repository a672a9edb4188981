"""Pasted lines become tasks, and the lines indented below a task its steps. Pure: no Django."""

import re
from dataclasses import dataclass, field

from accounts.text import legible, unstorable

MOST_LINES = 500
TAB = 4  # spaces that a tab stands for
BYTE_ORDER_MARK = "\ufeff"  # begins what some editors save

# A bullet or a number, then a box that may be ticked. What could begin a line of words as well
# needs a space or a box behind it: "-5 degrees", "○○さん". Word writes bullets as letters of its
# symbol fonts (U+F020 to U+F0FF), of which two are ticked boxes, or as plain ones with a tab.
SQUARE = r"\[(?P<tick>[\sxX✓✔]?)\](?![(:])"  # and no link of Markdown
APART = rf"(?:\s+|(?={SQUARE}))"
BULLET = re.compile(rf"(?:[•◦▪▫‣⁃·∙・\uf020-\uf0fc\uf0ff]\s*|[-*+–—●■]{APART}|[o§vqØü]\t\s*)")
NUMBER = re.compile(rf"(?P<number>[0-9]{{1,3}})(?P<mark>[.)]){APART}")
BOX = re.compile(
    rf"""(?:
        {SQUARE}
        | (?P<ticked>[☑☒✅✓✔🗹\uf0fd\uf0fe])\ufe0f?
        | [☐◻▢⬜]\ufe0f?
        | [□○◯](?=\s)
    )\s*""",
    re.VERBOSE,
)
# "1. Dezember" is a day, also where "2. Dezember" follows it, and so is "1. 12.".
MONTH = re.compile(
    r"(?:0?[1-9]|1[0-2])\.(?!\d)|(?:januar|january|jänner|februar|february|feber|märz|march|marts|mars|april|mai|may|maj"
    r"|juni|june|juli|july|august|september|oktober|october|november|dezember|december|desember"
    r"|jan|feb|mar|mär|apr|jun|jul|aug|sept?|okt|oct|nov|dez|dec|des)\b",
    re.IGNORECASE,
)


@dataclass
class PastedLine:
    """A line of a paste: its number from 1, its title, and whether its box is checked."""

    number: int
    title: str
    done: bool = False


@dataclass
class Pasted(PastedLine):
    """A line that becomes a task, with the lines below it that become its steps."""

    steps: list[PastedLine] = field(default_factory=list)


def read(text: str) -> list[Pasted]:
    """Return the tasks of a text, with their steps. Empty lines and bare bullets are left out.

    A line that is indented further than the first line of its task is a step, however far. A line
    with less indentation begins another task.
    """
    tasks: list[Pasted] = []
    outermost = 0
    lines = text.removeprefix(BYTE_ORDER_MARK).splitlines()
    numbered = numbered_lines(lines)
    for index, line in enumerate(lines):
        title, done = strip(line, has_number=index in numbered)
        if is_blank(title):
            continue
        number = index + 1
        indent = indent_of(line)
        if tasks and indent > outermost:
            tasks[-1].steps.append(PastedLine(number, title, done))
        else:
            outermost = indent
            tasks.append(Pasted(number, title, done))
    return tasks


def indent_of(line: str) -> int:
    """Return how far in a line begins, in spaces."""
    line = line.expandtabs(TAB)
    return len(line) - len(line.lstrip())


def strip(line: str, has_number: bool) -> tuple[str, bool]:
    """Return a line's words without its bullet or number and its box, and whether that is ticked.

    has_number says whether a number that it begins with is one of a numbering.
    """
    words = line.strip() + " "  # so that a bullet alone is one
    head = NUMBER if has_number else BULLET
    if found := head.match(words):
        words = words[found.end() :]
    box = BOX.match(words)
    if not box:
        return clean(words), False
    is_ticked = bool(box["ticked"]) or bool((box["tick"] or "").strip())
    return clean(words[box.end() :]), is_ticked


def clean(words: str) -> str:
    """Return words without spaces around them, with spaces for tabs."""
    return words.strip().expandtabs(TAB)


@dataclass
class Run:
    """A numbering: lines that count up from 1, as far as it has come.

    They begin equally far in, or end their numbers there: " 9." stands above "10.".
    """

    mark: str
    indent: int
    end: int
    number: int = 0
    lines: list[int] = field(default_factory=list)
    is_of_days: bool = True  # does a month follow each number?


def numbered_lines(lines: list[str]) -> set[int]:
    """Return the indexes of the lines that begin with a number of a numbering.

    A numbering counts up from 1, by one at a time, whatever stands between its lines. "24.
    Dezember" is none, nor are days of a month that count up.
    """
    runs: list[Run] = []
    for index, line in enumerate(lines):
        words = line.strip() + " "
        if found := NUMBER.match(words):
            indent = indent_of(line)
            here = Run(
                found["mark"],
                indent,
                indent + len(found["number"]),
            )
            run = run_of(here, int(found["number"]), runs)
            if run:
                run.number += 1
                run.lines.append(index)
                run.is_of_days &= bool(MONTH.match(words, found.end()))
    return {index for run in runs if not run.is_of_days for index in run.lines}


def run_of(
    here: Run,
    number: int,
    runs: list[Run],
) -> Run | None:
    """Return the latest of runs that goes on with a number, a new one for 1; None if none does."""
    if number == 1:
        runs.append(here)
        return here
    for run in reversed(runs):
        is_in_line = run.indent == here.indent or run.end == here.end
        if run.mark == here.mark and run.number == number - 1 and is_in_line:
            run.indent = here.indent
            run.end = here.end
            return run
    return None


def count(text: str) -> int:
    """Return how many lines of text hold something."""
    return sum(not is_blank(line) for line in text.splitlines())


def is_blank(line: str) -> bool:
    """Return whether a line looks empty. One that can't be stored doesn't: an error names it."""
    return not legible(line) and not unstorable(line)

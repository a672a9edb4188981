"""Words of dates in other programs' files, read by quick add. Pure: no Django.

Only English is read, and only words of which nothing is left over: "every day" is a rule, "every
day or so" is none.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from tasks.importing.written import NotRead, day_and_time
from tasks.quickadd.parser import QuickAdd, parse
from tasks.recurrence import ordinal

YEAR = re.compile(r"\b[12][0-9]{3}\b")
FAR = timedelta(183)  # a date without a year that is further away may be one that is over
TITLE = "Xq"  # a title that says nothing of time
LONGEST, MOST_WORDS = 120, 15  # characters and words; a longer line takes quick add long
# 3/4 and 03-04-2027 have two meanings, unless a figure above 12 decides.
DAY_AND_MONTH = re.compile(r"\b([0-9]{1,2})[/-]([0-9]{1,2})(?:[/-][0-9]{2,4})?\b(?!-[0-9])")
WITH_DOTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:,? ([0-9]{1,2}:[0-9]{2}))?")


def nth_of_month(found):
    every, day = found.groups()
    return f"{every} month on the {ordinal(int(day))}"


SYNONYMS = [  # what Todoist understands otherwise than quick add
    (re.compile(r"(?i)\bev(?=!? )"), "every"),
    (re.compile(r"(?i)\b(every!?) afternoon$"), r"\1 day at 12:00"),
    (re.compile(r"(?i)\b(every!?) night$"), r"\1 day at 22:00"),
    (re.compile(r"(?i)\b(every!?) ([0-9]{1,2})(?=$| at )"), nth_of_month),
    (re.compile(r"(?i)\bevery 2nd (mon|tue|wed|thu|fri|sat|sun)[a-z]*"), r"\g<0> of the month"),
]
# The end of a repeat that counts from its beginning, which isn't in the file unless it is named.
COUNTED_END = re.compile(r"(?i)\bfor\b|\btimes\b|\bending in\b")
START = re.compile(r"(?i)\bstart|\bfrom\b")


@lru_cache(maxsize=1000)
def read_words(words: str, today: date, zone: tzinfo, language: str = "en") -> QuickAdd | None:
    """Return the date, time and repeat in words; None if they aren't understood.

    today is the day that words such as “tomorrow” count from, in the user's zone. Words in another
    language than English aren't read, but for 31.12.2026 and 2026-12-31 (with a time).
    """
    words = as_quick_add(words, language)
    if words is None:
        return None
    said = parse(
        f"{TITLE} {words}",
        now=datetime.combine(today, time(), zone),
    )
    if not is_date_alone(said):
        return None
    if said.repeat:
        is_counted = COUNTED_END.search(words) and not START.search(words)
        return None if is_counted else said
    is_far = said.due_date - today > FAR and not YEAR.search(words)
    return None if is_far else said


def as_quick_add(words: str, language: str) -> str | None:
    """Return words as quick add understands them; None if they may not be read."""
    words = " ".join(words.split())
    if not words or len(words) > LONGEST:
        return None
    if words.count(" ") >= MOST_WORDS:
        return None
    if dots := WITH_DOTS.fullmatch(words):
        day, month, year, clock = dots.groups()
        words = f"{year}-{month:0>2}-{day:0>2}"
        if clock:
            words += f" {clock}"
    elif not language.lower().startswith("en") or is_ambiguous(words):
        return None
    for synonym, ours in SYNONYMS:
        words = synonym.sub(ours, words)
    return words


def is_date_alone(said: QuickAdd) -> bool:
    """Return whether a reading is a date, and nothing else but the title."""
    if said.title != TITLE or not said.due_date:
        return False
    others = [said.description, said.tags, said.priority, said.list_name]
    return not any(others)


def read_date(words: str) -> tuple[date, time | None] | None:
    """Return the date, and the time on it, of words with a year, which may be over."""
    try:
        day, clock, moment = day_and_time(words)
    except NotRead:
        return None
    if moment:
        return None
    return day, clock


def is_ambiguous(words: str) -> bool:
    """Return whether words hold an ambiguous date: either number could be the day or the month."""
    for found in DAY_AND_MONTH.finditer(words):
        first, second = found.groups()
        is_either = int(first) <= 12 and int(second) <= 12
        if is_either and first != second:
            return True
    return False

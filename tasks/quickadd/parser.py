"""Read one line, typed as one thinks, as a task. Pure: no Django; the moment is always given.

Tokens are #tag, +list, +"two words", !high and !30m. Dates, times and repeats are phrases, and all
of them stand in tasks.quickadd.phrases.PHRASES. When in doubt, words are text:

- A STRONG phrase counts wherever it stands: tomorrow, on friday, 3 May 2027, every 2 weeks.
- A FAIR one might describe the word behind it (Friday traffic). It counts at the end of the line,
  beside another phrase, before a word such as "with" or "about", and before a colon at the start.
- A WEAK one counts only at the end or beside another phrase: fri, 15/4, daily.
- A BESIDE one counts only beside another phrase: weekdays (at 7), by 9 (tomorrow).
- Nothing counts in quotes, in the name of a file or a site, behind words such as "the", "my" and
  "about", in a name that is written With Capitals, or as one of two: monday or tuesday, 2 to 4 pm.

A line has at most one date, time, repeat, priority and list: the surest, then the first. It is read
only if these account for all that it says about time (tasks.quickadd.accounting). A line that would
leave no title is text.

The work for a line is limited by a number, not by a clock, so that each machine reads it alike. A
phrase may begin at MOST_TRIED places of a line; from the next such place on, dates, times and
repeats are text.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial

from tasks.quickadd.choosing import phrases_of, tries_in
from tasks.quickadd.days import Now
from tasks.quickadd.deciding import dates_of, is_other_half, reading_of
from tasks.quickadd.found import Found, blanked, of_kind
from tasks.quickadd.reminders import Reminder, planned, reminders_of
from tasks.quickadd.spans import Span, spans_of, tidied, without
from tasks.quickadd.tokens import LONGEST, tokens_of, without_literals
from tasks.quickadd.words import FULL_DAY, SHORT_DAY

LONGEST_TITLE = 255


@dataclass(frozen=True)
class QuickAdd:
    """A line as a task. Title, spans and description together have all words of the line.

    due_date and due_time are in the zone of the user. priority is 0 (none) to 3 (high). repeat is a
    rule (RFC 5545) or ""; repeat_from is "due" or "completion", "" without a repeat.

    is_unclear says that no reading accounts for all that the line says about time; offers are then
    the possible readings, each as its phrases, for the argument meant of parse(). An hour that may
    be in either half of the day (at 6) is offered as its phrase with OTHER_HALF.

    tried is the number of places where a phrase was tried. unread is the first place that was
    left out, None without one.
    """

    title: str
    description: str = ""
    due_date: date | None = None
    due_time: time | None = None
    priority: int = 0
    tags: list[str] = field(default_factory=list)
    list_name: str = ""
    repeat: str = ""
    repeat_from: str = ""
    reminders: list[Reminder] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    is_unclear: bool = field(default=False, compare=False)
    offers: list[tuple[str, ...]] = field(default_factory=list, compare=False)
    tried: int = field(default=0, compare=False)
    unread: int | None = field(default=None, compare=False)


def parse(
    text: str,
    *,
    now: datetime,
    week_start: int = 0,
    day_first: bool = True,
    plain: Collection[str] = (),
    meant: Collection[str] = (),
    lists: Collection[str] = (),
    new_lists: bool = True,
    as_text: bool = False,
    put_on: date | None = None,
    has_day: bool = False,
    reminds: bool = True,
) -> QuickAdd:
    """Read a line. This never fails: the words of no phrase and no token are the title.

    now is aware and in the zone of the user; week_start is 0 for Monday … 6 for Sunday; day_first
    says that 3/4 is 3 April. plain has phrases that stay text wherever they stand; as_text keeps
    the whole line as text. meant has the phrases of an offer that was taken: only these are read,
    and they stay in the title. lists has folded names of lists (tasks.search.fold), which need no
    quotes, such as +garden project. The name of any other list is text, unless new_lists. put_on is
    the day of a line that names none, see tasks.quickadd.meaning.meaning(). has_day says that the
    task has a day even if the line names none. Words that ask for a reminder are text unless
    reminds.
    """
    line, rest = cut(text.strip(), LONGEST)
    bare = without_literals(line, plain)
    if as_text:
        bare = "\x00" * len(line)
    reminders = reminders_of(bare) if reminds else []
    tokens, bare = tokens_of(blanked(bare, reminders), lists, new_lists)
    tokens += reminders
    bare = re.sub(r"\s", " ", bare)
    apart = with_days_apart(blanked(bare, tokens, "\x00"))  # no phrase goes across a token
    tries, tried, unread = tries_in(apart)
    bare = blanked(bare, tokens)
    phrases = phrases_of(tries, Now(now, week_start, day_first))
    reading = reading_of(
        bare,
        phrases,
        tokens,
        meant,
        partial(dates_of, now=now, put_on=put_on),
    )
    found = reading.found
    dates = reading.dates
    day = dates.get("due_date") or put_on
    repeats = bool(dates.get("repeat"))
    to_come = planned(
        reminders,
        due_date=day,
        has_day=has_day,
        repeats=repeats,
        now=now,
    )
    if to_come is None:  # the line is read as a whole, or not at all
        return parse(
            text,
            now=now,
            week_start=week_start,
            day_first=day_first,
            plain=plain,
            meant=meant,
            lists=lists,
            new_lists=new_lists,
            as_text=as_text,
            put_on=put_on,
            reminds=False,
        )
    spans = tidied(line, spans_of(tokens, found))
    title = without(line, spans)
    if meant and not is_other_half(meant):
        title = title_without(line, tokens)
    if not title:  # a title is never empty: all of it is text
        title = " ".join(line.split())
        spans, tokens, dates, to_come = [], [], {}, []
    title, more = cut(title, LONGEST_TITLE)
    indent = len(text) - len(text.lstrip())
    if unread is not None:
        unread += indent
    notes = filter(None, (more, rest))
    return QuickAdd(
        title=title,
        description="\n".join(notes),
        reminders=to_come,
        spans=[span.moved(indent) for span in spans],
        is_unclear=reading.is_unclear and unread is None,
        offers=reading.offers,
        tried=tried,
        unread=unread,
        **fields_of(tokens),
        **dates,
    )


SLASHED_DAYS = re.compile(
    rf"(?<![\w/])(?:{FULL_DAY}|{SHORT_DAY})(?:/(?:{FULL_DAY}|{SHORT_DAY}))+(?![\w/])", re.IGNORECASE
)


def with_days_apart(line: str) -> str:
    """Return the line with spaces between days that slashes join: each is offered (wed/thu)."""
    return SLASHED_DAYS.sub(lambda found: found[0].replace("/", " "), line)


def title_without(line: str, tokens: list[Found]) -> str:
    """Return the title of a line whose phrases stay in it."""
    spans = tidied(line, spans_of(tokens, {}))
    return without(line, spans)


def fields_of(tokens: list[Found]) -> dict:
    """Return the fields of a task that tokens give: its tags, its list and its priority."""
    said = {token.kind: token.value for token in tokens}
    tags = [token.value for token in of_kind(tokens, "tag")]
    return {
        "priority": said.get("priority", 0),
        "tags": list(dict.fromkeys(tags)),
        "list_name": said.get("list", ""),
    }


def cut(text: str, longest: int) -> tuple[str, str]:
    """Return the first line of text, in whole words up to a length, and the rest of text."""
    line = next(iter(text.splitlines()), "")
    whole_words = re.match(rf".{{1,{longest}}}(?!\S)", line)
    line = whole_words[0] if whole_words else line[:longest]
    return line.rstrip(), text[len(line) :].strip()

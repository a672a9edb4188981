"""A line as its user sees it: with their lists, and in the words of their clock."""

import json
from dataclasses import dataclass
from functools import cached_property, partial

from accounts.clock import Clock
from tasks import recurrence
from tasks.quickadd import parser
from tasks.quickadd.choosing import MOST_TRIED as MOST_OF_A_LINE
from tasks.quickadd.deciding import OTHER_HALF
from tasks.quickadd.tokens import LONGEST
from tasks.reminder_words import before
from tasks.search import fold, folded_names

ICONS = {"date": "cal", "time": "clock", "repeat": "repeat", "priority": "flag"}
ICONS["reminder"] = "bell"
MOST_TRIED = 2000  # phrases of lines that are read at once, as parser.parse() counts them
MOST_CHARACTERS = 50_000  # of such lines; each is looked through for phrases, also where none is
LONGEST_WORD = 30  # characters of a word that a sentence shows
OF_TIME = {"date", "time", "repeat"}
UNCLEAR = "Some dates or times are unclear, so no date is set."
PRIORITIES = {0: "No priority", 1: "Low priority", 2: "Medium priority", 3: "High priority"}


@dataclass(frozen=True)
class Chip:
    """A part of a line that was recognized: its kind, its phrase, and its meaning in words."""

    kind: str
    phrase: str
    words: str
    icon: str = ""

    is_meant: bool = False  # as a reading that was offered

    @property
    def press(self) -> str:
        if self.is_meant:
            return take(NO_OFFER)
        return press(self.phrase)


NO_OFFER = "none"
BETWEEN_PHRASES = "|"  # which none of them has


def press(phrase: str) -> str:
    """Return the value that htmx sends for a press on a phrase, which toggles between text and
    meaning.
    """
    return json.dumps({"press": phrase})


def take(meant: str) -> str:
    """Return the value that htmx sends for a press on an offer; NO_OFFER takes the offer back."""
    return json.dumps({"take": meant})


@dataclass(frozen=True)
class Offer:
    """A reading of a line that has others, too: in words, and as a form sends its phrases."""

    words: str
    meant: str

    @property
    def press(self) -> str:
        return take(self.meant)


# What the help page shows, which reads each line as if it were typed there and then.
EXAMPLES = [
    (
        "Days",
        "A weekday is the next one. A date without a year is the next one, too.",
        [
            "Call mum tomorrow",
            "Send the invoice by Friday",
            "Book the dentist next Tuesday",
            "Order a cake for 3 May",
            "Plan the trip next week",
            "Renew the passport in 10 days",
            "Close the books end of month",
            "Water the garden this weekend",
        ],
    ),
    (
        "Times",
        "A time without a date is today, or tomorrow if it has passed.",
        [
            "Lunch with Sam 12:30",
            "Pick up the kids at 4",
            "Breakfast with Eve at 7",
            "Call Bob friday at half past five",
            "Go for a run tomorrow morning",
            "Take the bread out in 45 min",
        ],
    ),
    (
        "Repeats",
        "“every” counts from the due date, “every!” from the day you complete the task.",
        [
            "Vitamins every day",
            "Put the bins out every monday evening",
            "Team sync every 2 weeks on tue at 10:00",
            "Swim every mon, wed and fri",
            "Pay the rent every month on the 1st",
            "Board meeting every last friday of the month",
            "Physio every tuesday 10 times",
            "Antibiotics every day until 30 june",
            "French class every tuesday until july",
            "Recycling every 1st and 3rd tuesday",
            "Clean the filter every! 3 months",
        ],
    ),
    (
        "Lists, tags, priority",
        "New tags are added as you type them. A new list is added only if you confirm it.",
        [
            "Buy paint #home #diy",
            "Dig over the beds +Garden",
            'Order soil +"Garden project"',
            "Call the bank !high",
            "Call the insurance p2",
        ],
    ),
    (
        "Reminders",
        "They come before the task, or at a time of its day.",
        [
            "Dentist friday 9:15 remind me 1 day before",
            "Call Bob tomorrow 5pm !30m",
            "Pay the rent friday !remind 9am",
        ],
    ),
    (
        "What stays as text",
        "When in doubt, words stay as text. Words in quotes always do.",
        [
            'Watch "Tomorrow Never Dies"',
            "Read Friday's paper",
            "Watch The 9/11 Report",
            "Prepare the Monday meeting",
            "Fix issue #2254",
            "Book a room 2-4pm",
            "Take 2 days off",
            "Dinner friday or saturday 7pm",
            "Water the plants every day except 3 may",
        ],
    ),
]


def lists_by_name(lists):
    """Return the lists that a line can name, {name: id}, for Line: with the Inbox, and with the
    spellings of their names in other cases and accents.

    Call it once for several lines.
    """
    return folded_names({"Inbox": None, **lists})


def archived_by_name(names):
    """Return the names of archived lists as a Line takes them, by how they can be written."""
    return folded_names(dict.fromkeys(names))


def read_all(
    texts,
    clock: Clock,
    *,
    lists,
    as_text=False,
    put_on=None,
):
    """Return texts as Lines, and the index of the first text that was kept as text; None without
    one.

    After MOST_TRIED phrases or MOST_CHARACTERS characters, further texts are kept as text.
    """
    lines, tried, characters, unread = [], 0, 0, None
    for index, text in enumerate(texts):
        is_enough = tried >= MOST_TRIED or characters >= MOST_CHARACTERS
        if is_enough and not as_text:
            as_text, unread = True, index
        line = Line(
            text,
            clock,
            lists=lists,
            as_text=as_text,
            offers=False,
            put_on=put_on,
        )
        lines.append(line)
        tried += line.said.tried
        characters += min(len(text), LONGEST)
    return lines, unread


class Line:
    """A line of a user, and its reading.

    lists are the lists that the line can name, from lists_by_name(), and archived the archived
    ones, from archived_by_name(). tags are the user's, {name: id}; None if new tags need no mark.
    plain has phrases that stay text, and as_text keeps the whole line as text. meant is the offer
    that was taken, if any. put_on is the day of a line that names none; today is no such day, since
    a time that has passed is tomorrow's.

    list_pk is None for the Inbox. unlisted is the name of a list that is missing or archived, which
    stays text unless the form offers to add or unarchive it.
    """

    def __init__(
        self,
        text,
        clock: Clock,
        *,
        lists=None,
        archived=None,
        tags=None,
        plain=(),
        meant="",
        as_text=False,
        offers=True,
        put_on=None,
        reminds=True,
    ):
        self.text = text
        self.clock = clock
        self.has_day = put_on is not None
        self.put_on = None if put_on == clock.today else put_on
        self.tags = tags
        self.plain = plain
        lists = lists or lists_by_name({})
        archived = archived if archived and offers else {}
        self.read = partial(
            parser.parse,
            text,
            now=clock.now,
            week_start=clock.week_start,
            day_first=clock.date_format != "month",
            plain=plain,
            lists={*lists, *archived},
            new_lists=offers,
            as_text=as_text,
            put_on=self.put_on,
            has_day=self.has_day,
            reminds=reminds,
        )
        self.said = self.read()
        self.meant = ""
        if meant and meant in self.offers_meant:
            self.said = self.read(meant=meant.split(BETWEEN_PHRASES))
            self.meant = meant
        name = self.said.list_name
        known = lists.get(name) or lists.get(fold(name))
        self.list_pk, self.list_name = known or (None, "")
        put_away = archived.get(name) or archived.get(fold(name))
        self.is_archived = bool(put_away and not known)
        if self.is_archived:
            _, name = put_away
        self.unlisted = "" if known else name

    @property
    def offers_meant(self) -> list[str]:
        """Return the readings that it offers, as a form sends them."""
        return [BETWEEN_PHRASES.join(phrases) for phrases in self.said.offers]

    @cached_property
    def offers(self) -> list[Offer]:
        """Return the readings that it offers, since none accounts for all that it says of time."""
        found = []
        if self.meant.endswith(OTHER_HALF):
            return [Offer(self.with_offer("").words_of_time, NO_OFFER)]
        for meant in self.offers_meant:
            found.append(Offer(self.with_offer(meant).words_of_time, meant))
        return found

    def with_offer(self, meant):
        """Return the line with the reading of an offer, or without any for ""."""
        return Line(
            self.text,
            self.clock,
            plain=self.plain,
            meant=meant,
            put_on=self.put_on,
        )

    @property
    def words_of_time(self) -> str:
        """Return the day, the time and the repeat that were understood."""
        return " · ".join(chip.words for chip in self.meanings if chip.kind in OF_TIME)

    @property
    def is_whole_offer(self) -> bool:
        """Whether an offer says all that is understood of time, not only the half of the day."""
        return bool(self.meant) and not self.meant.endswith(OTHER_HALF)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the parts that were recognized, in the order of the line."""
        return [kind for _, _, kind in self.said.spans]

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the parts that were recognized, in the order of the line."""
        kinds, found = self.kinds, []
        reminders = iter(self.said.reminders)
        for start, end, kind in self.said.spans:
            phrase = self.text[start:end].strip(" \t,;:.()-–—")
            is_first = kind not in [chip.kind for chip in found]
            if kind == "tag":
                words = self.tag(phrase[1:])
            elif kind == "reminder":
                words = self.reminder(next(reminders))
            elif kind == "repeat" and not is_first:
                words = phrase
            else:
                words = getattr(self, kind)(kinds)
            is_meant = self.is_whole_offer and kind in OF_TIME
            chip = Chip(
                kind,
                phrase,
                words,
                ICONS.get(kind, ""),
                is_meant,
            )
            found.append(chip)
        return found

    @property
    def unread(self) -> str:
        """Return the sentence about parts that are unclear or unread, "" without any."""
        if self.said.unread is None:
            return UNCLEAR if self.said.is_unclear else ""
        word, *_ = self.text[self.said.unread :].split()
        return (
            f"Only the first {MOST_OF_A_LINE} dates, times and repeats in a line are recognized."
            f" From “{word[:LONGEST_WORD]}” on, the line stays as you typed it."
        )

    @property
    def plain_phrases(self) -> list[tuple[str, str]]:
        """Return the phrases kept as text, each with the value that a press on it sends."""
        return [(phrase, press(phrase)) for phrase in self.plain]

    @property
    def meanings(self) -> list[Chip]:
        """Return the recognized parts, each meaning once, without a list that is missing."""
        repeats = [chip for chip in self.chips if chip.kind == "repeat"]
        told = repeats[1:]  # how it ends: the first says it
        told += [chip for chip in self.chips if chip.kind == "list" and self.unlisted]
        by_words = {chip.words: chip for chip in self.chips if chip not in told}
        return list(by_words.values())

    @property
    def words(self) -> str:
        """Return the recognized parts as a line: Tomorrow · 17:00 · #home."""
        return " · ".join(chip.words for chip in self.meanings)

    def day(self) -> str:
        return self.clock.day(self.said.due_date)

    def with_time(self, words, kinds) -> str:
        """Return words with the time, where no phrase of its own says that."""
        if not self.said.due_time or "time" in kinds:
            return words
        return f"{words} {self.clock.time(self.said.due_time)}"

    def date(self, kinds) -> str:
        return self.with_time(self.day(), kinds)

    def time(self, kinds) -> str:
        """A time alone has its day with it: today or tomorrow."""
        words = self.clock.time(self.said.due_time)
        if {"date", "repeat"} & set(kinds):
            return words
        return f"{self.day()} {words}"

    def repeat(self, kinds) -> str:
        """A repeat alone has its first day with it."""
        rule = recurrence.describe(self.said.repeat, on=self.clock.date)
        words = rule[0].upper() + rule[1:]
        if self.said.repeat_from == "completion":
            words += ", counted from completion"
        if "date" in kinds:
            return words
        words += f", from {self.clock.day_within(self.said.due_date)}"
        return self.with_time(words, kinds)

    def reminder(self, said) -> str:
        """Return a reminder of the line in words: Reminder 30 minutes before."""
        if said.minutes is not None:
            return f"Reminder {before(said.minutes)}"
        day = self.clock.day_within(said.day)
        return f"Reminder {day} at {self.clock.time(said.clock)}"

    @property
    def reminders(self):
        """The reminders of the line, as Task.set_reminders() takes them: (minutes, moments)."""
        said = self.said.reminders
        minutes = [one.minutes for one in said if one.minutes is not None]
        moments = [(one.day, one.clock) for one in said if one.minutes is None]
        return minutes, moments

    def priority(self, kinds) -> str:
        return PRIORITIES[self.said.priority]

    def list(self, kinds) -> str:
        if self.is_archived:
            return f"Archived list “{self.unlisted}”"
        return self.list_name or f"No list named “{self.unlisted}”"

    def tag(self, name) -> str:
        known = self.tags is None or name.lower() in self.tag_names
        return f"#{name}" if known else f"#{name} (new tag)"

    @cached_property
    def tag_names(self):
        return {tag.lower() for tag in self.tags}

"""The words around a phrase, and whether they make it text. Pure: no Django.

The lead of a phrase is the words that introduce it: by friday, due on 3 may. A phrase is text if it
belongs to a name or a number, or if it is one of two alternatives: monday or tuesday, 2 to 4 pm.
"""

import re
from dataclasses import dataclass

from tasks.quickadd.found import STRONG, Found, in_order, is_at_the_end, of_kind
from tasks.quickadd.phrases import PHRASES
from tasks.quickadd.readers import MONTHS
from tasks.quickadd.words import (
    BOOKS,
    BOOKS_ALONE,
    CALLING,
    DETERMINERS,
    FULL_DAY,
    FUNCTION,
    GIVING,
    HELD,
    LASTING,
    MEASURES,
    MOVING,
    NAMES,
    NO_DAYS_BEHIND,
    NOT_BEFORE,
    NOT_BEHIND,
    PAYING,
    PLACES,
    RATING,
    RATIOS,
    SCALES,
    SHORT_DAY,
    STUDYING,
    TOOK,
    VERSIONED,
    words,
)

LEADS = {
    "date": {
        "due": "(?:is|are) due(?: on| by)?|due(?: on| by| before)?",
        "firm": "by|on|before|no later than",
        "start": "(?:starting|beginning|from)(?: on| from)?|starts|start|as of",
        "until": "until|till|til|through|ending(?: on)?|ends(?: on)?",
        "soft": "for",
    },
    "time": {
        "clock": "(?:is|are) due at|due at|at|@|by|before|no later than",
        "soft": "around|about|after|from|due|for",
    },
}
SURER = {"due": 2, "firm": 1, "clock": 2}  # how much surer a phrase is behind such words
LEAD = {
    kind: re.compile(
        "(?<![^ (,;])(?:"
        + "|".join(f"(?P<{name}>{words})" for name, words in leads.items())
        + "):? +$",
        re.ASCII | re.IGNORECASE,
    )
    for kind, leads in LEADS.items()
}
MOVED_TO = re.compile("(?<= )(?P<moved>to) +$", re.IGNORECASE)


def lead_of(
    line: str,
    start: int,
    kind: str,
) -> tuple[int, str]:
    """Return the start of a phrase including its lead, and the name of the lead in LEADS."""
    if kind not in LEAD:
        return start, ""
    far_enough = max(start - 20, 0)
    near = line.rfind(" ", 0, far_enough) + 1
    before = line[near:start]
    lead = LEAD[kind].search(before)
    if kind == "date" and not lead and is_of_moving(line):
        lead = MOVED_TO.search(before)
    if not lead:
        return start, ""
    return near + lead.start(), lead.lastgroup


def is_of_moving(line: str) -> bool:
    """Return whether a line begins with a verb of moving: Reschedule Mon 3pm call to Tue."""
    first, *_ = line.split(maxsplit=1)
    return first.lower() in MOVING


@dataclass(frozen=True)
class Around:
    """A phrase without its lead, and the text before and behind it."""

    before: str
    phrase: str
    behind: str

    @property
    def words_before(self) -> list[str]:
        return self.before.split()

    @property
    def previous(self) -> str:
        """The word before it, "" if there is none."""
        return next(reversed(self.words_before), "")

    @property
    def following(self) -> list[str]:
        """The two words behind it, or as many as there are; none where a mark is between."""
        if not self.behind.startswith(" "):
            return []
        return self.behind.split()[:2]

    @property
    def is_figure(self) -> bool:
        return self.phrase[0].isdigit()

    @property
    def is_told(self) -> bool:
        """Whether a word follows that tells of it, such as a noun: this Friday meeting."""
        following = self.following
        return bool(following) and following[0].lower() not in FUNCTION


def is_text(bare: str, one: Found, found: list[Found]) -> bool:
    """Return whether the words around a phrase make it text."""
    around = Around(
        before=bare[: one.start],
        phrase=one.core_in(bare),
        behind=bare[one.end :],
    )
    return (
        is_alone(bare, one, found)
        or is_named(one, around)
        or is_name(one, around)
        or goes_on(around)
        or is_how_long(around)
        or is_one_of_two(bare, one, found)
        or is_part_of_more(one, around, found)
    )


BEHIND_A_DAY = re.compile(
    r"[0-9]{1,2}\.[0-9]{2}(?: ?h)?|[0-9]{4}(?: ?(?:h|hrs|hours))?|[0-9]{1,2}[ap]|half \w+",
    re.IGNORECASE,
)


def is_alone(bare: str, one: Found, found: list[Found]) -> bool:
    """Return whether a time that is one behind a day alone has none before it: Python 3.10."""
    if one.kind != "time" or one.lead:
        return False
    phrase = one.core_in(bare)
    if not BEHIND_A_DAY.fullmatch(phrase):
        return False
    days = of_kind(found, "date", "repeat")
    before = [day for day in days if day.end <= one.start]
    if any(is_next_to(bare, day, one) for day in before):
        return False
    if not BEFORE_A_DAY.fullmatch(phrase) or is_amount(bare[: one.start]):
        return True
    if days and is_at_the_end(bare, one):
        return False
    return not any(is_next_to(bare, one, day) for day in days)


BEFORE_A_DAY = re.compile(r"[0-9]{1,2}\.(?:00|15|30|45)|[0-9]{1,2}[ap]|half \w+", re.IGNORECASE)


def is_next_to(bare: str, first: Found, second: Found) -> bool:
    """Return whether at most a comma stands between a phrase and one behind it."""
    between = bare[first.end : second.start]
    return not between.strip(" ,")


def is_amount(before: str) -> bool:
    """Return whether figures behind these words are a price, a version or a place: Pay 9.30."""
    said = before.lower().split()
    if not said:
        return False
    if said[-1] in BEFORE_NUMBERS:
        return True
    return not PAYING.isdisjoint(said) or bool(ENDS_IN_A_NUMBER.search(before))


BEFORE_NUMBERS = RATIOS | VERSIONED | PLACES | words("at for to of")
ENDS_IN_A_NUMBER = re.compile(r"[0-9$£€#§]\s*$")


def is_part_of_more(one: Found, around: Around, found: list[Found]) -> bool:
    """Return whether a repeat, a count or a day is one end of something longer."""
    is_behind_times = bool(TIMES.search(around.before))
    if one.kind == "repeat":
        return is_behind_times or bool(ALSO.match(around.behind))
    if one.kind == "count" and not has_repeat_before(one, found):
        return True
    if RANGE_BEFORE.search(around.before):
        return True
    if is_behind_times and around.phrase.lower().startswith("a "):  # twice a week on monday
        return True
    return is_range(around.behind, found)


def has_repeat_before(one: Found, found: list[Found]) -> bool:
    """Return whether a repeat stands before a phrase, such as a count that ends it."""
    repeats = of_kind(found, "repeat")
    return any(other.end <= one.start for other in repeats)


def goes_on(around: Around) -> bool:
    """Return whether the word behind a phrase makes something else of it."""
    if not around.following:
        return False
    word = around.following[0].lower()
    if word in NOT_BEFORE:
        return True
    if not around.phrase.endswith(" may") or word in FUNCTION or word in PLACES:
        return False
    return word[0].isalpha() and not is_of_time(word)  # it may rain


A_SPEED = re.compile(r"(?:in|within) +[0-9]+ *(?:m|min|mins|minutes?|h|hrs?|hours?)", re.IGNORECASE)


def is_how_long(around: Around) -> bool:
    """Return whether a phrase says how long a distance or an amount takes: 5k in 25 min."""
    if not A_SPEED.fullmatch(around.phrase):
        return False
    return around.previous.lower().lstrip("0123456789.,") in MEASURES


def is_of_time(word: str) -> bool:
    """Return whether a word begins a phrase of time by itself: 7 may yearly."""
    if word in OF_TIME:
        return True
    return any(expression.match(word) for _, _, expression, _ in PHRASES)


OF_TIME = words("every each until at")


def is_named(one: Found, around: Around) -> bool:
    """Return whether the word before a phrase makes something else of it."""
    word = around.previous.lower().rstrip(",")
    if word in NOT_BEHIND or word.endswith(("'s", "’s")):
        return True
    if around.is_figure and is_number(one, around, word):
        return True
    if is_no_day(around, word) or is_given(around, word):
        return True
    if (word, around.phrase.lower()) in SAYINGS:
        return True
    if word in DETERMINERS and around.is_told:
        return True
    return is_bare_date(one) and is_named_date(around, word)


WRITTEN = re.compile("[0-9]{1,2}:[0-9]{2}")
A_NAME = re.compile("(?:jan|april|may|june|august) ", re.IGNORECASE)
DOTTED = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.")
SLASHED = re.compile("[0-9]{1,2}/[0-9]{1,2}")
SHORT_DAYS = words("sun sat mon wed fri")


def is_number(one: Found, around: Around, word: str) -> bool:
    """Return whether figures are a duration, a verse, a version or a mark, and no time or day."""
    if word in RATIOS:
        return True
    before = frozenset(around.before.lower().split())
    if WRITTEN.fullmatch(around.phrase):
        return is_no_time(one, around, word, before)
    if DOTTED.fullmatch(around.phrase):
        is_section = around.before.rstrip().endswith("§")
        return is_section or bool(before & VERSIONED)
    return bool(before & RATING) and bool(SLASHED.fullmatch(around.phrase))


def is_no_time(
    one: Found,
    around: Around,
    word: str,
    before: frozenset,
) -> bool:
    """Return whether hours and minutes are a duration, a verse or a score; before has all words."""
    if before & SCALES or word in HELD:
        return True
    if word in TOOK or word in BOOKS_ALONE:
        return True
    if one.lead == "soft" and before & LASTING:
        return True
    is_odd = int(around.phrase[-1]) % 5 != 0
    return word in BOOKS and (is_odd or bool(before & STUDYING))


def is_given(around: Around, word: str) -> bool:
    """Return whether the month of a date is the name of a person: Ask Jan 3 questions."""
    if word not in GIVING:
        return False
    return around.is_told and bool(A_NAME.match(around.phrase))


def is_no_day(around: Around, word: str) -> bool:
    """Return whether a short name of a day is another word: get some sun, study for the SAT."""
    if around.phrase.lower() not in SHORT_DAYS:
        return False
    if word in NO_DAYS_BEHIND:
        return True
    if around.phrase not in ("SAT", "SUN") or not A_SMALL_LETTER.search(around.before):
        return False
    if not around.behind.strip(" .!?"):
        return True
    following = around.following
    return bool(following) and is_of_time(following[0])  # the SAT on Saturday


A_SMALL_LETTER = re.compile("[a-z]")


def is_bare_date(one: Found) -> bool:
    """Return whether a phrase is a date without a word that marks it as one."""
    return one.kind == "date" and not one.lead and one.strength != STRONG


def is_named_date(around: Around, word: str) -> bool:
    """Return whether the word before a date makes a name or a number of it: Black Friday."""
    return word in MY_AND_NAMES or (around.is_figure and word in PLACES)


SAYINGS = {("high", "noon"), ("john", "3:16")}
MY_AND_NAMES = NAMES | (DETERMINERS - words("her his it this that some any"))
TIMES = re.compile(r"(?:^| )(?:once|twice|thrice|times) *$", re.IGNORECASE)
ALSO = re.compile(
    rf" *(?:and|&) *(?:morning|afternoon|evening|night|{'|'.join(MONTHS)})", re.IGNORECASE
)
RANGE_BEFORE = re.compile(r"(?:^|[ (])[0-9][0-9:.]*(?:am|pm)? *(?:[-–—]|to|and) *$")
RANGE_BEHIND = re.compile(r" *(?:([-–—]|to)|until|till) *[0-9]")


def is_range(behind: str, found: list[Found]) -> bool:
    """Return whether the end of a range of times or days follows. "until" may also end a repeat."""
    end = RANGE_BEHIND.match(behind)
    if not end:
        return False
    if end[1]:
        return True
    return not of_kind(found, "repeat")


ORDINAL = re.compile(r"the [0-9]+(?:st|nd|rd|th)", re.IGNORECASE)


def is_name(one: Found, around: Around) -> bool:
    """Return whether a phrase is part of a name With Capitals, which days and months always have.

    Text: Watch Richard the 3rd; Around the World in 80 Days; USA Today; Tomorrow Never Dies.
    """
    phrase = around.phrase
    if not one.lead and ORDINAL.fullmatch(phrase):
        return ends_in_a_capital(around.words_before)
    if phrase.isupper() or around.is_figure:  # BY EOD, 2 P.M.
        return False
    last_word = phrase.split()[-1]
    return is_capital_by_choice(last_word) and is_among_capitals(around)


def is_among_capitals(around: Around) -> bool:
    """Return whether the words next to a phrase With Capitals are capitalized, too."""
    before = around.words_before
    following = around.following
    has_words = " " in around.phrase
    if not following:
        return has_words or is_behind_name(before) or is_abbreviation(around.previous)
    capitals = [word[0].isupper() for word in following]
    if not before:
        return all(capitals)  # but: Tomorrow Anna comes
    if has_words and around.phrase.istitle():  # The Day After Tomorrow
        return True
    if len(before) == 1 and following[0].isalpha():  # Psychology Today article
        return before[0][0].isupper()
    return capitals[0] or is_behind_name(before)


def is_behind_name(before: list[str]) -> bool:
    """Return whether words end in a capital, which isn't the name of a person who is called."""
    is_called = len(before) > 1 and before[-2].lower() in CALLING  # call Anna Today
    return ends_in_a_capital(before) and not is_called


def is_capital_by_choice(word: str) -> bool:
    """Return whether a word has a capital that English doesn't ask for, as for days and months."""
    if not word[0].isupper() or A_WEEKDAY.match(word):
        return False
    is_month = word[:3].lower() in MONTHS
    return not is_month


A_WEEKDAY = re.compile(f"{FULL_DAY}|{SHORT_DAY}", re.IGNORECASE)


def ends_in_a_capital(words: list[str]) -> bool:
    """Return whether the last of words has a capital, and isn't the first of the line."""
    if len(words) < 2:
        return False
    return words[-1][0].isupper()


def is_abbreviation(word: str) -> bool:
    """Return whether a word is one such as USA."""
    return len(word) > 1 and word.isupper()


TWO = re.compile(r" *(?:and|or|to|&|[-–—/]|until|till|through|vs\.?) *", re.IGNORECASE)


def is_one_of_two(bare: str, one: Found, found: list[Found]) -> bool:
    """Is it one of two days or times: monday or tuesday, 3 pm to 5 pm?"""
    if one.kind == "date" and of_kind(found, "repeat"):
        return False
    alike = of_kind(found, one.kind)
    others = [other for other in alike if other is not one]
    return any(are_two(bare, one, other) for other in others)


def are_two(bare: str, one: Found, other: Found) -> bool:
    """Return whether two phrases are said as one: monday or tuesday, from 3 pm till 5 pm."""
    first, second = in_order(one, other)
    between = bare[first.end : second.start]
    if second.lead == "until" and not between.strip():
        return True
    return bool(TWO.fullmatch(between))

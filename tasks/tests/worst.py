"""The lines, searches and rules that make the most work, put together from what a grammar knows.

A sentence is made up by following a regular expression as it was written, so an expression that is
new is among them at once.
"""

import itertools
import re
from random import Random
from re import Pattern, _constants, _parser

from tasks import search
from tasks.quickadd.parser import LONGEST
from tasks.quickadd.phrases import PHRASES

JOINTS = [" ", ",", ", and ", " - ", "  "]
ENDS = ["", "x"]  # with the second, the last word is none: an expression has to go back
TOKENS = ["#tag", "+list", "+garden project", '+"no list"', "!high", '"', "x@y", "a.bc", "www://"]
FILTERS = ["#tag", "+list", '+"garden project"', "!high", '"', "overdue", "no date", "today", "a"]
FILTERS += ["this week", "due on friday", "3"]


class Saying:
    """A text that an expression matches, made up. `parts` is the expression taken apart.

    What may be there any number of times is there up to two times more than it has to be; but the
    part `endless` is the same again and again, `again` times.
    """

    def __init__(self, parts, random: Random, *, endless=None, again: int = 0):
        self.random, self.endless, self.again = random, endless, again
        self.groups, self.met = {}, []  # the parts that may be there any number of times
        self.text = self.all_of(parts)

    def all_of(self, parts):
        said = (getattr(self, f"of_{name}".lower(), self.nothing)(value) for name, value in parts)
        return "".join(said)

    def nothing(self, value):
        """Of what stands around a match, and not in it."""
        return ""

    def of_literal(self, code):
        return chr(code)

    def of_in(self, choices):
        name, value = self.random.choice(choices)
        if name is _constants.RANGE:
            return chr(self.random.randint(*value))
        return chr(value) if name is _constants.LITERAL else "1"

    def of_branch(self, value):
        return self.all_of(self.random.choice(value[1]))

    def of_subpattern(self, value):
        self.groups[value[0]] = said = self.all_of(value[3])
        return said

    def of_groupref(self, group):
        return self.groups[group]

    def of_max_repeat(self, value):
        least, most, parts = value
        if most is _constants.MAXREPEAT:
            self.met.append(parts)
        if parts is self.endless:
            return self.all_of(parts) * self.again
        number = self.random.randint(least, min(most, least + 2))
        return "".join(self.all_of(parts) for _ in range(number))

    def of_atomic_group(self, parts):
        return self.all_of(parts)


def apart(expression: Pattern):
    """Return an expression taken apart, as Python's re does it."""
    return _parser.parse(expression.pattern, expression.flags)


def phrases(each: int, seed: int = 1) -> list[str]:
    """Return phrases that quick add knows, so many of each expression."""
    random = Random(seed)
    expressions = [apart(expression) for _, _, expression, _ in PHRASES]
    found = [Saying(parts, random).text for parts in expressions for _ in range(each)]
    return list(dict.fromkeys(found))


def struggles(expression: Pattern, number: int, longest: int = LONGEST, seed: int = 1) -> list[str]:
    """Return lines that an expression nearly matches: so much of something that they are full, and
    an end that it can't have, so that it goes back over all of it.

    There are up to a number of lines for each phrase, and one for each run of blanks, that the
    expression takes any number of.
    """
    random, parts, found = Random(seed), apart(expression), {}
    met = [part for _ in range(20) for part in Saying(parts, random).met]
    for endless in {id(part): part for part in met}.values():
        is_blank = endless.getwidth()[1] == 1
        for _ in range(1 if is_blank else number):
            text = Saying(parts, random, endless=endless, again=longest).text
            if len(text) >= longest:
                found[text[: longest - 1] + "x"] = True
    return [*found]


def words() -> list[str]:
    """Return the words of these phrases, one for each that differ in their figures alone; and the
    marks of tags, lists and priorities."""
    found = {}
    for word in re.split(r"[ ,&/+–-]+", " ".join(phrases(100))):
        found.setdefault(re.sub("[0-9]", "0", word), word)
    return [*filter(None, found.values()), *TOKENS]


def full(items: tuple[str, ...], joint: str, end: str, longest: int = LONGEST) -> str:
    """Return items again and again, as often as a line has room for them."""
    again = joint.join(items)
    number = (longest - len(end) + len(joint)) // (len(again) + len(joint))
    return joint.join([again] * max(number, 1))[: longest - len(end)] + end


def lines_of_one(items: list[str], longest: int = LONGEST) -> list[str]:
    """Return lines that have one of items, again and again."""
    every = itertools.product(items, JOINTS, ENDS)
    return list(dict.fromkeys(full((item,), joint, end, longest) for item, joint, end in every))


def lines_of_two(
    items: list[str], number: int, *, longest: int = LONGEST, seed: int = 1
) -> list[str]:
    """Return a number of lines that have two of items by turns; a seed makes the same ones."""
    random = Random(seed)
    return [
        full(
            (random.choice(items), random.choice(items)),
            random.choice(JOINTS),
            random.choice(ENDS),
            longest,
        )
        for _ in range(number)
    ]


def searches() -> list[str]:
    """Return searches as long as one may be, of each filter alone and of each two."""
    every = [(one,) for one in FILTERS] + list(itertools.permutations(FILTERS, 2))
    return [full(items, joint, "", search.LONGEST) for items in every for joint in (" ", "")]


def rules() -> list[str]:
    """Return rules that make the most of what a repeat can say: rare days, and many of them."""
    months = ["", "BYMONTH=2", "BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"]
    month_days = ["", "BYMONTHDAY=29", "BYMONTHDAY=31,-31", "BYMONTHDAY=1,2,3,4,5,6,7"]
    weekdays = ["", "BYDAY=MO", "BYDAY=MO,TU,WE,TH,FR,SA,SU", "BYDAY=5MO,-5SU"]
    positions = ["", "BYSETPOS=-1", "BYSETPOS=366"]
    ends = ["", "COUNT=9999", "UNTIL=99991231"]
    every = itertools.product(
        ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"], [1, 7, 999], months, month_days, weekdays,
        positions, ends,
    )  # fmt: skip
    return [
        ";".join(filter(None, (f"FREQ={frequency};INTERVAL={interval}", *parts)))
        for frequency, interval, *parts in every
    ]

"""The amount of work of a function in steps, a number that is the same on every machine.

calls() counts the calls of functions. Python counts a search by a regular expression as one call,
however long it takes, so Steps counts the attempts within a search. It parses an expression as
Python's own re does, with re._parser. That is private: another version of Python may need changes.
"""

import sys
from re import IGNORECASE, Pattern, _constants, _parser


class TooManySteps(AssertionError):
    """A search by a regular expression needed more steps than allowed."""


def calls(work) -> int:
    """Return how many calls of functions work() makes, including Python's own functions."""
    number = 0

    def count(frame, event, argument):
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number - 1  # but for the call that ends the counting


class Steps:
    """A regular expression that counts the characters and branches it tried, as `number`.

    It finds the same matches as re, and backtracks as re does. Steps that re saves by an
    optimization count here, too. Raise TooManySteps beyond `most`.
    """

    def __init__(self, expression: Pattern, most: int = sys.maxsize):
        self.ignores_case = bool(expression.flags & IGNORECASE)
        self.expression, self.most, self.number = expression, most, 0
        self.match = self.all_of(_parser.parse(expression.pattern, expression.flags))

    def find(self, text: str) -> list[tuple[int, int]]:
        """Return the matches of the expression in a text, as (start, end), in order."""
        self.text, self.groups, found, at = text, {}, [], 0
        while at <= len(text):
            end = self.match(at, lambda end: end)
            if end is not None:
                found.append((at, end))
            at = max(at + 1, end or 0)
        return found

    def step(self):
        self.number += 1
        if self.number > self.most:
            pattern = self.expression.pattern[:80]
            raise TooManySteps(f"{self.most} steps don't do for {pattern}… in {self.text}")

    # Each of these returns a function of (position, continuation). It calls the continuation with
    # the end of a match and returns its result, or None without a match.

    def all_of(self, parts):
        matches = [getattr(self, f"of_{name}".lower())(said) for name, said in parts]

        def match(at, then, place=0):
            if place == len(matches):
                return then(at)
            return matches[place](at, lambda end: match(end, then, place + 1))

        return match

    def character(self, is_one):
        def match(at, then):
            self.step()
            return then(at + 1) if at < len(self.text) and is_one(self.text[at]) else None

        match.is_one = is_one
        return match

    def of_literal(self, code):
        return self.character(lambda character: code in self.codes(character))

    def of_not_literal(self, code):
        return self.character(lambda character: code not in self.codes(character))

    def of_any(self, _):
        return self.character(lambda character: character != "\n")

    def of_in(self, choices):
        return self.character(lambda character: self.is_among(character, choices))

    def codes(self, character):
        cases = {character, character.lower(), character.upper()}
        cases = cases if self.ignores_case and character.isascii() else {character}
        return {ord(case) for case in cases if len(case) == 1}

    def is_among(self, character, choices):
        is_not = choices[0][0] is _constants.NEGATE
        for name, said in choices[is_not:]:
            low, high = said if name is _constants.RANGE else (said, said)
            if name is _constants.CATEGORY:
                is_one = self.is_of(character, said)
            else:
                is_one = any(low <= code <= high for code in self.codes(character))
            if is_one:
                return not is_not
        return is_not

    def is_of(self, character, category):
        name = str(category).removeprefix("CATEGORY_").replace("NOT_", "")
        if self.expression.flags & 256:  # re.ASCII
            character = character if character.isascii() else "\ufffd"
        is_one = {
            "SPACE": character.isspace(),
            "DIGIT": character.isdecimal(),
            "WORD": character.isalnum() or character == "_",
        }[name]
        return is_one != ("NOT_" in str(category))

    def of_branch(self, said):
        matches = [self.all_of(parts) for parts in said[1]]

        def match(at, then):
            for one in matches:
                self.step()
                if (end := one(at, then)) is not None:
                    return end
            return None

        return match

    def of_subpattern(self, said):
        group, _, _, parts = said
        inner = self.all_of(parts)

        def match(at, then):
            def close(end):
                before = self.groups.get(group)
                self.groups[group] = self.text[at:end]
                found = then(end)
                if found is None:
                    self.groups[group] = before
                return found

            return inner(at, close)

        return match if group else inner

    def of_groupref(self, group):
        def match(at, then):
            self.step()
            said = self.groups.get(group)
            if said is None or not self.text.startswith(said, at):
                return None
            return then(at + len(said))

        return match

    def of_max_repeat(self, said):
        least, most, parts = said
        inner = self.all_of(parts)

        def match(at, then, number=0, before=-1):
            found = None
            if number < most and at != before:
                found = inner(at, lambda end: match(end, then, number + 1, at))
            return then(at) if found is None and number >= least else found

        return match

    def of_atomic_group(self, parts):
        inner = self.all_of(parts)

        def match(at, then):
            end = inner(at, lambda end: end)
            return None if end is None else then(end)

        return match

    def of_possessive_repeat(self, said):
        return self.of_atomic_group([(_constants.MAX_REPEAT, said)])

    def of_assert(self, said, is_not=False):
        direction, parts = said
        inner, width = self.all_of(parts), parts.getwidth()[0] if direction < 0 else 0

        def match(at, then):
            self.step()
            is_there = at >= width and inner(at - width, lambda end: end) is not None
            return then(at) if is_there != is_not else None

        return match

    def of_assert_not(self, said):
        return self.of_assert(said, is_not=True)

    def of_at(self, place):
        name = str(place).removeprefix("AT_")

        def is_there(at):
            text = self.text
            if name == "BEGINNING":
                return at == 0
            if name == "END":
                return at == len(text) or text[at:] == "\n"
            sides = [text[at - 1 : at] if at else "", text[at : at + 1]]
            before, behind = (side.isalnum() or side == "_" for side in sides)
            return (before != behind) == (name == "BOUNDARY")

        def match(at, then):
            self.step()
            return then(at) if is_there(at) else None

        return match

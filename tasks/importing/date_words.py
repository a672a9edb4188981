"""Dates in words, which are taken into an item: their day, time and repeat."""

import re

from tasks.dates import moment as moment_at
from tasks.importing.english import YEAR, read_date, read_words
from tasks.importing.moments import due
from tasks.importing.rules import quoted

BARE_HOUR = re.compile(r"(?i)\bat [0-9]{1,2}(?![0-9:.]| ?[ap]m)")
MISUNDERSTOOD = "isn't understood as a whole, so it is no date and no repeat"
FOREIGN = "isn't English, the only language of dates that is read here"


class DateWords:
    """The words of an item's date, in a language such as en.

    zone is the zone that goes with them, by name; the user's if it is empty. Words that aren't
    understood as a whole go into the notes.
    """

    def __init__(self, item, words, language, zone):
        self.item = item
        self.words = words
        self.language = language
        self.own = item.zone_of(zone)
        self.user = item.plan.zone

    def take(self):
        """Take the words, as a moment in ISO 8601 if they are one."""
        try:
            day, clock = due(
                self.words,
                self.own,
                self.user,
                naive=self.own,
            )
        except (ValueError, OverflowError):
            self.take_words()
        else:
            self.item.take_day(day, clock)

    def take_words(self):
        """Take words that aren't a moment: a whole date, or what quick add reads in them."""
        is_english = self.language.lower().startswith("en")
        found = read_date(self.words) if is_english else None
        if found:
            self.take_day(*found)
            return
        said = read_words(
            self.words,
            self.item.today,
            self.user,
            self.language,
        )
        if said is None:
            why = MISUNDERSTOOD if is_english else FOREIGN
            self.keep(why)
        else:
            self.take_reading(said)

    def keep(self, why):
        """Keep the words in the notes, with the reason why they are no date here."""
        words = self.item.reading.words(self.words, "date").strip()
        self.item.lines.append(f"Date: {words}")
        self.item.leave(f"{quoted(words)} {why}. The notes have it.")

    def take_reading(self, said):
        """Take what quick add has read, and report a guess of it."""
        item = self.item
        self.take_day(said.due_date, said.due_time, said.repeat)
        if said.repeat:
            item.repeat = said.repeat
            item.repeat_from = said.repeat_from
            item.repeat_anchor = item.due_date
        is_sure = said.repeat or YEAR.search(self.words)
        if BARE_HOUR.search(self.words) or not is_sure:
            parts = filter(None, [item.due_date, item.due_time])
            taken = " ".join(parts)
            item.leave(f"{quoted(self.words)} is taken for {taken}.")

    def take_day(self, day, clock, repeat=""):
        """Take a day and a time of their zone, on the user's clock; the days of a repeat stay."""
        if clock is not None:
            day, clock = self.on_clock(day, clock, repeat)
        self.item.take_day(day, clock)

    def on_clock(self, day, clock, repeat):
        """Return a day and time of their zone on the user's clock, with a note if it differs."""
        there = moment_at(day, clock, self.own)
        here = there.astimezone(self.user)
        if here.utcoffset() == there.utcoffset():
            return day, clock
        if repeat and here.date() != day:
            self.item.leave(f"Its time, {clock:%H:%M}, is that of {self.own}, and stays as it is.")
            return day, clock
        self.item.leave(f"{clock:%H:%M} in {self.own} is {here:%H:%M} on your clock.")
        return here.date(), here.time()

"""How people read dates, times and weeks, guessed from the languages of their browser.

customs.json has what the Unicode CLDR says of each language (accounts/tests/cldr.py made it).
"""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.clock import Clock

FILE = Path(__file__).parent / "customs.json"
WEEKDAYS = {0: "Monday", 5: "Saturday", 6: "Sunday"}
SAMPLE = datetime(2026, 12, 5, 17, 30, tzinfo=UTC)  # 5/12 or 12/5


class Customs(NamedTuple):
    """The fields of an account that say how its owner reads dates, as accounts.clock has them."""

    date_format: str = "day"
    hours: int = 24
    week_start: int = 0

    @property
    def words(self) -> str:
        """Return them as a sentence."""
        clock = Clock(SAMPLE, *self)
        day, hour = clock.date(SAMPLE.date()), clock.time(SAMPLE.time())
        first = WEEKDAYS[self.week_start]
        return f"Dates look like {day}, times like {hour}, and weeks start on {first}."


@cache
def known() -> dict[str, Customs]:
    """Return what each language tag that is known stands for, in small letters."""
    found = {}
    for said, tags in json.loads(FILE.read_text()).items():
        date_format, hours, week_start = said.split()
        customs = Customs(date_format, int(hours), int(week_start))
        found |= dict.fromkeys(tags.split(), customs)
    return found


def customs_of(languages: str) -> Customs:
    """Return the customs where the first known of some languages is spoken.

    languages is an Accept-Language header (RFC 9110, section 12.5.4). Of a tag that isn't known
    its beginning counts: es-us-posix is es-us (RFC 4647, section 3.4).
    """
    for tag, weight in parse_accept_lang_header(languages):
        while tag and weight:
            if tag in known():
                return known()[tag]
            tag = tag.rpartition("-")[0]
    return Customs()

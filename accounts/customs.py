"""The formats of dates, times and weeks, guessed from the languages of a browser.

customs.json has the data of the Unicode CLDR for each language (made by accounts/tests/cldr.py).
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
SAMPLE = datetime(2026, 12, 5, 17, 30, tzinfo=UTC)  # shows the order of day and month


class Customs(NamedTuple):
    """The formats of a language, as the fields of a user that accounts.clock.Clock takes."""

    date_format: str = "day"
    hours: int = 24
    week_start: int = 0

    @property
    def words(self) -> str:
        """The formats as a sentence."""
        clock = Clock(SAMPLE, *self)
        day = clock.date(SAMPLE.date())
        hour = clock.time(SAMPLE.time())
        first = WEEKDAYS[self.week_start]
        return f"Dates look like {day}, times like {hour}, and weeks start on {first}."


@cache
def known() -> dict[str, Customs]:
    """Return the customs of each known language tag, by the tag in lower case."""
    found = {}
    for said, tags in json.loads(FILE.read_text()).items():
        date_format, hours, week_start = said.split()
        customs = Customs(
            date_format,
            int(hours),
            int(week_start),
        )
        found |= dict.fromkeys(tags.split(), customs)
    return found


def customs_of(languages: str) -> Customs:
    """Return the customs of the first known language of an Accept-Language header.

    The header follows RFC 9110, section 12.5.4. An unknown tag is shortened from its end until it
    is known: es-us-posix becomes es-us (RFC 4647, section 3.4). Without a known language, the
    defaults.
    """
    for tag, weight in parse_accept_lang_header(languages):
        while tag and weight:
            if tag in known():
                return known()[tag]
            tag = tag.rpartition("-")[0]
    return Customs()

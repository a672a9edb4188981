"""Generate accounts/customs.json from the Unicode CLDR, as Babel has it.

    .venv/bin/python -m accounts.tests.cldr

Only the tests use Babel: it keeps every locale that it has read, and a stranger could make a server
read all of them.
"""

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

FILE = Path(__file__).resolve().parent.parent / "customs.json"
ORDERS = {"d": "day", "M": "month", "y": "iso"}  # what comes first, as User.DateFormat has it
WEEK_STARTS = {0, 5, 6}  # that an account can have


def custom(locale):
    """Return the formats of a locale as the file has them: "month 12 6"."""
    date = without_words(locale.date_formats["short"].pattern)
    time = without_words(locale.time_formats["short"].pattern)
    order = next(ORDERS[letter] for letter in date if letter in ORDERS)
    hours = 12 if re.search("[hK]", time) else 24
    week_start = locale.first_week_day if locale.first_week_day in WEEK_STARTS else 0
    return f"{order} {hours} {week_start}"


def without_words(pattern):
    """Return a pattern of CLDR without its quoted words."""
    return re.sub("'[^']*'", "", pattern)


@cache
def customs():
    """Return the formats of each language tag of CLDR: {"en-us": "month 12 6"}.

    A tag without a country stands for the country in which most people speak the language.
    """
    found, names = {}, set(locale_identifiers())
    for name in sorted(names, key=len):
        locale = Locale.parse(name)
        if locale.variant:
            continue
        script, country = usual_parts(locale)
        whole = joined(locale.language, locale.script, locale.territory or country)
        said = custom(Locale.parse(whole) if whole in names else locale)
        found.setdefault(tag_of(name), said)
        if locale.script == script:  # browsers say zh-CN for zh_Hans_CN
            found.setdefault(tag_of(joined(locale.language, locale.territory)), said)
    return found


def usual_parts(locale):
    """Return the default script and country of a locale's language, if the locale lacks them."""
    likely = get_global("likely_subtags")

    def most_speak(*parts):
        usual = likely.get(joined(*parts)) or likely.get(locale.language) or "__"
        return usual.split("_")

    _, script, _ = most_speak(locale.language, locale.territory)
    _, _, country = most_speak(locale.language, locale.script)
    return script, country


def joined(*parts):
    return "_".join(filter(None, parts))


def tag_of(name):
    return name.replace("_", "-").lower()


def table():
    """Return the contents of the file: the tags of each custom, without redundant longer tags."""
    found, grouped = customs(), defaultdict(list)
    for tag in sorted(found):
        shorter = tag.rpartition("-")[0]
        while shorter and shorter not in found:
            shorter = shorter.rpartition("-")[0]
        if found[tag] != found.get(shorter):
            grouped[found[tag]].append(tag)
    rows = [f'  "{said}": "{" ".join(tags)}"' for said, tags in sorted(grouped.items())]
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(table())
    print(f"{FILE}: {sum(map(len, map(str.split, json.loads(table()).values())))} languages")

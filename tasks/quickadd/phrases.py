"""The phrases of quick add: the pattern and the reader of each. Pure: no Django.

PHRASES, at the end of this module, has all of them by kind. A row has the strength of the phrase,
its words, and its reader (tasks.quickadd.readers). A new phrase is a new row. In its words a space
stands for several, and {name} for one of FRAGMENTS. Of phrases that overlap the first counts.
tasks.quickadd.parser says which phrases of a line count.
"""

import re
from collections.abc import Collection

from tasks.quickadd.readers import (
    NUMBERS,
    ORDINALS,
    read_ahead,
    read_ahead_of,
    read_count,
    read_cycle,
    read_daily,
    read_date,
    read_edge,
    read_except,
    read_figures,
    read_from_month,
    read_hour,
    read_iso,
    read_moment,
    read_month_day,
    read_month_days,
    read_month_end,
    read_month_weekdays,
    read_named_hour,
    read_near,
    read_next,
    read_next_weekday,
    read_nth_weekday,
    read_of_month,
    read_part,
    read_past,
    read_shorthand,
    read_this,
    read_through_month,
    read_until_month,
    read_week_after,
    read_weekday,
    read_weekend,
    read_weekends,
    read_weekly,
    read_workdays,
    read_yearly,
    read_yearly_months,
)
from tasks.quickadd.words import FULL_DAY, SHORT_DAY, UP_TO

STRONG, FAIR, WEAK, BESIDE = 3, 2, 1, 0  # how sure a phrase is, see tasks.quickadd.parser


def either(words: Collection[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


FRAGMENTS = {
    "full_day": FULL_DAY,
    "short_day": rf"{SHORT_DAY}\.?",
    "day_name": f"(?:{FULL_DAY}|{SHORT_DAY})",
    # Atomic, as (?>…) is: else "weds" is "wed" and an s besides, and n of them are read in 2ⁿ ways.
    "one_or_each": "(?>{day_name}s?)",
    "days": f"(?P<days>{{one_or_each}}(?:(?:{{also}}| | ?{UP_TO} ?){{one_or_each}})*)",
    "also": "(?:, (?:and )?|,| ?[/&+] ?| and (?:every |on )?)",
    "plural_days": "(?P<days>{full_day}s(?:{also}{full_day}s)*)",
    "several_days": "(?P<days>{full_day}s(?:{also}{full_day}s)+)",
    "month_name": "(?P<month>{month})",
    "month": "(?:(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?)",
    "number": rf"(?:[0-9]{{1,3}}|{either(NUMBERS)})",
    "th": "(?:[0-9]{1,2}(?:st|nd|rd|th))",
    "ordinal": f"(?:{{th}}|{either(ORDINALS)})",
    "ths": "(?P<ths>{th}(?:{also}(?:the )?{th})*)",
    "firsts": "(?P<ths>{ordinal}(?:{also}(?:the )?{ordinal})*)",
    "units": "(?P<unit>day|week|wk|fortnight|month|mth|year|yr)",
    "year": "(?P<year>,? [1-9][0-9]{3})?",
    "month_year": "(?:,? (?P<year>20[0-9]{2}))?(?! [0-9])",
    "part": "(?: (?:in the )?(?:early |late )?(?P<part>morning|afternoon|evening|night))?",
    "day_of_date": "(?:(?P<day>{day_name}),? )?",
    "of_day": "(?: sharp)?(?: (?:in the|at) (?P<part>morning|afternoon|evening|night))?",
    "half": r"(?P<half>[ap]\.?m\b\.?)",
    "hour_word": "(?P<hour>[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten"
    "|eleven|twelve)",
    "hour_name": "(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)",
    "minute_word": "(?P<minute>fifteen|twenty|thirty|forty|forty[- ]five|fifty)",
    "date": r"(?P<date>[0-9]{1,2}(?:st|nd|rd|th|\.)?)",
    "figure": "(?P<first>[0-9]{1,2})",
    "large": "(?P<first>1[3-9]|2[0-9]|3[01])",  # no month
    "second": "(?P<second>[0-9]{1,2})",
    "near": "(?P<near>(?:the )?day after tomorrow|today|tomorrow|tmrw|tmr|tmw|2moro|tonight"
    "|this (?:morning|afternoon|evening))",
    "within": "(?:in|within) (?:the next )?",
    "hours": "(?P<n>half an|{number}(?: and a half)?|[0-9]{1,3}[.,][0-9])",
    "more": "(?P<more> and a half)?(?:(?: and)? ?(?P<minutes>[0-9]{1,2}) ?(?:m|min|minutes)?)?",
    "clock_units": "(?P<unit>minutes?|mins?|m|hours?|hrs?|h)",
    "base_day": "(?:today|tomorrow|{day_name})",
    "base": "(?P<base>now|today|tomorrow|{day_name})",
    "scope": "(?:the |this )?(?P<scope>(?:next )?(?:day|week|month|quarter|year)|{month})",
    "cycle": "(?P<unit>day|week|fortnight|month|quarter|year)",
    "work": "(?:week|week |work|working |business )",
    "to_hour": "{hour_word}(?: ?{half})?{of_day}",
    "every": "(?:every|each)(?P<bang>!)? (?:single )?",
    "nth": "(?:(?P<n>{number}|{ordinal}) )?",
    "done": "(?P<completion> (?:after|from)(?: the)?(?: last)? (?:completion|completing(?: it)?"
    "|(?:it['’]s )?done|finishing(?: it)?))?",
    "of_month": "(?: (?:of|in) (?:the|each|every|a) month)",
    "months_of_day": "(?P<months>{month}(?:{also}{date_figure}(?: of)? {month})+)",
    "date_figure": r"(?:[0-9]{1,2}(?:st|nd|rd|th|\.)?)",
    "nths": "(?P<nths>{ordinal}(?:{also}(?:the )?{ordinal})+)",
    "monthly": "(?:(?: of| in)? (?:every|each) month|,? monthly)",
    "nth_day": "(?P<nth>{ordinal}) (?P<nth_day>{day_name}|{work}?day)",
}
WIDE_MARKS = "。，、！？；："  # no space follows these
MARKS = f",.;:!?)…{WIDE_MARKS}»”"  # may follow a phrase


def whole(words: str) -> re.Pattern:
    """Return words as a pattern: a space stands for several, too, {name} for one of FRAGMENTS.

    A phrase may stand in brackets and before a mark, but 5.2 and monday.com hold none.
    """
    while name := re.search(r"\{([a-z_]+)\}", words):
        words = words.replace(
            name[0],
            FRAGMENTS[name[1]],
        )
    words = re.sub(" (?![?*+])", " +", words)
    before = rf"(?<![^ (,;{WIDE_MARKS}])"
    behind = rf"(?=[{MARKS}]*(?: |$)|[{WIDE_MARKS}])"
    return re.compile(
        f"{before}(?:{words}){behind}",
        re.ASCII | re.IGNORECASE,
    )


ADVERBS = "daily|everyday|weekly|fortnightly|bi-?weekly|monthly|quarterly|yearly|annually"
MONTHLY, WEEKLY = "(?P<unit>month|quarter)s?", "(?P<unit>week|fortnight)s?"
PHRASES = {
    "repeat": [
        (
            STRONG,
            "{every}(?P<work>{work})?day (?:except|but)(?: on)? {days}",
            read_except,
        ),
        (STRONG, "{every}{date}(?: of)? {months_of_day}", read_yearly_months),
        (STRONG, "{every}{work}(?:day|days){part}", read_workdays),
        (STRONG, "{every}weekends?", read_weekends),
        (STRONG, f"{{every}}{{nth}}{MONTHLY} on(?: the)? {{nth_day}}", read_month_weekdays),
        (STRONG, f"{{every}}{{nth}}{MONTHLY} on(?: the)? {{firsts}}", read_month_days),
        (STRONG, "(?P<unit>monthly|quarterly) on(?: the)? {nth_day}", read_month_weekdays),
        (STRONG, "(?P<unit>monthly|quarterly) on(?: the)? {firsts}", read_month_days),
        (STRONG, f"{{every}}{{nth}}{WEEKLY}(?: on)? {{days}}{{part}}", read_weekly),
        (STRONG, "(?P<unit>weekly|fortnightly|bi-?weekly) on {days}{part}", read_weekly),
        (STRONG, "{every}{nths} (?P<nth_day>{day_name}){of_month}?", read_month_weekdays),
        (
            STRONG,
            "(?:on |by )?(?:the )?{nths} (?P<nth_day>{day_name}){monthly}",
            read_month_weekdays,
        ),
        (STRONG, "{every}{nth_day}{of_month}", read_month_weekdays),
        (STRONG, "{every}{firsts}(?: day)?{of_month}", read_month_days),
        (STRONG, "(?:on |by )?(?:the )?{nth_day}{monthly}", read_month_weekdays),
        (STRONG, "(?:on |by )?(?:the )?{firsts}{monthly}", read_month_days),
        (STRONG, "(?:at |by )?(?:the )?end of (?:every|each) month", read_month_end),
        (STRONG, "{every}(?:(?P<n>other|second|2nd|alternate) )?{days}{part}", read_weekly),
        (STRONG, "{every}{nth}{cycle}s?{part}{done}", read_cycle),
        (STRONG, "{every}{nth_day}", read_month_weekdays),
        (STRONG, "{every}(?P<part>morning|afternoon|evening|night)", read_daily),
        (STRONG, "{every}{date}(?: of)? {month_name}", read_yearly),
        (STRONG, "{every}{month_name} {date}", read_yearly),
        (FAIR, "{every}{month_name}", read_yearly),
        (FAIR, "{every}{ths}", read_month_days),
        (FAIR, "once (?:a|an|every|per) {cycle}", read_cycle),
        (FAIR, "on {plural_days}{part}", read_weekly),
        (FAIR, "on (?:week|work)days", read_workdays),
        (WEAK, "{several_days}{part}", read_weekly),
        (BESIDE, "{plural_days}{part}", read_weekly),
        (BESIDE, "(?:week|work)days", read_workdays),
        (WEAK, f"(?P<unit>{ADVERBS})", read_cycle),
    ],
    "count": [
        (BESIDE, "(?:for )?(?P<n>{number}) times", read_count),
        (BESIDE, "for (?:the next )?(?P<n>{number}) {units}s?", read_count),
    ],
    "date": [
        (FAIR, "(?P<base>{base_day}) (?P<unit>week|fortnight)", read_week_after),
        (STRONG, "(?P<n>{number}) {units}s?(?: from| on)? {base}", read_ahead_of),
        (
            STRONG,
            "(?:at )?(?:the )?(?P<edge>end|close|beginning|start|middle) of {scope}",
            read_edge,
        ),
        (STRONG, "(?P<edge>mid)[ -]{scope}", read_edge),
        (STRONG, "(?:the )?{nth_day} (?:of|in) {scope}", read_nth_weekday),
        (STRONG, "(?:the )?(?P<date>{ordinal}) of (?:the|this|next) month", read_of_month),
        (STRONG, "{near}{part}", read_near),
        (STRONG, "{within}{hours} ?{clock_units}{more}", read_moment),
        (STRONG, "{within}(?P<n>{number}) {units}s?(?:['’]s?)?(?: time)?{part}", read_ahead),
        (STRONG, "(?:next week|next)(?: on)? (?P<day>{day_name}){part}", read_next_weekday),
        (STRONG, "(?P<day>{day_name})(?: of)? next week", read_next_weekday),
        (STRONG, "next (?P<unit>week|weekend|month|quarter|year)", read_next),
        (STRONG, "(?:this coming|this|coming) (?P<day>{day_name}|weekend){part}", read_this),
        (STRONG, "the coming (?P<day>{day_name}|weekend){part}", read_this),
        (WEAK, "eo[dwmy]", read_shorthand),
        (STRONG, "{day_of_date}(?:the )?{date}(?: of)? {month_name}{year}{part}", read_date),
        (
            STRONG,
            "(?:the )?(?P<date>{ordinal}) of {month_name}{day_of_date}{year}{part}",
            read_date,
        ),
        (STRONG, "{day_of_date}{month_name} (?:the )?{date}{year}{part}", read_date),
        (
            STRONG,
            "(?P<year>20[0-9]{2})(?P<mark>[-/])(?P<month>[0-9]{1,2})(?P=mark)(?P<date>[0-9]{1,2})",
            read_iso,
        ),
        (
            STRONG,
            "{day_of_date}{figure}(?P<mark>[./-]){second}(?P=mark)(?P<year>20[0-9]{2})",
            read_figures,
        ),
        (STRONG, "{day_of_date}{figure}/{second}/(?P<year>[0-9]{2})", read_figures),
        (BESIDE, "(?P<first>[123])/(?P<second>[234])", read_figures),
        (FAIR, "{day_of_date}{large}/{second}", read_figures),
        (WEAK, "{day_of_date}{figure}/{second}", read_figures),
        (WEAK, "{day_of_date}{figure}\\.(?P<second>0[1-9])\\.", read_figures),
        (WEAK, "{day_of_date}{large}\\.{second}\\.", read_figures),
        (WEAK, "{day_of_date}{figure}\\.{second}\\.", read_figures),
        (FAIR, "{day_of_date}the (?P<date>{th}){part}", read_month_day),
        (WEAK, "(?P<day>{day_name}),? (?P<date>{th}){part}", read_month_day),
        (BESIDE, "(?P<date>{th})(?P<day>){part}", read_month_day),
        (BESIDE, "the (?P<date>{ordinal})(?P<day>){part}", read_month_day),
        (FAIR, "(?P<day>{full_day}){part}", read_weekday),
        (WEAK, "(?P<day>{short_day}){part}", read_weekday),
        (FAIR, "(?:at|on|over|by|for|before) the weekend", read_weekend),
    ],
    "until": [
        (BESIDE, "(?:until|till|til|up to) {month_name}{month_year}", read_until_month),
        (BESIDE, "through(?:out)? {month_name}{month_year}", read_through_month),
    ],
    "start": [
        (
            BESIDE,
            "(?:starting|beginning|from|starts|start|as of)(?: in| from)? {month_name}{month_year}",
            read_from_month,
        ),
    ],
    "time": [
        (FAIR, "@ ?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?{half}?{of_day}", read_hour),
        (FAIR, "um (?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?: ?uhr)?", read_hour),
        (FAIR, "(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?uhr", read_hour),
        (FAIR, "(?:at )?12(?:[:.]00)? (?:noon|midday|midnight)", read_named_hour),
        (FAIR, "(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?{half}{of_day}", read_hour),
        (FAIR, "at (?P<minutes>five|ten|twenty|[0-9]{1,2}) (?P<way>past|to) {to_hour}", read_past),
        (FAIR, "{hour_word}(?: {minute_word})? ?{half}{of_day}", read_hour),
        (FAIR, "at {hour_word} {minute_word}{of_day}", read_hour),
        (
            WEAK,
            "(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?: ?(?:h|hrs?|o['’]?clock))?{of_day}",
            read_hour,
        ),
        (WEAK, "(?P<hour>1[3-9]|2[0-3]) ?h(?P<minute>[0-9]{2})?", read_hour),
        (WEAK, "(?P<hour>[0-9]{1,2})h(?P<minute>[0-9]{2})", read_hour),
        (FAIR, "{hour_word} ?o['’]?clock{of_day}", read_hour),
        (FAIR, "at (?P<hour>[0-9]{1,2}) ?(?:h|hrs?){of_day}", read_hour),
        (FAIR, "at (?P<hour>0?[0-9]|1[0-2]){of_day}", read_hour),
        (BESIDE, "at (?P<hour>1[3-9]|2[0-3]){of_day}", read_hour),
        (FAIR, "(?:at|@) ?{hour_name}{of_day}", read_hour),
        (FAIR, "at (?P<hour>[0-9]{1,2})\\.(?P<minute>00|15|30|45){of_day}", read_hour),
        (FAIR, "at (?P<hour>0[0-9])(?P<minute>[0-9]{2})", read_hour),
        (FAIR, "at (?P<hour>[0-9]{2})(?P<minute>[0-9]{2}) ?(?:h|hrs|hours)", read_hour),
        (FAIR, "(?:at )?(?P<minutes>half|(?:a )?quarter) (?P<way>past|to) {to_hour}", read_past),
        (
            BESIDE,
            "(?:by|before|around|about|from|after) {hour_word}(?!\\s+{month}){of_day}",
            read_hour,
        ),
        (BESIDE, "(?P<hour>[0-9]{1,2})\\.(?P<minute>[0-5][05])(?: ?h)?", read_hour),
        (BESIDE, "(?P<hour>[0-9]{1,2})(?P<half>[ap])", read_hour),
        (
            BESIDE,
            "(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][05])(?: ?(?:h|hrs|hours))?",
            read_hour,
        ),
        (BESIDE, "(?:at )?(?P<minutes>half) (?P<way>){hour_word}(?P<half>)(?P<part>)", read_past),
        (BESIDE, "(?P<minutes>five|ten|twenty) (?P<way>past|to) {to_hour}", read_past),
        (WEAK, "noon|midday|midnight|(?:at )?lunch ?time", read_named_hour),
        (FAIR, "in the (?P<part>morning|afternoon|evening)", read_part),
    ],
}
PHRASES = [
    (kind, strength, whole(words), read)
    for kind, phrases in PHRASES.items()
    for strength, words, read in phrases
]

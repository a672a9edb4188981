"""Where in a line its tokens and phrases stand, and the title that is left. Pure: no Django."""

import re
from typing import NamedTuple

from tasks.quickadd.found import Found
from tasks.quickadd.ranges import RANGE


class Span(NamedTuple):
    """text[start:end] was taken for a kind: date, time, repeat, reminder and so on."""

    start: int
    end: int
    kind: str

    def moved(self, by: int) -> "Span":
        return Span(
            self.start + by,
            self.end + by,
            self.kind,
        )


SPANS = {
    "until": "repeat",
    "count": "repeat",
    "interval": "repeat",
}  # what ends a repeat is a part of it


def spans_of(tokens: list[Found], found: dict[str, Found]) -> list[Span]:
    """Return the spans of tokens and of the chosen phrases, as they stand in the line."""
    spans = [Span(token.start, token.end, token.kind) for token in tokens]
    for says, one in found.items():
        if one.lead == RANGE:  # which stays in the title
            continue
        kind = SPANS.get(says, says)
        spans.append(Span(one.start, one.end, kind))
    return sorted(spans)


def tidied(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, each with the marks around it that lose their sense without it."""
    for at, span in enumerate(spans):
        if span.kind in ("tag", "list", "priority", "reminder"):
            spans[at] = with_comma(line, spans, at)
        else:
            spans[at] = with_marks(line, spans, at)
    return with_brackets(line, spans)


def with_comma(line: str, spans: list[Span], at: int) -> Span:
    """Return the span of a token with the comma that set it apart: #shop, #home."""
    start, end, kind = spans[at]
    before, behind = beside_span(line, spans, at)
    marks = [COMMA_BEFORE.search(before), COMMA_BEHIND.match(behind), FULL_STOP.fullmatch(behind)]
    if not any(marks):  # to look through all other spans for each would take long
        return spans[at]
    may_be_first = not before.strip(" ,;")
    may_be_last = not behind.strip(" ,;.")
    ends_line = may_be_last and is_last(line, spans, at)
    begins_line = may_be_first and is_first(line, spans, at)
    is_between = at + 1 < len(spans) and behind.strip() in (",", ";")
    if is_between or begins_line or ends_line:
        end += length_of(COMMA_BEHIND.match(behind))
    if ends_line:
        end += bool(FULL_STOP.fullmatch(behind))
        start -= length_of(COMMA_BEFORE.search(before))
    return Span(start, end, kind)


def length_of(match: re.Match | None) -> int:
    """Return the length of a match, 0 if there is none."""
    return len(match[0]) if match else 0


COMMA_BEHIND = re.compile(r"\s*[,;]")
COMMA_BEFORE = re.compile(r"\s*[,;]\s*$")
FULL_STOP = re.compile(r"\.\s*")


def with_brackets(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, with the brackets around spans that stand alone in them: (#shop, #home)."""
    for first, span in enumerate(spans):
        before = line[: span.start].rstrip()
        if not before.endswith("(") or is_within(spans[:first], before):
            continue
        last = last_in_a_row(line, spans, first)
        behind = line[spans[last].end :]
        if behind.lstrip().startswith(")"):
            end = spans[last].end + behind.index(")") + 1
            spans[last] = spans[last]._replace(end=end)
            spans[first] = spans[first]._replace(start=len(before) - 1)
    return spans


def is_within(spans: list[Span], before: str) -> bool:
    """Return whether the last of spans goes on to the end of a text, or beyond it."""
    return bool(spans) and spans[-1].end >= len(before)


def last_in_a_row(line: str, spans: list[Span], first: int) -> int:
    """Return the index of the last of the spans between which only marks stand, from one on."""
    last = first
    for at in range(first + 1, len(spans)):
        between = line[spans[last].end : spans[at].start]
        if between.strip(" ,;"):
            break
        last = at
    return last


MARK_BEHIND = re.compile(r"\s*(?:[:,;]|[-–—/|](?!\S))\s*")
MARK_BEFORE = re.compile(r"\s*(?:[,;:]|(?<=\s)[-–—/|])\s*$")
ONLY_MARKS = re.compile(r"[\s,;.，；。]*[,;.，；。]\s*")
A_MARK = re.compile(r"[?!.,;:？！。，、；：]")
ONLY_ASKED = re.compile(r"[?!]+\s*")


def with_marks(line: str, spans: list[Span], at: int) -> Span:
    """Return one of the spans with the marks around it: parentheses, a colon, a comma …"""
    start, end, kind = spans[at]
    before, behind = beside_span(line, spans, at)
    mark_behind = MARK_BEHIND.match(behind)
    if before.endswith("(") and behind.startswith(")"):
        start -= 1
        end += 1
    elif mark_behind and is_first(line, spans, at):
        end += mark_behind.end()
    elif ONLY_MARKS.fullmatch(behind):
        end += len(behind.rstrip())
    elif behind.startswith((",", ";")) and has_comma_before(line, spans, at):
        end += 1  # Dinner, Saturday, Luigi's
    elif A_MARK.match(behind):
        start -= len(before) - len(before.rstrip())
    mark_before = MARK_BEFORE.search(before)
    if mark_before and ends_text(line, spans, at, behind):
        start = spans[at].start - len(mark_before[0])
    return Span(start, end, kind)


def ends_text(
    line: str,
    spans: list[Span],
    at: int,
    behind: str,
) -> bool:
    """Return whether no text stands behind a span, but for marks such as a question mark."""
    if ONLY_ASKED.fullmatch(behind):
        return True
    return is_last(line, spans, at)


def has_comma_before(line: str, spans: list[Span], at: int) -> bool:
    """Return whether the text before a span ends in a comma or a semicolon."""
    text = text_before(line, spans, at)
    return text.endswith((",", ";"))


def beside_span(
    line: str,
    spans: list[Span],
    at: int,
) -> tuple[str, str]:
    """Return the text between a span and the one before it, and between it and the next."""
    start, end, _ = spans[at]
    from_ = 0
    if at > 0:
        from_ = spans[at - 1].end
    to = len(line)
    if at + 1 < len(spans):
        to = spans[at + 1].start
    return line[from_:start], line[end:to]


def is_first(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands before a span."""
    return not text_before(line, spans, at)


def text_before(line: str, spans: list[Span], at: int) -> str:
    """Return the text before a span, without the spans in it."""
    before = line[: spans[at].start]
    return without(before, spans[:at])


def is_last(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands behind a span, but for marks."""
    here = spans[at].end
    later = [span.moved(-here) for span in spans[at + 1 :]]
    text = without(line[here:], later)
    return not text.strip(" ,;.")


def without(line: str, spans: list[Span]) -> str:
    """Return the line without its spans, one space between its words."""
    kept = ""
    at = 0
    end_of_line = Span(
        len(line),
        len(line),
        "",
    )
    for start, end, _ in [*spans, end_of_line]:
        part = line[at:start]
        if MARK_OF_A_TEXT.match(part):
            kept = kept.rstrip()
        kept += part
        at = end
    return " ".join(kept.split())


MARK_OF_A_TEXT = re.compile(r"[?!,;:.…]+(?:\s|$)|[？！。，、；：]")

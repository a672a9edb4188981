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
    is_between = at + 1 < len(spans) and re.fullmatch(r"\s*[,;]\s*", behind)
    may_be_first, may_be_last = not before.strip(" ,;"), not behind.strip(" ,;.")
    mark = re.match(r"\s*[,;]", behind)
    is_first_one = mark and may_be_first and is_first(line, spans, at)
    if mark and (is_between or is_first_one or (may_be_last and is_last(line, spans, at))):
        end += mark.end()
    if re.fullmatch(r"\.\s*", behind) and may_be_last and is_last(line, spans, at):
        end += 1
    mark = re.search(r"\s*[,;]\s*$", before)
    if mark and may_be_last and is_last(line, spans, at):
        start -= len(mark[0])
    return Span(start, end, kind)


def with_brackets(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, with the brackets around spans that stand alone in them: (#shop, #home)."""
    for first, span in enumerate(spans):
        before = line[: span.start].rstrip()
        if not before.endswith("(") or (first and spans[first - 1].end >= len(before)):
            continue
        last = first
        while last + 1 < len(spans) and not line[spans[last].end : spans[last + 1].start].strip(
            " ,;"
        ):
            last += 1
        behind = line[spans[last].end :]
        if behind.lstrip().startswith(")"):
            end = spans[last].end + behind.index(")") + 1
            spans[last] = spans[last]._replace(end=end)
            spans[first] = spans[first]._replace(start=len(before) - 1)
    return spans


MARK_BEHIND = re.compile(r"\s*(?:[:,;]|[-–—/|](?!\S))\s*")
MARK_BEFORE = re.compile(r"\s*(?:[,;:]|(?<=\s)[-–—/|])\s*$")


def with_marks(line: str, spans: list[Span], at: int) -> Span:
    """Return one of the spans with the marks around it: parentheses, a colon, a comma …"""
    start, end, kind = spans[at]
    before, behind = beside_span(line, spans, at)
    if before.endswith("(") and behind.startswith(")"):
        start, end = start - 1, end + 1
    elif (mark := MARK_BEHIND.match(behind)) and is_first(line, spans, at):
        end += mark.end()
    elif re.fullmatch(r"[\s,;.，；。]*[,;.，；。]\s*", behind):
        end += len(behind.rstrip())
    elif behind.startswith((",", ";")) and without(line[:start], spans[:at]).endswith((",", ";")):
        end += 1  # Dinner, Saturday, Luigi's
    elif re.match(r"[?!.,;:？！。，、；：]", behind):
        start = start - len(before) + len(before.rstrip())
    mark = MARK_BEFORE.search(before)
    if mark and (is_last(line, spans, at) or re.fullmatch(r"[?!]+\s*", behind)):
        start = spans[at].start - len(mark[0])
    return Span(start, end, kind)


def beside_span(line: str, spans: list[Span], at: int) -> tuple[str, str]:
    """Return the text between a span and the one before it, and between it and the next."""
    start, end, _ = spans[at]
    from_, to = 0, len(line)
    if at > 0:
        from_ = spans[at - 1].end
    if at + 1 < len(spans):
        to = spans[at + 1].start
    return line[from_:start], line[end:to]


def is_first(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands before a span."""
    before = line[: spans[at].start]
    return not without(before, spans[:at])


def is_last(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands behind a span, but for marks."""
    here = spans[at].end
    later = [span.moved(-here) for span in spans[at + 1 :]]
    return not without(line[here:], later).strip(" ,;.")


def without(line: str, spans: list[Span]) -> str:
    """Return the line without its spans, one space between its words."""
    kept, at = [], 0
    for start, end, _ in [*spans, (len(line), len(line), "")]:
        part = line[at:start]
        if kept and re.match(r"[?!,;:.…]+(?:\s|$)|[？！。，、；：]", part):
            kept = ["".join(kept).rstrip()]
        kept.append(part)
        at = end
    return " ".join("".join(kept).split())

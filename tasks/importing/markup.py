"""HTML in notes, as plain text. Pure: no Django.

Not by html.parser, which takes minutes for a tag of 50,000 characters that has no end.
"""

import re
from html import unescape

TAG = re.compile(r"(</?[a-zA-Z][^<>]*>)")
NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
ATTRIBUTE = re.compile(
    r"(?<![\w-])(href|src|data-checked)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "blockquote", "pre", "hr", "body"}
BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "section", "article"}
MARKS = ("- ", "- [x] ", "- [ ] ")  # of items; the others are those of lists of tasks
SILENT = {"script", "style", "head", "title"}  # without text for people


def plain(html: str) -> str:
    """Return HTML as text: a paragraph is a line, an item begins with "- ", a link shows where to.

    Of a text without tags, only the entities change.
    """
    first, *others = TAG.split(without_comments(html))
    if not others:
        return unescape(first).strip()
    text = Text()
    text.add(first)
    for tag, words in zip(others[::2], others[1::2], strict=True):
        text.tag(tag)
        text.add(words)
    lines = [line.strip() for line in "".join(text.pieces).split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_comments(html):
    first, *parts = html.split("<!--")
    kept = [first]
    for part in parts:
        _, end, after = part.partition("-->")
        if not end:
            after = f"<!--{part}"
        kept.append(after)
    return "".join(kept)


class Text:
    """Collects the text of HTML, with line breaks where a browser shows them."""

    def __init__(self):
        self.pieces = []
        self.silent = ""  # the name of the element whose text isn't for people
        self.link = ""
        self.is_pre = False  # whether line breaks mean something

    def tag(self, tag):
        name = NAME.match(tag)[1].lower()
        is_end = tag.startswith("</")
        if self.silent:
            if is_end and name == self.silent:
                self.silent = ""
        elif name in SILENT:
            self.silent = "" if is_end else name
        elif name == "br":
            self.pieces.append("\n")
        elif name in BLOCKS or name == "li":
            self.break_line(is_item=name == "li")
        if name == "pre":
            self.is_pre = not is_end
        if not is_end:
            self.begin(name, tag)
        elif name == "a":
            self.end_link()

    def begin(self, name, tag):
        attributes = {}
        if name in ("a", "img", "li"):
            attributes = attributes_of(tag)
        if name == "li":
            self.pieces.append(mark_of(attributes))
        elif name in ("td", "th"):
            self.pieces.append(" ")
        elif name == "a":
            self.link = attributes.get("href", "")
        elif name == "img":
            self.pieces.append(f" {attributes.get('src', '')} ")

    def end_link(self):
        shown = "".join(self.pieces[-3:])
        if self.link and self.link.removeprefix("mailto:") not in shown:
            self.pieces.append(f" ({self.link})")
        self.link = ""

    def add(self, words):
        """Add text. Its line breaks count only in <pre>."""
        words = unescape(words)
        if not self.is_pre:
            words = re.sub(r"[ \t\r\n]+", " ", words)
        if not self.silent and (words.strip() or not self.ends_line()):
            self.pieces.append(words)

    def break_line(self, is_item=False):
        """Begin a line; a paragraph at the start of an item stays in the line of its mark."""
        if not self.ends_line() or (is_item and self.ends_mark()):
            self.pieces.append("\n")

    def ends_line(self):
        return not self.pieces or self.pieces[-1].endswith("\n") or self.ends_mark()

    def ends_mark(self):
        return bool(self.pieces) and self.pieces[-1] in MARKS


def attributes_of(tag):
    found = {}
    for name, *values in ATTRIBUTE.findall(tag):
        found.setdefault(
            name.lower(),
            unescape("".join(values)),
        )
    return found


def mark_of(attributes):
    """Return how an item of a list begins; lists of tasks say whether each is done."""
    checked = attributes.get("data-checked")
    if checked is None:
        return "- "
    return "- [x] " if checked == "true" else "- [ ] "

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
    return text.as_lines()


def without_comments(html):
    """Return HTML without its comments; one without an end is text."""
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

    def as_lines(self):
        """Return the text, with at most one empty line between two others."""
        whole = "".join(self.pieces)
        lines = [line.strip() for line in whole.split("\n")]
        return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()

    def tag(self, tag):
        """Add what the beginning or the end of an element means."""
        name = NAME.match(tag)[1].lower()
        is_end = tag.startswith("</")
        if self.silent:
            self.listen(name, is_end)
        elif name in SILENT:
            self.silent = "" if is_end else name
        elif name == "br":
            self.pieces.append("\n")
        elif name == "li":
            self.break_line(is_item=True)
        elif name in BLOCKS:
            self.break_line()
        if name == "pre":
            self.is_pre = not is_end
        if not is_end:
            self.begin(name, tag)
        elif name == "a":
            self.end_link()

    def listen(self, name, is_end):
        """End the silence with the element that has begun it."""
        if is_end and name == self.silent:
            self.silent = ""

    def begin(self, name, tag):
        """Add what an element shows at its beginning, and remember the address of a link."""
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
            address = attributes.get("src", "")
            self.pieces.append(f" {address} ")

    def end_link(self):
        """Add the address of a link, unless it is what the link shows."""
        shown = "".join(self.pieces[-3:])
        address = self.link.removeprefix("mailto:")
        if self.link and address not in shown:
            self.pieces.append(f" ({self.link})")
        self.link = ""

    def add(self, words):
        """Add text. Its line breaks count only in <pre>."""
        words = unescape(words)
        if not self.is_pre:
            words = re.sub(r"[ \t\r\n]+", " ", words)
        if self.silent:
            return
        if words.strip() or not self.ends_line():
            self.pieces.append(words)

    def break_line(self, is_item=False):
        """Begin a line; a paragraph at the start of an item stays in the line of its mark."""
        if not self.ends_line() or (is_item and self.ends_mark()):
            self.pieces.append("\n")

    def ends_line(self):
        """Return whether nothing stands in the last line, or only the mark of an item."""
        if not self.pieces:
            return True
        return self.pieces[-1].endswith("\n") or self.ends_mark()

    def ends_mark(self):
        return bool(self.pieces) and self.pieces[-1] in MARKS


def attributes_of(tag):
    """Return the attributes of a tag, {name: value}; the first of each name counts."""
    found = {}
    for name, *values in ATTRIBUTE.findall(tag):
        value = unescape("".join(values))
        found.setdefault(name.lower(), value)
    return found


def mark_of(attributes):
    """Return how an item of a list begins; lists of tasks say whether each is done."""
    checked = attributes.get("data-checked")
    if checked is None:
        return "- "
    return "- [x] " if checked == "true" else "- [ ] "

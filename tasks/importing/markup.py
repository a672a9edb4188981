"""HTML in notes, as plain text. Pure: no Django."""

import re
from html.parser import HTMLParser

BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "blockquote", "pre", "hr"}
BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "section", "article"}
SILENT = {"script", "style", "head", "title"}
LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][^<>]*>")
DECLARATIONS = re.compile("<(?=[!?])")  # comments and the like; an open one takes quadratic time
LONGEST = 500_000  # characters; a longer text stays as it is


def plain(html: str) -> str:
    """Return HTML as text: a paragraph is a line, an item begins with "- ", a link shows where to.

    A text without tags stays as it is, but for its entities.
    """
    if len(html) > LONGEST or ("<" not in html and "&" not in html):
        return html.strip()
    html = re.sub(r"<!--.{0,10000}?-->", "", html, flags=re.DOTALL)
    found = Text(is_html=bool(LOOKS_LIKE_HTML.search(html)))
    found.feed(DECLARATIONS.sub("&lt;", html))
    found.close()
    lines = [line.strip() for line in "".join(found.pieces).split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


class Text(HTMLParser):
    """Collects the text of HTML, with line breaks where a browser shows them."""

    def __init__(self, is_html):
        super().__init__()
        self.is_html = is_html
        self.pieces = []
        self.silent = ""  # the name of an element without text for people
        self.link = None

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag in SILENT:
            self.silent = tag
        elif tag == "br" or tag in BLOCKS:
            self.break_line(always=tag == "br")
        elif tag == "li":
            self.break_line()
            self.pieces.append(mark_of(said))
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "a":
            self.link = said.get("href")
        elif tag == "img" and said.get("src"):
            self.pieces.append(f" {said['src'][:2000]} ")

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = ""
        elif tag in BLOCKS or tag == "li":
            self.break_line()
        elif tag == "a" and self.link:
            shown = "".join(self.pieces[-3:])
            if self.link.removeprefix("mailto:") not in shown:
                self.pieces.append(f" ({self.link})")
            self.link = None

    def handle_data(self, data):
        if self.silent:
            return
        if self.is_html:  # its own line breaks mean nothing
            data = re.sub(r"[ \t\r\n]+", " ", data)
        if data.strip() or not self.ends_line():
            self.pieces.append(data)

    def break_line(self, always=False):
        if always or not self.ends_line():
            self.pieces.append("\n")

    def ends_line(self):
        return not self.pieces or self.pieces[-1].endswith("\n")


def mark_of(said):
    """Return how an item of a list begins; lists of tasks say whether each is done."""
    checked = said.get("data-checked")
    if checked is None:
        return "- "
    return "- [x] " if checked == "true" else "- [ ] "

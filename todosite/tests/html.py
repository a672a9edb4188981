"""HTML as a browser parses it, with lxml: elements by CSS selector, and their words."""

from functools import cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, document_fromstring


def parsed(source):
    """Return the root element of a page: a Django response, HTML as text, or an element."""
    if isinstance(source, HtmlElement):
        return source
    text = source if isinstance(source, str) else source.content.decode()
    return document_fromstring(text or "<html></html>")


def select(source, selector):
    """Return the elements that a CSS selector matches, in the order of the page."""
    return compiled(selector)(parsed(source))


@cache
def compiled(selector):
    """Return the function that finds the elements of a CSS selector, compiled once."""
    return CSSSelector(selector, translator="html")


def one(source, selector):
    """Return the only element that a CSS selector matches.

    Raise AssertionError for none, or more than one.
    """
    found = select(source, selector)
    assert len(found) == 1, f"{len(found)} elements match {selector}"
    return found[0]


def words(source):
    """Return the text of a page or an element, with single spaces between words."""
    texts = parsed(source).xpath(".//text()[not(ancestor::script or ancestor::style)]")
    return " ".join(" ".join(texts).split())


def values(source, name):
    """Return the values of all fields and buttons of this name."""
    return [field.get("value") for field in select(source, f'[name="{name}"]')]


def hidden(source):
    """Return the hidden fields of a page or an element, as {name: value}."""
    fields = select(source, "input[type=hidden]")
    return {field.get("name"): field.get("value") for field in fields}


def name_of(element):
    """Return the accessible name of a link or button: its label, else its text."""
    if label := element.get("aria-label"):
        return label
    shown = element.xpath('.//text()[not(ancestor::*[@aria-hidden="true"])]')
    return " ".join("".join(shown).split())

"""A browser without JavaScript, over Django's test client, which sends real forms.

It finds fields by their labels, and links and buttons by their names, as a person does; CSRF is
checked. django-webtest and mechanize find fields by their `name` alone, and so wouldn't notice a
missing label.
"""

from urllib.parse import urljoin, urlsplit

from django.test import Client

from accounts.tests.people import begin_session
from todosite.tests.html import name_of, parsed, select, words

FIELDS = "input, select, textarea"
SENDING = "button:not([type=button]):not([disabled])"


class Visitor:
    """One browser; page is its document, url its address, response Django's answer.

    To ask for something that the page lacks is an AssertionError, which lists the alternatives.
    """

    def __init__(self, user=None):
        self.client = Client(enforce_csrf_checks=True)
        if user:
            begin_session(self.client, user)

    # going

    def open(self, url):
        return self.take(self.client.get(url, follow=True))

    def follow(self, name, inside="body"):
        """Follow the first link of this name."""
        return self.open(urljoin(self.url, self.find(f"{inside} a[href]", name).get("href")))

    def take(self, response):
        """Show the page of an answer, or of the last of its redirects."""
        self.response, self.page = response, parsed(response)
        request = response.request
        query = f"?{request['QUERY_STRING']}" if request["QUERY_STRING"] else ""
        self.url = request["PATH_INFO"] + query
        return self

    # reading

    def select(self, selector):
        return select(self.page, selector)

    def texts(self, selector):
        """Return the words of all elements that a CSS selector matches."""
        return [words(element) for element in self.select(selector)]

    def text(self, selector):
        """Return the words of all elements that a CSS selector matches, as one text."""
        return " ".join(self.texts(selector))

    @property
    def words(self):
        return words(self.page)

    @property
    def titles(self):
        """Return the titles of the rows of tasks."""
        return self.texts("a.task-title")

    @property
    def message(self):
        """Return the message of the last act on the page."""
        return self.text("#messages")

    @property
    def heading(self):
        """Return the page's own heading, not the heading of a dialog."""
        return " ".join(words(h1) for h1 in self.page.xpath("//h1[not(ancestor::dialog)]"))

    def find(self, selector, name):
        """Return the first visible element that matches and has this accessible name."""
        found = [element for element in self.select(selector) if not is_hidden(element)]
        for element in found:
            if name_of(element) == name:
                return element
        raise AssertionError(f"no {selector} “{name}” among {[name_of(e) for e in found]}")

    # filling in

    def field(self, label, inside="body"):
        """Return the first visible field with this label."""
        roots = self.select(inside)
        labels = [(words(e), e) for root in roots for e in root.cssselect("label")]
        labels = [(text, element) for text, element in labels if not is_hidden(element)]
        for text, element in labels:
            if text == label:
                return self.labelled(element)
        for element in [e for root in roots for e in root.cssselect(FIELDS)]:
            if element.get("aria-label") == label:
                return element
        raise AssertionError(f"no field “{label}” among {[text for text, _ in labels]}")

    def labelled(self, label):
        if pk := label.get("for"):
            return self.page.get_element_by_id(pk)
        return label.cssselect(FIELDS)[0]

    def value(self, label):
        """Return the value of the field with this label, with newlines as line ends."""
        return value_of(self.field(label))

    def fill(self, label, text):
        field = self.field(label)
        if field.tag == "textarea":
            field.text = f"\n{text}"
        else:
            field.set("value", text)
        return self

    def check(self, label, inside="body"):
        """Check the checkbox, or select the radio button, with this label."""
        field = self.field(label, inside)
        if field.get("type") == "radio":
            for other in self.select(f'input[type=radio][name="{field.get("name")}"]'):
                if owner(other) is owner(field):
                    other.attrib.pop("checked", None)
        field.set("checked", "")
        return self

    def uncheck(self, label):
        self.field(label).attrib.pop("checked", None)
        return self

    def is_checked(self, label):
        return "checked" in self.field(label).attrib

    def choose(self, label, text):
        """Select the option with this text."""
        options = self.field(label).cssselect("option")
        (chosen,) = [option for option in options if words(option) == text]
        for option in options:
            option.attrib.pop("selected", None)
        chosen.set("selected", "")
        return self

    # sending

    def press(self, name, inside="body"):
        """Press the first button of this name that sends a form, and show the answer."""
        return self.send(self.find(f"{inside} {SENDING}", name))

    def enter(self, label):
        """Press Enter in the field with this label, which presses the form's first button."""
        form = owner(self.field(label))
        buttons = [button for button in self.select(SENDING) if owner(button) is form]
        assert buttons, f"no button sends the form of “{label}”"
        return self.send(buttons[0])

    def send(self, button):
        form = owner(button)
        data = data_of(form, button)
        action = button.get("formaction") or form.get("action") or self.url
        url = urljoin(self.url, action)
        options = {"follow": True, "headers": {"Referer": f"http://testserver{self.url}"}}
        if (button.get("formmethod") or form.get("method") or "get").lower() == "post":
            return self.take(self.client.post(url, data, **options))
        return self.take(self.client.get(urlsplit(url).path, data, **options))


def is_hidden(element):
    """Return whether HTML hides an element. This browser has no styles, which may, too."""
    is_in = "ancestor-or-self::*[@hidden] | ancestor-or-self::dialog[not(@open)]"
    return bool(element.xpath(is_in))


def data_of(form, button=None):
    """Return the data that a form sends, by a button or by none, as {name: [values]}.

    Lines end in CRLF.
    """
    data = {}
    for field in form.getroottree().getroot().cssselect(f"{FIELDS}, button"):
        if owner(field) is form and is_sent(field, button):
            data.setdefault(field.get("name"), []).append(value_of(field).replace("\n", "\r\n"))
    return data


def value_of(field):
    """Return the value of a field, with newlines as line ends."""
    if field.tag == "textarea":
        return (field.text or "").replace("\r\n", "\n").removeprefix("\n")
    if field.tag == "select":
        options = field.cssselect("option")
        chosen = [option for option in options if "selected" in option.attrib] or options
        return chosen[0].get("value", words(chosen[0]))
    if field.get("type") in {"checkbox", "radio"}:
        return field.get("value", "on")
    return field.get("value", "")


def owner(field):
    """Return the form of a field or button, by its attribute or its position."""
    if pk := field.get("form"):
        return field.getroottree().getroot().get_element_by_id(pk)
    return next(field.iterancestors("form"), None)


def is_sent(field, button):
    """Return whether a field is sent with its form by this button (HTML, "form data")."""
    if not field.get("name") or "disabled" in field.attrib:
        return False
    if field.tag == "button":
        return field is button
    return field.get("type") not in {"checkbox", "radio"} or "checked" in field.attrib

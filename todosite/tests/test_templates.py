"""The templates of both engines: their style, and undefined names."""

import json
import logging
import re
from datetime import date
from pathlib import Path
from uuid import UUID

import jinja2
import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from accounts.tests.people import add_user
from todosite.jinja import attributes, environment
from todosite.tests.html import one, parsed, values, words

FOLDERS = [Path(settings.BASE_DIR, "templates", name) for name in ("pages", "django")]
LONGEST = 120  # characters of a line
ERRORS = {
    "400": "We couldn't read that link",
    "403": "You don't have access",
    "403_csrf": "Please send the form again",
    "404": "Page not found",
    "405": "This page can't be opened directly",
    "429": "One moment, please",
    "500": "Something went wrong",
    "503": "One moment, please",
}


def files():
    """Return all our templates, including mails."""
    return [path for folder in FOLDERS for path in sorted(folder.rglob("*.*"))]


def where(pattern, folder):
    """Return the names of a folder's templates that contain a pattern."""
    paths = sorted(folder.rglob("*.html"))
    return [path.name for path in paths if re.search(pattern, path.read_text())]


def names(engine):
    """Return the names of all templates of an engine."""
    return {
        str(path.relative_to(folder))
        for folder in map(Path, engines[engine].template_dirs)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_no_line_is_too_long():
    long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert long == []


def test_forms_and_icons_come_from_helpers():
    """503.html has a form of its own: its token isn't the page's, which has none."""
    pages, _ = FOLDERS
    assert where('method="post"', pages) == ["503.html", "forms.html"]
    assert where('name="(csrfmiddlewaretoken|next|version|key)"', pages) == ["forms.html"]
    assert where("<svg|icons.svg", pages) == []


def test_macro_with_a_form_is_imported_with_context():
    """Without a context act_form() and post_form() have no token, and the form is refused."""
    pages = FOLDERS[0]
    form = re.compile(r"{% call (act|post|asking)_form\(")
    files = {str(path.relative_to(pages)): path.read_text() for path in pages.rglob("*.html")}
    bare = re.compile(r'{% (?:from|import) "([^"]+)"(?:(?!with context)[^%])*%}')
    imported = {name for source in files.values() for name in bare.findall(source)}
    assert [name for name in sorted(imported) if form.search(files[name])] == []


def test_no_name_is_found_by_two_engines():
    assert len(names("pages")) > 75
    assert "allauth/layouts/base.html" in names("django")
    assert names("pages") & names("django") == set()


def test_every_template_compiles():
    env = engines["pages"].env
    for name in names("pages"):
        env.get_template(name)


def test_constant_filters_are_evaluated_at_compile_time():
    source = '{{ "check"|icon }} {{ "today"|url }} {{ "app.css"|static }}'
    made = engines["pages"].env.compile(source, raw=True)
    assert 'href="/static/icons.svg#check"/></svg> /today/ /static/app.css' in made


@pytest.mark.parametrize(("name", "heading"), ERRORS.items())
def test_error_page_needs_no_context(name, heading):
    page = render_to_string(f"{name}.html")
    assert words(one(page, "h1")) == heading
    assert words(one(page, "title")) == f"{heading} · Todosite"


def test_error_page_shows_the_typed_text():
    page = render_to_string("404.html", {"typed": ["<b>Milk</b>"]})
    assert one(page, "textarea").text == "<b>Milk</b>"


def test_undefined_name_is_an_error_in_tests():
    assert issubclass(engines["pages"].env.undefined, jinja2.StrictUndefined)
    env = environment(strict=True, autoescape=True)
    with pytest.raises(jinja2.UndefinedError):
        env.from_string("{{ nobody }}").render()


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<p>{{ nobody }}</p>", "<p></p>"),
        ("<p>{{ nobody.there }}</p>", "<p></p>"),
        ("<p>{% if nobody.there %}x{% endif %}</p>", "<p></p>"),
        ("<p>{% for one in nobody %}x{% endfor %}</p>", "<p></p>"),
    ],
)
def test_undefined_name_is_logged_in_production(caplog, source, page):
    env = environment(strict=False, autoescape=True)
    with caplog.at_level(logging.WARNING, "todosite.jinja"):
        assert env.from_string(source).render() == page
    words = [record.getMessage() for record in caplog.records]
    assert words == ["Template variable warning: 'nobody' is undefined"]


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/inbox/", "/accounts/sessions/"])
def test_page_has_one_token(client, url):
    client.force_login(add_user())
    page = client.get(url)
    (headers,) = parsed(page).body.values()
    tokens = {*values(page, "csrfmiddlewaretoken"), json.loads(headers)["X-CSRFToken"]}
    assert len(tokens) == 1
    assert one(page, ".side").get("aria-label") == "Navigation"  # both have the same layout


class Heading:
    def __html__(self):
        return "<h1>A & B</h1>"

    def __repr__(self):
        return "heading"


@pytest.mark.parametrize(
    "value",
    [
        *["", "plain", "<b>\"A\" & 'B'</b>", "ß → 一", 0, -7, 2.5, None, True, date(2026, 11, 29)],
        *[Markup("<b>"), SafeString("<i>"), gettext_lazy("<u>"), Heading(), ["<li>"], UUID(int=7)],
    ],
    ids=repr,
)
def test_values_are_escaped_like_markupsafe(value):
    page = environment(strict=True, autoescape=True).from_string("<p>{{ value }}</p>")
    assert page.render(value=value) == f"<p>{escape(value)}</p>"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("greet('<b>', 'Dear')", "Dear &lt;b&gt;"),
        ("greet('you')", "Hello you"),
        ("greet('you', word='Dear')", "Dear you"),
        ("greet('<b>', 'Dear')|upper", "DEAR &LT;B&GT;"),
    ],
)
def test_macro_is_called_with_all_or_some_arguments(call, text):
    macro = "{% macro greet(name, word='Hello') %}{{ word }} {{ name }}{% endmacro %}"
    page = environment(strict=True, autoescape=True).from_string(f"{macro}{{{{ {call} }}}}")
    assert page.render() == text


@pytest.mark.parametrize("arguments", ["'you', 'and you'", "'you', word='Hello'", "'a', name='b'"])
def test_macro_refuses_arguments_that_it_does_not_have(arguments):
    source = f"{{% macro greet(name) %}}{{{{ name }}}}{{% endmacro %}}{{{{ greet({arguments}) }}}}"
    with pytest.raises(TypeError):
        environment(strict=True, autoescape=True).from_string(source).render()


def test_macro_gets_its_caller_and_further_arguments():
    macro = (
        "{% macro box(tag, size=1) %}"
        "<{{ tag }}{{ kwargs|attributes }}>{{ size }}{{ caller() }}</{{ tag }}>{% endmacro %}"
    )
    call = "{% call box('p', id='a') %}<b>{{ '<' }}</b>{% endcall %}"
    page = environment(strict=True, autoescape=True).from_string(macro + call)
    assert page.render() == '<p id="a">1<b>&lt;</b></p>'


def test_macro_without_its_caller_is_told_so():
    source = "{% macro box() %}{{ caller() }}{% endmacro %}{{ box() }}"
    with pytest.raises(jinja2.UndefinedError, match="No caller defined"):
        environment(strict=True, autoescape=True).from_string(source).render()


def test_macro_takes_any_number_of_arguments_if_it_uses_them():
    source = "{% macro all() %}{{ varargs|join('+') }}{% endmacro %}{{ all('a', '<') }}"
    page = environment(strict=True, autoescape=True).from_string(source)
    assert page.render() == "a+&lt;"


def test_no_template_can_turn_escaping_off():
    source = "{% autoescape false %}{{ value }}{% endautoescape %}"
    page = environment(strict=True, autoescape=True).from_string(source)
    assert page.render(value="<b>") == "&lt;b&gt;"


def test_attributes_are_escaped_and_false_ones_left_out():
    values = {"class": 'a"b', "hx_get": "/?a&b", "hidden": True, "id": None, "open": False}
    assert attributes(values) == ' class="a&#34;b" hx-get="/?a&amp;b" hidden'

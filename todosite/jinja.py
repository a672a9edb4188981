"""Jinja2 as our pages need it (docs/decisions/two-template-engines.md says why there are two).

A filter on a constant, such as {{ "check"|icon }}, is worked out when a template is compiled, and
costs nothing afterwards. So no compiled template may be kept on disk: it would go on naming the
static files of the release before.
"""

import logging
from urllib.parse import quote

import jinja2
from django.forms.renderers import TemplatesSetting
from django.middleware.csrf import get_token
from django.template import engines
from django.template.backends import jinja2 as backend
from django.template.defaultfilters import capfirst, pluralize, truncatechars
from django.template.defaulttags import querystring
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from markupsafe import Markup, escape

from tasks import filters as task_filters

logger = logging.getLogger(__name__)

# Names that every page may ask for, also one that is made without a request: everything failed.
NOTHING = {"csrf_token": "", "theme": "", "typed": ()}


def environment(*, strict, **options):
    """Return the environment of our pages, with options as Django's backend gives them.

    A name that isn't there is an error where strict; else it is nothing, and a line of the log.
    """
    options["undefined"] = jinja2.StrictUndefined
    if not strict:
        options["undefined"] = jinja2.make_logging_undefined(logger, jinja2.ChainableUndefined)
    made = jinja2.Environment(**options, trim_blocks=True, lstrip_blocks=True)
    ours = [attributes, icon, quoted, static, url, capfirst, pluralize, truncatechars]
    made.filters |= {each.__name__: each for each in ours} | task_filters.FILTERS
    made.globals |= NOTHING | {"with_query": with_query} | task_filters.FUNCTIONS
    return made


class Jinja2(backend.Jinja2):
    """Django's backend, with one token for a page, and the view's names before all others."""

    def get_template(self, template_name):
        return Template(super().get_template(template_name).template, self)

    def from_string(self, template_code):
        return Template(self.env.from_string(template_code), self)


class Template(backend.Template):
    def render(self, context=None, request=None):
        """Return the page. A name in context wins over the context processors, as with Django's.

        Django's own backend for Jinja2 masks the token anew for each form.
        """
        shared = {}
        if request is not None:
            shared = {"request": request, "csrf_token": Token(request)}
            for processor in self.backend.template_context_processors:
                shared |= processor(request)
        return super().render(shared | (context or {}))


class Token:
    """The token of a page's forms, masked once. An answer that doesn't say it sets no cookie."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def text(self):
        return get_token(self.request)

    def __str__(self):
        return self.text

    __html__ = __str__


class FormRenderer(TemplatesSetting):
    """Renders form fields by Django's engine, and doesn't ask ours first.

    A select of time zones has hundreds of options, each of them a template that isn't ours.
    """

    def get_template(self, template_name):
        return engines["django"].get_template(template_name)


def icon(name):
    """Return a picture of static/icons.svg."""
    picture = '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>'
    return Markup(picture).format(static("icons.svg"), name)


def url(name, *arguments):
    """Return the address of a route: {{ "task_edit"|url(task.pk) }}"""
    return reverse(name, args=arguments)


def quoted(text):
    """Return text as a value in the query of an address."""
    return quote(text, safe="")


def with_query(request, **changes):
    """Return the query of the page that is shown, with other parameters; None takes one away."""
    return querystring(None, request.GET, **changes)


def attributes(values):
    """Return {name: value} as the attributes of an element, with "-" for each "_".

    True stands for an attribute without a value; False and None for none. The names are a
    template's own, and only the values are escaped.
    """
    found = ""
    for name, value in values.items():
        name = name.replace("_", "-")
        if value is True:
            found += f" {name}"
        elif value is not False and value is not None:
            found += f' {name}="{escape(value)}"'
    return Markup(found)

"""Jinja2 for our pages (docs/decisions/two-template-engines.md explains why there are two engines).

A filter on a constant, such as {{ "check"|icon }}, is evaluated when a template is compiled, and
costs nothing afterwards. So no compiled template may be kept on disk: it would go on naming the
static files of an earlier release.
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
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro, missing
from markupsafe import Markup, _escape_inner, escape

from tasks import filters as task_filters

logger = logging.getLogger(__name__)

# Variables of every page, also of error pages that are rendered without a request.
NOTHING = {"csrf_token": "", "theme": "", "typed": ()}


def environment(*, strict, **options):
    """Return the environment of our pages, with options from Django's backend.

    An undefined name is an error if strict; otherwise empty, with a line of the log.
    """
    options["undefined"] = jinja2.StrictUndefined
    if not strict:
        options["undefined"] = jinja2.make_logging_undefined(logger, jinja2.ChainableUndefined)
    # All templates stay compiled (cache_size), since there are few.
    made = PageEnvironment(**options, cache_size=-1, trim_blocks=True, lstrip_blocks=True)
    ours = [attributes, icon, quoted, static, url, capfirst, pluralize, truncatechars]
    made.filters |= {each.__name__: each for each in ours} | task_filters.FILTERS
    functions = [act_form, post_form, asking_form, with_query]
    made.globals |= {each.__name__: each for each in functions}
    made.globals |= NOTHING | task_filters.FUNCTIONS
    return made


class Generator(CodeGenerator):
    """Compiles {{ value }} to environment.text(value) rather than to Jinja2's escape(value).

    So a template is always escaped, {% autoescape false %} or not.
    """

    def _output_child_pre(self, node, frame, finalize):
        self.write("environment.text(")


class PageContext(Context):
    """The names of a template. It calls a macro without Jinja2's detours, in half the time."""

    def call(self, called, /, *args, **kwargs):
        if type(called) is not Macro or called.catch_varargs:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        # In the order in which the compiler declares them: arguments, caller, further arguments.
        given = [*args]
        for name in called.arguments[len(args) :]:
            given.append(kwargs.pop(name, missing))
        if called.caller and not called.explicit_caller:
            given.append(kwargs.pop("caller", None) or self.no_caller())
        if called.catch_kwargs:
            given.append(kwargs)
        elif kwargs:
            raise TypeError(f"macro {called.name!r} takes no argument {next(iter(kwargs))!r}")
        return Markup(called._func(*given))

    def no_caller(self):
        """Return the value of `caller` in a macro that was called without {% call %}."""
        return self.environment.undefined("No caller defined", name="caller")


# How values of these types become HTML: as by escape(), but without a new Markup object.
TEXTS = {str: _escape_inner, Markup: lambda markup: markup, int: str}


class PageEnvironment(jinja2.Environment):
    """Jinja2's environment, without four detours that took a fifth of a page's time."""

    code_generator_class = Generator
    context_class = PageContext

    def make_globals(self, names):
        """Return the names known without a context, as a dict: a ChainMap is slow to copy."""
        return self.globals | (names or {})

    def getattr(self, obj, attribute):
        """Return obj.attribute: of a dict, first the value of that key, without an exception."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return self.getitem(obj, attribute)

    @staticmethod
    def text(value):
        """Return a value as HTML: escaped, unless already HTML.

        It does the same as escape(), but doesn't create a Markup object, which a page would
        discard.
        """
        return TEXTS.get(type(value), escape)(value)


class Jinja2(backend.Jinja2):
    """Django's backend, with one CSRF token for a page, and the view's names before all others."""

    def get_template(self, template_name):
        return Template(super().get_template(template_name).template, self)

    def from_string(self, template_code):
        return Template(self.env.from_string(template_code), self)


class Template(backend.Template):
    def render(self, context=None, request=None):
        """Return the page. A name in context overrides the context processors, as in Django.

        Django's own backend for Jinja2 masks the token anew for each form.
        """
        shared = {}
        if request is not None:
            shared = {"request": request, "csrf_token": Token(request)}
            for processor in self.backend.template_context_processors:
                shared |= processor(request)
        return super().render(shared | (context or {}))


class Token:
    """The CSRF token of a page's forms, masked once. If no form uses it, no cookie is set."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def text(self):
        return get_token(self.request)

    def __str__(self):
        return self.text

    __html__ = __str__


class FormRenderer(TemplatesSetting):
    """Renders form fields by Django's engine, without asking ours first.

    A select of time zones has hundreds of options, each a template that our engine doesn't have.
    """

    def get_template(self, template_name):
        return engines["django"].get_template(template_name)


# Forms. These functions get the context of the page, so their macros (forms.html) are loaded once,
# and not for each template of a page that has a form.


@jinja2.pass_context
def act_form(context, url, **options):
    """Return the form of an act: {% call act_form(url, version=3) %}<button>…</button>{% endcall %}

    htmx sends it and updates the page, unless is_live is False. Without JavaScript the return page
    follows: `next` of the page, not a name set by a macro.
    """
    return form_of(context, url, back=context.resolve("next"), **options)


@jinja2.pass_context
def post_form(context, url, *, back="", **options):
    """Return a form that leads to another page, or to the page `back`, without htmx."""
    return form_of(context, url, back=back, is_live=False, **options)


@jinja2.pass_context
def asking_form(context, url, version, **options):
    """Return the link to a page that asks first; htmx acts at once, since Undo is offered."""
    forms = context.environment.get_template("forms.html").module
    return forms.asking(url, version, context.resolve("next"), **options)


def form_of(context, url, **options):
    forms = context.environment.get_template("forms.html").module
    return forms.act(url, context.resolve("csrf_token"), **options)


# Filters


def icon(name):
    """Return a picture of static/icons.svg."""
    picture = '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>'
    return Markup(picture).format(static("icons.svg"), name)


def url(name, *arguments):
    """Return the address of a route: {{ "task_edit"|url(task.pk) }}"""
    return reverse(name, args=arguments)


def quoted(text):
    """Return a text as a value in the query of an address."""
    return quote(text, safe="")


def with_query(request, **changes):
    """Return the query of the present page with other parameters; None removes one."""
    return querystring(None, request.GET, **changes)


def attributes(values):
    """Return {name: value} as the attributes of an element, with "-" for each "_".

    True stands for an attribute without a value, False and None for no attribute. Only values are
    escaped, since names come from templates.
    """
    found = ""
    for name, value in values.items():
        name = name.replace("_", "-")
        if value is True:
            found += f" {name}"
        elif value is not False and value is not None:
            found += f' {name}="{escape(value)}"'
    return Markup(found)

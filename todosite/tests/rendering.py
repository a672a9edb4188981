"""Tells the test client the template and the context of an answer by Jinja2.

Django does so for its own templates, in tests alone; its backend for Jinja2 doesn't.
"""

from unittest import mock

import jinja2
from django.test.signals import template_rendered

render = jinja2.Template.render


def render_and_tell(self, context=(), **more):
    template_rendered.send(sender=self, template=self, context=dict(context, **more))
    return render(self, context, **more)


def templates_told():
    """Return a context manager in which the test client is told."""
    return mock.patch.object(jinja2.Template, "render", render_and_tell)

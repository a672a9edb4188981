"""The layout of our pages, written in Jinja2, for allauth's, written in Django's language."""

from django import template
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.utils.safestring import mark_safe

register = template.Library()


@register.tag
def layout(parser, token):
    """Put blocks into a page of ours: {% layout "manage.html" %}…{% endlayout %}

    The page finds the blocks in `blocks`, by name. A template that extends this one overrides them.
    """
    try:
        _, page = token.split_contents()
    except ValueError:
        words = "layout takes one argument, the name of a page"
        raise template.TemplateSyntaxError(words) from None
    inside = parser.parse(["endlayout"])
    parser.delete_first_token()
    return LayoutNode(parser.compile_filter(page), inside)


@register.simple_tag(takes_context=True)
def part(context, name):
    """Render a partial of ours inside a page of allauth: {% part "_left.html" %}"""
    return mark_safe(render_to_string(name, request=context.request))


class LayoutNode(template.Node):
    def __init__(self, page, nodelist):
        self.page = page
        self.nodelist = nodelist

    def render(self, context):
        nodes = [node for node in self.nodelist if isinstance(node, BlockNode)]
        blocks = {node.name: node.render_annotated(context) for node in nodes}
        shared = {"blocks": blocks, "csrf_token": context["csrf_token"]}
        return render_to_string(self.page.resolve(context), shared, context.request)

"""Asks the rules where a page leads to."""

from django import template

from content.reviewing.showing import is_review
from tenants import access

register = template.Library()


@register.simple_tag(takes_context=True)
def sees(context, space):
    """Tell whether the reader of the page sees a space, and not only an item of it from outside."""
    return bool(access.can(context["actor"], "see", space))


@register.simple_tag(takes_context=True)
def marks_up(context, item):
    """Return the Decision whether the reader of the page pins remarks to files of an item."""
    return access.can(context["actor"], "markup", item)


@register.simple_tag(takes_context=True)
def talks(context, item):
    """Tell whether the reader of the page takes part in the discussion of an item."""
    return bool(access.can(context["actor"], "comment", item))


register.simple_tag(is_review)

"""Draws a panel that a floor contributed."""

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context, contributed):
    """Render a contributed panel with its own variables on top of the page's."""
    source = context.template.engine.get_template(contributed["template"])
    with context.push(**contributed.get("context", {})):
        return source.render(context)

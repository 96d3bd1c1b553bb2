"""Draws what people say."""

from django import template

from content.markdown import rendered

register = template.Library()
register.filter("markdown", rendered)

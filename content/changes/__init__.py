"""Changes: requested, worked on, signed and carried out over many items at once, wholly or not at all."""

from content.changes import panels


def register():
    """Hand down what changes add to the record, the news and the page of an item."""
    panels.register()

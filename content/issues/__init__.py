"""Issues: raised from an item or a thread, assigned, worked off, and found on a board and in a list."""

from content.issues import acts, news, panels


def register():
    """Hand down what issues add to the record, the news and the page of an item."""
    acts.register()
    news.register()
    panels.register()

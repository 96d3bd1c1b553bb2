"""Why a file cannot be shown, in a sentence for whoever opens it."""


class Unreadable(Exception):
    """The file is damaged, too much, or not what its name says; the message says which."""

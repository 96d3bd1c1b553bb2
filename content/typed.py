"""Typed words as they are stored: one line, without signs that nobody sees."""

import re

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # control signs, turned reading direction


def one_line(text):
    """Return a text in one line, without what nobody sees and without space around words."""
    return " ".join(UNSEEN.sub("", text).split())

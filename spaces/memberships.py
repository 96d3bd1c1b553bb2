"""Placeholder until its owner writes it."""


def register():
    """Register nothing yet."""

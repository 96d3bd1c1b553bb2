"""Markups: remarks that are pinned to a place in a model, page, picture or drawing, and start a thread."""

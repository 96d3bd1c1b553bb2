"""Panels that upper floors add to pages of this floor, such as the spaces of a person on their home page."""

PROVIDERS = {}


def contribute(page, provider):
    """Let a floor add to a page (home, member, group, item): `provider(request, **objects)` returns this, or None.

    {"template": a template's name, "context": its variables, "side": True for the narrow column,
    "position": a number, small ones first, "lead": True for one that an item is about, before its files}.
    """
    PROVIDERS.setdefault(page, []).append(provider)


def panels(request, page, **objects):
    """Return (panels of the main column, panels of the narrow one), each in order of position."""
    found = [panel for provider in PROVIDERS.get(page, ()) if (panel := provider(request, **objects))]
    found.sort(key=lambda panel: panel.get("position", 50))
    return [panel for panel in found if not panel.get("side")], [panel for panel in found if panel.get("side")]

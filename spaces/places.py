"""Where things of this floor are found, for links."""

from django.urls import NoReverseMatch, reverse


def space_url(slug, space_id):
    """Return where a space opens: its content where that floor is installed, else its people."""
    for name in ("content:space_detail", "spaces:space_members"):
        try:
            return reverse(name, args=[slug, space_id])
        except NoReverseMatch:
            continue
    return ""

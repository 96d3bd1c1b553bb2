"""Where things of this floor are found, for links."""

from tenants import web


def space_url(slug, space_id):
    """Return where a space opens: its content where that floor is installed, else its people."""
    content = web.address("content:space_detail", slug, space_id)
    return content or web.address("spaces:space_members", slug, space_id)

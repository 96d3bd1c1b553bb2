"""What this floor tells people, and which spaces they see."""

from spaces.models import Space
from tenants import access, news


def titles(actor, ids):
    """Return {id: title} of those spaces that the actor sees."""
    rows = access.narrow(Space.objects.filter(platform=actor.platform, pk__in=ids), actor, "see")
    return dict(rows.values_list("pk", "title"))


def register():
    """Hand both to the ground floor."""
    news.contribute_spaces(titles)
    news.contribute(
        news.NewsKind("credential", "My credentials", "somebody changed what you may do in a space", icon="key"),
        news.NewsKind("joining", "Who asks to join", "you own the space or asked to join it", icon="user-plus"),
    )

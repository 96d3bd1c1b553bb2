"""What a credential lets its holder do, in words."""

from spaces.models import Responsibility

ALLOWS = {
    Responsibility.PUBLIC_READER: "Read what its organization owns in Public and Protected spaces. Creates nothing.",
    Responsibility.READER: "Read. Keep favourites and personal folders.",
    Responsibility.CONTRIBUTOR: "Read, review and mark up.",
    Responsibility.AUTHOR: "Read, review, make and change parts, drawings and documents.",
    Responsibility.LEADER: "All that an Author does, release, and keep libraries and templates.",
    Responsibility.OWNER: "Manage members and settings, repair. Creates administrative resources only.",
}


def allows(held):
    """Return the sentences about a credential that somebody holds."""
    said = ALLOWS[Responsibility(held.responsibility)]
    return f"{said} Sees only items of {held.organization_name}." if held.restricted else said

"""What somebody leaves behind in a space: their Private items, which nobody else but an Owner reaches."""

from django.db.models import F, Q
from django.utils import timezone

from content.models import Item, Maturity
from spaces import hooks
from spaces.rules import reach


def private_items(space_id, user):
    """Count the Private items of `user` in the space."""
    return _left(space_id, user).count()


def hand_over(space_id, user, heir):
    """Make the Actor `heir` content owner of them, as far as their credentials in the space reach; return how many.

    Items that somebody else has locked stay. Part of ending a credential: it writes no entry in the record.
    """
    reached = reach([held for held in heir.held if held.space_id == space_id and held.works])
    free = Q(locked_by=None) | Q(locked_by=user)
    items = _left(space_id, user).filter(free, reached).select_for_update()
    return items.filter(pk__in=[item.pk for item in items]).update(
        owner=heir.user, version=F("version") + 1, modified_at=timezone.now()
    )


def _left(space_id, user):
    return Item.objects.filter(space=space_id, owner=user, maturity=Maturity.PRIVATE)


def register():
    """Hand both to the floor of spaces."""
    hooks.contribute_leaving(private_items, hand_over)

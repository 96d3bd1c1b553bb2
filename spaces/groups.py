"""What user groups mean on this floor: what they hold in spaces."""

from spaces.models import GroupCredential


def spaces_of(member):
    """Return the ids of the spaces in which a member's groups hold something."""
    rows = GroupCredential.objects.filter(group__user_group__members=member)
    return set(rows.order_by().values_list("content_object", flat=True))

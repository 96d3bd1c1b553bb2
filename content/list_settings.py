"""Columns of lists: the ones there are, and those that somebody chose. One's own choice: the record keeps none."""

from content.models import ListSetting

# column: heading; in the order in which they stand
COLUMNS = {
    "revision": "Revision",
    "maturity": "Maturity",
    "lock": "Lock",
    "type": "Type",
    "organization": "Organization",
    "space": "Space",
    "owner": "Content owner",
    "created": "Created",
    "changed": "Changed",
}
USUAL = ("revision", "maturity", "lock", "type", "organization", "space", "owner", "changed")


def columns_of(actor):
    """Return the columns that the actor chose, or None for the usual ones."""
    chosen = ListSetting.objects.filter(member=actor.member).values_list("columns", flat=True).first()
    return None if chosen is None else [column for column in COLUMNS if column in chosen]


def choose_columns(*, actor, columns):
    """Keep the columns that the actor wants; the usual ones are kept by forgetting the choice."""
    wanted = [column for column in COLUMNS if column in columns]
    if wanted == list(USUAL):
        ListSetting.objects.filter(member=actor.member).delete()
    else:
        ListSetting.objects.update_or_create(member=actor.member, defaults={"columns": wanted})

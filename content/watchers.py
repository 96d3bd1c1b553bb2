"""Who watches an item: by itself, by a search that finds it, or with an assembly above it, as far down as they read."""

from functools import cached_property

from content.models import Item, Reference, ReferenceKind, Watch
from tenants import access
from tenants.models import Status


class Watchers:
    """Those who watch `item`. An assembly leads to it only by what the person has in lists."""

    def __init__(self, item):
        self.item = item
        self.below = _below(item)
        own = Watch.objects.filter(item=item)
        above = Watch.objects.filter(item__in=self.below, below=True)
        rows = (own | above).filter(member__status=Status.ACTIVE).values_list("member__user", "item")
        found = Watch.objects.filter(matches=item, member__status=Status.ACTIVE).values_list("member__user", flat=True)
        self.watched = {user_id: {item.pk} for user_id in found}
        for user_id, watched in rows:
            self.watched.setdefault(user_id, set()).add(watched)

    @property
    def ids(self):
        """The ids of all who may watch it: `include` tells of each whether they do."""
        return set(self.watched)

    @cached_property
    def between(self):
        """Every item on a way from a watched assembly down to this one."""
        ids = _reached(set().union(*self.watched.values()), self.below)
        return {row.pk: row for row in Item.objects.filter(pk__in=ids).select_related("space", "type")}

    def include(self, person):
        """Tell whether an Actor watches the item: they chose it, a search, or an assembly from which they read down."""
        watched = self.watched.get(person.user.pk, set())
        if not watched or self.item.pk in watched:
            return bool(watched)
        seen = {pk for pk, row in self.between.items() if access.can(person, "list", row)}
        reached = _reached(watched & seen, {pk: self.below.get(pk, ()) for pk in seen})
        return self.item.pk in reached & seen


def _below(item):
    """Return {assembly: its parts} of all that stands above the item, when somebody here watches all below anything."""
    found, level = {}, {item.pk}
    if not Watch.objects.filter(item__platform=item.platform_id, below=True).exists():
        return found
    while level:
        rows = Reference.objects.standing().filter(target__in=level, kind=ReferenceKind.HAS_PART)
        pairs = list(rows.values_list("source", "target"))
        level = {source for source, _target in pairs} - found.keys()
        for source, target in pairs:
            found.setdefault(source, set()).add(target)
    return found


def _reached(begin, below):
    """Return `begin` and everything that stands below it."""
    found, waiting = set(begin), list(begin)
    while waiting:
        new = set(below.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def carry(item, new):
    """Let those who watch an item watch its new revision too."""
    rows = Watch.objects.filter(item=item).values_list("member", "below")
    Watch.objects.bulk_create(Watch(item=new, member_id=member, below=below) for member, below in rows)

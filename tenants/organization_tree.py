"""The organizations of a platform as its Administrators see them: trees with numbers, and the people of one."""

from dataclasses import dataclass, field

from django.db.models import Q

from tenants import actor as actors
from tenants import naming, organization_uses
from tenants.models import Member, Organization, Status


@dataclass(slots=True)
class Node:
    """An organization with what stands below it, what stands on it in numbers, and its depth."""

    organization: Organization
    depth: int = 0
    numbers: list = field(default_factory=list)
    children: list = field(default_factory=list)

    @property
    def said(self):
        """The numbers that are no zero, in words."""
        return [kind.say(number) for number, kind in self.numbers if number]


def trees(platform, *, q="", archived=False):
    """Return a Node for every company that fits, the host first; one query. Numbers are filled in apart.

    A company fits when it or anything below it is called that; archived ones are left out unless asked for.
    """
    rows = list(Organization.objects.filter(platform=platform).order_by("-is_host", "name"))
    shown = [row for row in rows if archived or not row.is_archived]
    nodes = {row.pk: Node(row) for row in shown}
    roots = []
    for row in shown:
        if row.parent_id in nodes:
            nodes[row.parent_id].children.append(nodes[row.pk])
        elif row.parent_id is None:
            roots.append(nodes[row.pk])
    for root in roots:
        _deepen(root)
    return [
        root for root in roots if not q or any(q.casefold() in node.organization.name.casefold() for node in walk(root))
    ]


def _deepen(node):
    for child in node.children:
        child.depth = node.depth + 1
        _deepen(child)


def walk(node):
    """Yield a node and all below it, in order."""
    yield node
    for child in node.children:
        yield from walk(child)


def count(actor, roots):
    """Fill in the numbers of trees, as far as `actor` finds things in lists; one query a kind of thing."""
    nodes = [node for root in roots for node in walk(root)]
    found = organization_uses.numbers(actor, [node.organization.pk for node in nodes])
    for node in nodes:
        node.numbers = found[node.organization.pk]
    return roots


def people(platform, organization, below):
    """Return the active and pending members who belong to an organization, `below` being the ids of its subtree."""
    belongs = Q(company=organization) | Q(unit__in=below) | Q(organizations=organization)
    rows = Member.objects.filter(belongs, platform=platform, status__in=(Status.ACTIVE, Status.PENDING))
    rows = rows.select_related("platform", "user", "company", "unit").distinct()
    return rows.order_by(*naming.by_name())


def with_belonging(organization, members):
    """Return (member, how they belong in words, whether it can be ended by itself) for loaded members; one query."""
    through = Member.organizations.through.objects.filter(organization=organization, member__in=members)
    further = set(through.values_list("member", flat=True))
    return [(member, *_belonging(organization, member, member.pk in further)) for member in members]


def _belonging(organization, member, further):
    if member.employment.pk == organization.pk:
        return "employed here", False
    if further:
        return "belongs further", True
    return f"employed in {member.employment}", False


def line(organization):
    """Return the organizations above one, the company first; one query."""
    rows = Organization.objects.filter(platform=organization.platform_id)
    parents = dict(rows.values_list("pk", "parent_id"))
    above = actors.line_of(organization.pk, parents)[:0:-1]
    found = rows.in_bulk(above)
    return [found[pk] for pk in above]

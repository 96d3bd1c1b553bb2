"""The organizations of a platform: create, change, move, archive, restore, delete.

Source of the rules: docs/access.md, "Organizations". Every act locks the platform, so that two never race. A parent
changes only by an act that says beforehand who loses and gains what, and with a reason once anything stands on it.
"""

import hashlib
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from tenants import access, audit, memberships, organization_uses
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_member, lock_platform
from tenants.models import Kind, Member, Organization, Status
from tenants.models.organizations import PARENT_OF

audit.verbs(
    {
        "organization_changed": "changed the organization",
        "organization_moved": "moved the organization",
        "organization_archived": "archived the organization",
        "organization_restored": "restored the organization",
        "organization_deleted": "deleted the organization",
    }
)
EFFECTS = []


class InUse(Conflict):
    """The organization cannot be deleted while something stands on it; `uses` lists what."""

    def __init__(self, organization, uses):
        super().__init__(
            f"{organization} cannot be deleted while something stands on it.",
            "Move or end what is listed, or archive it: an archived organization is offered nowhere.",
        )
        self.organization, self.uses = organization, uses


def contribute_effects(effects):
    """Let a floor foretell what another tree changes: `effects(pairs) -> sentences`, pairs of actors now and then."""
    EFFECTS.append(effects)


def find(platform, pk):
    """Return an organization of `platform`. Raise NotVisible for any other."""
    found = Organization.objects.select_related("parent", "platform").filter(platform=platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _begin(actor, organization=None):
    """Lock the platform; return it, the actor and the organization as stored, and the decision that allows the act."""
    platform, actor = lock_platform(actor)
    decision = access.require(actor, "manage_organizations", platform)
    return platform, actor, organization and find(platform, organization.pk), decision


def _require_name(platform, parent, name, besides=None):
    if not (name := " ".join(name.split())):
        raise Unacceptable("Give it a name.", field="name")
    rows = Organization.objects.filter(platform=platform, parent=parent, name__iexact=name)
    same = rows.exclude(pk=besides and besides.pk).first()
    if same is not None:
        where = f"in {parent}" if parent else f"on {platform}"
        more = " and archived" if same.is_archived else ""
        raise Unacceptable(f"{same} exists {where} already{more}.", field="name")
    return name


def _require_parent(kind, parent):
    if (parent.kind if parent else None) not in PARENT_OF[kind]:
        raise Unacceptable("Units stand below a company, departments below a company or a unit.", field="parent")
    if parent is not None and parent.is_archived:
        raise Conflict(f"{parent} is archived.", "Restore it first.")


@transaction.atomic
def create_organization(*, actor, name, kind, accent, parent=None):
    """Create an external company, or a unit or department below `parent`; return it.

    Raises Unacceptable for a name that its parent knows already and for a kind that does not stand there.
    """
    platform, actor, parent, decision = _begin(actor, parent)
    _require_parent(kind, parent)
    name = _require_name(platform, parent, name)
    made = Organization.objects.create(platform=platform, parent=parent, kind=kind, name=name, accent=accent)
    audit.record(actor, "organization_created", made, decision=decision, after=_facts(made))
    return made


@transaction.atomic
def change_organization(*, actor, organization, name, accent):
    """Rename an organization or give it another colour; everything it owns shows the new name."""
    platform, actor, stored, decision = _begin(actor, organization)
    before = _facts(stored)
    stored.name, stored.accent = _require_name(platform, stored.parent, name, besides=stored), accent
    if _facts(stored) == before:
        raise Conflict("It is called that already, in that colour.")
    stored.save(update_fields=["name", "accent"])
    audit.record(actor, "organization_changed", stored, decision=decision, before=before, after=_facts(stored))
    return stored


@transaction.atomic
def archive_organization(*, actor, organization, reason=""):
    """Offer it nowhere any more. People, credentials and content stay as they are."""
    _platform, actor, stored, decision = _begin(actor, organization)
    if stored.is_host:
        raise Conflict("The host company is not archived.", "It owns the platform.")
    if stored.is_archived:
        raise Conflict(f"{stored} is archived already.")
    if below := stored.children.filter(archived_at=None).first():
        raise Conflict(f"{below} stands below it and is not archived.", f"Archive {below} first.")
    return _set_archived(actor, stored, timezone.now(), "organization_archived", decision, reason)


@transaction.atomic
def restore_organization(*, actor, organization, reason=""):
    """Offer it again."""
    _platform, actor, stored, decision = _begin(actor, organization)
    if not stored.is_archived:
        raise Conflict(f"{stored} is not archived.")
    if stored.parent_id and stored.parent.is_archived:
        raise Conflict(f"{stored.parent} is archived.", "Restore it first.")
    return _set_archived(actor, stored, None, "organization_restored", decision, reason)


def _set_archived(actor, stored, moment, verb, decision, reason):
    stored.archived_at = moment
    stored.save(update_fields=["archived_at"])
    audit.record(actor, verb, stored, decision=decision, after={"archived": moment is not None}, reason=reason)
    return stored


@transaction.atomic
def delete_organization(*, actor, organization):
    """Delete an organization on which nothing stands. Raises InUse with the list otherwise."""
    _platform, actor, stored, decision = _begin(actor, organization)
    if stored.is_host:
        raise Conflict("The host company is not deleted.", "It owns the platform.")
    if below := stored.children.first():
        raise Conflict(f"{below} stands below it.", "Move or delete what stands below first.")
    if uses := organization_uses.uses(actor, stored):
        raise InUse(stored, uses)
    before, pk = _facts(stored), stored.pk
    try:
        with transaction.atomic():
            stored.delete()
    except ProtectedError:
        raise InUse(stored, []) from None
    stored.pk = pk  # the record names what is gone
    audit.record(actor, "organization_deleted", stored, decision=decision, before=before)


def _facts(organization):
    return {
        "name": organization.name,
        "kind": organization.get_kind_display(),
        "parent": str(organization.parent or ""),
        "accent": organization.get_accent_display(),
    }


# --- moving ---


@dataclass(frozen=True, slots=True)
class Move:
    """What moving an organization does: who stops belonging where, what ends with it, and who reads more or less."""

    organization: Organization
    parent: Organization
    leaving: tuple[tuple[Member, frozenset], ...]
    ends: tuple[str, ...]
    reads: tuple[str, ...]
    used: bool

    @property
    def token(self):
        """Say in one word what was shown, so that what is done is what was shown."""
        shown = "\n".join([str(self.parent.pk), *self.ends, "", *self.reads])
        return hashlib.sha256(shown.encode()).hexdigest()[:16]


def parents_for(organization):
    """Return the organizations below which `organization` may stand, not counting what else keeps it."""
    rows = Organization.objects.filter(platform=organization.platform_id).offered()
    rows = rows.filter(kind__in=[kind for kind in PARENT_OF[organization.kind] if kind])
    below = subtree(organization)
    return rows.exclude(pk__in=[*below, organization.parent_id]).select_related("parent")


def subtree(organization):
    """Return the ids of an organization and all that stand below it."""
    parents = dict(Organization.objects.filter(platform=organization.platform_id).values_list("pk", "parent_id"))
    return [pk for pk in parents if organization.pk in actors.line_of(pk, parents)]


def plan_move(organization, parent):
    """Return the Move of `organization` below `parent`. Raises Unacceptable or Conflict where it cannot stand there."""
    if organization.kind == Kind.COMPANY:
        raise Conflict("A company stands at the top of its tree and is not moved.")
    _require_parent(organization.kind, parent)
    ids = subtree(organization)
    if parent.pk in ids or parent.pk == organization.parent_id:
        raise Conflict(f"{organization} cannot move there.", "Choose another place.")
    _require_name(organization.platform, parent, organization.name, besides=organization)
    now = dict(Organization.objects.filter(platform=organization.platform_id).values_list("pk", "parent_id"))
    then = now | {organization.pk: parent.pk}
    _require_same_company(organization, parent, ids, now)
    further = further_of(organization.platform)
    leaving = _leaving(organization.platform, ids, then, further)
    ends = [f"{member}: {line}" for member, lost in leaving for line in memberships.leaving(member, lost)]
    pairs = [(actor, _moved(actor, then, further)) for actor in actors.everyone(organization.platform)]
    reads = [line for effects in EFFECTS for line in effects(pairs)]
    used = organization_uses.in_use(ids)
    return Move(organization, parent, tuple(leaving), tuple(ends), tuple(reads), used)


def _require_same_company(organization, parent, ids, parents):
    if actors.line_of(parent.pk, parents)[-1] == actors.line_of(organization.pk, parents)[-1]:
        return
    if Member.objects.filter(unit__in=ids).exists():
        raise Conflict(
            f"People are employed in {organization}, so it stays in its company.",
            "Change where they are employed first; each change says what ends.",
        )


def further_of(platform):
    """Return, by member id, the ids of the further organizations they belong to; one query."""
    found = {}
    rows = Member.organizations.through.objects.filter(member__platform=platform)
    for member_id, organization_id in rows.values_list("member", "organization"):
        found.setdefault(member_id, []).append(organization_id)
    return found


def _leaving(platform, ids, then, further):
    """Return (member, ids of organizations they would leave) for everybody employed in what moves."""
    rows = Member.objects.filter(platform=platform, unit__in=ids, status__in=(Status.ACTIVE, Status.PENDING))
    members = list(rows.select_related("platform", "user", "company", "unit").order_by("pk"))
    found = [(actor.member, actor.organizations - _belonging(actor, then, further)) for actor in actors.build(members)]
    return [(member, lost) for member, lost in found if lost]


def _belonging(actor, then, further):
    """Return where the actor would belong in another tree."""
    member = actor.member
    return actors.belonging(member.company_id, member.unit_id, then, further.get(member.pk, ()))


def _moved(actor, then, further):
    """Return the actor as the rules would see them in another tree."""
    belongs = _belonging(actor, then, further)
    held = tuple(held for held in actor.held if held.organization_id in belongs)
    return replace(actor, parents=then, organizations=belongs, held=held, compiled={})


@transaction.atomic
def move_organization(*, actor, organization, parent, reason="", shown=None):
    """Move an organization with all below it; credentials for organizations that people leave by it end.

    `shown` is the token of the Move that was shown; Conflict when it would do something else by now. Raises
    Unacceptable without a reason once anything stands on it; otherwise as `plan_move` does.
    """
    platform, actor, stored, decision = _begin(actor, organization)
    parent = find(platform, parent.pk)
    move = plan_move(stored, parent)
    if shown not in (None, move.token):
        raise Conflict("Something changed since you looked.", "Look again at what the move does now.")
    if move.used and not reason.strip():
        raise Unacceptable("Say why: people, credentials or content stand on it.", field="reason")
    for member, _lost in move.leaving:
        lock_member(platform, member.pk)
    before = _facts(stored)
    stored.parent = parent
    stored.save(update_fields=["parent"])
    after = _facts(stored)
    acting = actors.of(actor.user, platform)
    for member, lost in move.leaving:
        for key, values in memberships.leave(acting, member, lost).items():
            after[key] = [*after.get(key, []), *values]
    if move.ends:
        after["ended"] = list(move.ends)
    audit.record(actor, "organization_moved", stored, decision=decision, before=before, after=after, reason=reason)
    return stored

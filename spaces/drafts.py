"""Wizard drafts: everything typed so far, kept in one row per wizard, so that two of them never mix."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from spaces import days
from spaces.inviting import Batch, Opened, with_prerequisites
from spaces.models import RESTRICTABLE, Responsibility, Space
from tenants import access, addresses, invitations, members
from tenants.errors import Conflict, NotVisible
from tenants.ids import id_of
from tenants.models import InvitationDraft, Organization, Right, Role

EMPTY = {
    "typed": [],
    "confirmed": [],
    "right": Right.EXTERNAL.value,
    "company": "",
    "company_name": "",
    "host_confirmed": False,
    "roles": None,
    "opened": [],
    "message": "",
    "before": [],
    "ends_on": "",
}
MOST_PEOPLE = 200


def new_draft(actor, member_id=None):
    """Make a draft of the actor; for somebody who had access, it begins with what was noted then.

    Raises AccessDenied for who may not invite, NotVisible for nobody of this platform.
    """
    access.require(actor, "invite", actor.platform)
    data = dict(EMPTY) if member_id is None else EMPTY | _before(members.find_member(actor.platform, member_id))
    return InvitationDraft.objects.create(platform=actor.platform, author=actor.user, data=data)


def _before(member):
    """Return the person, and everything noted when their access was removed, what would be over left out."""
    noted = {"right": member.right, "company": str(member.company_id), **member.held_before}
    today = timezone.localdate(timezone=member.platform.zone).isoformat()
    opened = [row for row in noted.get("opened", []) if not row["ends_on"] or row["ends_on"] >= today]
    return {
        "typed": [member.user.email],
        "right": noted["right"],
        "company": noted["company"],
        "roles": noted.get("roles"),
        "opened": opened,
        "before": noted.get("lines", []),
    }


def find_draft(actor, pk):
    """Return a draft of the actor on this platform. Raises NotVisible for any other id."""
    found = InvitationDraft.objects.filter(pk=pk, platform=actor.platform, author=actor.user).first()
    if found is None:
        raise NotVisible
    found.data = EMPTY | found.data
    return found


@transaction.atomic
def save_draft(draft, version, **values):
    """Store values in a draft. Raises Conflict when another window stored something since `version` was shown."""
    stored = InvitationDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if stored is None:
        raise NotVisible
    if version is not None and version != stored.version:
        raise Conflict(
            "This draft was changed in another window.", "What you typed is still here; save again to keep yours."
        )
    stored.data = EMPTY | stored.data | values
    stored.version += 1
    stored.save()
    draft.data, draft.version = stored.data, stored.version


def discard_draft(draft):
    """Throw a draft away; it never had any effect."""
    draft.delete()


def verdicts(draft):
    """Return the Verdict of every typed address, by the rules of now."""
    return invitations.judge(draft.platform, draft.data["typed"])


def ready(draft, judged=None):
    """Return the addresses that will be invited: ready ones, and doubtful ones that were confirmed."""
    confirmed = set(draft.data["confirmed"])
    judged = verdicts(draft) if judged is None else judged
    return [row.email for row in judged if row.code == "ready" or (row.doubtful and row.email in confirmed)]


def type_people(draft, version, text, **more):
    """Add pasted addresses to those in the draft, or replace them; malformed ones stay to be mended."""
    typed = addresses.split_pasted(text)[:MOST_PEOPLE]
    save_draft(draft, version, typed=typed, **more)


def company_of(draft):
    """Return the chosen company of the platform, or None while it is new or missing."""
    rows = Organization.objects.filter(platform=draft.platform, parent=None).offered()
    return rows.filter(pk=id_of(draft.data["company"])).first()


def default_roles():
    """Return what Externals start with: the roles that let them enter and work in spaces."""
    needed = [role for role in Role.objects.all() if {"enter", "content", "design"} & set(role.capabilities)]
    return [role.code for role in needed]


def roles_of(draft):
    """Return (Role, assigned, restricted) for every chosen role and what it needs."""
    platform, stored = draft.platform, draft.data["roles"]
    external = draft.data["right"] == Right.EXTERNAL
    free = external and platform.invitations_from_administrators
    if stored is None:
        stored = {code: {"assigned": not free, "restricted": True} for code in default_roles()}
    chosen = list(Role.objects.filter(code__in=stored))
    roles, _added = with_prerequisites(chosen)
    usual = {"assigned": not free, "restricted": True}
    settings = {role.code: stored.get(role.code, usual) for role in roles}
    return [(role, settings[role.code]["assigned"], settings[role.code]["restricted"]) for role in roles]


def opened_of(draft):
    """Return the spaces of the draft as Opened; spaces that are gone are left out."""
    spaces = {space.pk: space for space in Space.objects.filter(platform=draft.platform).select_related("platform")}
    found = []
    for row in draft.data["opened"]:
        space = spaces.get(row["space"])
        if space is None or row["responsibility"] not in Responsibility.values:
            continue
        restricted = bool(row["restricted"]) and row["responsibility"] in RESTRICTABLE
        last = date.fromisoformat(row["ends_on"]) if row["ends_on"] else None
        found.append(Opened(space, row["responsibility"], restricted, days.ending(last, draft.platform.zone)))
    return found


def end_of(draft):
    """Return where the membership that the draft offers ends, or None."""
    last = draft.data["ends_on"]
    return days.ending(date.fromisoformat(last), draft.platform.zone) if last else None


def batch_of(draft):
    """Return the draft as the batch that sending takes."""
    data = draft.data
    return Batch(
        emails=tuple(ready(draft)),
        right=data["right"],
        company=company_of(draft),
        company_name=data["company_name"].strip(),
        roles=tuple(roles_of(draft)),
        opened=tuple(opened_of(draft)),
        message=data["message"],
        host_confirmed=data["host_confirmed"],
        access_ends_at=end_of(draft),
    )

"""The options of a platform: what each does, what it needs, what uses it, and the one act that sets them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenants import access, audit, sources
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import (
    CredentialsCounted,
    Invitation,
    InvitationRole,
    InvitationState,
    OpenReaders,
    Platform,
    Right,
    RoleGrant,
)

SWITCH = {"on": True, "off": False}
LICENCE_SETTING_OFF = Q(assigned=False) | Q(restricted=False)


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody or something that depends on an option being on, in words; `member_id` leads to the person."""

    subject: str
    sentence: str
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the field of Platform it is stored in, and what people must know before they set it."""

    code: str
    title: str
    does: str
    needs: tuple[str, ...] = ()
    unlocks: str = ""
    choices: type | None = None
    uses: Callable = lambda platform: []

    def parse(self, text):
        """Return the stored value of what was posted. Raise Unacceptable for anything the option cannot be."""
        if self.choices is None and text in SWITCH:
            return SWITCH[text]
        if self.choices is not None and text in self.choices.values:
            return text
        raise Unacceptable(f"{self.title} cannot be set to that.", field=self.code)

    def say(self, value):
        """Return a value of this option in words."""
        if self.choices is None:
            return "on" if value else "off"
        return str(self.choices(value).label)


class InUse(Conflict):
    """The option cannot be turned off while something uses it; `uses` lists what."""

    def __init__(self, option, uses):
        super().__init__(
            f"{option.title} cannot be turned off while it is used.",
            "End what is listed below first, then turn it off.",
        )
        self.option, self.uses = option, uses


EFFECTS = []


def contribute_effects(effects):
    """Let a floor foretell: `effects(actor, code, value)` -> sentences on what setting an option would change."""
    EFFECTS.append(effects)


def effects(actor, code, value):
    """Return what every floor says would change for people if the option were set so."""
    return [line for foretell in EFFECTS for line in foretell(actor, code, value)]


def standing_invitations(platform):
    """Keep the invitations that can still be accepted."""
    return Invitation.objects.filter(platform=platform, state=InvitationState.SENT, expires_at__gt=timezone.now())


def uses_of_administrators_invitations(platform):
    """List grants and standing invitations with a licence setting off, and the option that builds on this one."""
    settings_off = defaultdict(list)
    grants = RoleGrant.objects.filter(LICENCE_SETTING_OFF, member__platform=platform)
    for grant in grants.select_related("role", "member__user").order_by("member__user__name", "role__position"):
        settings_off[str(grant.member), grant.member_id].append(_setting_off(grant))
    offers = InvitationRole.objects.filter(LICENCE_SETTING_OFF, invitation__in=standing_invitations(platform))
    for offer in offers.select_related("role", "invitation").order_by("invitation__email", "role__position"):
        settings_off[f"The invitation of {offer.invitation.email}", None].append(_setting_off(offer))
    found = [Use(subject, "; ".join(lines), member) for (subject, member), lines in settings_off.items()]
    if platform.invitations_from_members:
        found.append(Use("Invitations from members", "can be on only while this is on"))
    return found


def _setting_off(grant):
    if not grant.assigned:
        return f"{grant.role} without a licence of this platform"
    return f"{grant.role} not restricted to this platform"


def uses_of_members_invitations(platform):
    """List the standing invitations that members who are no Administrators sent."""
    administrators = platform.members.filter(right=Right.ADMINISTRATOR).values("user")
    found = standing_invitations(platform).exclude(inviter__in=administrators).select_related("inviter")
    return [Use(f"The invitation of {row.email}", f"sent by {row.inviter}") for row in found]


def uses_of_locations(platform):
    """List who brings a licence here and who uses one of this platform elsewhere."""
    found = [
        Use(str(travel.member), f"uses {travel.role} here by a licence of {travel.other}", travel.member.pk)
        for travel in sources.brought(platform)
    ]
    return found + [
        Use(str(travel.member), f"uses your licence of {travel.role} at {travel.other}", travel.member.pk)
        for travel in sources.lent(platform)
    ]


MEMBER_OPTIONS = (
    Option(
        "invitations_from_administrators",
        "Invitations from administrators",
        "Administrators may grant a role without assigning one of your licences. An external then uses a licence"
        " of their home platform.",
        unlocks="Unlocks Assign licence and Restrict usage to this platform for each role.",
        uses=uses_of_administrators_invitations,
    ),
    Option(
        "invitations_from_members",
        "Invitations from members",
        "Members may invite an External into a space they own, or by sharing an item. Such an invitation never"
        " assigns a licence of yours.",
        needs=("invitations_from_administrators",),
        uses=uses_of_members_invitations,
    ),
    Option(
        "member_locations",
        "Member's platform locations",
        "Lets a member of another platform bring their licence here, and lets your members use yours elsewhere."
        " Both platforms need it on.",
        uses=uses_of_locations,
    ),
)
WORK_OPTIONS = (
    Option(
        "externals_read_open",
        "Externals read open content like members",
        "Off: an External reads open content of their own organization only. On: an unrestricted credential of"
        " an External opens the open content of every organization.",
    ),
    Option(
        "open_readers",
        "Who reads open content",
        "Open content is what a Public or Protected space shows outside itself. This narrows who reads it.",
        choices=OpenReaders,
    ),
    Option(
        "credentials_counted",
        "Credentials that count",
        "All: a person reads by every credential they hold. Current only: by the one they work with, and the"
        " address of anything else offers the switch.",
        choices=CredentialsCounted,
    ),
    Option(
        "leader_edits_frozen",
        "Leader modifies Frozen content",
        "On: a Leader may modify a Frozen item, and its history says so. Off: nobody does until it is In Work.",
    ),
    Option(
        "freeze_before_release",
        "Freeze before release",
        "On: an item is Frozen first, then Released. Off: a Leader may release from In Work.",
    ),
    Option(
        "members_create_spaces",
        "Members create spaces",
        "On: a Member creates spaces, unless all their credentials are restricted. Off: Administrators only."
        " Externals never create spaces.",
    ),
)
OPTIONS = {option.code: option for option in (*MEMBER_OPTIONS, *WORK_OPTIONS)}


def find(code):
    """Return an Option by its code. Raise NotVisible for one that does not exist."""
    if code not in OPTIONS:
        raise NotVisible
    return OPTIONS[code]


@transaction.atomic
def set_option(*, actor, code, value):
    """Set one option of the actor's platform to a posted value.

    Raises NotVisible, Unacceptable, AccessDenied; Conflict when it is so already or something it needs is off;
    InUse when it is turned off while something uses it.
    """
    option = find(code)
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = actors.of(actor.user, platform)  # as stored now
    decision = access.require(actor, "set_options", platform)
    before, wanted = getattr(platform, code), option.parse(value)
    if before == wanted:
        raise Conflict(f"{option.title} is already {option.say(wanted)}.", "Look at the page again.")
    if wanted is True:
        _require_needs(platform, option)
    if wanted is False and (uses := option.uses(platform)):
        raise InUse(option, uses)
    setattr(platform, code, wanted)
    platform.save(update_fields=[code])
    audit.record(actor, "options_set", platform, decision=decision, before={code: before}, after={code: wanted})
    return platform


def _require_needs(platform, option):
    for code in option.needs:
        if not getattr(platform, code):
            needed = OPTIONS[code].title
            raise Conflict(f"{option.title} needs {needed}, which is off.", f"Turn on {needed} first.")

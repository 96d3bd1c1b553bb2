"""The options of a platform: what each does, what it needs, what uses it, and the one act that sets them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from tenants import access, audit, two_factor
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.models import CredentialsCounted, OpenReaders, OriginsKept, Platform, TwoFactor, WordsKept
from tenants.option_uses import (
    uses_of_administrators_invitations,
    uses_of_locations,
    uses_of_members_invitations,
)

SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the field of Platform it is stored in, and what people must know before they set it.

    `note(platform)` is a sentence about now.
    `widest` is the value at which it narrows nobody, None where no value does: any other asks for a reason.
    `after(actor, platform, before)` does what setting it brings along, in the same transaction.
    """

    code: str
    title: str
    does: str
    needs: tuple[str, ...] = ()
    unlocks: str = ""
    choices: type | None = None
    uses: Callable = lambda platform: []
    widest: object = None
    note: Callable = lambda platform: ""
    after: Callable = lambda actor, platform, before: None

    def parse(self, text):
        """Return the stored value of what was posted. Raise Unacceptable for anything the option cannot be."""
        if self.choices is None and text in SWITCH:
            return SWITCH[text]
        if self.choices is not None and text in self.choices.values:
            return text
        raise Unacceptable(f"{self.title} cannot be set to that.", field=self.code)

    def holds(self, value):
        """Tell whether a stored value, such as one of an old entry of the record, is still one of this option."""
        return isinstance(value, bool) if self.choices is None else value in self.choices.values

    def narrows(self, value):
        """Tell whether setting it so gives people less than they have."""
        return self.widest is not None and value != self.widest

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


EFFECTS = [two_factor.effects]


def contribute_effects(effects):
    """Let a floor foretell: `effects(actor, wanted)` -> sentences on what it would change; `wanted` {code: value}."""
    EFFECTS.append(effects)


def effects(actor, wanted):
    """Return what every floor says would change for people if the options were set so."""
    return [line for foretell in EFFECTS for line in foretell(actor, wanted)]


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
    Option(
        "ungrant_expired",
        "Expired roles are taken back",
        "On: within the hour after its licence expired a role is taken back, and the person and the Administrators are"
        " told once. A role that another one with a valid licence needs stays, and so does one that another platform"
        " pays for. Off: expired roles stay granted and work again once the licences are renewed.",
    ),
)
SIGN_IN_OPTIONS = (
    Option(
        "two_factor",
        "Two-factor asked of",
        "Whoever it is asked of needs a second step, an authenticator app or a passkey, to get onto this platform."
        " It is asked a week after it is set, and people are told before.",
        choices=TwoFactor,
        note=two_factor.note,
        after=two_factor.bring_along,
    ),
)
WORK_OPTIONS = (
    Option(
        "externals_read_open",
        "Externals read open content like members",
        "Off: an External reads open content of their own organization only. On: an unrestricted credential of"
        " an External opens the open content of every organization.",
        widest=True,
    ),
    Option(
        "open_readers",
        "Who reads open content",
        "Open content is what a Public or Protected space shows outside itself. This narrows who reads it.",
        choices=OpenReaders,
        widest=OpenReaders.EVERY_CREDENTIAL,
    ),
    Option(
        "restricted_first",
        "Offer (Restricted) first to Externals",
        "On: where somebody adds or invites an External, (Restricted) is ticked to begin with. It can be unticked."
        " Off: it begins unticked for everybody.",
    ),
    Option(
        "credentials_counted",
        "Credentials that count",
        "All: a person reads by every credential they hold. Current only: by the one they work with, and the"
        " address of anything else offers the switch.",
        choices=CredentialsCounted,
        widest=CredentialsCounted.ALL,
    ),
    Option(
        "leader_edits_frozen",
        "Leader modifies Frozen content",
        "On: a Leader may modify a Frozen item, and its history says so. Off: nobody does until it is In Work.",
        widest=True,
    ),
    Option(
        "freeze_before_release",
        "Freeze before release",
        "On: an item is Frozen first, then Released. Off: a Leader may release from In Work.",
        widest=False,
    ),
    Option(
        "members_create_spaces",
        "Members create spaces",
        "On: a Member creates spaces, unless all their credentials are restricted. Off: Administrators only."
        " Externals never create spaces.",
        widest=True,
    ),
)
RECORD_OPTIONS = (
    Option(
        "words_kept",
        "Words of the record are kept",
        "What an entry says in words is forgotten after this time: names of things, what was typed, before and after."
        " That somebody did that kind of act then, and by which rule, stays for good, and the chain holds.",
        choices=WordsKept,
        widest=WordsKept.FOR_GOOD,
    ),
    Option(
        "origins_kept",
        "Addresses in the record are kept",
        "The network address and the program that an act came from are deleted after this time.",
        choices=OriginsKept,
    ),
    Option(
        "legal_hold",
        "Legal hold",
        "On: nothing in the record is forgotten, neither by time nor on a person's request. Off: the times above hold.",
        widest=True,
    ),
)
GROUPS = {
    "How people come here": MEMBER_OPTIONS,
    "How people sign in": SIGN_IN_OPTIONS,
    "How people read and work": WORK_OPTIONS,
    "What the record remembers": RECORD_OPTIONS,
}
OPTIONS = {option.code: option for group in GROUPS.values() for option in group}


@dataclass(frozen=True, slots=True)
class Preset:
    """Several options that are set together: a title, what it means in plain words, and the values."""

    code: str
    title: str
    says: str
    wanted: dict


PRESETS = {
    preset.code: preset
    for preset in (
        Preset(
            "as-written",
            "As the texts have it",
            "Every member with a credential reads open content; Externals read that of their own organization."
            " All content rules go back to what they are on a new platform.",
            {option.code: Platform._meta.get_field(option.code).default for option in WORK_OPTIONS},
        ),
        Preset(
            "supplier-safe",
            "Supplier-safe",
            "Only people whom your own company employs read open content. An External reads what is in the spaces"
            " opened to them, and is offered (Restricted) first. The other rules stay as they are.",
            {
                "externals_read_open": False,
                "open_readers": OpenReaders.HOST_EMPLOYEES,
                "restricted_first": True,
            },
        ),
    )
}


def find(code):
    """Return an Option by its code. Raise NotVisible for one that does not exist."""
    if code not in OPTIONS:
        raise NotVisible
    return OPTIONS[code]


def find_preset(code):
    """Return a Preset by its code. Raise NotVisible for one that does not exist."""
    if code not in PRESETS:
        raise NotVisible
    return PRESETS[code]


@dataclass(frozen=True, slots=True)
class Plan:
    """What setting options would do: only those that would change, and what that does to people.

    `lines` are (option, before, after) in words.
    """

    lines: tuple
    effects: tuple[str, ...]
    narrows: bool


def state(platform):
    """Return a mark of what all options are now, to tell later whether somebody was faster."""
    values = [(code, str(getattr(platform, code))) for code in OPTIONS]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def plan(actor, wanted):
    """Return the Plan of setting `wanted`, {code: value}, on the actor's platform as it is now."""
    now = {code: getattr(actor.platform, code) for code in wanted}
    after = {code: value for code, value in wanted.items() if now[code] != value}
    changed = [(OPTIONS[code], value) for code, value in after.items()]
    return Plan(
        lines=tuple((option, option.say(now[option.code]), option.say(value)) for option, value in changed),
        effects=tuple(effects(actor, after)) if after else (),
        narrows=any(option.narrows(value) for option, value in changed),
    )


def set_option(*, actor, code, value, reason=""):
    """Set one option to a posted value. Raises NotVisible, Unacceptable, and what `set_options` raises."""
    option = find(code)
    return set_options(actor=actor, wanted={code: option.parse(value)}, reason=reason)


@transaction.atomic
def set_options(*, actor, wanted, reason="", verb="options_set", seen=None):
    """Set options of the actor's platform to values, {code: value}: one act, one entry, all of them or none.

    `seen` is the `state` that was shown. Raises AccessDenied; Unacceptable when people get less and no reason is
    given; Conflict when all is so already, something needed is off, or the state is another by now; InUse when one
    is turned off while something uses it.
    """
    platform = Platform.objects.select_for_update(no_key=True).get(pk=actor.platform_id)
    actor = actors.of(actor.user, platform)  # as stored now
    decision = access.require(actor, "set_options", platform)
    if seen is not None and seen != state(platform):
        raise Conflict("Somebody set an option after this was shown.", "Look at what it changes now.")
    before = {code: getattr(platform, code) for code in wanted if getattr(platform, code) != wanted[code]}
    after, reason = {code: wanted[code] for code in before}, reason.strip()
    if not after:
        raise Conflict(f"{_so_already(wanted)}.", "Look at the page again.")
    if not reason and any(OPTIONS[code].narrows(after[code]) for code in after):
        raise Unacceptable("Say why: it gives people less than they have now.", field="reason")
    for code, value in after.items():
        setattr(platform, code, value)
    _require_possible(platform, after)
    platform.save(update_fields=list(after))
    for code in after:
        OPTIONS[code].after(actor, platform, before[code])
    audit.record(actor, verb, platform, decision=decision, before=before, after=after, reason=reason)
    return platform


def _so_already(wanted):
    return ", ".join(f"{OPTIONS[code].title} is already {OPTIONS[code].say(value)}" for code, value in wanted.items())


def _require_possible(platform, after):
    """Ask, with all values set, that whatever is on has what it needs, and that nothing used was turned off."""
    for option in OPTIONS.values():
        for code in option.needs if getattr(platform, option.code) is True and option.code in after else ():
            if not getattr(platform, code):
                needed = OPTIONS[code].title
                raise Conflict(f"{option.title} needs {needed}, which is off.", f"Turn on {needed} first.")
    for code, value in after.items():
        if value is False and (uses := OPTIONS[code].uses(platform)):
            raise InUse(OPTIONS[code], uses)

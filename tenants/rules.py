"""Who may do what to a platform as a whole. Source: docs/access.md, "Spaces, members, invitations"."""

from django.db.models import Q

from tenants import access
from tenants.access import EVERYTHING, NOTHING, Policy, Rule
from tenants.models import ApiToken, Member, Platform, Right, Scope


def administrators(actor):
    """Hold for an active Administrator of the platform."""
    return EVERYTHING if actor.is_administrator else NOTHING


def members(actor):
    """Hold for every active member."""
    return EVERYTHING if actor.is_active else NOTHING


def auditors(actor):
    """Hold for who was made an auditor, with a licence to enter."""
    return EVERYTHING if actor.is_active and actor.member.auditor and actor.may("enter") else NOTHING


def inviting_members(actor):
    """Hold for Members while Invitations from members is on; the space or item is asked besides."""
    invites = actor.is_active and actor.works_content and actor.member.right == Right.MEMBER
    return EVERYTHING if invites and actor.platform.invitations_from_members else NOTHING


def founding_members(actor):
    """Hold for Members who may create spaces."""
    bound = bool(actor.held) and all(held.restricted or held.is_public_reader for held in actor.held)
    allowed = actor.platform.members_create_spaces and actor.works_content and not bound
    return EVERYTHING if actor.is_active and actor.member.right == Right.MEMBER and allowed else NOTHING


ADMINISTRATOR = Rule("9.A", "You are an Administrator of this platform.", administrators)
AUDITOR = Rule("9.R", "You are an auditor of this platform: you read its record and nothing else by that.", auditors)
MEMBER = Rule("9.M", "You are a member of this platform.", members)
INVITING_MEMBER = Rule("9.I", "Members may invite Externals into spaces they own.", inviting_members)
FOUNDING_MEMBER = Rule("9.C", "Members may create spaces on this platform.", founding_members)


def _refuse_administration(actor, row):
    return "Only an Administrator of the platform does this.", f"Ask an Administrator of {actor.platform}."


def _refuse_founding(actor, row):
    if actor.is_external:
        return "Externals create no spaces.", f"Ask an Administrator of {actor.platform} to create it."
    if not actor.platform.members_create_spaces:
        return "Only Administrators create spaces here.", f"Ask an Administrator of {actor.platform}."
    return "Every credential you hold is restricted.", "Ask an Owner for an unrestricted credential."


def _administration(label):
    return Policy(label, (ADMINISTRATOR,), _refuse_administration)


POLICIES = {
    "see": Policy("see the platform", (MEMBER,), _refuse_administration),
    "leave": Policy("leave the platform, the last Administrator excepted", (MEMBER,), _refuse_administration),
    "invite": _administration("invite people, resend and revoke invitations"),
    "grant_roles": _administration("grant roles, assign and restrict licences"),
    "manage_members": _administration("change rights, end and restore access"),
    "manage_groups": _administration("keep user groups, put people in and take them out"),
    "manage_organizations": _administration("manage organizations"),
    "set_sign_in": _administration("set up signing in through the company"),
    "manage_partners": _administration("set the rules for partners, answer what waits, recall, end a partnership"),
    "set_options": _administration("set the options of the platform"),
    "see_record": Policy("see the record of the platform", (ADMINISTRATOR, AUDITOR), _refuse_administration),
    "see_control_center": _administration("see every space in the control center"),
    "invite_external": Policy(
        "invite Externals into a space of one's own", (ADMINISTRATOR, INVITING_MEMBER), _refuse_administration
    ),
    "create_space": Policy("create a space", (ADMINISTRATOR, FOUNDING_MEMBER), _refuse_founding),
}


def themselves(actor):
    """Hold for the actor's own membership."""
    return Q(user=actor.user.pk)


def sponsors(actor):
    """Hold for the memberships that the actor answers for; an External answers for nobody."""
    return Q(sponsor=actor.user.pk) if actor.is_active and not actor.is_external else NOTHING


def asked_to_sponsor(actor):
    """Hold for the memberships that the actor is asked to answer for."""
    return Q(sponsor_offered=actor.user.pk) if actor.is_active and not actor.is_external else NOTHING


SELF = Rule("9.0", "Nobody sets the end of their own membership.", themselves)
SPONSOR = Rule("9.S", "You are the sponsor.", sponsors)
ASKED = Rule("9.T", "The sponsor asks you to take over.", asked_to_sponsor)


def _refuse_membership(actor, row):
    return "Their sponsor or an Administrator does this.", f"Ask an Administrator of {actor.platform}."


MEMBERSHIPS = {
    "see": Policy("see the end of a membership and its sponsor", (ADMINISTRATOR, SPONSOR, ASKED), _refuse_membership),
    "set_end": Policy(
        "renew a membership, let it end, name another sponsor",
        (ADMINISTRATOR, SPONSOR),
        _refuse_membership,
        block=(SELF,),
        requires="see",
    ),
    "take_sponsorship": Policy(
        "become the sponsor when asked", (ASKED,), _refuse_membership, block=(SELF,), requires="see"
    ),
}


def changing_tokens(actor):
    """Hold for the actor's own tokens that were made for reading and changing."""
    return Q(member=actor.member.pk, scope=Scope.WRITE)


TOKEN = Rule("9.W", "The token was made for reading and changing.", changing_tokens)


def _refuse_token(actor, row):
    return "This token may only read.", "Make a token with the scope Read and change."


TOKENS = {"change": Policy("send a change by a token, within what its owner may do", (TOKEN,), _refuse_token)}


def register():
    """Hand the rules of this floor to the engine."""
    access.register(Platform, POLICIES)
    access.register(Member, MEMBERSHIPS)
    access.register(ApiToken, TOKENS)

"""Invitations: judge an address, make, renew and revoke. Source of the rules: docs/access.md, section 9."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants import access, addresses, audit, consent, domains, invitation_mail, memberships, notifications, tokens
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, TooMany
from tenants.models import Invitation, InvitationRole, InvitationState, Member, Right, Status, User


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a typed address. Only `ready` and, once confirmed, doubtful ones can be invited."""

    typed: str
    code: str
    sentence: str
    email: str = ""

    @property
    def doubtful(self):
        """True for an address that asks for a second look."""
        return self.code in {"look_alike", "unknown_script"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What one invitation lists on this floor. `roles` are (Role, assigned, restricted).

    `sponsor` is the User who shall answer for an External; without one, the inviter does.
    """

    email: str
    right: str
    company: object
    roles: tuple = ()
    message: str = ""
    access_ends_at: object = None
    by_member: bool = False
    sponsor: object = None


def judge(platform, typed):
    """Return a Verdict per typed address; a fixed number of queries for any number of them."""
    known = _known(platform)
    found, seen = [], set()
    for text in typed:
        verdict = _judge_one(text, known, seen)
        seen.add(verdict.email)
        found.append(verdict)
    return found


def _known(platform):
    members = dict(Member.objects.filter(platform=platform).values_list("user__email", "status"))
    standing = Invitation.objects.filter(platform=platform, state=InvitationState.SENT, expires_at__gt=timezone.now())
    active = frozenset(addresses.domain_of(email) for email, status in members.items() if status == Status.ACTIVE)
    return members, set(standing.values_list("email", flat=True)), active, domains.rules_of(platform)


def _judge_one(text, known, seen):
    members, invited, active, rules = known
    try:
        email = addresses.canonical(text)
    except addresses.AddressError as error:
        return Verdict(text, "malformed", str(error))
    if email in seen:
        return Verdict(text, "doubled", "It stands in the list already.", email)
    if members.get(email) == Status.ACTIVE:
        return Verdict(text, "member", "An active member of this platform; nothing is sent.", email)
    if email in invited:
        return Verdict(text, "invited", "An invitation stands; send it again from the list instead.", email)
    if refused := domains.refusal(email, rules):
        return Verdict(text, "domain", refused, email)
    doubt = addresses.warning(email, active)
    if doubt:
        return Verdict(text, doubt.code, doubt.sentence, email)
    return Verdict(text, "ready", "Can be invited.", email)


def prepare(actor, offer):
    """Store one invitation and its pending member; return (invitation, token). Part of a sending service.

    Writes no entry in the record and sends nothing. Raises Conflict when the address is a member,
    invited, or refused by the domain rules.
    """
    domains.require(actor.platform, offer.email)
    before = _make_room(actor.platform, offer.email)
    member, now_is = _pending_member(actor.platform, offer)
    invitation = Invitation(
        platform=actor.platform,
        email=offer.email,
        member=member,
        status_before=now_is or before,
        right=offer.right,
        company=offer.company,
        inviter=actor.user,
        by_member=offer.by_member,
        message=offer.message.strip()[:500],
        access_ends_at=offer.access_ends_at,
    )
    token = _begin(invitation)
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        raise Conflict(f"An invitation of {offer.email} stands already.", "Send it again from the list.") from None
    InvitationRole.objects.bulk_create(
        InvitationRole(invitation=invitation, role=role, assigned=assigned, restricted=restricted)
        for role, assigned, restricted in offer.roles
    )
    return invitation, token


def _make_room(platform, email):
    """Store an expired invitation of the address as such; return what its member was before."""
    rows = Invitation.objects.filter(platform=platform, email=email, state=InvitationState.SENT)
    expired = rows.filter(expires_at__lte=timezone.now()).select_for_update().first()
    if expired is None:
        return ""
    expired.state = InvitationState.EXPIRED
    expired.save(update_fields=["state"])
    return expired.status_before


def _begin(invitation):
    """Let an invitation stand from now, with a new token; return that. It ends with the access that it offers."""
    token, now = tokens.rotate(invitation), timezone.now()
    ends = [now + timedelta(days=invitation.platform.invitation_days), invitation.access_ends_at]
    invitation.sent_at, invitation.expires_at, invitation.reminders = now, min(filter(None, ends)), 0
    return token


def _pending_member(platform, offer):
    user = User.objects.for_address(offer.email)
    member = Member.objects.select_for_update(of=["self"]).filter(platform=platform, user=user).first()
    if member is None:
        offered = {"right": offer.right, "company": offer.company, "sponsor": offer.sponsor}
        return Member.objects.create(platform=platform, user=user, **offered), ""
    if member.status == Status.ACTIVE:
        raise Conflict(f"{offer.email} is an active member already.", "Change the membership instead.")
    if offer.by_member and member.joined_at is not None and member.status != Status.PENDING:
        raise Conflict(f"{offer.email} had access here and lost it.", "An Administrator invites them again.")
    before = member.status if member.status != Status.PENDING else ""
    member.status, member.right, member.company, member.unit = Status.PENDING, offer.right, offer.company, None
    member.sponsor = offer.sponsor
    member.save(update_fields=["status", "right", "company", "unit", "sponsor"])
    member.organizations.clear()
    return member, before


def left_today(actor):
    """Return how many more invitations the person may send now; none or less: no more.

    A platform has a limit for 24 hours, and a Member one of their own on all platforms together.
    """
    rows = Invitation.objects.filter(sent_at__gt=timezone.now() - timedelta(days=1))
    left = settings.INVITATIONS_PER_DAY - rows.filter(platform=actor.platform).count()
    if actor.is_administrator:
        return left
    return min(left, settings.INVITATIONS_PER_PERSON - rows.filter(inviter=actor.user).count())


def require_limit(actor, number):
    """Raise TooMany when the person would send more invitations today than the installation lets anybody."""
    left = max(left_today(actor), 0)
    if number > left:
        more = f"{left} more can leave" if left else "no more leave"
        raise TooMany(f"Too many invitations in 24 hours: {more} now.", "Send the rest tomorrow.", retry_after=3600)


def objection(inviter, invitation):
    """Return why an invitation cannot be accepted by the rules of now, or nothing; `inviter` is an Actor or None."""
    if inviter is None or not _stands_behind(inviter, invitation):
        return f"{invitation.inviter} can no longer invite people."
    return domains.refusal(invitation.email, domains.rules_of(invitation.platform))


def _stands_behind(inviter, invitation):
    if access.can(inviter, "invite", invitation.platform):
        return True
    external = invitation.by_member and access.can(inviter, "invite_external", invitation.platform)
    return bool(external) and memberships.vouches(inviter, invitation)


def announce(invitation, token, *, by_mail=True, reminder=False):
    """Queue the mail, where one is wanted, and ring the bell of a person with an account.

    Neither while another side is asked first; nothing that the host sees tells the difference.
    """
    if consent.holds_back(invitation):
        if by_mail:
            invitation_mail.hold(invitation)
        return
    if by_mail:
        invitation_mail.send(invitation, token, reminder)
    user = invitation.member.user
    if user.claimed_at is not None:
        notifications.notify(
            user=user,
            platform=None,
            kind="invitation",
            subject=f"invitation:{invitation.pk}",
            text=f"{invitation.inviter} invites you to {invitation.platform}.",
            path=invitation_mail.answer_path(invitation),
        )


def _lock(actor, pk):
    rows = Invitation.objects.select_for_update(of=["self"]).select_related("member__user", "platform", "inviter")
    found = rows.filter(platform=actor.platform, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def resend_invitation(*, actor, pk):
    """Send an invitation again, or renew an expired one: a new token and a new end, its message stays.

    Returns (invitation, token). Raises Conflict unless it stands or has expired, its inviter still stands behind it,
    and the access that it offers has not ended.
    """
    decision = access.require(actor, "invite", actor.platform)
    require_limit(actor, 1)
    invitation = _lock(actor, pk)
    if invitation.state != InvitationState.SENT:
        raise Conflict(f"This invitation was {invitation.get_state_display().lower()}.", "Invite the person anew.")
    if sentence := _over(invitation):
        raise Conflict(sentence, "Invite the person anew.")
    token = renew(invitation)
    after = {"expires_at": invitation.expires_at.isoformat()}
    subject = invitation.member.user
    audit.record(actor, "invitation_resent", invitation, decision=decision, subject=subject, after=after)
    announce(invitation, token)
    return invitation, token


def _over(invitation):
    if invitation.access_ends_at and invitation.access_ends_at <= timezone.now():
        return "The access that it offers is over."
    return objection(actors.of(invitation.inviter, invitation.platform), invitation)


def renew(invitation):
    """Give a locked invitation a new end and a new token, and return that: the earlier link is dead."""
    token = _begin(invitation)
    invitation.save(update_fields=["token_seed", "token_hash", "sent_at", "expires_at", "reminders"])
    return token


@transaction.atomic
def revoke_invitation(*, actor, pk):
    """Take an invitation back; what the pending person was given meanwhile ends. Raises Conflict unless it stands."""
    decision = access.require(actor, "invite", actor.platform)
    invitation = _lock(actor, pk)
    if invitation.state != InvitationState.SENT:
        raise Conflict(f"This invitation was {invitation.get_state_display().lower()} already.")
    close(actor, invitation, InvitationState.REVOKED)
    subject = invitation.member.user
    audit.record(actor, "invitation_revoked", invitation, decision=decision, subject=subject)
    return invitation


def close(actor, invitation, state):
    """End a standing invitation and what its pending member was given; the member is again what they were."""
    invitation.state, invitation.answered_at = state, timezone.now()
    invitation.save(update_fields=["state", "answered_at"])
    member = invitation.member
    if member.status == Status.PENDING:
        memberships.end(actor, member)
        member.grants.all().delete()
        member.status = invitation.status_before or Status.REMOVED
        member.save(update_fields=["status"])


def in_words(invitation):
    """Return everything an invitation offers, sentence by sentence."""
    roles = [
        f"{offer.role}, {'with a licence of' if offer.assigned else 'without a licence of'} {invitation.platform}"
        for offer in invitation.roles.select_related("role")
    ]
    return [f"{Right(invitation.right).label} of {invitation.platform}", *roles, *memberships.offered(invitation)]

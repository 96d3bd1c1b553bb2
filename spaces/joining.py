"""Asking to join a space that one knows from outside: its Owners let people in or not.

Who reads an item of a space from outside knows its title and visibility, nobody else may ask. Giving a credential in
whatever way answers the request (`credentials.store_credential`).
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from spaces import hooks
from spaces.credentials import give_credential
from spaces.giving import CredentialSpec
from spaces.models import AccessRequest, Credential, RequestState, Responsibility, Space
from spaces.owners import lock_space
from tenants import access, audit, notifications
from tenants import actor as actors
from tenants.access import Decision
from tenants.errors import Conflict, NotVisible, Outside
from tenants.models import Member, Status

LONGEST = 300
MOST_A_DAY = 3  # questions of one person about one space, taken back and refused ones counted
KNOWN = Decision(True, "You read some of its content from outside.", "9.K")


def unseen(actor, pk):
    """Return the error for a space that the actor does not see: one they know says so and leads to the question."""
    if not hooks.known(actor, pk):
        return NotVisible()
    ask = reverse("spaces:access_ask", args=[actor.platform.slug, pk])
    remedy = "You read some of its content from outside. Its Owners decide who comes in."
    return Outside("You are not in this space.", remedy, ask, "Ask to join")


def find_known(actor, pk):
    """Return a space that the actor knows and does not work in. Raise NotVisible for any other."""
    known = hooks.known(actor, pk)  # asked first, so that a hidden space costs what none costs
    space = Space.objects.select_related("platform").filter(platform=actor.platform, pk=pk).first()
    if space is None or not (known or access.can(actor, "see", space)):
        raise NotVisible
    return space


def is_in(actor, space):
    """Tell whether the actor has nothing to ask for: works there already, or administers the platform."""
    return actor.is_administrator or any(held.space_id == space.pk and held.works for held in actor.held)


def open_request(actor, space):
    """Return the actor's open request for the space, or None."""
    return AccessRequest.objects.filter(member=actor.member, space=space, state=RequestState.OPEN).first()


@transaction.atomic
def ask(*, actor, pk, message=""):
    """Ask the Owners of a space to be let in. Raises NotVisible, and Conflict for who is in or has asked already."""
    actor = _fresh(actor)
    space = find_known(actor, pk)
    if is_in(actor, space):
        raise Conflict(f"You work in {space} already.")
    asked = AccessRequest.objects.filter(space=space, member=actor.member)
    if asked.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Conflict(f"You have asked {MOST_A_DAY} times within a day.", "Ask again tomorrow.")
    try:
        with transaction.atomic():
            request = AccessRequest.objects.create(
                space=space, member=actor.member, message=message.strip()[:LONGEST], created_at=timezone.now()
            )
    except IntegrityError:
        raise Conflict("You have asked already.", "The Owners of the space answer.") from None
    told = {"decision": KNOWN, "space_id": space.pk, "subject": actor.user}
    audit.record(actor, "access_asked", space, after={"message": request.message}, **told)
    for user in _owners(space):
        _tell(user, space, request, f"{actor.user} asks to join {space}.", "spaces:space_members", space.pk)
    return request


@transaction.atomic
def withdraw(*, actor, pk):
    """Take one's own question back. Raises NotVisible where none is open."""
    actor = _fresh(actor)
    space = find_known(actor, pk)
    request = AccessRequest.objects.select_for_update().filter(member=actor.member, space=space)
    request = request.filter(state=RequestState.OPEN).first()
    if request is None:
        raise NotVisible
    _close(request, RequestState.WITHDRAWN, actor.user)
    told = {"decision": KNOWN, "space_id": space.pk, "subject": actor.user}
    audit.record(actor, "access_withdrawn", space, **told)
    return space


@transaction.atomic
def let_in(*, actor, space, pk):
    """Give the proposed credential, which answers the request. Raises as giving does, Conflict for an answered one."""
    request = _asked(actor, space, pk)
    give_credential(actor=actor, space=space, member=request.member, spec=proposed(request.member))
    return request


@transaction.atomic
def refuse(*, actor, space, pk):
    """Do not let somebody in; they are told, and may ask again."""
    actor = _fresh(actor)
    request = _asked(actor, space, pk)
    _close(request, RequestState.REFUSED, actor.user)
    decision = access.require(actor, "give_any", space)
    told = {"decision": decision, "space_id": space.pk, "subject": request.member.user}
    audit.record(actor, "access_refused", space, **told)
    text = f"The Owners of {space} do not let you in."
    _tell(request.member.user, space, request, text, "tenants:home")
    return request


def proposed(member):
    """Return the credential that one click gives, which opens least: Reader (Restricted) for the employment."""
    return CredentialSpec(Responsibility.READER, True, member.employment)


def open_requests(actor, space=None):
    """Return the open requests that the actor decides, the oldest first, in one query."""
    spaces = access.narrow(Space.objects.all(), actor, "give_any")
    spaces = spaces.filter(pk=space.pk) if space else spaces
    rows = AccessRequest.objects.filter(space__in=spaces, state=RequestState.OPEN, member__status=Status.ACTIVE)
    related = ("space__platform", "member__user", "member__company", "member__unit", "member__platform")
    return rows.select_related(*related).order_by("created_at", "pk")


def _asked(actor, space, pk):
    """Lock who asked, the space and the open request. Raise NotVisible, AccessDenied, Conflict for an answered one."""
    list(
        Member.objects.select_for_update().filter(
            pk__in=AccessRequest.objects.filter(pk=pk, space=space).values("member")
        )
    )
    space = lock_space(space.pk)
    access.require(_fresh(actor), "give_any", space)
    rows = AccessRequest.objects.select_for_update(of=["self"])
    rows = rows.select_related("member__user", "member__company", "member__unit", "member__platform")
    request = rows.filter(pk=pk, space=space).first()
    if request is None:
        raise NotVisible
    if request.state != RequestState.OPEN:
        raise Conflict(f"This was answered already: {request.get_state_display().lower()}.", "Look at the page again.")
    return request


def _close(request, state, by):
    request.state, request.answered_at, request.answered_by = state, timezone.now(), by
    request.save(update_fields=["state", "answered_at", "answered_by"])


def _owners(space):
    rows = Credential.objects.live().filter(
        content_object=space, permission__codename=Responsibility.OWNER, restricted=False
    )
    rows = rows.filter(user__memberships__platform=space.platform_id, user__memberships__status=Status.ACTIVE)
    return {row.user_id: row.user for row in rows.select_related("user")}.values()


def _tell(user, space, request, text, page, *args):
    notifications.notify(
        user=user,
        platform=space.platform,
        kind="joining",
        subject=f"joining:{request.pk}",
        text=text,
        path=reverse(page, args=[space.platform.slug, *args]),
    )


def _fresh(actor):
    found = actors.of(actor.user, actor.platform)
    if found is None or not found.is_active:
        raise NotVisible
    return found

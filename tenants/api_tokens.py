"""Personal API tokens: made for one platform, shown once, asked of the database with every request."""

import secrets
from datetime import timedelta

from django.db import OperationalError, transaction
from django.utils import timezone

from tenants import access, audit, clock, memberships, panels
from tenants import actor as actors
from tenants.errors import Conflict, NotVisible, Unacceptable
from tenants.members import lock_member, lock_platform
from tenants.models import ApiReply, ApiToken, Scope, Status
from tenants.tokens import hash_of

SECRET_BYTES = 32  # 256 bits
LONGEST = 365  # days a token may live
MOST = 20  # tokens of one member
USED_EVERY = timedelta(minutes=1)
REPLIES_KEPT = timedelta(hours=24)
OVER = timedelta(days=90)  # how long the list shows tokens that have expired


@transaction.atomic
def create_token(*, actor, name, scope, days):
    """Make a token for the actor on their platform; return (the row, the secret, which is never shown again).

    Raises Unacceptable for a name or a time that cannot be, Conflict for a name in use or too many tokens.
    """
    _platform, actor = lock_platform(actor)
    if actor is None or not (actor.is_active and actor.may("enter")):
        raise NotVisible
    member = lock_member(actor.platform, actor.member.pk)
    _require_sense(name, scope, days)
    _require_room(member, name)
    prefix = f"gwy_{secrets.token_hex(4)}"
    secret, now = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}", timezone.now()
    token = ApiToken.objects.create(
        member=member,
        name=name,
        prefix=prefix,
        secret_hash=hash_of(secret),
        scope=scope,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"scope": scope, "expires_at": token.expires_at.isoformat()}
    audit.record(actor, "token_created", token, subject=member.user, after=after)
    return token, secret


def _require_sense(name, scope, days):
    if not name.strip():
        raise Unacceptable("Name it after the program that will use it.", field="name")
    if scope not in Scope.values:
        raise Unacceptable("There is no such scope.", field="scope")
    if not 1 <= days <= LONGEST:
        raise Unacceptable(f"A token lives at most {LONGEST} days.", field="days")


def _require_room(member, name):
    names = set(ApiToken.objects.filter(member=member).values_list("name", flat=True))
    if name in names:
        raise Conflict(f"You have a token called {name} already.", "Choose another name, or revoke that one first.")
    if len(names) >= MOST:
        raise Conflict(f"You have {MOST} tokens here, which is the most.", "Revoke one that nothing uses.")


@transaction.atomic
def revoke_token(*, actor, pk):
    """End a token at once: its owner's act, or an Administrator's. Raises NotVisible for any other."""
    _platform, actor = lock_platform(actor)
    token = find_token(actor, pk)
    own = token.member_id == actor.member.pk
    decision = None if own else access.require(actor, "manage_members", actor.platform)
    token.delete()
    token.pk = pk  # the record names what is gone
    before = {"scope": token.scope, "expires_at": token.expires_at.isoformat()}
    audit.record(actor, "token_revoked", token, subject=token.member.user, decision=decision, before=before)
    return token


def find_token(actor, pk):
    """Return a token of the platform that is the actor's, or any for an Administrator. Raises NotVisible."""
    rows = ApiToken.objects.select_related("member__user")
    token = rows.filter(pk=pk, member__platform=actor.platform).first() if actor else None
    if token is None or not (token.member_id == actor.member.pk or access.can(actor, "manage_members", actor.platform)):
        raise NotVisible
    return token


def tokens_of(member):
    """Return the tokens of a member, the newest first, those that expired lately too; each says whether it lives."""
    now = timezone.now()
    found = list(ApiToken.objects.filter(member=member, expires_at__gt=now - OVER))
    for token in found:
        token.lives = token.expires_at > now
    return found


def find(secret):
    """Return the living token of this secret with its member, platform and person, else None. One query, no cache."""
    rows = ApiToken.objects.select_related("member__platform", "member__company", "member__unit", "member__user")
    token = rows.filter(secret_hash=hash_of(secret), expires_at__gt=timezone.now()).first()
    if token is None or not token.member.user.is_active or token.member.status != Status.ACTIVE:
        return None
    return token


def actor_of(token):
    """Return the Actor of a token's owner by the rows of now."""
    return actors.build([token.member])[0]


def note_used(token):
    """Keep when a token was last used: one small write a minute, and none where it would have to wait."""
    now = timezone.now()
    if token.used_at is not None and now - token.used_at < USED_EVERY:
        return
    try:
        with transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    except OperationalError:  # a busy database; the next request tells it
        return


def prune():
    """Forget answers that nobody may ask for again, and tokens that expired long ago."""
    now = timezone.now()
    ApiReply.objects.filter(created_at__lt=now - REPLIES_KEPT).delete()
    ApiToken.objects.filter(expires_at__lt=now - OVER).delete()


def _shown(request, *, member, **objects):
    """Show a member's tokens to themselves and to Administrators."""
    own = member.pk == request.actor.member.pk
    if not (own or request.actor.is_administrator):
        return None
    tokens = tokens_of(member)
    if not (own or tokens):
        return None
    return {"template": "tenants/token_panel.html", "context": {"tokens": tokens, "own": own}, "position": 60}


def _preview(member):
    number = ApiToken.objects.filter(member=member, expires_at__gt=timezone.now()).count()
    return [f"{number} API {'token ends' if number == 1 else 'tokens end'}"] if number else []


def _end(actor, member):
    gone = ApiToken.objects.filter(member=member)
    prefixes = sorted(gone.values_list("prefix", flat=True))
    gone.delete()
    return {"tokens": prefixes} if prefixes else {}


def register():
    """Let tokens end with a membership, show them, and tidy up."""
    memberships.register(memberships.Step(preview=_preview, end=_end))
    panels.contribute("member", _shown)
    clock.contribute("prune API tokens and replies", timedelta(hours=6), prune)

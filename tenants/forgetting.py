"""What the record forgets, and when: where acts came from, the words of old entries, and what is about one person.

The chain stays whole: words and origins stand in it by digest only, and an entry says what was forgotten (ADR 20).
A platform that holds its record for legal reasons forgets nothing until the hold ends.
"""

import json
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from tenants import audit, clock
from tenants.errors import Conflict, Unacceptable
from tenants.models import (
    AuditEvent,
    AuditHead,
    AuditOrigin,
    Invitation,
    MailChoice,
    Member,
    Notification,
    OutgoingMail,
    Platform,
    SpaceLevel,
    Status,
    User,
)

PIECE = 2000  # entries in one transaction
ENTRIES_OF_FORGETTING = ("words_forgotten", "person_erased")
FORGETTERS = []
GONE = (
    "Their name and address, everywhere they are shown: they are called “Erased person” and a number from then on.",
    "Their password, second factors, sessions, company sign-ins, settings, saved searches, what they opened, and news.",
    "The words of every entry of a record that is about them or names them, and the address and program of their acts.",
    "Invitations to their address, as far as they name it.",
)
STAYS = (
    "What they did: that this numbered person did that act then stays in every record, because the other companies "
    "rely on it.",
    "Items, files, comments and reasons that they wrote as their work: these belong to the companies.",
    "Their name where others wrote it in content, comments and reasons of items.",
    "News that others were sent and lists of many at once, until they are swept; copies that others took away.",
)


def forget_what_is_due():
    """Forget on every platform what its time is over for; part of the clock."""
    for platform in Platform.objects.filter(legal_hold=False):
        _forget_origins(platform)
        while _forget_words(platform) == PIECE:
            pass


def _forget_origins(platform):
    until = timezone.now() - timedelta(days=int(platform.origins_kept))
    AuditOrigin.objects.filter(event__platform=platform, event__at__lt=until).delete()


@transaction.atomic
def _forget_words(platform):
    if platform.words_kept == "0":
        return 0
    until = timezone.now() - timedelta(days=int(platform.words_kept))
    rows = AuditEvent.objects.filter(platform=platform, at__lt=until).exclude(words_salt="")
    rows = rows.exclude(verb__in=ENTRIES_OF_FORGETTING).order_by("seq")
    found = list(rows.values_list("pk", "seq")[:PIECE])
    if found:
        AuditEvent.objects.filter(pk__in=[pk for pk, _seq in found]).forget()
        after = {"until": found[-1][1], "entries": len(found)}
        audit.record(None, "words_forgotten", platform, platform=platform, after=after)
    return len(found)


def hindrances(person):
    """Return sentences on what must end before a person can be erased."""
    memberships = Member.objects.filter(user=person, status__in=[Status.ACTIVE, Status.PENDING])
    for member in memberships.select_related("platform"):
        yield f"They are {member.get_status_display()} on {member.platform}: remove them there first."
    theirs = AuditEvent.objects.filter(Q(actor=person) | Q(subject=person)).order_by().values("platform")
    for platform in Platform.objects.filter(legal_hold=True, pk__in=theirs):
        yield f"{platform} holds its record for legal reasons: nothing in it is forgotten until the hold ends."
    if person.is_staff or person.is_superuser:
        yield "They are an operator of this installation: take that from them first."


@transaction.atomic
def erase_person(*, operator, person, reason):
    """Forget a person on request, as GONE says; what STAYS is about a number. Raises Conflict, Unacceptable."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if not reason.strip():
        raise Unacceptable("Say who asked for it, and when.", field="reason")
    if hindering := list(hindrances(person)):
        raise Conflict(hindering[0])
    if person.email == _address(person):
        raise Conflict("This person is erased already.")
    told_of = [person.email, *([person.name] if " " in person.name else [])]  # half a name is many people's
    about = Q(actor=person) | Q(subject=person) | Q(platform__in=person.memberships.values("platform"))
    chains = AuditEvent.objects.filter(about).order_by("platform").values_list("platform", flat=True).distinct()
    chains = list(chains) or [None]  # who did nothing and of whom nothing is said leaves an entry, too
    _forget_account(person)
    for platform in [Platform.objects.get(pk=pk) if pk else None for pk in chains]:
        _forget_in(platform, operator, person, told_of, reason.strip())
    return person


def _forget_in(platform, operator, person, told_of, reason):
    rows = AuditEvent.objects.filter(platform=platform)
    AuditOrigin.objects.filter(event__in=rows.filter(actor=person)).delete()
    rows = rows.exclude(words_salt="").exclude(verb__in=ENTRIES_OF_FORGETTING)
    head = AuditHead.objects.select_for_update().filter(chain=platform.pk if platform else 0).first()
    named = list(_naming(rows, told_of).exclude(subject=person).order_by("seq").values_list("pk", "seq"))
    about = rows.filter(Q(subject=person) | Q(pk__in=[pk for pk, _seq in named]))
    after = {"until": head.seq if head else 0, "entries": about.forget(), "named_in": [seq for _pk, seq in named]}
    told = {"user": operator, "subject": person, "reason": reason, "after": after}
    audit.record(None, "person_erased", person, platform=platform, **told)


def _naming(rows, texts):
    """Keep the entries whose words name somebody, by address or in full, among others."""
    stored = {"was": Cast("before", TextField()), "became": Cast("after", TextField())}
    found = Q()
    for text in {spelt for one in texts for spelt in (one, json.dumps(one)[1:-1])}:  # as either database keeps JSON
        for name in ("object_label", "reason", *stored):
            found |= Q(**{f"{name}__icontains": text})
    return rows.alias(**stored).filter(found)


def contribute(forget):
    """Let a floor forget what it keeps of a person by themselves: `forget(person)`, in the transaction of erasing."""
    FORGETTERS.append(forget)


def _address(person):
    return f"erased-{person.pk}@erased.invalid"


def _forget_account(person):
    for model in (EmailAddress, Authenticator, SocialAccount, Notification, MailChoice, SpaceLevel):
        model.objects.filter(user=person).delete()
    for session in UserSession.objects.filter(user=person):
        session.end()
    for forget in FORGETTERS:
        forget(person)
    OutgoingMail.objects.filter(to=person.email).delete()
    Invitation.objects.filter(email=person.email).update(email=_address(person))
    Member.objects.filter(user=person).update(held_before={})
    person.name, person.email = f"Erased person {person.pk}", _address(person)
    person.is_active, person.claimed_at = False, None
    person.set_unusable_password()
    person.save()


def register():
    """Hand the job to the clock."""
    clock.contribute("forget what is due", timedelta(days=1), forget_what_is_due)

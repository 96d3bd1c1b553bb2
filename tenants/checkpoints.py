"""Signed statements on the state of a record, exchanged with partner platforms so that each is the other's witness.

A checkpoint is made every hour and every thousand entries, when something happened besides keeping those of others.
"""

import base64
from datetime import timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils import timezone

from tenants import audit, chain, clock, sealing
from tenants.models import (
    AuditEvent,
    AuditHead,
    Checkpoint,
    KeptCheckpoint,
    Partner,
    Platform,
    PlatformStatus,
    RecordKey,
)

HOUR, MANY = timedelta(hours=1), 1000
LATE = timedelta(hours=2)  # a record that grew and got no checkpoint for so long is an alarm
KEPT = "checkpoint_kept"


def statement(number, mark):
    """Return the bytes that a checkpoint signs: what chain, how long it is, its last link, and when."""
    said = {"format": chain.FORMAT, "kind": "checkpoint", "chain": number}
    return chain.canonical(said | {"seq": mark.seq, "hash": mark.hash, "at": chain.moment(mark.at)})


def key_of(platform):
    """Return the RecordKey of a platform; the first call makes it."""
    key = RecordKey.objects.filter(platform=platform).first()
    if key is None:
        private = Ed25519PrivateKey.generate()
        made = {
            "public": _text(private.public_key().public_bytes_raw()),
            "private": sealing.seal(_text(private.private_bytes_raw())),
            "made_at": timezone.now(),
        }
        key, _made = RecordKey.objects.get_or_create(platform=platform, defaults=made)
    return key


def holds(mark, platform):
    """Tell whether a Checkpoint or KeptCheckpoint bears the signature of the platform it is about."""
    public = key_of(platform).public
    if getattr(mark, "public", public) != public:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
        key.verify(base64.b64decode(mark.signature), statement(platform.pk, mark))
    except (InvalidSignature, ValueError):
        return False
    return True


def make_due():
    """Make the checkpoints that are due, and hand each to the partners."""
    now = timezone.now()
    for platform in Platform.objects.exclude(status=PlatformStatus.CLOSED):
        if due(platform, now):
            make(platform)


def due(platform, now):
    """Tell whether the record grew enough, or an hour ago, since the last checkpoint."""
    last = platform.checkpoints.first()
    new = _new(platform, last)
    if not new.exists():
        return False
    grown = AuditHead.objects.filter(chain=platform.pk, seq__gte=(last.seq if last else 0) + MANY).exists()
    return grown or last is None or last.at <= now - HOUR


def late(platform, now):
    """Tell whether the record grew more than two hours ago and no checkpoint says so."""
    return _new(platform, platform.checkpoints.first()).filter(at__lt=now - LATE).exists()


def _new(platform, last):
    rows = AuditEvent.objects.filter(platform=platform, seq__gt=last.seq if last else 0)
    return rows.exclude(verb=KEPT)


@transaction.atomic
def make(platform):
    """Sign the state of the record as it is now and hand it to the partners; return the Checkpoint."""
    key = key_of(platform)
    head = AuditHead.objects.select_for_update().get(chain=platform.pk)
    found = Checkpoint.objects.filter(platform=platform, seq=head.seq).first()
    if found is not None:
        return found
    mark = Checkpoint(platform=platform, seq=head.seq, hash=head.hash, at=timezone.now())
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(sealing.unseal(key.private)))
    mark.signature = _text(private.sign(statement(platform.pk, mark)))
    mark.save()
    for keeper in witnesses(platform):
        transaction.on_commit(lambda keeper=keeper: keep(keeper, platform, mark, key.public), robust=True)
    return mark


def witnesses(platform):
    """Return the active platforms that are partners of this one, each known to the other."""
    ours = Partner.objects.filter(platform=platform, known=True).values("address")
    theirs = Partner.objects.filter(address=platform.slug, known=True).values("platform")
    return Platform.objects.filter(slug__in=ours, pk__in=theirs, status=PlatformStatus.ACTIVE).order_by("pk")


def standing(platform, most):
    """Return what is told of the proof of a record: its head, key and newest checkpoints, and who keeps whose."""
    return {
        "key": RecordKey.objects.filter(platform=platform).first(),
        "head": AuditHead.objects.filter(chain=platform.pk).first(),
        "marks": platform.checkpoints.all()[:most],
        "witnesses": witnesses(platform),
        "kept": platform.kept_checkpoints.all()[:most],
        "late": late(platform, timezone.now()),
    }


@transaction.atomic
def keep(keeper, platform, mark, public):
    """Keep a partner's checkpoint, with an entry in the keeper's own record: so one chain is tied to the other."""
    kept, made = KeptCheckpoint.objects.get_or_create(
        keeper=keeper,
        chain=platform.pk,
        seq=mark.seq,
        defaults={
            "slug": platform.slug,
            "hash": mark.hash,
            "at": mark.at,
            "signature": mark.signature,
            "public": public,
            "kept_at": timezone.now(),
        },
    )
    if made:
        after = {"entries": mark.seq, "hash": mark.hash, "signature": mark.signature}
        audit.record(None, KEPT, kept, platform=keeper, after=after)
    return kept


def _text(raw):
    return base64.b64encode(raw).decode()


def register():
    """Hand the job to the clock and the words to the record."""
    clock.contribute("sign checkpoints of the record", timedelta(minutes=1), make_due)
    audit.verbs({KEPT: "keeps the checkpoint of"})

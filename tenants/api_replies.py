"""Repeating a request with the same idempotency key has the effect and the answer of one request.

The row of the key is written in the transaction of the act: either both are there or neither. A second request with
the key waits for the first at the row, then gets its answer. Refusals are not kept: nothing was done.
"""

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from tenants.api_tokens import REPLIES_KEPT
from tenants.errors import Conflict, Unacceptable
from tenants.models import ApiReply

LONGEST = 100  # characters of a key


def once(token, key, request_hash, act):
    """Do `act() -> (status, JSON values)` at most once for this key of this token; return (status, values, repeated).

    Raises Unacceptable for a key that came with another request, Conflict while the first one still runs.
    """
    if not key:
        return *act(), False
    if len(key) > LONGEST:
        raise Unacceptable(f"An idempotency key has at most {LONGEST} characters.")
    kept = {"token": token, "key": key}
    ApiReply.objects.filter(**kept, created_at__lt=timezone.now() - REPLIES_KEPT).delete()
    with transaction.atomic():
        try:
            with transaction.atomic():
                reply = ApiReply.objects.create(**kept, request_hash=request_hash, created_at=timezone.now())
        except IntegrityError:
            return *_again(kept, request_hash), True
        except OperationalError:
            raise _busy() from None
        reply.status, reply.body = act()
        reply.save(update_fields=["status", "body"])
    return reply.status, reply.body, False


def _again(kept, request_hash):
    reply = ApiReply.objects.filter(**kept).first()
    if reply is None:
        raise _busy()
    if reply.request_hash != request_hash:
        raise Unacceptable("This idempotency key came with another request before.", remedy="Make a new key.")
    return reply.status, reply.body


def _busy():
    return Conflict("The first request with this key is not done yet.", "Send it again in a few seconds.")

"""The token of an invitation's link.

It is made from a random seed that is stored and the secret of the site that is not, so that a copy of the database
opens nothing, and yet a reminder can carry the link that was mailed first.
"""

import hashlib
import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

SEED_BYTES = 32  # 256 bits
SALT = "tenants.tokens"


def hash_of(token):
    """Return what is stored of a token: nobody can make the link from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def rotate(invitation):
    """Give an invitation, not saved yet, a new seed and hash; return its new token. The earlier link is dead."""
    invitation.token_seed = secrets.token_hex(SEED_BYTES)
    token = _made(invitation.token_seed, settings.SECRET_KEY)
    invitation.token_hash = hash_of(token)
    return token


def recall(invitation):
    """Return the token that was mailed, made anew; None when the secret of the site has changed since."""
    made = (_made(invitation.token_seed, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return next((token for token in made if hash_of(token) == invitation.token_hash), None)


def _made(seed, key):
    return salted_hmac(SALT, seed, secret=key, algorithm="sha256").hexdigest()

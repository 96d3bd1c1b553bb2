"""Secrets that we must be able to read again, sealed with the installation's own key before they are stored."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(ValueError):
    """The sealed text was sealed with a key that is gone, or changed since."""


def _box():
    """Return what seals by SECRET_KEY and opens by that or an older one."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key))) for key in keys])


def _digest(key):
    return hashlib.blake2b(key.encode(), digest_size=32, person=b"gangway-sealing").digest()


def seal(text):
    """Return `text` sealed, in letters that a column can hold."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed):
    """Return what was sealed. Raises Unreadable."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("sealed with a key that this installation no longer has") from None


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes sealed."""

    def encrypt(self, text):
        """Seal."""
        return seal(text)

    def decrypt(self, encrypted_text):
        """Unseal."""
        return unseal(encrypted_text)

"""E-mail addresses: one canonical form, so that two spellings of an address are one person on every database."""

import re
import unicodedata

import idna

LONGEST = 254  # characters, RFC 5321


class AddressError(ValueError):
    """The text is no address we can use; the message says why to the person who typed it."""


def canonical(text):
    """Return the canonical form of an address: NFKC, lower case, the domain in IDNA's ASCII form."""
    folded = unicodedata.normalize("NFKC", str(text)).strip().lower().replace("\u3002", ".").rstrip(".")
    folded = unicodedata.normalize("NFKC", folded)
    if any(unicodedata.category(sign)[0] in "CZ" for sign in folded):
        raise AddressError("An address has no spaces or hidden characters.")
    local, at, domain = folded.rpartition("@")
    if not at or not local or "@" in local or not domain:
        raise AddressError("An address looks like name@company.example.")
    if not re.fullmatch(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", local):
        raise AddressError("The part before the @ may hold plain letters, digits and the usual signs.")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise AddressError("The part after the @ is no domain.") from None
    if "." not in domain:
        raise AddressError("The part after the @ is no domain.")
    address = f"{local}@{domain}"
    if len(address) > LONGEST:
        raise AddressError(f"An address has at most {LONGEST} characters.")
    return address

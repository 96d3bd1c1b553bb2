"""E-mail addresses: one canonical form, so that two spellings of an address are one person on every database."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an address deserves a second look: `code` is unknown_script or look_alike."""

    code: str
    sentence: str


def split_pasted(text):
    """Return the addresses in pasted text: commas, semicolons, tabs, new lines, and names before <address>."""
    found = []
    for part in re.split(r"[,;\t\r\n]+", text):
        named = re.search(r"<([^<>]*)>", part)
        words = [named.group(1)] if named else part.split() if part.count("@") > 1 else [part]
        found += [word.strip() for word in words if word.strip()]
    return list(dict.fromkeys(found))


def domain_of(address):
    """Return the part after the @ of a canonical address."""
    return address.rpartition("@")[2]


def warning(address, known_domains):
    """Return a Doubt for a canonical address whose domain may fool the eye, else None."""
    domain = domain_of(address)
    if any(_foreign(label) for label in domain.split(".")):
        shown = idna.decode(domain)
        return Doubt("unknown_script", f"The domain {shown} is written in another script; it is really {domain}.")
    if domain in known_domains:
        return None
    near = _near(domain, frozenset(known_domains))
    return near and Doubt("look_alike", f"{domain} looks like {near}, which you know, and is another domain.")


def _foreign(label):
    """Tell whether a label holds letters beyond Latin ones, such as Cyrillic that reads like Latin."""
    if not label.startswith("xn--"):
        return False
    letters = (sign for sign in idna.decode(label) if unicodedata.category(sign)[0] == "L")
    return any(not unicodedata.name(sign, "").startswith("LATIN") for sign in letters)


def _near(domain, known):
    """Return the first known domain that a hurried eye takes `domain` for, or None."""
    index = _index(known)
    skeleton = _skeleton(domain)
    candidates = {other for key in (skeleton, *_shortened(domain)) for other in index.get(key, ())}
    alike = (other for other in candidates if _skeleton(other) == skeleton or _one_apart(domain, other))
    return min(alike, default=None)


@lru_cache(maxsize=8)
def _index(known):
    """Return known domains by their skeletons and by themselves with any one letter dropped.

    Two domains that are one letter apart share one of the latter, so few need to be compared.
    """
    found = {}
    for other in known:
        for key in {_skeleton(other), *_shortened(other)}:
            found.setdefault(key, []).append(other)
    return found


def _shortened(domain):
    return {domain, *(domain[:at] + domain[at + 1 :] for at in range(len(domain)))}


def _skeleton(domain):
    plain = unicodedata.normalize("NFKD", idna.decode(domain))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    for fooled, meant in (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("5", "s"), ("-", "")):
        plain = plain.replace(fooled, meant)
    return plain


def _one_apart(one, other):
    """Tell whether one inserted, dropped, changed or swapped letter makes one domain the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long

"""One canonical form of an address."""

import pytest

from tenants import addresses


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Mike@Example.ORG", "mike@example.org"),
        ("ｍike@example.org", "mike@example.org"),
        ("mike@example。org", "mike@example.org"),
        ("mike@example.org.", "mike@example.org"),
        ("mike@bücher.example", "mike@xn--bcher-kva.example"),
        ("MIKE@BÜCHER.example", "mike@xn--bcher-kva.example"),
    ],
)
def test_t06_b18_spellings_become_one_address(typed, stored):
    assert addresses.canonical(typed) == stored
    assert addresses.canonical(stored) == stored


@pytest.mark.parametrize(
    "typed",
    ["mıke@example.org", "mİke@example.org", "mіke@example.org", "mi\u200bke@example.org", "a b@example.org",
     "mike", "mike@", "@example.org", "mike@localhost", "mike@exa_mple.org", "a@b@example.org", "x" * 250 + "@a.bc",
     "mike@example.org\nBcc: eve@example.org"],
)  # fmt: skip
def test_t06_b18_what_only_looks_like_an_address_is_refused(typed):
    with pytest.raises(addresses.AddressError):
        addresses.canonical(typed)


def test_t07_a_look_alike_is_found_among_many_as_by_comparing_with_each():
    known = frozenset({"tolmec.example", "corvane.example", "modern-parts.example", "bücher.example", "ab.de"})
    letters = "abrn01-."
    tried = {"tolrnec.example", "tolmec.exampel", "ba.de", "xab.de", "b.de", "bucher.example", "other.example"}
    for domain in known:
        tried |= {
            domain[:at] + sign + domain[at + drop :] for at in range(9) for sign in ["", *letters] for drop in (0, 1)
        }
        tried |= {domain[:at] + domain[at : at + 2][::-1] + domain[at + 2 :] for at in range(9)}
    for domain in tried - known:
        if domain.strip(".-") != domain or ".." in domain or "-." in domain or ".-" in domain:
            continue
        each = [one for one in sorted(known) if _same_to_the_eye(domain, one)]
        doubt = addresses.warning(f"a@{domain}", known)
        assert (doubt.sentence if doubt else None) == (
            f"{domain} looks like {each[0]}, which you know, and is another domain." if each else None
        )


def _same_to_the_eye(one, other):
    return addresses._skeleton(one) == addresses._skeleton(other) or addresses._one_apart(one, other)

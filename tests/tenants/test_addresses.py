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

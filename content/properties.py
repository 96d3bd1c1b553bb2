"""Values of properties, each checked by its kind. They are kept as people read them: {name: "0.458 kg"}."""

import re
from datetime import date

from content.models import Property, PropertyKind
from tenants.errors import Unacceptable

MOST, LONGEST_NAME, LONGEST = 60, 60, 400  # properties of an item; characters of a name and of a value
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def of(kind, stored=()):
    """Return the properties of a type; values `stored` under names that it no longer has follow as texts."""
    found = list(kind.properties.all())
    known = {one.name for one in found}
    return [*found, *(Property(name=name) for name in sorted(set(stored) - known))]


def bare(one, value):
    """Return a stored value as it is typed: a number without its unit."""
    return value.removesuffix(f" {one.unit}") if one.unit else value


def check(one, typed):
    """Return what is stored for what was typed, nothing for nothing. Raises Unacceptable for what is of another kind.

    A number takes a point and no separators, a date its year first.
    """
    typed = " ".join(typed.split()) if one.kind != PropertyKind.TEXT else typed.strip()
    if len(typed) > LONGEST:
        raise Unacceptable(f"{one} has a value of more than {LONGEST} characters.", field=one.name)
    if not typed:
        if one.required:
            raise Unacceptable(f"{one} is needed.", field=one.name)
        return ""
    return CHECKS[one.kind](one, typed)


def _number(one, typed):
    if not NUMBER.fullmatch(bare(one, typed)):
        such = f", such as 0.458{f' {one.unit}' if one.unit else ''}"
        raise Unacceptable(f"{one} is a number{such}.", field=one.name)
    return f"{bare(one, typed)} {one.unit}".strip()


def _date(one, typed):
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Unacceptable(f"{one} is a date, such as 2026-03-31.", field=one.name) from None


def _choice(one, typed):
    return _among(one, typed, one.options())


def _yes_no(one, typed):
    return _among(one, typed.lower(), ["yes", "no"])


def _among(one, typed, options):
    if typed not in options:
        raise Unacceptable(f"{one} is one of: {', '.join(options)}.", field=one.name)
    return typed


CHECKS = {
    PropertyKind.TEXT: lambda one, typed: typed,
    PropertyKind.NUMBER: _number,
    PropertyKind.DATE: _date,
    PropertyKind.CHOICE: _choice,
    PropertyKind.YES_NO: _yes_no,
}


def settle(kind, typed, before=None):
    """Return {name: value} as it is stored for what was typed of an item of this type; what is empty is left out.

    What was there `before` may stay as it is: a value of a property that the type lost or changed is not lost with
    it. Without it, of a new item, what is required must be there.
    """
    found = {}
    for one in of(kind, typed):
        value, stood = str(typed.get(one.name, "")), (before or {}).get(one.name)
        if value != stood and (value or stood or before is None):
            value = _settled(one, value)
        if value:
            found[one.name] = value
    if len(found) > MOST:
        raise Unacceptable(f"At most {MOST} properties.", field="properties")
    return found


def _settled(one, value):
    if one.type_id is None and len(one.name) > LONGEST_NAME:
        raise Unacceptable(f"“{one}” is longer than {LONGEST_NAME} characters.", field="properties")
    return check(one, value)


def told(kind, stored, *, empty=False):
    """Return what an item tells of itself, its type's properties first, each as a row of its page.

    `code` names the field that changes it; a value kept from before has none. `empty` shows what has no value too.
    """
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "value": stored.get(one.name, ""),
            "code": f"property-{one.pk}" if one.pk else "",
        }
        for one in of(kind, stored)
        if empty or stored.get(one.name)
    ]

"""The list of credentials, space by person by responsibility, as a file for Administrators.

First the credentials of people, then what each person in a group holds through it, with the group named.
"""

from django.db.models import Count

from spaces.models import Credential, GroupCredential
from tenants import exports
from tenants.groups import JOINING
from tenants.models import GroupMember, Member

RELATED = ("permission", "content_object", "given_by")


def _own(actor, query):
    rows = Credential.objects.filter(content_object__platform=actor.platform)
    return rows.select_related(*RELATED, "organization", "user")


def _say_own(actor, piece):
    people = Member.objects.filter(platform=actor.platform, user__in={row.user_id for row in piece})
    people = {member.user_id: member for member in people.select_related("user")}
    for row in piece:
        yield _line(actor, people[row.user_id], row, row.organization, "", row.source)


def _through(actor, query):
    """Return the places of people in groups that hold something; several credentials make several lines."""
    rows = GroupMember.objects.filter(group__platform=actor.platform, member__status__in=JOINING)
    rows = rows.annotate(held=Count("group__group__groupcredential")).filter(held__gt=0)
    return rows.select_related("group", "member__user", "member__company", "member__unit")


def _say_through(actor, piece):
    held = {}
    rows = GroupCredential.objects.filter(group__in={entry.group_id for entry in piece})
    for row in rows.select_related(*RELATED).order_by("pk"):
        held.setdefault(row.group_id, []).append(row)
    for entry in piece:
        for row in held.get(entry.group_id, ()):
            yield _line(actor, entry.member, row, entry.member.employment, entry.group.name, "group")


def _line(actor, member, row, organization, group, source):
    zone = actor.platform.zone
    ended = row.ends_at is not None and row.ends_at <= actor.now
    return [
        row.content_object.title,
        row.content_object.get_visibility_display(),
        member.user.email,
        exports.name_of(member),
        row.get_responsibility().label,
        row.restricted,
        organization.name,
        group,
        *(exports.moment(value, zone) for value in (row.starts_at, row.ends_at)),
        "ended" if ended else "",
        str(row.given_by),
        exports.moment(row.given_at, zone),
        source,
    ]


CREDENTIALS = exports.Export(
    "credentials",
    "see_control_center",
    (
        *("space", "visibility", "user", "name", "responsibility", "restricted", "organization", "through group"),
        *("starts", "ends", "state", "given by", "given", "source"),
    ),
    _own,
    _say_own,
    more=(exports.Part(_through, _say_through, lambda rows: sum(rows.values_list("held", flat=True))),),
)


def register():
    """Offer the list."""
    exports.contribute("credentials", CREDENTIALS)

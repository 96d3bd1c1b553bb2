"""The list of credentials, space by person by responsibility, as a file for Administrators."""

from spaces.models import Credential
from tenants import exports


def _rows(actor, query):
    related = ("permission", "organization", "content_object", "given_by", "user")
    return Credential.objects.filter(content_object__platform=actor.platform).select_related(*related)


def _say(actor, piece):
    zone = actor.platform.zone
    for row in piece:
        ended = row.ends_at is not None and row.ends_at <= actor.now
        yield [
            row.content_object.title,
            row.content_object.get_visibility_display(),
            row.user.email,
            row.user.name,
            row.get_responsibility().label,
            row.restricted,
            row.organization.name,
            *(exports.moment(value, zone) for value in (row.starts_at, row.ends_at)),
            "ended" if ended else "",
            str(row.given_by),
            exports.moment(row.given_at, zone),
            row.source,
        ]


CREDENTIALS = exports.Export(
    "credentials",
    "see_control_center",
    (
        *("space", "visibility", "user", "name", "responsibility", "restricted", "organization", "starts", "ends"),
        *("state", "given by", "given", "source"),
    ),
    _rows,
    _say,
)


def register():
    """Offer the list."""
    exports.contribute("credentials", CREDENTIALS)

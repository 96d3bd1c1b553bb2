"""What of this floor stands on an organization: credentials, and those that invitations offer."""

from django.db.models import Count

from spaces.models import Credential, InvitationCredential
from spaces.places import space_url
from tenants.organization_uses import Kind, contribute


def numbers(actor, ids):
    """Count the credentials for these organizations that have not ended."""
    rows = Credential.objects.unended().filter(organization__in=ids).order_by()
    return dict(rows.values_list("organization").annotate(Count("pk")))


def named(actor, ids, most):
    """Name credentials, those that have ended too, then those that invitations offer."""
    slug = actor.platform.slug
    rows = Credential.objects.filter(organization__in=ids).select_related(
        "user", "permission", "content_object", "organization"
    )
    offers = InvitationCredential.objects.filter(organization__in=ids).select_related("invitation", "space")
    found = [(f"{row.user}: {row}", space_url(slug, row.content_object_id)) for row in rows[:most]]
    for row in offers[:most]:
        found.append((f"{row.invitation.email}, invited to {row.space}", space_url(slug, row.space_id)))
    return found[:most]


def holds(ids):
    """Tell whether any credential or offer names these organizations, ended or not."""
    models = (Credential, InvitationCredential)
    return any(model.objects.filter(organization__in=ids).exists() for model in models)


def register():
    """Hand it to the ground floor."""
    contribute(Kind(40, "credential", "credentials", numbers, named, holds))

"""What leads to an item holds it: it is not deleted, and open Public content stays open to other spaces."""

from content.models import Reference
from content.rules import openness
from spaces.models import Visibility
from tenants import access
from tenants.errors import Conflict

REMEDY = "Whoever may change those items can end the references."


def require_unreferenced(actor, item):
    """Raise Conflict while something refers to the item."""
    if names := _named(actor, Reference.objects.standing().filter(target=item)):
        raise Conflict(f"It stays while something refers to it: {names}.", REMEDY)


def require_public_stays(actor, item, *, visibility, maturity):
    """Raise Conflict when an open item of a Public space would close while items of other spaces refer to it.

    `visibility` and `maturity` are those it would have afterwards.
    """
    if not _closes(item, visibility, maturity):
        return
    if names := _named(actor, Reference.objects.standing().filter(target=item).exclude(source__space=item.space_id)):
        raise Conflict(f"Public content stays public while another space refers to it: {names}.", REMEDY)


def closes_what_is_referred_to(afterwards):
    """Return the keys of the items of which `require_public_stays` raises; one query for any number.

    `afterwards` are triples: an item, the visibility and the maturity that it would have.
    """
    closing = {
        item.pk: item.space_id for item, visibility, maturity in afterwards if _closes(item, visibility, maturity)
    }
    pairs = Reference.objects.standing().filter(target__in=closing).values_list("target", "source__space").distinct()
    return {target for target, space in pairs if space != closing[target]} if closing else set()


def _closes(item, visibility, maturity):
    was = item.space.visibility
    return was == Visibility.PUBLIC and openness(was, item.maturity) and not openness(visibility, maturity)


def _named(actor, references):
    """Name the sources that the actor reads, and say, without a number, whether there are others."""
    sources = {reference.source_id: reference.source for reference in references.select_related("source__space")}
    readable = [str(source) for source in sources.values() if access.can(actor, "read", source)]
    return ", ".join([*readable, *(["others refer to it"] if len(readable) < len(sources) else [])])

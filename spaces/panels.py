"""What pages of the ground floor show of spaces: my spaces at home, a member's credentials in the member's detail."""

from spaces import center, groups, holders, joining
from spaces.models import Credential, GroupCredential, Space
from tenants import access, panels, roster

MOST_ROWS = 12


def my_spaces(request, **objects):
    """Return the spaces open to the person, with what they are there and how much they read."""
    spaces = access.narrow(Space.objects.all(), request.actor, "see").order_by("title", "pk")
    held = {credential.space_id for credential in request.actor.held}
    mine = list(spaces.filter(pk__in=held)[: MOST_ROWS + 1])
    context = {
        "rows": center.my_rows(request.actor, mine[:MOST_ROWS]),
        "more": len(mine) > MOST_ROWS,
        "may_create": access.can(request.actor, "create_space", request.platform),
    }
    return {"template": "spaces/home_panel.html", "context": context, "position": 20}


def member_credentials(request, *, member, **objects):
    """Return all credentials of a member, those of their groups too, for Administrators and the person alone."""
    if not (request.actor.is_administrator or member.user_id == request.actor.user.pk):
        return None
    rows = (
        Credential.objects.unended()
        .filter(user=member.user_id, content_object__platform=request.platform)
        .select_related("permission", "organization", "content_object", "given_by")
        .order_by("content_object__title", "pk")
    )
    through = (
        GroupCredential.objects.unended()
        .filter(group__user_group__members=member)
        .select_related("permission", "group__user_group", "content_object", "given_by")
        .order_by("content_object__title", "pk")
    )
    found = {"credentials": list(rows), "through": list(through), "member": member}
    found["count"] = len(found["credentials"]) + len(found["through"])
    return {"template": "spaces/member_panel.html", "context": found, "position": 30}


def group_credentials(request, *, group, **objects):
    """Return what a group holds in spaces."""
    context = {"group": group, "credentials": list(groups.credentials_of(group))}
    return {"template": "spaces/group_panel.html", "context": context, "position": 30}


def asking(request, **objects):
    """Return who asks to join spaces that the person decides about; nothing while nobody does."""
    rows = list(joining.open_requests(request.actor)[:MOST_ROWS])
    if not rows:
        return None
    return {"template": "spaces/asked_panel.html", "context": {"asking": rows}, "position": 5}


def register():
    """Hand both to the pages, and the number of spaces to the list of members."""
    panels.contribute("home", asking)
    panels.contribute("home", my_spaces)
    panels.contribute("member", member_credentials)
    panels.contribute("group", group_credentials)
    roster.contribute_number("spaces", holders.number_of_spaces)

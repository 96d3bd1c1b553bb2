"""What people are told of issues: that one is theirs to see to, and that one of theirs went on."""

from django.urls import reverse

from content.models import IssueState
from content.news import readable, tell_followers
from tenants import access, news, notifications
from tenants import actor as actors
from tenants.models import Member, Status


def tell_assigned(actor, item, people):
    """Tell people that an issue is theirs to see to."""
    for person in people:
        if person.user.pk != actor.user.pk:
            _tell(item, person.user, f"You are to see to the issue {item}.")


def tell_changed(actor, item, added):
    """Tell people that an issue is theirs to see to, and who watches that it tells something else."""
    tell_assigned(actor, item, added)
    tell_followers(actor, item, "its properties changed", apart={person.user.pk for person in added})


def tell_moved(actor, item, issue):
    """Tell its assignees, its content owner and who watches, as far as they read it, where an issue stands now."""
    concerned = {item.owner_id, *issue.assignees.values_list("pk", flat=True)} - {actor.user.pk}
    rows = Member.objects.filter(platform=item.platform_id, user__in=concerned, status=Status.ACTIVE)
    for person in actors.build(list(rows.select_related("platform", "company", "unit", "user"))):
        if access.can(person, "read", item):
            _tell(item, person.user, f"The issue {item} is {IssueState(issue.state).label} now.")
    tell_followers(actor, item, f"{IssueState(issue.state).label} now", apart=concerned)


def _tell(item, user, text):
    notifications.notify(
        user=user,
        platform=item.platform,
        kind="issue",
        subject=f"issue:{item.pk}",
        text=text,
        path=reverse("content:item_detail", args=[item.platform.slug, item.pk]),
        space_id=item.space_id,
    )


def register():
    """Declare the kind."""
    news.contribute(
        news.NewsKind(
            "issue",
            "Issues of mine",
            "you are to see to the issue, or are its content owner",
            icon="warning",
            quiet="Something happened to an issue that you no longer see.",
            still=readable,
        )
    )

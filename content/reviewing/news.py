"""What reviews tell people: who is asked, who waits, that it is closed; and reminders of the day it is due."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from content.models import Item, Maturity, Review, Reviewer
from content.news import taking_part, tell_followers
from content.reviewing import people
from tenants import access, clock, news, notifications
from tenants import actor as actors
from tenants.models import Member, Status

SOON = timedelta(days=1)
TOMORROW, OVERDUE = 1, 2  # reminders there have been


def _tell(review, user, text):
    item = review.item
    notifications.notify(
        user=user,
        platform=item.platform,
        kind="review",
        subject=f"review:{item.pk}",
        text=text,
        path=reverse("content:review_detail", args=[item.platform.slug, item.pk]),
        space_id=item.space_id,
    )


def _until(review):
    return f" until {review.due_on:%-d %B %Y}" if review.due_on else ""


def tell_asked(actor, reviewer):
    """Tell a reviewer that their verdict is asked for."""
    if reviewer.user_id != actor.user.pk:
        _tell(reviewer.review, reviewer.user, f"Your verdict is asked for{_until(reviewer.review)}: {reviewer.review}.")


def tell_chosen(actor, review, item, words):
    """Tell the reviewers who read an item, and take part, that it came under review or was taken out."""
    ids = review.reviewers.exclude(user=actor.user).values("user")
    rows = Member.objects.filter(platform=item.platform_id, user__in=ids, status=Status.ACTIVE)
    for one in actors.build(list(rows.select_related("platform", "company", "unit", "user"))):
        if access.can(one, "read", item) and people.takes_part(one, review):
            _tell(review, one.user, f"{words}{_until(review)}: {review}.")


def tell_judged(actor, review):
    """Tell the content owner how many reviewers gave a verdict, and who watches that one was given."""
    asked = review.reviewers.count()
    given = review.reviewers.exclude(verdicts=None).distinct().count()
    if review.item.owner_id != actor.user.pk:
        _tell(review, review.item.owner, f"{given} of {asked} gave a verdict in {review}.")
    tell_followers(actor, review.item, "a verdict was given", apart={review.item.owner_id})


def tell_closed(actor, review):
    """Tell the reviewers, and who follows the space, that the review is closed."""
    for reviewer in review.reviewers.select_related("user"):
        if reviewer.user_id != actor.user.pk:
            _tell(review, reviewer.user, f"Closed, its minute can be read: {review}.")
    reviewers = set(review.reviewers.values_list("user", flat=True))
    tell_followers(actor, review.item, "the review is closed", apart=reviewers)


def remind():
    """Remind reviewers who owe a verdict, once the day before it is due and once after. A job of the clock."""
    latest = timezone.now().date() + 2 * SOON  # some zone is a day ahead
    rows = Review.objects.filter(closed_at=None, due_on__lte=latest, item__trashed_at=None)
    rows = rows.filter(item__maturity__in=(Maturity.PRIVATE, Maturity.IN_WORK))
    clock.each(rows.select_related("item__platform", "item__space", "item__organization"), _remind_of)


@transaction.atomic
def _remind_of(review):
    today = timezone.localdate(timezone=review.item.platform.zone)
    stage = OVERDUE if today > review.due_on else TOMORROW if today >= review.due_on - SOON else 0
    for reviewer in owing(review, stage):
        if Reviewer.objects.filter(pk=reviewer.pk, reminded__lt=stage).update(reminded=stage):
            word = "was due" if stage == OVERDUE else "is due"
            _tell(review, reviewer.user, f"Your verdict {word} on {review.due_on:%-d %B %Y}: {review}.")


def owing(review, stage):
    """Return the reviewers of fewer than `stage` reminders who still take part and owe a verdict on what they read."""
    asked = {one.user_id: one for one in review.reviewers.filter(reminded__lt=stage).select_related("user")}
    rows = Member.objects.filter(platform=review.item.platform_id, user__in=asked, status=Status.ACTIVE)
    ids = review.reviewed.values("reference__target")
    items = list(Item.objects.filter(pk__in=ids).select_related("space", "organization")) if asked else []
    found = []
    for one in actors.build(list(rows.select_related("platform", "company", "unit", "user"))):
        reviewer = asked[one.user.pk]
        judged = set(reviewer.verdicts.values_list("reviewed__reference__target", flat=True))
        owed = any(item.pk not in judged and access.can(one, "read", item) for item in items)
        if owed and people.takes_part(one, review):
            found.append(reviewer)
    return found


def register():
    """Declare the kind of news, and hand the reminders to the clock."""
    news.contribute(
        news.NewsKind(
            "review",
            "Reviews that I am part of",
            "your verdict is asked for, or you are the content owner",
            quiet="Something changed in a review that you no longer see.",
            still=taking_part,
            icon="eye",
        )
    )
    clock.contribute("remind reviewers", timedelta(hours=1), remind)

"""What one reader is shown of a review: the items that they read, and of verdicts and threads what concerns these."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from content import conversions, reading
from content.catalogue import REVIEW
from content.models import Category, Comment, Judgement, Maturity, Review, Reviewer, Verdict
from content.names import Names
from content.reviewing import people
from content.reviewing.states import states
from content.stored import RELATED
from tenants import access
from tenants import actor as actors
from tenants.errors import NotVisible
from tenants.models import Member, Status

TAKING = (Maturity.PRIVATE, Maturity.IN_WORK)  # the states of a review in which verdicts are taken
TONES = {Judgement.APPROVE: ("green", "check"), Judgement.REMARKS: ("amber", "comment"), Judgement.REJECT: ("red", "x")}


def is_review(item):
    """Tell whether an item judges others, as a review that was begun."""
    return item.type.code == REVIEW and Review.objects.filter(pk=item.pk).exists()


def of(item):
    """Return the review that an item is. Raises NotVisible for an item that is none."""
    review = Review.objects.select_related("closed_by").filter(pk=item.pk).first()
    if review is None:
        raise NotVisible
    review.item = item
    return review


def found(actor, *, standing=False, mine=False, late=False):
    """Return the reviews that the actor has in lists, the newest first: open ones, those asking them, late ones."""
    rows = Review.objects.filter(item__in=reading.listed(actor)).select_related(*(f"item__{name}" for name in RELATED))
    if standing or late:
        rows = rows.filter(closed_at=None, item__maturity__in=TAKING)
    if mine:
        rows = rows.filter(pk__in=Reviewer.objects.filter(user=actor.user).values("review"))
    if late:
        rows = rows.filter(due_on__lt=timezone.localdate(timezone=actor.platform.zone))
    return rows.order_by("-pk")


def addable(actor, review):
    """Return the items that the actor may put under a review."""
    inside = list(review.reviewed.values_list("reference__target", flat=True))
    return reading.listed(actor).exclude(category=Category.PERSONAL).exclude(pk__in=[review.pk, *inside])


def is_open(review):
    """Tell whether verdicts are taken."""
    return not review.closed_at and review.item.maturity in TAKING


def is_overdue(review):
    """Tell whether verdicts are taken, but were due before today."""
    today = timezone.localdate(timezone=review.item.platform.zone)
    return bool(is_open(review) and review.due_on and review.due_on < today)


@dataclass(slots=True)
class Judged:
    """A verdict as it is shown; `outdated` says that the item was another when it ended than when it was judged."""

    verdict: Verdict
    by: str
    outdated: bool
    tone: str
    icon: str


@dataclass(slots=True)
class Row:
    """An item under review as it is shown. `sha256` is its state at the end, or now; `changed` since it was put there.

    `ended` are both hashes of that state; `changed_after` says that it changed once more after the review was closed.
    """

    item: object
    sha256: str
    changed: bool
    changed_after: bool
    ended: tuple
    judged: list = field(default_factory=list)
    mine: bool = False
    ticked: bool = False

    @property
    def box(self):
        """Return what a box of the form says of it: the id, and the version that is shown."""
        return f"{self.item.pk}-{self.item.version}"


@dataclass(slots=True)
class Asked:
    """A reviewer as they are shown: how many of the items that the reader reads they judged, and how."""

    reviewer: object
    name: str
    company: object
    active: bool
    judged: int
    counts: list


def shown(actor, review):
    """Return all that the pages of a review show to one reader; a fixed number of queries."""
    names, talks = Names(actor, review.item.space_id), people.takes_part(actor, review)
    names.learn([review.item])
    entries = list(review.reviewed.select_related("reference"))
    rows = _rows(actor, entries)
    asked = list(review.reviewers.select_related("user"))
    names.load({one.user_id for one in asked})
    if talks:
        _judge(rows, names, actor)
    found = list(rows.values())
    conversions.picture([row.item for row in found])
    return {
        "review": review,
        "names": names,
        "rows": found,
        "others": len(found) < len(entries),
        "talks": talks,
        "open": is_open(review),
        "asked": _asked(actor, review, asked, found, names),
        "mine": next((one for one in asked if one.user_id == actor.user.pk), None),
        "tally": _tally(judged.verdict for row in found for judged in row.judged),
        "overdue": is_overdue(review),
        "closed_by": names.say(review.closed_by) if review.closed_by else "",
        "threads": threads(actor, review, [row.item for row in found], names),
    }


def _rows(actor, entries):
    """Return {id of an entry: its Row} of what the reader has in lists."""
    targets = [one.reference.target_id for one in entries]
    items = {item.pk: item for item in reading.loaded(reading.listed(actor).filter(pk__in=targets))}
    now, rows = states(list(items.values())), {}
    for one in entries:
        item = items.get(one.reference.target_id)
        if item is None:
            continue
        stands = now[item.pk]
        ended = (one.closed_sha256, one.closed_relations) if one.closed_sha256 else stands
        rows[one.pk] = Row(item, ended[0], ended != one.state, stands != ended, ended)
    return rows


def _judge(rows, names, actor):
    """Put on each Row the verdict of each reviewer that counts: the latest."""
    counted = set()
    found = Verdict.objects.filter(reviewed__in=list(rows)).select_related("reviewer__user")
    for verdict in found:
        key = (verdict.reviewed_id, verdict.reviewer_id)
        if key in counted:
            continue
        counted.add(key)
        row, user = rows[verdict.reviewed_id], verdict.reviewer.user
        outdated = verdict.state != row.ended
        row.judged.append(Judged(verdict, names.say(user), outdated, *TONES[verdict.judgement]))
        row.mine |= user.pk == actor.user.pk and not outdated


def _tally(verdicts):
    """Return [(word, tone, icon, how many)] of verdicts, in the order of Judgement."""
    counts = Counter(verdict.judgement for verdict in verdicts)
    return [(one.label, *TONES[one], counts[one]) for one in Judgement if counts[one]]


def _asked(actor, review, asked, rows, names):
    members = Member.objects.filter(
        platform=review.item.platform_id, user__in=[one.user_id for one in asked], status=Status.ACTIVE
    )
    built = actors.build(list(members.select_related("platform", "company", "unit", "user")))
    inside = {one.user.pk for one in built if people.takes_part(one, review)}
    found = []
    for one in asked:
        given = [judged.verdict for row in rows for judged in row.judged if judged.verdict.reviewer_id == one.pk]
        company = names.companies.get(one.user_id, (None, None))[0] if names.may(one.user_id) else None
        told = (one, names.say(one.user), company, one.user_id in inside, len(given), _tally(given))
        found.append(Asked(*told))
    return found


def threads(actor, review, items, names):
    """Return the open threads about the review and its items, of those whose discussion the reader takes part in."""
    talked = [item for item in (review.item, *items) if access.can(actor, "comment", item)]
    rows = Comment.objects.filter(item__in=talked, parent=None, resolved_at=None, deleted_at=None)
    found = list(rows.select_related("author", "item"))
    names.load({one.author_id for one in found})
    for one in found:
        one.by = names.say(one.author)
    return found

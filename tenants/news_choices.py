"""What a person wants to be told: mail for each kind of news, and how much of each space. One's own, never recorded."""

from django.core import signing
from django.db import transaction

from tenants import memberships, news
from tenants.errors import NotVisible, Unacceptable
from tenants.models import Delivery, Level, MailChoice, Platform, SpaceLevel, User

SALT = "tenants.unsubscribe"
DIGEST = "digest"  # in the place of a kind: everything that comes in the digest


def wants(user, kind, space_id, concerns):
    """Tell whether the person wants news of this kind about the space; what may not be off is always told."""
    if space_id is None or not news.kind_of(kind).may_be_off:
        return True
    found = SpaceLevel.objects.filter(user=user, space_id=space_id).values_list("level", flat=True).first()
    level = found or Level.CONCERNS
    return level == Level.EVERYTHING or (level == Level.CONCERNS and concerns)


def delivery(user, platform, kind):
    """Return how this kind of news of the platform, or of none, comes by mail."""
    chosen = MailChoice.objects.filter(user=user, platform=platform, kind=kind)
    return _allowed(news.kind_of(kind), chosen.values_list("delivery", flat=True).first(), platform)


def deliveries(user, platform):
    """Return {kind: how it comes by mail} for every kind that is mailed; one query."""
    chosen = dict(MailChoice.objects.filter(user=user, platform=platform).values_list("kind", "delivery"))
    return {kind: _allowed(kind, chosen.get(kind.code), platform) for kind in news.KINDS.values() if kind.mailed}


def offered(actor):
    """Return the same of the platform for the kinds of which the actor may be told."""
    found = deliveries(actor.user, actor.platform).items()
    return {kind: way for kind, way in found if actor.is_administrator or not kind.administrators}


def _allowed(kind, chosen, platform):
    way = chosen if chosen in kind.deliveries else kind.delivery
    return Delivery.NOW if way == Delivery.DIGEST and platform is None else way  # a digest is of one platform


@transaction.atomic
def choose(*, user, platform, chosen):
    """Store {kind's code: delivery} for news of the platform, or of none. Raises Unacceptable, and then stores none."""
    for code, way in chosen.items():
        kind = news.kind_of(code)
        if way not in kind.deliveries:
            raise Unacceptable("Choose how it comes by mail from the list.", field=code)
        MailChoice.objects.update_or_create(user=user, platform=platform, kind=code, defaults={"delivery": way})


def level_of(user, space_id):
    """Return what the person wants to be told of a space."""
    found = SpaceLevel.objects.filter(user=user, space_id=space_id).first()
    return Level(found.level) if found else Level.CONCERNS


def spaces(actor, asked=frozenset()):
    """Return [(id, title, level)] by title: the spaces in which the actor holds something, chosen or asked for."""
    chosen = SpaceLevel.objects.filter(user=actor.user, platform=actor.platform).values_list("space_id", "level")
    levels = dict(chosen)
    titles = news.space_titles(actor, {*levels, *asked, *(held.space_id for held in actor.held)})
    rows = [(pk, title, Level(levels.get(pk, Level.CONCERNS))) for pk, title in titles.items()]
    return sorted(rows, key=lambda row: (row[1].casefold(), row[0]))


@transaction.atomic
def set_level(*, actor, space_id, level):
    """Choose what one is told of a space; return its title. Raises NotVisible, and Unacceptable for no level."""
    title = news.space_titles(actor, {space_id}).get(space_id)
    if title is None:
        raise NotVisible
    if level not in Level.values:
        raise Unacceptable("Choose everything, what concerns me, or nothing.", field="level")
    SpaceLevel.objects.update_or_create(
        user=actor.user, space_id=space_id, defaults={"platform": actor.platform, "level": level}
    )
    return title


def followers(space_id):
    """Return the ids of people who want everything of a space."""
    return set(SpaceLevel.objects.filter(space_id=space_id, level=Level.EVERYTHING).values_list("user", flat=True))


def forget_space(space_id):
    """Forget what was chosen for a space that is deleted."""
    SpaceLevel.objects.filter(space_id=space_id).delete()


# --- the way out of a mail, which works without signing in ---


def token(user, platform, code):
    """Return what a mail's link bears: it turns this kind off for this person, and can do nothing else."""
    return signing.dumps([user.pk, platform.pk if platform else 0, code], salt=SALT, compress=True)


def read_token(words):
    """Return (user, platform or None, kind's code) of a link. Raises NotVisible for any that we did not write."""
    try:
        user_id, platform_id, code = signing.loads(words, salt=SALT)
    except signing.BadSignature:
        raise NotVisible from None
    user = User.objects.filter(pk=user_id).first()
    platform = Platform.objects.filter(pk=platform_id).first() if platform_id else None
    if user is None or (platform_id and platform is None) or (code != DIGEST and code not in news.KINDS):
        raise NotVisible
    return user, platform, code


def unsubscribe(words):
    """Turn off what the link names. Doing it twice does no more than once."""
    user, platform, code = read_token(words)
    if code == DIGEST:
        ways = deliveries(user, platform).items()
        codes = [kind.code for kind, way in ways if way == Delivery.DIGEST and kind.may_be_off]
    else:
        codes = [code]
    choose(user=user, platform=platform, chosen=dict.fromkeys(codes, Delivery.NONE))


# --- what ends with a membership ---


def _of(member):
    return SpaceLevel.objects.filter(user=member.user, platform=member.platform)


def _preview(member):
    number = _of(member).filter(level=Level.EVERYTHING).count()
    return [f"following {number} {'space' if number == 1 else 'spaces'}"] if number else []


def _end(actor, member):
    _of(member).delete()


def register():
    """End with a membership what somebody follows."""
    memberships.register(memberships.Step(preview=_preview, end=_end))

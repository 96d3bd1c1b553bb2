"""What acts of the table are given: who does them, where, and what they type."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from content.bcf import exporting, importing
from content.models import Category, FileVersion, FolderEntry, Item, Markup, Maturity, ReviewedItem
from content.moves import place_of
from content.readers import changes
from spaces import drafts
from spaces.models import AccessRequest, Credential
from tenants.models import Consent, Member, Platform, RoleGrant, SignInService, User
from tests.bcf_files import written
from tests.factories import actor_of, give, host_of, refer, share

QUERIES = {"invitation_answer": "?invitation={invitation}", "item_new": "?type=test-definition"}


@dataclass(frozen=True)
class Act:
    """A request that changes something: who sends what, with which entry; `kept` names its parts that tell it."""

    name: str
    args: str
    who: str
    verb: str = ""
    data: dict = field(default_factory=dict)
    kept: str = ""
    before: object = None


def members_invite(world):
    Platform.objects.filter(pk=world.platform.pk).update(invitations_from_members=True)


def outside(world):
    Credential.objects.filter(user=world.users["reader"]).update(content_object=world.empty)
    share(world.item, world.members["reader"])


def asking(world):
    outside(world)
    AccessRequest.objects.update(member=world.members["reader"])


def stranger(world):
    Credential.objects.filter(user=world.target.user).delete()


def proved(world):
    """Let nobody have a password, so that nobody is asked for it again."""
    User.objects.update(password="!")


def ending(world):
    Member.objects.filter(pk=world.target.pk).update(ends_at=timezone.now() + timedelta(days=20))


def asked(world):
    Member.objects.filter(pk=world.target.pk).update(sponsor_offered=world.users["author"])


def elsewhere(world):
    give(world.members["content_owner"], world.empty, "reader")


def private(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.PRIVATE)


def frozen(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.FROZEN)


def older(world):
    facts = {"number": 0, "key": "of before", "size": 1, "sha256": "0" * 64, "created_by": world.users["author"]}
    Markup.objects.update(version=FileVersion.objects.create(file=world.version.file, **facts))


def starred(world):
    FolderEntry.objects.create(folder=world.favourites, target=world.item)


def second(world):
    reference = refer(world.review.item, world.item, "reviews")
    ReviewedItem.objects.create(review=world.review, reference=reference, sha256="0" * 64, relations="0" * 64)


def released(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.RELEASED)


def locked(world):
    Item.objects.update(locked_by=world.users["author"], locked_at=timezone.now())


def free(world):
    RoleGrant.objects.filter(member=world.target).update(restricted=False)


def answered(world):
    Consent.objects.update(state="approved")


def filled(world):
    drafts.save_draft(world.draft, None, typed=["new@example.test"], company=str(world.supplier.pk))


def on(world):
    SignInService.objects.update(on=True)


def file(name):
    return {"file": lambda world: ContentFile(b"solid more", name=name)}


GUEST = {
    "email": "new@guest.test",
    "company": lambda world: world.supplier.pk,
    "responsibility": "reader",
    "restricted": "on",
}
DAY = {"last_day": (timezone.now() + timedelta(days=90)).date().isoformat()}
JUDGED = {"on": lambda world: f"{world.part.pk}-{world.part.version}", "judgement": "approve"}
PICKED = {"target": lambda world: world.item.pk}
ASKED = {"person": lambda world: world.members["author"].pk}


def bcf(world):
    """Return the token of a BCF file that was looked at: the threads of the item, one with another identity."""
    actor = actor_of(world.members["author"])
    content = written([topic | {"guid": str(uuid4())} for topic in exporting.told(actor, world.item)], {}, "2.1")
    return importing.keep(actor, world.version, ContentFile(content, name="threads.bcf"))


RULES = {"inbound": "refuse", "outbound": "default"}
HOST = {"organization": lambda world: host_of(world.platform).pk}
GROUP = {
    "group": lambda world: world.group.pk,
    "responsibility": "contributor",
    "shown": lambda world: f"{world.group.pk}:contributor:False:1:0",
}


def shown(world, space, owner):
    """Return the token of the preview of a move."""
    place = place_of(world.item, space=space, owner=owner)
    numbers = [str(len(side)) for side in changes(world.item, place)]
    return ":".join([str(space.pk), str(world.item.organization_id), str(owner.pk), *numbers])


MOVED = {
    "space": lambda world: world.empty.pk,
    "organization": lambda world: world.item.organization_id,
    "shown": lambda world: shown(world, world.empty, world.item.owner),
}
HANDED = {
    "space": lambda world: world.space.pk,
    "organization": lambda world: world.item.organization_id,
    "owner": lambda world: world.members["author"].pk,
    "shown": lambda world: shown(world, world.space, world.users["author"]),
}
MARKUP = {"text": "Look", "kind": "pin", "view": '{"points": [[0.5, 0.5]]}'}
SHARE = {
    "level": "share_read",
    "shown": lambda world: f"group-{world.group.pk}:share_read:0:1:None:None",
}
TOKEN = {"name": "Backup", "scope": "read", "days": "30"}
VERSION = {"version": lambda world: Item.objects.get(pk=world.item.pk).version}
CHANGE = {"title": "Thicker", "reason": "It bends", "deed": "release"}
ADDED = {"deed": "release", "target": lambda world: world.part.pk}
WISH = {"purpose": "review", "whom": lambda world: f"person-{world.members['reader'].pk}"}
SLOT = {"slot": lambda world: world.slot.pk}
ROUTE = {"route": lambda world: world.route.pk}
NEW_ROUTE = {"name": "Fast", "quorum": "any", "whom_0": "responsibility-owner"}
NEW_ROUTE |= {f"purpose_{number}": "approve" for number in range(6)}
ISSUE = {"title": "Burr", "kind": "question", "priority": "3"}
RELATION = {"kind": "refers_to", "target": lambda world: world.part.pk}
WHY = {"reason": "Why"}
INTO = {"to": lambda world: world.favourites.pk}

"""Makers of the least that a test needs."""

import secrets
from datetime import timedelta

import factory
from django.contrib.auth.models import Permission
from django.utils import timezone
from factory.django import DjangoModelFactory

from content.models import Category, File, GroupShare, Item, ItemType, Maturity, Reference, Share
from content.search import entries
from spaces.models import Credential, GroupCredential, Space, Visibility
from tenants import actor as actors
from tenants.api_tokens import hash_of
from tenants.catalogue import ship
from tenants.models import (
    ApiToken,
    GroupMember,
    Kind,
    Member,
    Organization,
    Platform,
    Right,
    Role,
    RoleGrant,
    RoleStock,
    Status,
    User,
    UserGroup,
)


class UserFactory(DjangoModelFactory):
    """A person who has claimed their account; password `secret` only when asked for with `password=`."""

    class Meta:
        model = User

    email = factory.Sequence("person{}@example.test".format)
    name = factory.Sequence("Person {}".format)
    claimed_at = factory.LazyFunction(timezone.now)


class PlatformFactory(DjangoModelFactory):
    """An active platform with its host company; options as on a new platform."""

    class Meta:
        model = Platform
        skip_postgeneration_save = True

    slug = factory.Sequence("platform-{}".format)
    name = factory.Sequence("Platform {}".format)
    mark = "PL"

    @factory.post_generation
    def host(obj, create, extracted, **kwargs):
        """Make the host company."""
        if create:
            OrganizationFactory(platform=obj, name=f"{obj.name} Company", is_host=True)


class OrganizationFactory(DjangoModelFactory):
    """An external company; `parent=` and `kind=` for units and departments."""

    class Meta:
        model = Organization

    platform = factory.SubFactory(PlatformFactory)
    name = factory.Sequence("Company {}".format)
    kind = Kind.COMPANY


def host_of(platform):
    """Return the host company of `platform`."""
    return Organization.objects.get(platform=platform, is_host=True)


class MemberFactory(DjangoModelFactory):
    """An active Member of the host company; `right=` and `company=` for others."""

    class Meta:
        model = Member

    platform = factory.SubFactory(PlatformFactory)
    user = factory.SubFactory(UserFactory)
    right = Right.MEMBER
    status = Status.ACTIVE
    company = factory.LazyAttribute(lambda member: host_of(member.platform))
    joined_at = factory.LazyFunction(timezone.now)
    last_seen_at = factory.LazyFunction(timezone.now)


def catalogue():
    """Return the role catalogue by code, as it ships."""
    if not Role.objects.exists():
        ship(Role)
    return {role.code: role for role in Role.objects.all()}


def license_member(member, codes=("ENT", "COL", "DES", "CHG"), *, assigned=True, restricted=True):
    """Grant roles to a member with their own platform's licences, so that they may work."""
    roles = catalogue()
    wanted = [roles[code] for code in codes]
    RoleStock.objects.bulk_create(
        [RoleStock(platform=member.platform, role=role, quantity=1000) for role in wanted], ignore_conflicts=True
    )
    RoleGrant.objects.bulk_create(
        [RoleGrant(member=member, role=role, assigned=assigned, restricted=restricted) for role in wanted]
    )


def worker(platform, right=Right.MEMBER, **fields):
    """Return an active, licensed member of `platform`."""
    member = MemberFactory(platform=platform, right=right, **fields)
    license_member(member)
    return member


def actor_of(member):
    """Return the Actor of a member as a request would build it."""
    return actors.of(member.user, member.platform)


class SpaceFactory(DjangoModelFactory):
    """A Private space without people."""

    class Meta:
        model = Space

    platform = factory.SubFactory(PlatformFactory)
    title = factory.Sequence("Space {}".format)
    visibility = Visibility.PRIVATE
    created_by = factory.SubFactory(UserFactory)


def permission(model, codename):
    """Return the guardian permission row of a responsibility or share level."""
    return Permission.objects.get(
        content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name, codename=codename
    )


def give(member, space, responsibility="reader", **fields):
    """Store a credential as it is, past every rule; organization defaults to the member's company."""
    fields.setdefault("organization", member.company)
    fields.setdefault("given_by", member.user)
    return Credential.objects.create(
        user=member.user, content_object=space, permission=permission(Space, responsibility), **fields
    )


def share(item, member, level="share_read", **fields):
    """Store a share as it is, past every rule."""
    fields.setdefault("given_by", item.owner)
    return Share.objects.create(user=member.user, content_object=item, permission=permission(Item, level), **fields)


class UserGroupFactory(DjangoModelFactory):
    """A group of a platform, past every rule; `members=` puts people in."""

    class Meta:
        model = UserGroup
        skip_postgeneration_save = True

    platform = factory.SubFactory(PlatformFactory)
    name = factory.Sequence("Group {}".format)
    created_by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return UserGroup.objects.make(**kwargs)

    @factory.post_generation
    def members(obj, create, extracted, **kwargs):
        """Put people in."""
        for member in extracted or ():
            join(obj, member)


def join(group, member):
    """Put a member in a group, past every rule."""
    return GroupMember.objects.create(group=group, member=member, added_by=member.user)


def give_group(group, space, responsibility="reader", **fields):
    """Store a group's credential as it is, past every rule."""
    fields.setdefault("given_by", group.created_by)
    return GroupCredential.objects.create(
        group=group.group, content_object=space, permission=permission(Space, responsibility), **fields
    )


def share_group(item, group, level="share_read", **fields):
    """Store a share with a group as it is, past every rule."""
    fields.setdefault("given_by", item.owner)
    return GroupShare.objects.create(
        group=group.group, content_object=item, permission=permission(Item, level), **fields
    )


class ItemTypeFactory(DjangoModelFactory):
    """A type of the category Definition; `category=` for others."""

    class Meta:
        model = ItemType
        django_get_or_create = ["code"]

    category = Category.DEFINITION
    code = factory.LazyAttribute(lambda kind: f"test-{kind.category}")
    name = factory.LazyAttribute(lambda kind: f"Test {kind.category}")
    prefix = "T"


class ItemFactory(DjangoModelFactory):
    """An In Work definition of the host company in a space of its own; `category=` for others."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    class Params:
        kind = Category.DEFINITION

    space = factory.SubFactory(SpaceFactory)
    platform = factory.LazyAttribute(lambda item: item.space.platform)
    organization = factory.LazyAttribute(lambda item: host_of(item.space.platform))
    owner = factory.SubFactory(UserFactory)
    type = factory.LazyAttribute(lambda item: ItemTypeFactory(category=item.kind))
    category = factory.LazyAttribute(lambda item: item.type.category)
    number = factory.Sequence("T-{:06}".format)
    title = factory.Sequence("Item {}".format)
    maturity = factory.LazyAttribute(
        lambda item: Maturity.NONE if item.category == Category.PERSONAL else Maturity.IN_WORK
    )

    @factory.post_generation
    def found(obj, create, extracted, **kwargs):
        """Let search find it, as the service would."""
        if create:
            entries.index(obj)


class FileFactory(DjangoModelFactory):
    """A file without versions."""

    class Meta:
        model = File

    item = factory.SubFactory(ItemFactory)
    name = factory.Sequence("file-{}.step".format)


def refer(source, target, kind="refers_to", **fields):
    """Store a relation as it is, past every rule; a part is there once."""
    if kind == "has_part":
        fields.setdefault("quantity", 1)
    return Reference.objects.create(source=source, target=target, kind=kind, created_by=source.owner, **fields)


def token_of(member, scope="write", **fields):
    """Store a living API token of a member as it is, past every rule; return its secret."""
    secret = f"gwy_{secrets.token_hex(16)}"
    defaults = {"name": secret[-8:], "prefix": secret[:12], "created_at": timezone.now()}
    fields = defaults | {"expires_at": timezone.now() + timedelta(days=1)} | fields
    ApiToken.objects.create(member=member, secret_hash=hash_of(secret), scope=scope, **fields)
    return secret

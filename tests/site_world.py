"""One small world that the tests of the whole site share: who visits, what stands there, every address of ours."""

import re
from contextlib import contextmanager

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from content import blobs
from content.files import Arrival, add_version
from content.models import (
    Attachment,
    Change,
    ChangeLine,
    Comment,
    Conversion,
    FolderEntry,
    Issue,
    ItemType,
    Iteration,
    Markup,
    ReferenceKind,
    Rendition,
    Review,
    ReviewedItem,
    Reviewer,
    Route,
    RouteSlot,
    SavedSearch,
    Slot,
)
from spaces import drafts
from spaces.models import AccessRequest
from tenants import news_choices
from tenants.models import (
    ApiToken,
    AuditEvent,
    Consent,
    DomainRule,
    GroupGrant,
    Kind,
    Notification,
    Partner,
    Right,
    Role,
    RoleGrant,
    SignInService,
    User,
)
from tenants.options import set_option
from tenants.sealing import seal
from tests.factories import (
    ItemFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    UserFactory,
    UserGroupFactory,
    actor_of,
    give,
    give_group,
    host_of,
    refer,
    share,
    token_of,
    worker,
)
from tests.tenants.worlds import invited, make_batch

NAMESPACES = ("tenants", "spaces", "content", "demo")
OUTSIDE = ("anonymous", "stranger", "elsewhere", "pending", "operator")  # nobody of them is in the platform
INSIDE = (
    "external",
    "restricted",
    "reader",
    "contributor",
    "author",
    "leader",
    "content_owner",
    "owner",
    "administrator",
)
VISITORS = OUTSIDE + INSIDE
NOBODY = 10**12  # an id that nothing has
KEPT = {
    "tenants_invitationdraft",
    "tenants_batch",
    "tenants_batchline",
    "content_opened",
    "content_presence",
}  # what was typed or seen; it has no effect
RECORD = {"tenants_auditevent", "tenants_auditorigin", "tenants_audithead"}
LOOKS = {  # what only looks, and is written down; private things besides
    *("tenants:record", "tenants:record_elsewhere", "spaces:space_record", "content:item_record"),
    *(
        "content:file_view",
        "content:file_compare",
        "content:file_download",
        "content:attachment_download",
        "content:rendition",
    ),
}
OURS = re.compile(r'(?:INTO|UPDATE|FROM) "((?:tenants|spaces|content)_\w+)"', re.IGNORECASE)
FRESH = re.compile(rb'nonce="[^"]*"|[A-Za-z0-9]{64}|content="\d+"')  # nonces and masked tokens: new in each answer


class World:
    """A platform with one Private space and one item, another platform, and every kind of visitor."""

    def __init__(self):
        on = {"invitations_from_administrators": True, "member_locations": True}
        self.platform = PlatformFactory(slug="acme", name="Acme", **on)
        self.other = PlatformFactory(slug="elsewhere", name="Elsewhere")
        self.supplier = OrganizationFactory(platform=self.platform, name="Supplier Works")
        self.rival = OrganizationFactory(platform=self.platform, name="Rival")
        self.space = SpaceFactory(platform=self.platform, title="Test rig")
        self._people()
        self._things()
        self.args = self._args()

    def _people(self):
        self.members = {name: worker(self.platform, user__name=f"{name.title()} Person") for name in INSIDE[2:-1]}
        guests = (("external", Right.EXTERNAL, self.supplier), ("restricted", Right.MEMBER, self.rival))
        for name, right, company in guests:
            self.members[name] = worker(self.platform, right, company=company, user__name=f"{name.title()} Person")
        administrator = worker(self.platform, Right.ADMINISTRATOR, user__name="Administrator Person")
        self.members["administrator"] = administrator
        self.members["elsewhere"] = worker(self.other, Right.ADMINISTRATOR, user__name="Elsewhere Person")
        for name, responsibility in (
            ("external", "reader"),
            ("restricted", "author"),
            ("reader", "reader"),
            ("contributor", "contributor"),
            ("author", "author"),
            ("leader", "leader"),
            ("content_owner", "author"),
            ("owner", "owner"),
        ):
            give(self.members[name], self.space, responsibility, restricted=name == "restricted")
        self.users = {name: member.user for name, member in self.members.items()} | {"anonymous": None}
        self.users["stranger"] = UserFactory(name="Stranger Person")
        self.users["operator"] = User.objects.create_superuser("operator@example.test", name="Operator Person")
        self.users["pending"] = UserFactory(name="Pending Person")
        EmailAddress.objects.create(user=self.users["pending"], email=self.users["pending"].email, verified=True)
        self.invitation = invited(self.platform, self.users["pending"], inviter=administrator.user)
        give(self.invitation.member, self.space, "reader")

    def _things(self):
        owner, administrator = self.members["content_owner"], self.members["administrator"]
        self.item = ItemFactory(space=self.space, owner=owner.user, title="Bracket")
        arrival = Arrival(file=ContentFile(b"solid", name="bracket.stl"))
        self.version = add_version(actor=actor_of(owner), item=self.item, arrival=arrival)
        self.part = ItemFactory(space=self.space, owner=owner.user, title="Bolt")
        self.relation = refer(self.item, self.part, ReferenceKind.HAS_PART, quantity=2, position=10)
        older = {"what": "Made", "by": owner.user, "title": "Older bracket"}
        self.iteration = Iteration.objects.create(item=self.item, number=2, **older)
        deleted = {"trashed_at": timezone.now(), "trashed_by": owner.user}
        self.thrown = ItemFactory(space=self.space, owner=owner.user, title="Old bracket", **deleted)
        self._raised()
        self._changing()
        self._kept()
        sponsor = {"sponsor": self.users["leader"]}
        self.target = worker(self.platform, user__name="Target Person", **sponsor)  # whom the acts concern
        self._made_visible()
        self._discussed()
        self._reviewed()
        self.credential = give(self.target, self.space, "reader")
        share(self.item, self.target)
        self.grant = RoleGrant.objects.get(member=self.target, role__code="DES")
        host = host_of(self.platform)
        self.unit = OrganizationFactory(platform=self.platform, parent=host, kind=Kind.UNIT, name="Workshop")
        self.spare = OrganizationFactory(platform=self.platform, parent=self.unit, kind=Kind.DEPARTMENT, name="Bench")
        self.target.organizations.add(self.unit)
        away = invited(self.other, self.target.user, inviter=self.users["elsewhere"])
        asked = {"way": "outbound", "partner": self.other, "asked_at": timezone.now()}
        self.consent = Consent.objects.create(invitation=away, platform=self.platform, **asked)
        self.partner = Partner.objects.create(platform=self.platform, address=self.other.slug, known=True)
        self.users["target"] = self.target.user
        self.group = UserGroupFactory(platform=self.platform, name="Team", members=[self.target])
        self.group_credential = give_group(self.group, self.space, "reader")
        role = Role.objects.get(code="CHG")
        self.group_grant = GroupGrant.objects.create(group=self.group, role=role)
        RoleGrant.objects.create(member=self.target, role=role, through=self.group_grant)
        self.empty = SpaceFactory(platform=self.platform, title="Empty")
        set_option(actor=actor_of(administrator), code="restricted_first", value="on")
        self.change = AuditEvent.objects.latest("pk")
        self.service = SignInService.objects.create(
            platform=self.platform,
            issuer="https://127.0.0.1:1",  # where nobody answers
            client_id="gangway",
            sealed_secret=seal("secret"),
            domains=["acme.example"],
        )
        self.draft = drafts.new_draft(actor_of(administrator))
        self.batch = make_batch(actor_of(administrator), self.target)
        self.note = Notification.objects.create(
            user=administrator.user, platform=self.platform, kind="test", subject="test", text="News", at=timezone.now()
        )
        self.asked = AccessRequest.objects.create(space=self.space, member=self.target, created_at=timezone.now())
        member = self.members["administrator"]
        self.saved = SavedSearch.objects.create(member=member, name="Plates", query="q=plate")
        self.domain = DomainRule.objects.create(platform=self.platform, domain="refused.test")
        token_of(self.members["leader"], name="Nightly")
        self.api_token = ApiToken.objects.get()

    def _discussed(self):
        made = {"author": self.users["author"], "created_at": timezone.now()}
        self.comment = Comment.objects.create(item=self.item, text="Is the radius right?", **made)
        place = {"version": self.version, "view": {"page": 1, "points": [[0.5, 0.5]], "words": ""}}
        self.markup = Markup.objects.create(comment=self.comment, **place)
        key, sha256 = blobs.put(ContentFile(b"notes"))
        facts = {"name": "notes.txt", "key": key, "size": 5, "sha256": sha256, "media_type": "text/plain"}
        self.attachment = Attachment.objects.create(comment=self.comment, **facts)

    def _reviewed(self):
        kind, owner = ItemType.objects.get(code="review"), self.users["content_owner"]
        item = ItemFactory(space=self.space, owner=owner, type=kind, title="Round one")
        self.review, state = Review.objects.create(item=item), {"sha256": "0" * 64, "relations": "0" * 64}
        reference = refer(item, self.part, ReferenceKind.REVIEWS)
        self.reviewed = ReviewedItem.objects.create(review=self.review, reference=reference, **state)
        for user in (self.users["reader"], self.target.user):
            self.reviewer = Reviewer.objects.create(review=self.review, user=user, named_at=timezone.now())

    def _raised(self):
        owner, kind = self.users["content_owner"], ItemType.objects.get(code="issue")
        self.issue = ItemFactory(space=self.space, owner=owner, title="Radius too small", type=kind)
        Issue.objects.create(item=self.issue).assignees.add(self.users["author"])
        refer(self.issue, self.part, ReferenceKind.REPORTED_AGAINST)

    def _changing(self):
        plate = ItemFactory(space=self.space, owner=self.users["content_owner"], title="Plate")
        made = {"platform": self.platform, "title": "Thicker plate", "raised_by": self.users["contributor"]}
        self.request = Change.objects.create(number="CHG-1", **made)
        self.line = ChangeLine.objects.create(change=self.request, item=plate, deed="release")
        self.slot = Slot.objects.create(change=self.request, user=self.users["leader"])
        self.route = Route.objects.create(platform=self.platform, name="Release")
        RouteSlot.objects.create(route=self.route, responsibility="leader")

    def _kept(self):
        leader = {"space": self.space, "owner": self.users["leader"]}
        types = {code: ItemType.objects.get(code=code) for code in ("favourites", "personal-folder")}
        self.favourites = ItemFactory(title="Favourites", type=types["favourites"], **leader)
        self.folder = ItemFactory(title="Desk", type=types["personal-folder"], **leader)
        self.entry = FolderEntry.objects.create(folder=self.folder, target=self.item)

    def _made_visible(self):
        conversion = Conversion.objects.get(key=self.version.key)
        Conversion.objects.filter(pk=conversion.pk).update(state="done", facts={"form": "mesh", "scale": 1, "size": []})
        key = blobs.shown().save(blobs.new_key(), ContentFile(b"glTF"))
        Rendition.objects.create(conversion=conversion, name="view.glb", key=key, size=4)

    def _args(self):
        slug = self.platform.slug
        return {
            "none": (),
            "platform": (slug,),
            "option": (slug, "freeze_before_release"),
            "session": (NOBODY,),
            "preset": (slug, "supplier-safe"),
            "change": (slug, self.change.pk),
            "member": (slug, self.target.pk),
            "group": (slug, self.group.pk),
            "group_member": (slug, self.group.pk, self.target.pk),
            "group_grant": (slug, self.group.pk, self.group_grant.pk),
            "group_credential": (slug, self.space.pk, self.group_credential.pk),
            "grant": (slug, self.target.pk, self.grant.pk),
            "organization": (slug, self.spare.pk),
            "belonging": (slug, self.unit.pk, self.target.pk),
            "role": (slug, self.grant.role_id),
            "holder": (slug, self.grant.role_id, self.grant.pk),
            "invitation": (slug, self.invitation.pk),
            "consent": (slug, self.consent.pk),
            "partner": (slug, self.partner.address),
            "note": (slug, self.note.pk),
            "asked": (slug, self.space.pk, self.asked.pk),
            "domain": (slug, self.domain.pk),
            "saved": (slug, self.saved.pk),
            "space": (slug, self.space.pk),
            "empty": (slug, self.empty.pk),
            "credential": (slug, self.space.pk, self.credential.pk),
            "draft": (slug, self.draft.pk),
            "batch": (slug, self.batch.pk),
            "export": (slug, "members"),
            "batch_line": (slug, self.batch.pk, 1),
            "item": (slug, self.item.pk),
            "checker": (slug, "check_record.py"),
            "request": (slug, self.request.pk),
            "line": (slug, self.request.pk, self.line.pk),
            "stepping": (slug, self.request.pk, "in_work"),
            "route": (slug, self.route.pk),
            "issue": (slug, self.issue.pk),
            "comment": (slug, self.comment.pk),
            "attachment": (slug, self.attachment.pk),
            "review": (slug, self.review.pk),
            "judged": (slug, self.review.pk, self.part.pk),
            "reviewer": (slug, self.review.pk, self.reviewer.pk),
            "folder": (slug, self.folder.pk),
            "entry": (slug, self.folder.pk, self.entry.pk),
            "relation": (slug, self.item.pk, self.relation.pk),
            "shared": (slug, self.item.pk, f"person-{self.target.pk}"),
            "recipient": (slug, self.item.pk, f"group-{self.group.pk}"),
            "iteration": (slug, self.iteration.pk),
            "iterations": (slug, self.iteration.pk, self.iteration.pk),
            "revisions": (slug, self.item.pk, self.item.pk),
            "thrown": (slug, self.thrown.pk),
            "field": (slug, self.item.pk, "title"),
            "version": (slug, self.version.pk, "bracket.stl"),
            "seen": (slug, self.version.pk),
            "markup": (slug, self.version.pk, self.markup.pk),
            "two": (slug, self.version.pk, self.version.pk),
            "part": (slug, self.version.pk, "view.glb"),
            "token": ("a-token-that-nobody-was-sent",),
            "person": (self.users["stranger"].pk,),
            "letter": ("no-such-letter",),
            "api_token": (slug, self.api_token.pk),
            "way_out": (news_choices.token(self.users["administrator"], self.platform, "answer"),),
            "upload": (slug, "0" * 32),
            "nothing": (slug, "no/such/page"),
        }

    def url(self, name, args, query=""):
        """Return the address of a row of a table; `query` may name what stands in the world."""
        known = {"invitation": self.invitation.pk, "space": self.space.pk}
        return reverse(name, args=self.args[args]) + query.format(**known)

    def client(self, visitor, **options):
        """Return a browser in which the visitor has signed in."""
        browser = Client(**options)
        if self.users[visitor] is not None:
            browser.force_login(User.objects.get(pk=self.users[visitor].pk))
        return browser


class Undone(Exception):
    """Takes back what a request did."""


@contextmanager
def undone():
    """Take back everything that the block wrote, so that the next request finds the world as it was."""
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


@contextmanager
def writes():
    """Collect the tables of ours that the block writes to, drafts left out."""
    found = []

    def watch(execute, sql, params, many, context):
        if not sql.lstrip(" \n(").upper().startswith(("SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.extend(table for table in OURS.findall(sql) if table not in KEPT)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def body(response):
    """Return the bytes of an answer to their end, without what is new in each."""
    if not response.streaming:
        return FRESH.sub(b"", response.content)
    content = b"".join(response)
    for close in response._resource_closers:  # response.close() would close the database's connection too
        close()
    return content


def addresses(namespaces=(*NAMESPACES, "")):
    """Return the full name of every address of our own namespaces, and of those without one."""
    return {
        f"{space}:{pattern.name}" if space else str(pattern.name)
        for space, pattern in _walk(get_resolver().url_patterns, "")
        if space in namespaces
    }


def _walk(patterns, space):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield space, pattern
        elif getattr(pattern, "app_name", None) or pattern.namespace:
            yield from _walk(pattern.url_patterns, pattern.namespace or space)
        elif "accounts/" not in str(pattern.pattern):
            yield from _walk(pattern.url_patterns, space)

"""Every act of the site leaves one entry in the record; what is refused, or only looks, leaves none."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import TestCase, override_settings
from django.utils import timezone

from content.bcf import exporting, importing
from content.models import Category, FileVersion, FolderEntry, Item, Markup, Maturity, ReviewedItem
from content.moves import place_of
from content.readers import changes
from spaces import drafts
from spaces.models import AccessRequest, Credential
from tenants import organizations
from tenants.models import AuditEvent, Consent, Invitation, Member, Platform, Role, RoleGrant, SignInService, User
from tests.bcf_files import written
from tests.factories import actor_of, give, host_of, refer, share
from tests.site_world import KEPT, LOOKS, RECORD, World, addresses, body, undone, writes
from tests.test_urls import ROWS

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


def _members_invite(world):
    Platform.objects.filter(pk=world.platform.pk).update(invitations_from_members=True)


def _outside(world):
    Credential.objects.filter(user=world.users["reader"]).update(content_object=world.empty)
    share(world.item, world.members["reader"])


def _asking(world):
    _outside(world)
    AccessRequest.objects.update(member=world.members["reader"])


def _stranger(world):
    Credential.objects.filter(user=world.target.user).delete()


def _proved(world):
    """Let nobody have a password, so that nobody is asked for it again."""
    User.objects.update(password="!")


def _ending(world):
    Member.objects.filter(pk=world.target.pk).update(ends_at=timezone.now() + timedelta(days=20))


def _asked(world):
    Member.objects.filter(pk=world.target.pk).update(sponsor_offered=world.users["author"])


def _elsewhere(world):
    give(world.members["content_owner"], world.empty, "reader")


def _private(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.PRIVATE)


def _frozen(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.FROZEN)


def _older(world):
    facts = {"number": 0, "key": "of before", "size": 1, "sha256": "0" * 64, "created_by": world.users["author"]}
    Markup.objects.update(version=FileVersion.objects.create(file=world.version.file, **facts))


def _starred(world):
    FolderEntry.objects.create(folder=world.favourites, target=world.item)


def _second(world):
    reference = refer(world.review.item, world.item, "reviews")
    ReviewedItem.objects.create(review=world.review, reference=reference, sha256="0" * 64, relations="0" * 64)


def _released(world):
    Item.objects.exclude(category=Category.PERSONAL).update(maturity=Maturity.RELEASED)


def _locked(world):
    Item.objects.update(locked_by=world.users["author"], locked_at=timezone.now())


def _free(world):
    RoleGrant.objects.filter(member=world.target).update(restricted=False)


def _answered(world):
    Consent.objects.update(state="approved")


def _filled(world):
    drafts.save_draft(world.draft, None, typed=["new@example.test"], company=str(world.supplier.pk))


def _on(world):
    SignInService.objects.update(on=True)


def _file(name):
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


def _bcf(world):
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


def _shown(world, space, owner):
    """Return the token of the preview of a move."""
    place = place_of(world.item, space=space, owner=owner)
    numbers = [str(len(side)) for side in changes(world.item, place)]
    return ":".join([str(space.pk), str(world.item.organization_id), str(owner.pk), *numbers])


MOVED = {
    "space": lambda world: world.empty.pk,
    "organization": lambda world: world.item.organization_id,
    "shown": lambda world: _shown(world, world.empty, world.item.owner),
}
HANDED = {
    "space": lambda world: world.space.pk,
    "organization": lambda world: world.item.organization_id,
    "owner": lambda world: world.members["author"].pk,
    "shown": lambda world: _shown(world, world.space, world.users["author"]),
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
SLOT, ROUTE = {"slot": lambda world: world.slot.pk}, {"route": lambda world: world.route.pk}
NEW_ROUTE = {"name": "Fast", "quorum": "any", "whom_0": "responsibility-owner"}
NEW_ROUTE |= {f"purpose_{number}": "approve" for number in range(6)}
ISSUE = {"title": "Burr", "kind": "question", "priority": "3"}
RELATION = {"kind": "refers_to", "target": lambda world: world.part.pk}
WHY = {"reason": "Why"}
INTO = {"to": lambda world: world.favourites.pk}
ACTS = [
    Act("spaces:access_ask", "space", "reader", "access_asked", {"message": "Let me"}, "after rule subject", _outside),
    Act("spaces:access_withdraw", "space", "reader", "access_withdrawn", {}, "rule subject", _asking),
    Act("spaces:access_answer", "asked", "owner", "access_refused", {}, "rule subject"),
    Act("spaces:access_answer", "asked", "owner", "credential_given", {"let_in": "1"}, "after rule subject", _stranger),
    Act(
        "tenants:default_roles", "platform", "administrator", "default_roles_set", {"roles": "ENT"}, "before after rule"
    ),
    Act("spaces:guest_invite", "space", "owner", "member_invited", GUEST, "after rule subject", _members_invite),
    Act("tenants:sponsored_renew", "member", "leader", "end_set", DAY | {"reason": "Why"}, "before after rule"),
    Act("tenants:sponsored_let_go", "member", "leader", "end_settled", {}, "after rule", _ending),
    Act(
        "tenants:sponsor_name",
        "member",
        "leader",
        "sponsor_named",
        {"sponsor": lambda world: world.members["author"].pk},
        "before after rule",
    ),
    Act("tenants:sponsor_answer", "member", "author", "sponsorship_taken", {"take": "1"}, "before after rule", _asked),
    Act("tenants:sponsor_answer", "member", "author", "sponsorship_left", {}, "before rule", _asked),
    Act("tenants:invitation_answer", "none", "pending", "invitation_accepted", {}, "after"),
    Act("tenants:invitation_answer", "none", "pending", "invitation_declined", {"decline": "1"}),
    Act(
        "tenants:option_set",
        "option",
        "administrator",
        "options_set",
        {"value": "on", "confirmed": "1", "reason": "Why"},
        "before after rule reason",
    ),
    Act(
        "tenants:option_preset", "preset", "administrator", "options_set", {"reason": "Why"}, "before after rule reason"
    ),
    Act(
        "tenants:sign_in",
        "platform",
        "administrator",
        "sign_in_set",
        {"issuer": "https://id.acme.example", "client_id": "g", "secret": "s", "domains": "acme.example"},
        "before after rule",
    ),
    Act("tenants:sign_in_turn", "platform", "administrator", "sign_in_turned", {"value": "off"}, "before after", _on),
    Act("tenants:sign_in_remove", "platform", "administrator", "sign_in_removed", {}, "before rule"),
    Act("tenants:option_undo", "change", "administrator", "options_undone", {}, "before after rule"),
    Act("tenants:member_end", "member", "administrator", "access_ended", {"reason": "Left"}, "before after reason"),
    Act("tenants:member_remove", "member", "administrator", "user_removed", {"reason": "Left"}, "before after reason"),
    Act("tenants:member_right", "member", "administrator", "right_changed", {"right": "administrator"}, "before after"),
    Act(
        "tenants:member_employment",
        "member",
        "administrator",
        "employment_changed",
        {"company": HOST["organization"], "further": lambda world: world.rival.pk, "reason": "Lent"},
        "before after reason",
    ),
    Act("tenants:token_new", "platform", "author", "token_created", TOKEN, "after subject", _proved),
    Act("tenants:token_revoke", "api_token", "leader", "token_revoked", {}, "before subject"),
    Act("tenants:token_revoke", "api_token", "administrator", "token_revoked", {}, "before rule subject"),
    Act("tenants:membership_leave", "platform", "author", "member_left", {"reason": "Moved on"}, "before after reason"),
    Act(
        "tenants:role_grant",
        "member",
        "administrator",
        "role_granted",
        {"role": lambda world: Role.objects.get(code="DES").pk},
        "after rule",
        lambda world: RoleGrant.objects.filter(pk=world.grant.pk).delete(),
    ),
    Act("tenants:role_set", "grant", "administrator", "role_changed", {"restricted": "off"}, "before after rule"),
    Act("tenants:role_ungrant", "grant", "administrator", "role_ungranted", {}, "before rule"),
    Act("tenants:record_take", "platform", "administrator", "list_exported", {}, "after rule"),
    Act("tenants:member_auditor", "member", "administrator", "auditor_set", {"on": "1"}, "before after rule subject"),
    Act("tenants:export", "export", "administrator", "list_exported", {}, "after rule"),
    Act("tenants:batch_confirm", "batch", "administrator", "batch_confirmed", {"version": "1"}, "after rule"),
    Act(
        "tenants:role_grant_to",
        "role",
        "administrator",
        "role_granted",
        {"member": lambda world: world.target.pk, "restricted": "on"},
        "after rule",
        lambda world: RoleGrant.objects.filter(pk=world.grant.pk).delete(),
    ),
    Act(
        "tenants:organization_new",
        "platform",
        "administrator",
        "organization_created",
        {"name": "New", "kind": "company", "accent": "slate"},
        "after rule",
    ),
    Act(
        "tenants:organization_edit",
        "organization",
        "administrator",
        "organization_changed",
        {"name": "Other", "accent": "slate"},
        "before after rule",
    ),
    Act(
        "tenants:organization_move",
        "organization",
        "administrator",
        "organization_moved",
        {
            "parent": lambda world: host_of(world.platform).pk,
            "shown": lambda world: organizations.plan_move(world.spare, host_of(world.platform)).token,
        },
        "before after rule",
    ),
    Act("tenants:organization_archive", "organization", "administrator", "organization_archived", {}, "after rule"),
    Act(
        "tenants:organization_archive",
        "organization",
        "administrator",
        "organization_restored",
        {},
        "after rule",
        lambda world: type(world.spare).objects.filter(pk=world.spare.pk).update(archived_at=timezone.now()),
    ),
    Act("tenants:organization_delete", "organization", "administrator", "organization_deleted", {}, "before rule"),
    Act("tenants:organization_leave", "belonging", "administrator", "employment_changed", {}, "before after rule"),
    Act("tenants:role_take_back", "holder", "administrator", "role_ungranted", {}, "before rule"),
    Act("tenants:group_new", "platform", "administrator", "group_created", {"name": "New"}, "after rule"),
    Act("tenants:group_edit", "group", "administrator", "group_edited", {"name": "Other"}, "before after rule"),
    Act("tenants:group_delete", "group", "administrator", "group_deleted", {}, "before rule"),
    Act(
        "tenants:group_join",
        "group",
        "administrator",
        "group_joined",
        {"person": lambda world: world.members["author"].pk},
        "after rule subject",
    ),
    Act("tenants:group_part", "group_member", "administrator", "group_left", {}, "before rule subject"),
    Act(
        "tenants:group_role_grant",
        "group",
        "administrator",
        "group_role_granted",
        {"role": lambda world: Role.objects.get(code="DES").pk, "restricted": "on"},
        "after rule",
    ),
    Act(
        "tenants:group_role_set",
        "group_grant",
        "administrator",
        "group_role_changed",
        {"restricted": "off"},
        "before after rule",
    ),
    Act("tenants:group_role_ungrant", "group_grant", "administrator", "group_role_ungranted", {}, "before rule"),
    Act("tenants:invitation_resend", "invitation", "administrator", "invitation_resent", {}, "after rule"),
    Act("tenants:invitation_revoke", "invitation", "administrator", "invitation_revoked", {}, "rule"),
    Act(
        "tenants:partner_name",
        "platform",
        "administrator",
        "partner_named",
        {"address": "brandt"} | RULES,
        "after rule",
    ),
    Act(
        "tenants:partner_default",
        "platform",
        "administrator",
        "partner_default_set",
        {"inbound": "ask", "outbound": "allow"},
        "before after rule",
    ),
    Act("tenants:partner_answer", "consent", "administrator", "consent_given", {"decision": "approve"}, "subject rule"),
    Act(
        "tenants:partner_answer",
        "consent",
        "administrator",
        "consent_refused",
        {"decision": "refuse", "reason": "No"},
        "subject rule reason",
    ),
    Act(
        "tenants:partner_detail",
        "partner",
        "administrator",
        "partner_rules_set",
        RULES,
        "before after rule",
    ),
    Act("tenants:partner_end", "partner", "administrator", "partnership_ended", {"reason": "Over"}, "after reason"),
    Act("tenants:member_recall", "member", "administrator", "licences_recalled", {}, "after rule", _free),
    Act(
        "spaces:credential",
        "platform",
        "author",
        "credential_chosen",
        {"credential": lambda world: Credential.objects.get(user=world.users["author"]).pk},
        "before after",
    ),
    Act("spaces:space_new", "platform", "owner", "space_created", {"title": "New", "visibility": "private"}, "after"),
    Act(
        "tenants:domain_list",
        "platform",
        "administrator",
        "domain_rule_set",
        {"domain": "x.test", "allowed": "no"},
        "after rule",
    ),
    Act("tenants:domain_remove", "domain", "administrator", "domain_rule_removed", {}, "before rule"),
    Act("spaces:space_edit", "space", "owner", "space_edited", {"title": "Other"}, "before after rule"),
    Act(
        "spaces:space_visibility",
        "space",
        "owner",
        "space_widened",
        {"visibility": "protected", "seen": "protected"},
        "before after rule",
    ),
    Act(
        "spaces:space_visibility",
        "space",
        "administrator",
        "space_narrowed",
        {"visibility": "private", "seen": "private", "reason": "Why"},
        "before after rule reason",
        lambda world: type(world.space).objects.update(visibility="public"),
    ),
    Act("spaces:space_delete", "empty", "administrator", "space_deleted", {}, "before rule"),
    Act(
        "spaces:credential_add",
        "space",
        "owner",
        "credential_given",
        {"person": lambda world: world.target.pk, "responsibility": "contributor"} | HOST,
        "after rule",
    ),
    Act(
        "spaces:credential_change",
        "credential",
        "owner",
        "credential_changed",
        {"responsibility": "contributor"} | HOST,
        "before after rule",
    ),
    Act("spaces:credential_remove", "credential", "owner", "credential_removed", {}, "before rule"),
    Act("spaces:group_add", "space", "owner", "group_credential_given", GROUP, "after rule"),
    Act("spaces:group_change", "group_credential", "owner", "group_credential_changed", GROUP, "before after rule"),
    Act("spaces:group_remove", "group_credential", "owner", "group_credential_removed", {}, "before rule"),
    Act("spaces:invitation_preview", "draft", "administrator", "member_invited", {"message": "Hi"}, "after", _filled),
    Act("content:item_new", "platform", "author", "item_created", {"title": "New"}, "after rule"),
    Act("content:item_edit", "item", "author", "item_changed", {"title": "Other"} | VERSION, "before after rule"),
    Act(
        "content:item_field",
        "field",
        "author",
        "item_changed",
        {"value": "Other", "shown": "Bracket"},
        "before after rule",
    ),
    Act("content:item_duplicate", "item", "author", "item_duplicated", {"title": "Twin"}, "after rule"),
    Act(
        "content:item_repair",
        "item",
        "owner",
        "item_repaired",
        {"title": "Other", "reason": "Why"} | VERSION,
        "before reason",
    ),
    Act("content:item_maturity", "item", "leader", "maturity_changed", {"target": "frozen"}, "before after rule"),
    Act(
        "content:item_maturity",
        "item",
        "owner",
        "maturity_excepted",
        {"target": "private", "reason": "Why"},
        "before after rule reason",
    ),
    Act("content:item_lock", "item", "author", "item_locked", {}, "rule"),
    Act("content:item_unlock", "item", "author", "item_unlocked", {}, "rule", _locked),
    Act("content:item_break_lock", "item", "owner", "lock_broken", {}, "subject rule", _locked),
    Act("content:item_revise", "item", "author", "item_revised", {}, "before after rule", _frozen),
    Act("content:item_move", "item", "administrator", "item_moved", MOVED, "before after rule", _elsewhere),
    Act("content:item_move", "item", "leader", "owner_changed", HANDED, "before after subject rule"),
    Act("content:item_discussion", "item", "reader", "comment_made", {"text": "Look"}, "after rule"),
    Act("content:markups", "seen", "author", "markup_made", MARKUP, "after rule"),
    Act("content:markup_carry", "markup", "author", "markup_carried", {"found": "moved"}, "before after rule", _older),
    Act("content:comment_edit", "comment", "author", "comment_edited", {"text": "Look"}, "before after rule"),
    Act("content:comment_delete", "comment", "owner", "comment_deleted", {"reason": "Why"}, "subject reason rule"),
    Act("content:comment_resolve", "comment", "reader", "comment_resolved", {"on": "1"}, "rule"),
    Act("content:comment_react", "comment", "reader", "comment_reacted", {"sign": "done"}, "after rule"),
    Act("content:bcf_export", "item", "reader", "bcf_exported", {"version": "3.0"}, "after rule"),
    Act("content:bcf_bring", "item", "author", "bcf_imported", {"token": _bcf}, "after rule"),
    Act("content:review_detail", "review", "reader", "verdict_given", JUDGED, "after rule"),
    Act("content:review_add", "review", "author", "review_widened", PICKED, "after rule"),
    Act("content:review_take_out", "judged", "author", "review_narrowed", {}, "before rule", _second),
    Act("content:review_ask", "review", "leader", "reviewer_named", ASKED, "subject rule"),
    Act("content:reviewer_remove", "reviewer", "author", "reviewer_removed", {}, "subject rule"),
    Act("content:review_due", "review", "author", "review_due", {"due_on": "2090-01-31"}, "before after rule"),
    Act("content:review_close", "review", "leader", "review_closed", {}, "before after rule"),
    Act("content:share_detail", "recipient", "leader", "share_given", SHARE, "after rule"),
    Act(
        "content:share_detail",
        "shared",
        "leader",
        "share_changed",
        {"level": "share_edit", "shown": lambda world: f"person-{world.target.pk}:share_edit:0:1:None:share_read"},
        "before after subject rule",
    ),
    Act(
        "content:share_invite",
        "item",
        "leader",
        "guest_shared",
        GUEST | {"level": "share_read"},
        "after subject rule",
        _members_invite,
    ),
    Act("content:share_end", "shared", "leader", "share_ended", {}, "before subject rule"),
    Act("content:item_delete", "item", "content_owner", "item_deleted", {}, "before rule"),
    Act("content:file_check_out", "seen", "author", "file_checked_out", {}, "after rule"),
    Act(
        "content:file_upload", "item", "author", "file_checked_in", _file("a.stl") | {"unlock": "on"}, "after", _locked
    ),
    Act("content:iteration_restore", "iteration", "author", "iteration_restored", {}, "before after rule"),
    Act("content:item_restore", "thrown", "leader", "item_restored", {}, "before rule"),
    Act("content:item_purge", "thrown", "owner", "item_purged", {}, "before rule"),
    Act("content:file_upload", "item", "author", "file_stored", _file("a.stl"), "after rule"),
    Act("content:file_upload", "item", "owner", "files_repaired", _file("a.stl") | {"reason": "Why"}, "after reason"),
    Act("content:item_list", "platform", "administrator", "private_items_listed", {}, "after", _private),
    Act("content:folder_new", "platform", "leader", "item_created", {"title": "Bench"}, "after rule"),
    Act("content:folder_move", "folder", "leader", "folder_moved", INTO, "after rule"),
    Act("content:entry_move", "entry", "leader", "folder_moved", INTO, "after rule"),
    Act("content:entry_remove", "entry", "leader", "folder_emptied", {}, "before rule"),
    Act("content:item_keep", "item", "leader", "folder_filled", INTO, "after rule"),
    Act("content:item_star", "item", "leader", "folder_filled", {"on": "1"}, "after rule"),
    Act("content:item_star", "item", "leader", "folder_emptied", {}, "before rule", _starred),
    Act("content:item_star", "item", "reader", "item_created", {"on": "1"}, "after rule"),
    Act("content:parts_export", "item", "external", "list_exported", {}, "after rule"),
    Act("content:change_new", "item", "contributor", "change_raised", CHANGE, "after rule"),
    Act("content:change_edit", "request", "contributor", "change_edited", CHANGE, "before after rule"),
    Act("content:change_add", "request", "leader", "change_widened", ADDED, "after rule"),
    Act("content:change_line", "line", "contributor", "change_set", {"deed": "obsolete"}, "before after rule"),
    Act("content:change_asked", "request", "leader", "change_asked", WISH, "after rule"),
    Act("content:change_asked", "request", "leader", "change_asked", {"quorum": "any"}, "before after rule"),
    Act("content:change_asked", "request", "leader", "change_unasked", SLOT, "before rule subject"),
    Act("content:change_asked", "request", "contributor", "change_asked", ROUTE, "after rule"),
    Act("content:change_step", "stepping", "leader", "change_stepped", {}, "before after rule"),
    Act("content:route_new", "platform", "administrator", "route_set", NEW_ROUTE, "after rule"),
    Act("content:route_edit", "route", "administrator", "route_set", NEW_ROUTE, "after rule"),
    Act("content:route_delete", "route", "administrator", "route_deleted", {}, "rule"),
    Act("content:issue_new", "item", "contributor", "issue_raised", ISSUE, "after rule"),
    Act("content:issue_edit", "issue", "contributor", "issue_changed", ISSUE, "before after rule"),
    Act("content:issue_step", "issue", "author", "issue_moved", {"state": "in_work"}, "before after rule"),
    Act("content:relation_new", "item", "author", "relation_added", RELATION, "after rule"),
    Act("content:relation_new", "item", "owner", "relation_repaired", RELATION | WHY, "after rule reason"),
    Act("content:relation_edit", "relation", "author", "relation_changed", {"quantity": "4"}, "before after rule"),
    Act("content:relation_end", "relation", "leader", "relation_changed_frozen", {}, "before rule", _frozen),
    Act("content:relation_end", "relation", "author", "relation_ended", {}, "before rule"),
    Act("content:space_detail", "space", "owner", "private_items_listed", {}, "after", _private),
]
# What takes a POST and leaves no entry, with the reason.
UNRECORDED = {
    "socialaccount_connections": "one's own links",
    "tenants:company_sign_in": "leads on",
    "tenants:session_end": "one's own browsers",
    "tenants:sign_in_test": "asks, and changes nothing",
    "tenants:notification_read_all": "one's own bell",
    "tenants:notification_read": "one's own bell",
    "tenants:member_many": "nothing of a batch has happened yet",
    "tenants:batch_judge": "nothing of a batch has happened yet",
    "tenants:batch_line": "nothing of a batch has happened yet",
    "tenants:batch_discard": "nothing of a batch has happened yet",
    "content:item_many": "nothing of a batch has happened yet; files and reviews leave entries of their own",
    "content:items_from_files": "nothing of a batch has happened yet",
    "spaces:member_import": "nothing of a batch has happened yet",
    "tenants:notification_unread": "one's own bell",
    "tenants:notification_settings": "one's own choice of mail",
    "tenants:space_level": "one's own choice of news",
    "tenants:unsubscribe": "one's own choice of mail",
    "content:list_columns": "one's own choice of columns",
    "content:change_sign": "takes the password anew: tests/content/test_changes.py",
    "content:search_save": "one's own search",
    "content:search_rename": "one's own search",
    "content:search_delete": "one's own search",
    "content:item_watch": "one's own choice of news",
    "content:search_watch": "one's own choice of news",
    "content:change_watch": "one's own choice of news",
    "spaces:invitation_new": "a draft has no effect",
    "spaces:invitation_people": "a draft has no effect",
    "spaces:invitation_roles": "a draft has no effect",
    "spaces:invitation_spaces": "a draft has no effect",
    "spaces:invitation_discard": "a draft has no effect",
    "content:upload_begin": "no version of it yet",
    "content:bcf_import": "nothing of it has been brought yet",
    "demo:sign_in": "signs in",
}
OWN = {
    "content_listsetting",
    "content_savedsearch",
    "content_watch",
    "tenants_notification",
    "tenants_mailchoice",
    "tenants_spacelevel",
    "tenants_user",
}


def _expired(world):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))


def _revoked(world):
    Invitation.objects.update(state="revoked")


def _unassigned(world):
    RoleGrant.objects.filter(pk=world.grant.pk).update(assigned=False)


REFUSED = [
    (409, Act("spaces:access_ask", "space", "reader")),
    (404, Act("spaces:access_withdraw", "space", "reader")),
    (403, Act("spaces:access_answer", "asked", "leader", data={"let_in": "1"})),
    (403, Act("spaces:guest_invite", "space", "owner", data=GUEST)),
    (403, Act("spaces:guest_invite", "space", "leader", data=GUEST, before=_members_invite)),
    (422, Act("spaces:guest_invite", "space", "owner", data=GUEST | {"company": ""}, before=_members_invite)),
    (422, Act("tenants:sponsored_renew", "member", "leader", data={"last_day": "2020-01-01"})),
    (422, Act("tenants:sponsored_renew", "member", "leader", data={"last_day": ""})),
    (403, Act("tenants:sponsored_renew", "last", "administrator", data={"last_day": "2090-01-01"})),
    (409, Act("tenants:sponsored_let_go", "member", "leader")),
    (410, Act("tenants:invitation_answer", "none", "pending", before=_expired)),
    (410, Act("tenants:invitation_answer", "none", "pending", before=_revoked)),
    (409, Act("tenants:invitation_revoke", "invitation", "administrator", before=_revoked)),
    (409, Act("tenants:batch_confirm", "batch", "administrator", data={"version": "7"})),
    (409, Act("tenants:invitation_resend", "invitation", "administrator", before=_revoked)),
    (409, Act("tenants:option_set", "option", "administrator", data={"value": "off", "confirmed": "1"})),
    (422, Act("tenants:option_set", "option", "administrator", data={"value": "on", "confirmed": "1"})),
    (422, Act("tenants:option_preset", "preset", "administrator")),
    (409, Act("tenants:sign_in_turn", "platform", "administrator", data={"value": "on"})),
    (422, Act("tenants:sign_in", "platform", "administrator", data={"issuer": "http://10.0.0.1/?x"})),
    (409, Act("tenants:option_undo", "change", "administrator", data={"seen": "stale"})),
    (409, Act("tenants:option_set", "used", "administrator", data={"value": "off"}, before=_unassigned)),
    (409, Act("tenants:domain_list", "platform", "administrator", data={"domain": "refused.test", "allowed": "no"})),
    (422, Act("tenants:domain_list", "platform", "administrator", data={"domain": "example.test", "allowed": "no"})),
    (409, Act("tenants:group_edit", "group", "administrator", data={"name": "Team"})),
    (422, Act("tenants:group_join", "group", "administrator", data={"person": lambda world: world.target.pk})),
    (422, Act("spaces:group_add", "space", "owner", data=GROUP | {"shown": "stale"})),
    (409, Act("tenants:role_set", "grant", "administrator", data={"assigned": "on"})),
    (409, Act("tenants:organization_delete", "unit", "administrator")),
    (409, Act("tenants:organization_archive", "unit", "administrator")),
    (422, Act("tenants:organization_move", "organization", "administrator", data={"parent": "0"})),
    (409, Act("tenants:member_recall", "member", "administrator")),
    (409, Act("tenants:partner_answer", "consent", "administrator", data={"decision": "approve"}, before=_answered)),
    (409, Act("tenants:partner_answer", "consent", "administrator", data={"decision": "refuse"}, before=_revoked)),
    (422, Act("tenants:partner_name", "platform", "administrator", data={"address": "acme"} | RULES)),
    (409, Act("tenants:partner_name", "platform", "administrator", data={"address": "elsewhere"} | RULES)),
    (409, Act("tenants:member_end", "last", "administrator")),
    (409, Act("tenants:member_remove", "last", "administrator")),
    (409, Act("tenants:member_right", "last", "administrator", data={"right": "member"})),
    (422, Act("tenants:member_right", "member", "administrator", data={"right": "external"})),
    (409, Act("tenants:membership_leave", "platform", "administrator")),
    (409, Act("tenants:token_new", "platform", "leader", data=TOKEN | {"name": "Nightly"}, before=_proved)),
    (422, Act("tenants:token_new", "platform", "author", data=TOKEN | {"days": "366"}, before=_proved)),
    (422, Act("tenants:member_employment", "member", "administrator", data={"company": lambda world: world.rival.pk})),
    (409, Act("spaces:space_delete", "space", "administrator")),
    (422, Act("spaces:space_visibility", "space", "owner", data={"visibility": "protected"})),
    (403, Act("spaces:space_visibility", "space", "reader", data={"visibility": "protected", "seen": "protected"})),
    (409, Act("spaces:credential_remove", "owner", "owner")),
    (422, Act("content:item_repair", "item", "owner", data={"title": "Other"} | VERSION)),
    (409, Act("content:file_check_out", "seen", "author", before=_locked)),
    (403, Act("content:file_check_out", "seen", "leader", before=_locked)),
    (409, Act("content:item_edit", "item", "author", data={"title": "Other", "version": "0"})),
    (422, Act("content:item_edit", "item", "author", data={"title": "Bracket"} | VERSION)),
    (403, Act("content:iteration_restore", "iteration", "author", before=_frozen)),
    (409, Act("content:item_field", "field", "author", data={"value": "Other", "shown": "Else"})),
    (403, Act("content:item_field", "field", "leader", data={"value": "Other"}, before=_locked)),
    (403, Act("content:item_duplicate", "item", "reader", data={"title": "Twin"})),
    (403, Act("content:item_edit", "item", "leader", data={"title": "Other"}, before=_locked)),
    (409, Act("content:item_maturity", "item", "leader", data={"target": "in_work"})),
    (422, Act("content:item_move", "item", "administrator", data=MOVED)),
    (422, Act("content:item_move", "item", "administrator", data=MOVED | {"shown": "stale"}, before=_elsewhere)),
    (403, Act("content:item_move", "item", "author", data=MOVED)),
    (422, Act("content:share_detail", "recipient", "leader", data={"level": "share_read", "shown": "stale"})),
    (403, Act("content:share_detail", "recipient", "author", data=SHARE)),
    (403, Act("content:share_end", "shared", "author")),
    (403, Act("content:share_invite", "item", "leader", data=GUEST | {"level": "share_read"})),
    (422, Act("content:share_invite", "item", "leader", data=GUEST, before=_members_invite)),
    (422, Act("content:item_maturity", "item", "owner", data={"target": "private"})),
    (422, Act("content:review_detail", "review", "reader", data=JUDGED | {"judgement": "reject"})),
    (403, Act("content:review_detail", "review", "leader", data=JUDGED)),
    (409, Act("content:review_detail", "review", "reader", data=JUDGED, before=_frozen)),
    (409, Act("content:review_take_out", "judged", "author")),
    (422, Act("content:review_add", "review", "author", data={"target": lambda world: world.part.pk})),
    (404, Act("content:review_ask", "review", "leader", data={"person": lambda world: world.invitation.member.pk})),
    (409, Act("content:review_ask", "review", "leader", data={"person": lambda world: world.target.pk})),
    (403, Act("content:change_new", "item", "reader", data=CHANGE)),
    (403, Act("content:change_edit", "request", "author", data=CHANGE)),
    (403, Act("content:change_step", "stepping", "contributor", data={})),
    (403, Act("content:change_asked", "request", "author", data={"quorum": "any"})),
    (403, Act("content:route_new", "platform", "owner", data=NEW_ROUTE)),
    (403, Act("content:issue_new", "item", "reader", data=ISSUE)),
    (403, Act("content:issue_edit", "issue", "reader", data=ISSUE)),
    (409, Act("content:issue_step", "issue", "author", data={"state": "open"})),
    (403, Act("content:relation_new", "item", "reader", data=RELATION)),
    (422, Act("content:relation_new", "item", "owner", data=RELATION)),
    (422, Act("content:relation_edit", "relation", "author", data={"quantity": "2", "position": "10"})),
    (403, Act("content:relation_end", "relation", "leader", before=_released)),
    (403, Act("content:item_new", "platform", "reader", data={"title": "Other"})),
]


def _state():
    """Return every row of ours but drafts and the record, as the database tells it."""
    models = [model for app in ("tenants", "spaces", "content") for model in apps.get_app_config(app).get_models()]
    kept = [model._meta for model in models if model is not AuditEvent and model._meta.db_table not in KEPT]
    with connection.cursor() as cursor:
        return {
            meta.db_table: _rows(cursor, f'SELECT * FROM "{meta.db_table}" ORDER BY "{meta.pk.column}"')
            for meta in kept
        }


def _rows(cursor, statement):
    cursor.execute(statement)
    return cursor.fetchall()


def _unwritable(execute, sql, params, many, context):
    """Let the database refuse every entry of the record."""
    if sql.startswith("INSERT") and "tenants_auditevent" in sql:
        raise OperationalError("the disk is full")
    return execute(sql, params, many, context)


class TheRecord(TestCase):
    """Does everything once."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        own = Credential.objects.get(user=world.users["owner"])
        world.args["owner"] = (world.platform.slug, world.space.pk, own.pk)
        world.args["last"] = (world.platform.slug, world.members["administrator"].pk)
        world.args["unit"] = (world.platform.slug, world.unit.pk)
        world.args["used"] = (world.platform.slug, "invitations_from_administrators")
        cls.held = dict(Credential.objects.values_list("user", "pk"))
        cls.entries = AuditEvent.objects.count()

    def _ready(self, act, **options):
        """Return a browser in which everything stands ready for the act."""
        if act.before:
            act.before(self.world)
        return self.world.client(act.who, **options)

    def _send(self, browser, act):
        data = {name: value(self.world) if callable(value) else value for name, value in act.data.items()}
        query = QUERIES.get(act.name.split(":")[1], "")
        answer = browser.post(self.world.url(act.name, act.args, query), {"csrfmiddlewaretoken": "x"} | data)
        body(answer)
        return answer

    def test_t102_b25_an_accepted_act_leaves_exactly_one_entry(self):
        for act in ACTS:
            with self.subTest(act=act.name, verb=act.verb), undone():
                answer = self._send(self._ready(act), act)
                assert answer.status_code in {200, 302}, answer.content.decode()
                (entry,) = AuditEvent.objects.all()[: AuditEvent.objects.count() - self.entries]
                assert (entry.verb, entry.actor) == (act.verb, self.world.users[act.who])
                assert entry.platform == self.world.platform
                held = None if act.who == "pending" else self.held.get(entry.actor_id)
                assert entry.credential.get("id") == held
                assert not [part for part in act.kept.split() if not getattr(entry, part)]

    def test_t102_b25_a_refused_act_leaves_no_entry_and_no_change(self):
        for status, act in REFUSED:
            with self.subTest(act=act.name, status=status), undone():
                browser, before = self._ready(act), _state()
                assert self._send(browser, act).status_code == status
                assert AuditEvent.objects.count() == self.entries
                assert _state() == before

    @override_settings(INVITATIONS_PER_DAY=1)
    def test_b25_an_act_past_a_limit_leaves_no_entry_and_no_change(self):
        act = Act("tenants:invitation_resend", "invitation", "administrator")
        browser, before = self._ready(act), _state()
        assert self._send(browser, act).status_code == 429
        assert AuditEvent.objects.count() == self.entries
        assert _state() == before

    def test_t102_b25_an_act_whose_entry_cannot_be_written_does_not_happen(self):
        for act in ACTS:
            with self.subTest(act=act.name, verb=act.verb), undone():
                browser, before = self._ready(act, raise_request_exception=False), _state()
                with connection.execute_wrapper(_unwritable):
                    assert self._send(browser, act).status_code == 500
                assert _state() == before

    def test_t102_b25_every_address_that_takes_a_post_has_its_act(self):
        known = {act.name for act in ACTS} | UNRECORDED.keys()
        shown = {(row.name, row.args) for row in ROWS if row.name not in known}
        assert {name for name, _args in shown} | known == addresses()
        browser = self.world.client("administrator")
        for name, args in shown:
            assert browser.post(self.world.url(name, args)).status_code in {404, 405}, name

    def test_b25_what_leaves_no_entry_changes_nothing_but_bells_and_drafts(self):
        browser = self.world.client("administrator")
        for row in ROWS:
            if row.name in UNRECORDED and row.method == "POST":
                with self.subTest(row=row.name), undone(), writes() as written:
                    browser.post(self.world.url(row.name, row.args), {"roles": "ENT", "addresses": "a@example.test"})
                    assert AuditEvent.objects.count() == self.entries
                    assert set(written) <= OWN

    def test_b34_looking_in_any_way_changes_no_business_row(self):
        browser = self.world.client("administrator")  # tests/test_urls.py watches everybody's GET
        for row in ROWS:
            for method in (browser.head, browser.options) if row.method == "GET" else ():
                with writes() as written:
                    body(method(self.world.url(row.name, row.args, row.query)))
                assert written == [], row

    def test_b34_opening_what_is_private_leaves_an_entry_and_nothing_else(self):
        _private(self.world)
        browser = self.world.client("administrator")
        for name in ("item_detail", "item_why", "item_record"):
            with self.subTest(page=name), undone(), writes() as written:
                browser.get(self.world.url(f"content:{name}", "item"))
                assert set(written) == RECORD
                assert written.count("tenants_auditevent") == 1 + (f"content:{name}" in LOOKS)

    def test_looking_at_the_record_and_at_files_leaves_one_entry(self):
        browser = self.world.client("administrator")
        for row in ROWS:
            if row.name in LOOKS and row.method == "GET":
                with self.subTest(row=row.name), undone(), writes() as written:
                    answer = browser.get(self.world.url(row.name, row.args, row.query))
                    body(answer)
                    assert written.count("tenants_auditevent") == (1 if answer.status_code < 400 else 0)

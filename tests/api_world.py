"""What the tests of the API share: its addresses by visitors, what is sent there, and a program with a token."""

import json
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile as FILE
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from content.bcf import exporting
from tests.bcf_files import written
from tests.factories import actor_of, token_of
from tests.site_world import INSIDE, RECORD, VISITORS, World, body

# The columns are those of tests/test_urls.py. Strangers and operators can have no token here; the token of somebody
# who has not accepted yet does not live; the one from elsewhere finds no such platform.
TABLE = """
GET    me            platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    openapi       platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    api-root      platform  401 401 404 401 401   404 404 404 404 404 404 404 404 404
GET    space_list    platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    type_list     platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    item_list     platform  401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   item_create   platform  401 401 404 401 401   403 201 403 403 201 201 201 403 403
GET    item_detail   item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  item_edit     item      401 401 404 401 401   403 404 403 403 200 200 200 403 403
POST   item_lock     item      401 401 404 401 401   403 404 403 403 200 200 200 403 403
DELETE item_unlock   item      401 401 404 401 401   403 404 403 403 403 403 403 403 403
POST   item_maturity item      401 401 404 401 401   403 404 403 403 403 200 200 422 422
GET    file_list     item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    file_get      file      401 401 404 401 401   200 404 200 200 200 200 200 200 200
HEAD   file_get      file      401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    move_preview_of item    401 401 404 401 401   403 404 403 403 403 200 200 200 200
POST   item_move     item      401 401 404 401 401   403 404 403 403 403 200 200 200 200
GET    share_list    item      401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   share_give    item      401 401 404 401 401   403 404 403 403 403 201 201 201 201
DELETE share_end     shared    401 401 404 401 401   403 404 403 403 403 200 200 200 200
PUT    file_put      file      401 401 404 401 401   403 404 403 403 201 201 201 422 422
GET    issue_list     platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    issues_against item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   issue_raise    item     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    issue_detail   issue    401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  issue_edit     issue    401 401 404 401 401   403 404 403 200 200 200 200 403 403
POST   issue_state    issue    401 401 404 401 401   403 404 403 200 200 200 200 403 403
GET    change_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   change_raise   item     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    change_detail  request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  change_edit    request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
POST   change_add     request  401 401 404 401 401   403 404 403 201 403 201 403 201 201
PATCH  change_line    line     401 401 404 401 401   403 404 403 200 403 200 403 200 200
DELETE change_narrow  line     401 401 404 401 401   403 404 403 409 403 409 403 409 409
POST   change_revise  line     401 401 404 401 401   403 404 403 409 403 409 403 409 409
POST   change_ask     request  401 401 404 401 401   403 404 403 201 403 201 403 201 201
DELETE change_unask   slot     401 401 404 401 401   403 404 403 200 403 200 403 200 200
PUT    change_quorum  request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
PUT    change_route   request  401 401 404 401 401   403 404 403 200 403 200 403 200 200
POST   change_step    request  401 401 404 401 401   403 404 403 403 403 200 403 200 200
POST   change_sign    request  401 401 404 401 401   403 404 403 403 403 403 403 403 403
GET    route_list     platform 401 401 404 401 401   403 200 403 200 200 200 200 200 200
GET    route_detail   route    401 401 404 401 401   403 200 403 200 200 200 200 200 200
POST   route_make     platform 401 401 404 401 401   403 403 403 403 403 403 403 403 201
PUT    route_set      route    401 401 404 401 401   403 403 403 403 403 403 403 403 200
DELETE route_delete   route    401 401 404 401 401   403 403 403 403 403 403 403 403 200
GET    review_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    review_minute  review   401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   review_judge   review   401 401 404 401 401   403 404 201 403 403 403 403 403 403
POST   review_begin   platform 401 401 404 401 401   403 422 403 201 201 201 201 403 403
GET    review_people  review   401 401 404 401 401   403 404 403 200 200 200 200 403 403
POST   review_ask     review   401 401 404 401 401   403 404 403 201 201 201 201 403 403
DELETE reviewer_remove reviewer 401 401 404 401 401  403 404 403 200 200 200 200 403 403
POST   review_add     review   401 401 404 401 401   403 404 403 201 201 201 201 403 403
DELETE review_take_out judged  401 401 404 401 401   403 404 403 409 409 409 409 403 403
PUT    review_due     review   401 401 404 401 401   403 404 403 200 200 200 200 403 403
PUT    review_close   review   401 401 404 401 401   403 404 403 403 403 200 200 403 403
GET    thread_list    item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   thread_begin   item     401 401 404 401 401   201 404 201 201 201 201 201 201 201
POST   comment_answer comment  401 401 404 401 401   201 404 201 201 201 201 201 201 201
POST   thread_attach  item     401 401 404 401 401   201 404 201 201 201 201 201 201 201
POST   answer_attach  comment  401 401 404 401 401   201 404 201 201 201 201 201 201 201
GET    comment_detail comment  401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    comment_people item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
PATCH  comment_edit   comment  401 401 404 401 401   403 404 403 403 200 403 403 403 403
DELETE comment_delete comment  401 401 404 401 401   403 404 403 403 200 403 403 422 422
PUT    comment_resolve comment 401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE comment_reopen comment  401 401 404 401 401   409 404 409 409 409 409 409 409 409
POST   comment_react  comment  401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    attachment_get attachment 401 401 404 401 401 200 404 200 200 200 200 200 200 200
HEAD   attachment_get attachment 401 401 404 401 401 200 404 200 200 200 200 200 200 200
GET    markup_list    file     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   markup_make    file     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    markup_earlier file     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   markup_carry   carried  401 401 404 401 401   403 404 403 409 409 409 409 403 403
GET    bcf_export     item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   bcf_preview    file     401 401 404 401 401   403 404 403 200 200 200 200 403 403
POST   bcf_bring      file     401 401 404 401 401   403 404 403 201 201 201 201 403 403
GET    share_effect   item     401 401 404 401 401   403 404 403 403 403 200 200 200 200
PATCH  share_change   shared   401 401 404 401 401   403 404 403 403 403 200 200 200 200
GET    watch_list     platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    item_watch     item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE item_unwatch   item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
PUT    change_watch   request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE change_unwatch request  401 401 404 401 401   200 404 200 200 200 200 200 200 200
GET    favourite_list platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    item_star      item     401 401 404 401 401   200 404 200 200 200 200 200 403 403
DELETE item_unstar    item     401 401 404 401 401   409 404 409 409 409 409 409 409 409
GET    folder_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   folder_make    platform 401 401 404 401 401   201 201 201 201 201 201 201 403 403
GET    folder_detail  folder   401 401 404 401 401   404 404 404 404 404 200 404 404 404
POST   folder_keep    folder   401 401 404 401 401   404 404 404 404 404 201 404 404 404
GET    relation_list  item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
POST   relation_make  item     401 401 404 401 401   403 404 403 403 201 201 201 422 422
PATCH  relation_edit  relation 401 401 404 401 401   403 404 403 403 200 200 200 422 422
DELETE relation_end   relation 401 401 404 401 401   403 404 403 403 200 200 200 422 422
GET    search_list    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
POST   search_save    platform 401 401 404 401 401   201 201 201 201 201 201 201 201 201
PATCH  search_rename  saved    401 401 404 401 401   404 404 404 404 404 404 404 404 200
DELETE search_delete  saved    401 401 404 401 401   404 404 404 404 404 404 404 404 200
PUT    search_watch   saved    401 401 404 401 401   404 404 404 404 404 404 404 404 200
DELETE search_unwatch saved    401 401 404 401 401   404 404 404 404 404 404 404 404 200
GET    news_list      platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    news_read      note     401 401 404 401 401   404 404 404 404 404 404 404 404 200
DELETE news_unread    note     401 401 404 401 401   404 404 404 404 404 404 404 404 200
GET    news_choices_list platform 401 401 404 401 401 200 200 200 200 200 200 200 200 200
PATCH  news_choose    platform 401 401 404 401 401   200 200 200 200 200 200 200 200 200
PUT    space_level    space    401 401 404 401 401   200 200 200 200 200 200 200 200 200
GET    record         platform 401 401 404 401 401   403 403 403 403 403 403 403 403 200
GET    record_take    platform 401 401 404 401 401   403 403 403 403 403 403 403 403 200
GET    record_elsewhere platform 401 401 404 401 401 403 403 403 403 403 403 403 403 200
GET    record_proof   platform 401 401 404 401 401   403 403 403 403 403 403 403 403 200
GET    space_record   space    401 401 404 401 401   403 403 403 403 403 403 403 200 200
GET    item_record    item     401 401 404 401 401   200 404 200 200 200 200 200 200 200
DELETE folder_take_out entry   401 401 404 401 401   404 404 404 404 404 200 404 404 404
"""
ROWS = [
    (method, name, args, dict(zip(VISITORS, map(int, statuses), strict=True)))
    for method, name, args, *statuses in (line.split() for line in TABLE.strip().splitlines())
]
SENT = {
    "item_create": {"type": "test-definition", "title": "Second"},
    "item_edit": {"title": "Other", "version": 2},
    "item_maturity": {"target": "frozen"},
    "issue_raise": {"title": "Burr"},
    "issue_edit": {"priority": "urgent", "version": 1},
    "issue_state": {"state": "in_work"},
    "change_raise": {"title": "Thicker", "deed": "release"},
    "change_edit": {"title": "Thinner", "version": 1},
    "change_line": {"deed": "obsolete"},
    "change_ask": {"responsibility": "owner"},
    "change_quorum": {"quorum": "any"},
    "change_route": {"route": "Release"},
    "change_step": {"target": "in_work"},
    "route_make": {"name": "Obsolescence", "asked": [{"responsibility": "owner"}]},
    "route_set": {"name": "Release", "quorum": "any", "asked": [{"responsibility": "owner"}]},
    "search_save": {"name": "Brackets", "query": "q=bracket"},
    "search_rename": {"name": "All plates"},
    "news_choose": {"kinds": {"answer": "none"}},
    "space_level": {"level": "everything"},
    "review_due": {"due_on": "2030-06-30"},
    "review_close": {"conclusion": "It holds."},
    "thread_begin": {"text": "Is it deep enough?"},
    "comment_answer": {"text": "It is."},
    "comment_edit": {"text": "Is the radius wrong?"},
    "comment_react": {"sign": "done"},
    "markup_make": {"text": "Here", "view": {"points": [[0.5, 0.5]]}},
    "markup_carry": {"found": "moved"},
    "share_change": {"level": "share_edit"},
    "folder_make": {"title": "Mine"},
    "relation_edit": {"quantity": 4},
}
VERBS = {
    ("POST", "item_move"): "owner_changed",
    ("POST", "share_give"): "share_given",
    ("DELETE", "share_end"): "share_ended",
    ("POST", "item_create"): "item_created",
    ("PATCH", "item_edit"): "item_changed",
    ("POST", "item_lock"): "item_locked",
    ("POST", "item_maturity"): "maturity_changed",
    ("PUT", "file_put"): "file_stored",
    ("POST", "issue_raise"): "issue_raised",
    ("PATCH", "issue_edit"): "issue_changed",
    ("POST", "issue_state"): "issue_moved",
    ("POST", "change_raise"): "change_raised",
    ("PATCH", "change_edit"): "change_edited",
    ("POST", "change_add"): "change_widened",
    ("PATCH", "change_line"): "change_set",
    ("POST", "change_ask"): "change_asked",
    ("DELETE", "change_unask"): "change_unasked",
    ("PUT", "change_quorum"): "change_asked",
    ("PUT", "change_route"): "change_asked",
    ("POST", "change_step"): "change_stepped",
    ("POST", "review_judge"): "verdict_given",
    ("POST", "route_make"): "route_set",
    ("PUT", "route_set"): "route_set",
    ("DELETE", "route_delete"): "route_deleted",
    ("POST", "review_begin"): "review_begun",
    ("POST", "review_ask"): "reviewer_named",
    ("DELETE", "reviewer_remove"): "reviewer_removed",
    ("POST", "review_add"): "review_widened",
    ("PUT", "review_due"): "review_due",
    ("PUT", "review_close"): "review_closed",
    ("POST", "thread_begin"): "comment_made",
    ("POST", "comment_answer"): "comment_made",
    ("POST", "thread_attach"): "comment_made",
    ("POST", "answer_attach"): "comment_made",
    ("PATCH", "comment_edit"): "comment_edited",
    ("DELETE", "comment_delete"): "comment_deleted",
    ("PUT", "comment_resolve"): "comment_resolved",
    ("POST", "comment_react"): "comment_reacted",
    ("POST", "markup_make"): "markup_made",
    ("GET", "bcf_export"): "bcf_exported",
    ("POST", "bcf_bring"): "bcf_imported",
    ("PATCH", "share_change"): "share_changed",
    ("PUT", "item_star"): "folder_filled",
    ("POST", "folder_make"): "item_created",
    ("POST", "relation_make"): "relation_added",
    ("PATCH", "relation_edit"): "relation_changed",
    ("DELETE", "relation_end"): "relation_ended",
    ("POST", "folder_keep"): "folder_filled",
    ("DELETE", "folder_take_out"): "folder_emptied",
}
READ = {"GET", "HEAD"}
TAKEN = {("GET", "file_get"), ("GET", "attachment_get"), ("GET", "bcf_export")}  # taking something away is an act
LOOKS = ("record", "record_take", "record_elsewhere", "space_record", "item_record")
TAKEN |= {("GET", name) for name in LOOKS}  # looking at the record, too
UNTOLD = {"item_watch", "item_unwatch", "change_watch", "change_unwatch"}  # what one watches is nobody else's business
UNTOLD |= {"search_save", "search_rename", "search_delete", "search_watch", "search_unwatch"}
UNTOLD |= {"news_read", "news_unread", "news_choose", "space_level"}
UNTOLD |= {"bcf_preview"}  # looks into what was sent, and does nothing
WHO = {"review_judge": "reader", "comment_edit": "author", "comment_delete": "author"}  # does it; else the Leader
WHO |= dict.fromkeys(("route_make", "route_set", "route_delete"), "administrator")
PATHS = {  # what stands in the addresses of rows; else the id of a thing
    "platform": [],
    "file": ["pk", "name"],
    "shared": ["pk", "to"],
    "line": ["pk", "line"],
    "slot": ["pk", "slot"],
    "carried": ["pk", "name", "markup"],
    "entry": ["pk", "entry"],
    "relation": ["pk", "reference"],
    "judged": ["pk", "item"],
    "reviewer": ["pk", "reviewer"],
}
NOTED = RECORD | {"tenants_apitoken", "tenants_member"}  # and when somebody was last here
NOTED |= {"tenants_recordkey"}  # is made when a record is first signed or taken away


def _sent(data):
    """Return (the body, its kind) of bytes, of a dict with files in it, or of values."""
    if isinstance(data, bytes):
        return data, "application/octet-stream"
    if isinstance(data, dict) and any(isinstance(one, list) and FILE in map(type, one) for one in data.values()):
        return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
    return json.dumps(data or {}), "application/json"


class Program:
    """What sends a token: the requests of a visitor."""

    def __init__(self, secret="", browser=None):
        self.browser = browser or Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(self, method, url, data=None, **headers):
        content, kind = _sent(data)
        answer = self.browser.generic(method, url, content, kind, headers=self.headers | headers)
        answer.shown = body(answer)
        return answer


class Tokens(World):
    """The world of the site, where everybody who can have a token has one."""

    def __init__(self):
        super().__init__()
        pending = self.invitation.member
        members = {name: self.members[name] for name in INSIDE} | {"elsewhere": self.members["elsewhere"]}
        self.secrets = {name: token_of(member) for name, member in (members | {"pending": pending}).items()}
        self.args |= {"file": (*self.args["item"], "bracket.stl")}
        self.args |= {"slot": (*self.args["request"], self.slot.pk)}
        self.args |= {"carried": (*self.args["file"], self.markup.pk)}
        given = {"whom": self.users["reader"].email, "level": "share_read"}
        self.sent = SENT | {"item_move": {"content_owner": self.users["leader"].pk}, "share_give": given}
        self.sent["change_add"] = {"item": self.part.pk, "deed": "release"}
        seen = {"item": self.part.pk, "version": self.part.version}
        self.sent["folder_keep"] = {"item": self.part.pk}
        self.sent["relation_make"] = {"kind": "refers_to", "target": self.part.pk}
        topics = [one | {"guid": str(uuid4())} for one in exporting.told(actor_of(self.members["author"]), self.item)]
        held = {(one["guid"], name): b"notes" for one in topics for name in one["held"]}
        threads = written(topics, held, "2.1")
        self.sent |= dict.fromkeys(("bcf_preview", "bcf_bring"), threads)
        self.queries = {"share_effect": f"?to={self.args['shared'][-1]}", "review_people": "?q=person"}
        self.queries["comment_people"] = "?q=pe"
        self.sent["review_begin"] = {"title": "Round two", "items": [self.part.pk]}
        self.sent["review_add"] = {"item": self.item.pk}
        self.sent["review_ask"] = {"person": self.users["author"].pk}
        self.sent["review_judge"] = {"judgement": "approve", "on": [seen]}

    def program(self, visitor):
        return Program(self.secrets.get(visitor, ""))

    def ask(self, visitor, method, name, args, **headers):
        url = reverse(f"api:{name}", args=self.args[args]) + self.queries.get(name, "")
        data = b"solid thicker" if name == "file_put" else self.sent.get(name)
        if name in ("thread_attach", "answer_attach"):
            data = {"text": "Look at this", "files": [FILE("seen.txt", b"seen"), FILE("also.txt", b"also")]}
        return self.program(visitor).ask(method, url, data, **headers)


def values(answer):
    return json.loads(answer.content)

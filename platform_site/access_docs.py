"""Writes docs/access.md by asking the rules themselves, so that it cannot drift from them."""

from django.utils import timezone

from content import acts
from content.models import Category, Item, Maturity
from content.rules import NEEDS, openness
from spaces.models import LADDER, Responsibility, Space, Visibility
from tenants import access
from tenants.actor import Actor, Held
from tenants.models import (
    Capability,
    Given,
    Member,
    Organization,
    PartnerRule,
    Platform,
    Right,
    Status,
    User,
)
from tenants.partner_rules import Verdict, verdict

STATES = [state for state in Maturity if state != Maturity.NONE]
FREE = frozenset(Capability.values)
WORDS = {Verdict.GO: "goes on", Verdict.ASK: "waits for its Administrators", Verdict.STOP: "stops"}
HEAD = """# Who may do what
This file is written by `manage.py access_docs` from the rules in `tenants/rules.py`, `spaces/rules.py`,
`content/rules.py` and `content/acts.py`; a test fails when it is out of date. Do not edit it by hand.

Words: a **credential** is a space, a **responsibility** (what one may do in that space) and an organization. A
**role** is a bundle of capabilities backed by a licence. The **content owner** of an item is a person; the
**Owner** of a space is a responsibility. (Restricted) narrows a credential to items of exactly its organization.

Every act on an item presupposes that the actor reads it now; an item that somebody may not read answers like one
that does not exist. One definition answers for pages, lists, the admin and jobs.
"""
RELATIONS = """
## Relations, folders and favourites
A relation belongs to its source and is changed by whoever may modify that, or by an Owner's repair of files and
relations; the other end only has to be read, and stays as it is. An assembly is the source of the relations to its
parts, so that Released parts and open content of other spaces can be used; quantity and find number stand on them.
Parts and replacements lead into no circle; of one that somebody does not read all of, and of what more than 100,000
items lead to, they are told only that the relation cannot be made. Personal items have no relations. A new revision
takes all relations of its predecessor along, those too whose other end its maker does not read. Trees, parts lists,
where-used, history and news tell of a relation only to whoever has both ends in lists: others find no trace and
nothing added up.

Favourites and folders are personal items: made by the current credential as a Reader or above, filled and emptied by
their content owner alone, and opened by Owners of the space and Administrators, each time on the record. What is in
them holds nothing in being and opens nothing; it shows while whoever looks reads it, and vanishes with its target. What
somebody opened lately and their saved searches are settings that nobody else sees.
"""
CHANGES = """
## Changes
A change is seen by who reads an item in it, and shows them those items and the word others. It is raised by
`raise_change` on one of its items by who reads all; it is worked on by who raised it while they still could, and by
who decides it: `decide_change` on every item in it. A draft is the request, and holds nothing. From the moment it is
accepted until it ends its items are under it, each under one change at a time; the types that an operator marks so
are then promoted by the change alone. Private and personal items are in none; what is in the trash stops it until it
is restored or taken out.

A signature is asked of a person, of any one of a user group, or of whoever holds a responsibility in the space of an
item. An approver signs as one who decides, asked at that moment, with their password or passkey given anew for that
one signature; a reviewer as one who reads an item in it, and their word does not stop it. A signature binds to a hash
of revision, state, version, iteration and file hashes of every item in the change; whatever changes there voids it.
It takes all that are asked, or any one approver; an approver's refusal rejects the change. Asking for approval
freezes the items In Work, completing releases them or makes them Obsolete: by sections 5 and 6 for who does it, item
by item, all in one transaction or none.
"""
ISSUES = """
## Issues
An issue is an item of the type issue, of Evaluation: raising, reading and changing it follow the tables above. It is
reported against items at their revision, and resolved by items: relations that an issue alone has. Where it stands
(Open, In work, Resolved, Closed) is its own and no maturity; whoever may modify it takes it from state to state.
Assigned are only people who read the issue and all that it is reported against at that moment; being assigned gives no
right. A thread that an issue was raised from shows to who takes part in it.
"""
MARKUPS = """
## Markups
A markup is a comment that is pinned to a place in a version of a file and begins a thread. Whoever takes part in the
discussion sees it; whoever could also create evaluation content in the item's space by the current credential makes
one (`markup`), and answers, edits, closes and takes back as of any comment. A share gives the discussion and no markup.
Open ones of earlier versions, and of earlier revisions for who takes part in their discussion, are carried over by
whoever may make one on the version; the words stay those of who said them, and the record names who carried them.

Threads leave as a BCF file with whoever takes part in the discussion, with names as the pages tell them; they are
brought from one by whoever makes markups there. Who wrote elsewhere is told in words and is nobody here: whoever brings
them says, attaches and pins all of it, and may take it back.
"""
PARTNERS = """
## Partners
A platform has two rules for each other platform, or follows its default: **inbound** for that platform's people who
come here, **outbound** for its own who go there; each is Allow, Ask an Administrator or Refuse. An invitation asks the
outbound rule of every home of the person and the inbound rule of the host, when it is sent and again, in the
transaction, when it is accepted; every side has to agree. A *home* is an active platform where the person is an
active member, employed by its host company and no External. With several homes the strictest rule holds; without
one no partner is asked. A side that is asked answers by its Administrators (`manage_partners`), and the mail to the
person leaves when none is asked any more; what waits expires as it would otherwise.

Until somebody accepts, the host learns nothing of their homes: what a home holds back looks there like what nobody
has answered yet. So the host's inbound rule is asked when the person accepts, and earlier only about people who were
members before and whose home it knew. From acceptance on each home knows where its people are Externals, since when,
with which of its licences, and how much they do in numbers and dates; the host knows the home of a guest who has one,
or the one of several that pays. A rule ends nobody's membership. A *recall* restricts every licence of a person to
their home at once. The *end of a partnership* ends the access of all people the host knows to be the partner's,
revokes their invitations and refuses both ways from then on. Each side writes its own side only
(`tenants/partner_rules.py`, `tenants/consent.py`).
"""
TRASH = """
## The trash
Deleting an item moves it to the trash of its space. There nobody reads it, whatever they hold: it is in no list,
search, count, relation or chain of revisions, its files answer like files that do not exist, and it holds no other
item in being. The page *Trash* of the space shows to each person what they could delete by its maturity, with who
deleted it, when, and until when it waits; they restore it, or delete it for good. After 30 days the clock does,
unless something that was restored refers to it. So an Owner finds nobody's Private or personal items there. A personal
item that an Owner cleared waits unseen, and comes back only to its content owner, should they hold a credential there
again.

Restored, it is as it was: number, revision, maturity, files, tags, shares that stand, and the references from it
to what the restorer reads.
What is Released or Obsolete never gets there. A revision that goes leaves the one before it the latest; one that
comes back takes its place in the order of letters. Numbers, and revisions of a number, are never given out twice.
Bytes go once nothing names them: duplicates and revisions name those of what they came from. A space holds what is in
its trash: it is deleted only when that is gone too, and the refusal gives no number.

A duplicate is created like any item, by the current credential, from what its maker reads; nothing on it says where
it came from, since its readers may not know of that.
"""
ROLES = """
## Roles and licences
A capability is usable when a grant of a role with it stands on the platform and its licence resolves: it is
assigned there and has not expired; else the same role is assigned to the same person on another active platform
where they are an active member, not expired, portable and not restricted to that platform, with *Member's platform
locations* on at both and *Invitations from administrators* on here. Every prerequisite must be granted here and
resolve by the same rule. The answer is computed when asked and never stored (`tenants/licences.py`).

Every page of a platform wants *enter*, the sponsor's too. The acts that are the Administrator's want no capability, so
that nobody is locked out of repair, and everybody may look at their own membership and leave. A sponsor whom an
import names answers for the External from acceptance on, if they still may; else the inviter does.

Expired licences come to life again when they are renewed. With the option *Expired roles are taken back* (default
off) the clock takes back, as the system, each role whose licence expired, unless another platform pays for it or a
role with a valid licence needs it; the person and the Administrators are told once (`tenants/expiries.py`).
"""

ORGANIZATIONS = """
## Organizations
Administrators keep the tree: a company, its business units, their departments. A name stands once below one parent.
The kind of an organization never changes. Its parent changes only by a move, which shows before what it ends (people
employed in what moves leave what stood above it, and their credentials for that end) and who reads more or less by
*who reads open content*; it needs a reason once a person, a credential or an item stands on it or below it. A unit in
which people are employed stays in its company. An archived organization is offered nowhere, for people, invitations
or new credentials; it keeps what it owns. It is deleted only when nothing stands on it, the host company never
(`tenants/organizations.py`).
"""


def generate():
    """Return the text of docs/access.md."""
    sections = [
        HEAD,
        _open_table(),
        _policies("What a member may do on the platform", Platform),
        _policies("What people may do to a membership", Member),
        _policies("What people may do to a space", Space),
        _creation_table(),
        _state_table(),
        _policies("What people may do to an item, rule by rule", Item),
        TRASH,
        ROLES,
        ORGANIZATIONS,
        RELATIONS,
        ISSUES,
        MARKUPS,
        CHANGES,
        PARTNERS,
        _verdicts(),
    ]
    return "\n".join(section.strip() + "\n" for section in sections)


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _open_table():
    rows = [
        [f"{visibility.label} space", *("yes" if openness(visibility, state) else "no" for state in STATES)]
        for visibility in Visibility
    ]
    table = _table(["", *(state.label for state in STATES)], rows)
    return f"## Open content\nReadable from outside its space, as far as the platform's options allow:\n\n{table}"


def _verdicts():
    said = {"": "nothing yet", **{given: f"{given.label.lower()}" for given in Given}}
    rows = [[rule.label, *(WORDS[verdict(rule, given)] for given in said)] for rule in PartnerRule]
    return _table(["Rule, when the side has said", *said.values()], rows)


def _policies(title, model):
    blocks = [f"## {title}"]
    for action, policy in access.POLICIES[model].items():
        lines = [f"### {policy.label} (`{action}`)"]
        lines += [f"- {rule.code}: {rule.sentence}" for rule in policy.allow]
        lines += [f"- never, {rule.code}: {rule.sentence}" for rule in policy.block]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _creation_table():
    rows = []
    for category in Category:
        who = [label for label, held in _prototypes() if acts.create(_actor(held), category)]
        rows.append([category.label, ", ".join(who), NEEDS[category].value])
    table = _table(["Category", "Created with", "Capability"], rows)
    return f"## Creating\nOnly with the current credential, in its space, owned by its organization.\n\n{table}"


def _prototypes():
    for responsibility in Responsibility:
        yield responsibility.label, _held(responsibility)


def _held(responsibility):
    return Held(
        id=1,
        space_id=1,
        space_title="the space",
        visibility=Visibility.PRIVATE,
        responsibility=responsibility.value,
        label=responsibility.label,
        level=LADDER.get(responsibility, 0),
        restricted=False,
        organization_id=1,
        organization_name="the organization",
        organization_accent="slate",
    )


def _actor(*held, user=2):
    platform = Platform(pk=1, name="the platform")
    member = Member(platform=platform, right=Right.MEMBER, status=Status.ACTIVE, company_id=1)
    return Actor(
        user=User(pk=user, email="a@example.test"),
        member=member,
        platform=platform,
        now=timezone.now(),
        held=held,
        capabilities=FREE,
    )


def _item(state):
    space = Space(pk=1, platform_id=1, title="the space", visibility=Visibility.PRIVATE)
    organization = Organization(pk=1, platform_id=1, name="the organization")
    return Item(
        pk=1,
        platform_id=1,
        space=space,
        organization=organization,
        owner_id=1,
        category=Category.DEFINITION,
        maturity=state,
    )


def _state_table():
    people = [
        ("content owner (Author)", _actor(_held(Responsibility.AUTHOR), user=1)),
        ("content owner (Reader)", _actor(_held(Responsibility.READER), user=1)),
        ("Author", _actor(_held(Responsibility.AUTHOR))),
        ("Leader", _actor(_held(Responsibility.LEADER))),
        ("Owner", _actor(_held(Responsibility.OWNER))),
    ]
    rows = []
    for action, policy in access.POLICIES[Item].items():
        if action in {"read", "list", "read_trash", "restore", "clear", "unlock", "break_lock"}:
            continue
        cells = [
            ", ".join(label for label, actor in people if access.can(actor, action, _item(state))) or "nobody"
            for state in STATES
        ]
        rows.append([policy.label, *cells])
    table = _table(["Act", *(state.label for state in STATES)], rows)
    return (
        "## By maturity\nFor a definition, its space, all options as on a new platform, no lock; Owner by the current "
        f"credential. Repair and exceptions ask for a reason.\n\n{table}"
    )

"""Import of members by a file: a kind of batch. Each line is judged by the live rules and sent as one invitation.

Nothing is guessed: a value that is not known is said to be so, and what an empty cell means stands in the sentence
of the line. Columns that have no effect here are named on the page.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from spaces import days, inviting
from spaces.import_files import COLUMNS, row_of
from spaces.inviting import Opened
from spaces.models import RESTRICTABLE, Responsibility, Space
from tenants import access, addresses, batches, ends, invitations, stock
from tenants.batches import READY, Kind, Subject, Verdict
from tenants.errors import Conflict, Unacceptable
from tenants.models import Member, Organization, Right, Role, RoleStock

NAME = "member_import"
WITHOUT_EFFECT = ("passport", "force", "location")
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
RIGHTS = {
    "": None,
    "admin": Right.ADMINISTRATOR,
    "administrator": Right.ADMINISTRATOR,
    "1": Right.ADMINISTRATOR,
    "member": Right.MEMBER,
    "user": Right.MEMBER,
    "0": Right.MEMBER,
    "external": Right.EXTERNAL,
}
AGREEMENTS = {"": None, "employee": False, "0": False, "contractor": True, "1": True}  # a contractor is an External
LOUD, SILENT = YES | {"mail", ""}, NO | {"nomail"}
REMOVING = YES | {"remove"}
RESPONSIBILITIES = {word.casefold(): value for value, label in Responsibility.choices for word in (value, label)}
DOUBTS = frozenset({"look_alike", "unknown_script", "host_external", "no_licence"})

MEANINGS = [
    ("user", "the e-mail address"),
    ("rights", "admin, member or external; empty: member, or external for a contractor"),
    ("agreement", "employee or contractor; a contractor is an External"),
    ("roles", "codes with commas between them; what they need is added; empty: those to enter and to work in spaces"),
    ("licence", "yes or no; empty: no for an External while that is possible here, else yes"),
    ("mail", "no: nothing is mailed; the bell rings for people who have an account"),
    ("company", "its name here; empty: the host company, for all but Externals"),
    ("space", "the title of one space that the invitation opens"),
    ("responsibility", "reader, author and so on, in that space"),
    ("restricted", "yes or no; empty: yes for an External"),
    ("organization", "of the credential: the company, or empty"),
    ("end", "the last day of the credential, such as 2027-03-31"),
    ("until", "the last day of an External's access here"),
    ("sponsor", "the address of the Member who answers for an External; empty: you"),
    ("remove", "a file removes nobody; such a line is told where to do it"),
    ("passport, force, location", "are read and have no effect"),
]


class Fault(Exception):
    """A line that nobody could import as it stands: code and sentence of its verdict."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines of a file may name on the platform, read once."""

    actor: object
    companies: dict
    host: Organization
    roles: dict
    spaces: dict
    sponsors: dict

    @classmethod
    def of(cls, actor, rows):
        """Read them; four queries."""
        companies = list(Organization.objects.filter(platform=actor.platform, parent=None).offered())
        spaces = Space.objects.filter(platform=actor.platform).select_related("platform")
        return cls(
            actor=actor,
            companies={company.name.casefold(): company for company in companies},
            host=next(company for company in companies if company.is_host),
            roles={role.code: role for role in Role.objects.all()},
            spaces={space.title.casefold(): space for space in spaces},
            sponsors=_sponsors(actor.platform, {row["sponsor"] for row in rows if row["sponsor"]}),
        )


def _sponsors(platform, typed):
    """Return {address as typed: the User, None for a member who may answer for nobody}; one query."""
    canonical = {}
    for text in typed:
        with suppress(addresses.AddressError):
            canonical[text] = addresses.canonical(text)
    rows = Member.objects.filter(platform=platform, user__email__in=set(canonical.values())).select_related("user")
    may = set(ends.sponsors_of(platform).filter(pk__in=rows.values("pk")).values_list("user", flat=True))
    known = {row.user.email: row.user if row.user_id in may else None for row in rows}
    return {text: known[email] for text, email in canonical.items() if email in known}


def _choice(row, column, known):
    word = row[column].casefold()
    if word not in known:
        listed = ", ".join(sorted(name for name in known if name))
        raise Fault("unknown_value", f"{column}: “{row[column]}” is none of {listed}.")
    return known[word]


def _is(row, column, *, yes=YES, no=NO, empty=None):
    """Return True, False, or what an empty cell means."""
    known = dict.fromkeys(yes, True) | dict.fromkeys(no, False)
    return _choice(row, column, {"": empty} | known)


def _right(row):
    right, contractor = _choice(row, "rights", RIGHTS), _choice(row, "agreement", AGREEMENTS)
    if contractor and right == Right.ADMINISTRATOR:
        raise Fault("contradiction", "A contractor is an External here, and an External is no Administrator.")
    if contractor is False and right == Right.EXTERNAL:
        raise Fault("contradiction", "rights says external, agreement says employee.")
    return Right.EXTERNAL if contractor else right or Right.MEMBER


def _company(row, right, facts):
    name = row["company"]
    if not name and right == Right.EXTERNAL:
        raise Fault("unknown_company", "Name the company that employs this External.")
    company = facts.companies.get(name.casefold()) if name else facts.host
    if company is None:
        raise Fault("unknown_company", f"No company “{name}” here. Add it in Organizations, or mend the name.")
    if row["organization"] and row["organization"].casefold() != company.name.casefold():
        raise Fault("unknown_company", f"organization: a person who is new belongs to {company} alone; leave it empty.")
    return company


def _roles(row, right, facts):
    """Return (Role, assigned, restricted) for each named role and what it needs; an empty cell: the usual ones."""
    free = facts.actor.platform.invitations_from_administrators
    assigned = _is(row, "licence", empty=not (free and right == Right.EXTERNAL))
    if not assigned and not free:
        raise Fault(
            "licence_needed", "licence: no is possible only while Invitations from administrators is on in the options."
        )
    codes = [code.strip().upper() for code in row["roles"].split(",") if code.strip()]
    if unknown := [code for code in codes if code not in facts.roles]:
        raise Fault("unknown_role", f"No role {', '.join(unknown)} in the catalogue: {', '.join(facts.roles)}.")
    chosen = codes or [code for code, role in facts.roles.items() if {"enter", "content"} & set(role.capabilities)]
    wanted = inviting.closure(chosen, facts.roles)
    return tuple((role, assigned, True) for code, role in facts.roles.items() if code in wanted)


def _opened(row, right, facts):
    if not row["space"]:
        if row["responsibility"] or row["end"] or row["restricted"]:
            raise Fault("unknown_space", "Name the space that the responsibility is for.")
        return ()
    space = facts.spaces.get(row["space"].casefold())
    if space is None or not access.can(facts.actor, "give_any", space):
        raise Fault("unknown_space", f"No space “{row['space']}” here.")
    responsibility = _choice(row, "responsibility", RESPONSIBILITIES)
    may = responsibility in RESTRICTABLE
    restricted = _is(row, "restricted", empty=may and right == Right.EXTERNAL)
    if restricted and not may:
        raise Fault("contradiction", "Public Reader has no (Restricted) form.")
    return (Opened(space, responsibility, restricted, _end(row, "end", facts)),)


def _end(row, column, facts):
    text, zone = row[column], facts.actor.platform.zone
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        moment = days.ending(day, zone)
    except (ValueError, OverflowError):
        raise Fault("unknown_value", f"{column}: “{text}” is no day such as 2027-03-31.") from None
    if moment <= timezone.now() or day.year > 2200:
        raise Fault("unknown_value", f"{column}: choose a day that is not over, and before 2201.")
    return moment


def _until(row, right, facts):
    if row["until"] and right != Right.EXTERNAL:
        raise Fault("contradiction", "until: only the access of an External is given an end by invitation.")
    return _end(row, "until", facts)


def _sponsor(row, right, facts):
    text = row["sponsor"]
    if not text:
        return None
    if right != Right.EXTERNAL:
        raise Fault("contradiction", "sponsor: only an External has one.")
    if text not in facts.sponsors:
        raise Fault("unknown_sponsor", f"sponsor: no member with the address “{text}” here.")
    if facts.sponsors[text] is None:
        raise Fault("unknown_sponsor", f"sponsor: {text} may not; a sponsor is an active Member or Administrator.")
    return facts.sponsors[text]


def wanted_of(row, facts):
    """Return the invitation that a row asks for. Raises Fault for what is not known or not possible."""
    if _is(row, "remove", yes=REMOVING, empty=False):
        raise Fault("removal", "A file removes nobody: select the person under Members, where you see what ends.")
    right = _right(row)
    company = _company(row, right, facts)
    return inviting.Batch(
        emails=(row["user"],),
        right=right,
        company=company,
        company_name="",
        roles=_roles(row, right, facts),
        opened=_opened(row, right, facts),
        message="",
        host_confirmed=True,  # asked line by line, as a doubt
        silent=not _is(row, "mail", yes=LOUD, no=SILENT),
        access_ends_at=_until(row, right, facts),
        sponsor=_sponsor(row, right, facts),
    )


def in_words(wanted, zone):
    """Say in one sentence what a line gives."""
    roles = ", ".join(str(role) for role, _assigned, _restricted in wanted.roles)
    licence = "with" if wanted.roles[0][1] else "without"
    opened = "".join(f"; {one.spec(wanted.company)} in {one.space.title}" for one in wanted.opened)
    mail = "; no mail" if wanted.silent else ""
    last = days.last_day(wanted.access_ends_at, zone)
    until = f" until {last:%-d %b %Y}" if last else ""
    sponsor = f"; {wanted.sponsor} is the sponsor" if wanted.sponsor else ""
    return (
        f"{Right(wanted.right).label} of {wanted.company}{until}: {roles} {licence} a licence{opened}{sponsor}{mail}."
    )


class _Stock:
    """Counts down what is left while lines are judged from the first to the last."""

    def __init__(self, actor):
        rows = RoleStock.objects.filter(platform=actor.platform).select_related("role")
        now = timezone.now()
        self.left = {
            row.role_id: row.quantity - stock.used_units(row)
            for row in rows
            if row.expires_at is None or row.expires_at > now
        }
        self.invitations = invitations.left_today(actor)

    def short(self, wanted):
        """Return the names of the roles of which no licence is left for this line."""
        taken = [role for role, assigned, _restricted in wanted.roles if assigned]
        return [str(role) for role in taken if self.left.get(role.pk, 0) < 1]

    def take(self, wanted):
        """Count one line that will run."""
        self.invitations -= 1
        for role, assigned, _restricted in wanted.roles:
            if assigned:
                self.left[role.pk] = self.left.get(role.pk, 0) - 1


def judge(actor, parameters, lines):
    """Return a Verdict per line, by the rules of now; a fixed number of queries for any number of lines."""
    facts, left = Facts.of(actor, [line.data for line in lines]), _Stock(actor)
    people = invitations.judge(actor.platform, [line.data["user"] for line in lines])
    return [_judge_one(line, person, facts, left) for line, person in zip(lines, people, strict=True)]


def _judge_one(line, person, facts, left):
    if person.code != READY and person.code not in DOUBTS:
        return Verdict(person.code, person.sentence)
    try:
        wanted = wanted_of(line.data, facts)
    except Fault as fault:
        return Verdict(*fault.args)
    doubts, told = _doubts(person, wanted, left), in_words(wanted, facts.actor.platform.zone)
    if not doubts or line.confirmed:
        if left.invitations < 1:
            return Verdict("tomorrow", "No more invitations leave today. Import the rest tomorrow.")
        left.take(wanted)
    if not doubts:
        return Verdict(READY, told)
    return Verdict(doubts[0][0], " ".join([*(sentence for _code, sentence in doubts), told]))


def _doubts(person, wanted, left):
    found = []
    if person.code in DOUBTS:
        found.append((person.code, person.sentence))
    if wanted.right == Right.EXTERNAL and wanted.company.is_host:
        sentence = "An External of our own company reads what our people read."
        found.append(("host_external", sentence))
    if short := left.short(wanted):
        sentence = f"No licence of {', '.join(short)} is left for this line; included, it is granted without one."
        found.append(("no_licence", sentence))
    return found


def send(actor, parameters, line):
    """Send the invitation of one line; every service asks its own rules again."""
    try:
        wanted = wanted_of(line.data, Facts.of(actor, [line.data]))
    except Fault as fault:
        raise Unacceptable(fault.args[1]) from None
    if wanted.company.is_host and wanted.right == Right.EXTERNAL and not line.confirmed:
        raise Conflict("An External of our own company wants a tick.", "Import the line again.")
    [(invitation, _token)] = inviting.send_invitations(actor=actor, batch=wanted)
    return f"Invited {invitation.email} until {days.last_day(invitation.expires_at, actor.platform.zone):%-d %b %Y}."


def reread(data):
    """Return a row, read or mended, as a line."""
    return Subject(data["user"], data["user"] or "nobody named", data)


def make(actor, rows, name):
    """Judge the rows of a file and return them as a batch; nothing else is stored."""
    used = [column for column in COLUMNS if any(row[column] for row in rows)]
    parameters = {"file": name[:100], "idle": [column for column in WITHOUT_EFFECT if column in used]}
    return batches.make(actor=actor, kind=NAME, parameters=parameters, subjects=[reread(row) for row in rows])


def mine(actor):
    """Return the actor's newest imports."""
    return batches.mine(actor, NAME)[:5]


def _says(parameters):
    idle = parameters["idle"]
    told = [f"These columns have no effect here: {', '.join(idle)}."] if idle else []
    return [f"From {parameters['file']}.", *told]


def register():
    """Offer the import to the ground floor."""
    batches.contribute(
        NAME,
        Kind(
            title=lambda parameters: "Import members",
            may=batches.on_platform("invite"),
            judge=judge,
            act=send,
            button=lambda number: f"Send {number} invitation{'' if number == 1 else 's'}",
            says=_says,
            doubts=DOUBTS,
            columns=COLUMNS,
            reread=lambda data: reread(row_of(data)),
            home=("tenants:member_list", "Members"),
        ),
    )

"""What is done to many members at once: each judged by the rules of now, then done by the service of its own."""

from datetime import date, datetime

from tenants import access, batches, ends, members, rights, stock
from tenants.batches import READY, Kind, Subject, Verdict
from tenants.errors import Conflict, NotVisible
from tenants.models import Member, Right, Role, RoleGrant, RoleStock, Status

HOME, MANY = ("tenants:member_list", "Members"), "tenants:member_many"
HOST_EXTERNAL = "host_external"


def make(*, actor, act, parameters, chosen):
    """Store a judged batch of one act on the chosen members and return it. Raises as `batches.make` does."""
    subjects = [Subject(str(member.pk), f"{member}, {member.company}") for member in chosen]
    return batches.make(actor=actor, kind=f"members_{act}", parameters=parameters, subjects=subjects)


def _members(actor, lines):
    """Return {key of a line: the Member of the actor's platform} in one query."""
    keys = [int(line.key) for line in lines]
    rows = Member.objects.filter(platform=actor.platform, pk__in=keys)
    return {str(member.pk): member for member in rows.select_related("platform", "user", "company")}


def _member(actor, line):
    found = _members(actor, [line]).get(line.key)
    if found is None:
        raise NotVisible
    return found


def _names(actor, lines):
    return {key: f"{member}, {member.company}" for key, member in _members(actor, lines).items()}


def _judge_each(judge):
    """Return a `judge` that asks `judge(actor, parameters, found)` once and its answer for each member of `found`."""

    def judged(actor, parameters, lines):
        found = _members(actor, lines)
        one = judge(actor, parameters, found)
        return [one(found[line.key]) if line.key in found else _gone() for line in lines]

    return judged


def _gone():
    return Verdict("gone", "Nobody of this platform any more.")


def _without_access(member):
    """Return what is to be said of a member who has no access that could be changed, or None."""
    if member.status == Status.PENDING:
        return Verdict("pending", "Has not accepted the invitation yet.")
    if member.status != Status.ACTIVE:
        return Verdict("no_access", "Has no access any more.")
    return None


class _Administrators:
    """Those who keep the platform, less those whom ready lines of the batch take away."""

    def __init__(self, actor):
        self.left = set(members.lasting_administrators(actor.platform).values_list("pk", flat=True))

    def refuse(self, member):
        """Return what keeps `member` in place as the last one, or None after counting them out."""
        if member.right == Right.ADMINISTRATOR and not self.left - {member.pk}:
            return Verdict("last_administrator", "The last Administrator without an end date stays one.")
        self.left.discard(member.pk)
        return None


def _oneself(actor, member):
    if member.user_id == actor.user.pk:
        return Verdict("yourself", "Not among many: the rest would be left undone. Do it on your own page.")
    return None


# --- change right ---


def _judge_right(actor, parameters, found):
    keepers, right = _Administrators(actor), parameters["right"]

    def one(member):
        if verdict := _without_access(member) or _oneself(actor, member):
            return verdict
        if member.right == right:
            return Verdict("already", f"Is {member.get_right_display()} already.")
        if verdict := keepers.refuse(member):
            return verdict
        if rights.needs_confirmation(member, right):
            told = "Employed by the host company: Externals belong to an external one. Include them if you mean it."
            return Verdict(HOST_EXTERNAL, told)
        return Verdict(READY, f"{member.get_right_display().capitalize()} becomes {Right(right).label}.")

    return one


def _change_right(actor, parameters, line):
    member = _member(actor, line)
    told = {"host_confirmed": line.confirmed, "reason": parameters["reason"]}
    rights.change_right(actor=actor, member=member, right=parameters["right"], **told)
    return f"{Right(parameters['right']).label} now."


# --- roles ---


def _role(parameters):
    role = Role.objects.filter(code=parameters["role"]).first()
    if role is None:
        raise NotVisible
    return role


def _role_name(parameters):
    return str(Role.objects.filter(code=parameters["role"]).first() or parameters["role"])


def _judge_grant(actor, parameters, found):
    role, paid = _role(parameters), parameters["assigned"]
    holders = set(
        RoleGrant.objects.filter(role=role, through=None, member__in=list(found.values())).values_list(
            "member", flat=True
        )
    )
    owned = RoleStock.objects.filter(platform=actor.platform, role=role).first()
    units = iter(range(0 if owned is None or owned.expired(actor.now) else owned.quantity - stock.used_units(owned)))

    def one(member):
        if member.status not in (Status.ACTIVE, Status.PENDING):
            return _without_access(member)
        if member.pk in holders:
            return Verdict("already", f"Has {role} already.")
        if paid and member.status == Status.ACTIVE and next(units, None) is None:
            return Verdict("no_licence", f"No licence of {role} is left for this line.")
        return Verdict(READY, f"Gets {role}{', with a licence' if paid else ''}.")

    return one


def _grant(actor, parameters, line):
    wanted = {name: parameters[name] for name in ("assigned", "restricted")}
    grant = stock.grant_role(actor=actor, member=_member(actor, line), role=_role(parameters), **wanted)
    return f"{grant.role} is granted."


def _judge_ungrant(actor, parameters, found):
    role = _role(parameters)
    grants = RoleGrant.objects.filter(role=role, through=None, member__in=list(found.values()))
    assigned = dict(grants.values_list("member", "assigned"))

    def one(member):
        if member.pk not in assigned:
            return Verdict("already", f"Does not have {role}.")
        return Verdict(READY, f"Loses {role}{', and its licence is free again' if assigned[member.pk] else ''}.")

    return one


def _ungrant(actor, parameters, line):
    grant = RoleGrant.objects.select_related("role", "member").filter(
        member=_member(actor, line), role=_role(parameters), through=None
    )
    if (found := grant.first()) is None:
        raise Conflict("The role was taken back already.")
    stock.ungrant_role(actor=actor, grant=found)
    return f"{found.role} is taken back."


# --- end date ---


def _moment(parameters):
    return datetime.fromisoformat(parameters["ends_at"]) if parameters["ends_at"] else None


def _judge_ends(actor, parameters, found):
    keepers, moment = _Administrators(actor), _moment(parameters)

    def one(member):
        if verdict := _without_access(member):
            return verdict
        if member.ends_at == moment:
            return Verdict("already", "Has this end already.")
        if not (decision := access.can(actor, "set_end", member)):
            return Verdict("refused", decision.reason)
        if moment is not None and (verdict := keepers.refuse(member)):
            return verdict
        return Verdict(READY, _says_end(parameters)[0])

    return one


def _set_end(actor, parameters, line):
    told = {"ends_at": _moment(parameters), "reason": parameters["reason"]}
    ends.set_end(actor=actor, pk=_member(actor, line).pk, **told)
    return _says_end(parameters)[0]


def _says_end(parameters):
    if not parameters["last_day"]:
        return ["Access has no end."]
    return [f"Access ends after {date.fromisoformat(parameters['last_day']):%-d %B %Y}."]


# --- remove access ---


def _judge_end(actor, parameters, found):
    keepers = _Administrators(actor)

    def one(member):
        if verdict := _without_access(member) or _oneself(actor, member) or keepers.refuse(member):
            return verdict
        return Verdict(READY, "Roles, credentials, locks and shares with them end; what they own stays.")

    return one


def _end(actor, parameters, line):
    told = {"keep": parameters["keep"], "reason": parameters["reason"]}
    members.end_access(actor=actor, member=_member(actor, line), **told)
    return "No access any more."


def _people(number):
    return f"{number:,} {'person' if number == 1 else 'people'}"


def _says_reason(parameters):
    return [f"Reason: {parameters['reason']}"] if parameters.get("reason") else []


def _says_grant(parameters):
    paid = "with a licence of this platform each" if parameters["assigned"] else "without a licence of this platform"
    return [f"Granted {paid}; usage {'is' if parameters['restricted'] else 'is not'} restricted to this platform."]


def _says_removal(parameters):
    noted = ["What they hold is noted and fills their next invitation."] if parameters["keep"] else []
    return [*noted, *_says_reason(parameters)]


MANAGING = {"may": batches.on_platform("manage_members"), "names": _names, "home": HOME, "many": MANY}
GRANTING = {"may": batches.on_platform("grant_roles"), "names": _names, "home": HOME, "many": MANY}
KINDS = {
    "right": Kind(
        title=lambda parameters: f"Make members {Right(parameters['right']).label}",
        says=_says_reason,
        judge=_judge_each(_judge_right),
        act=_change_right,
        button=lambda number: f"Change the right of {_people(number)}",
        doubts=frozenset({HOST_EXTERNAL}),
        **MANAGING,
    ),
    "grant": Kind(
        title=lambda parameters: f"Grant {_role_name(parameters)}",
        says=_says_grant,
        judge=_judge_each(_judge_grant),
        act=_grant,
        button=lambda number: f"Grant it to {_people(number)}",
        **GRANTING,
    ),
    "ungrant": Kind(
        title=lambda parameters: f"Take {_role_name(parameters)} back",
        judge=_judge_each(_judge_ungrant),
        act=_ungrant,
        button=lambda number: f"Take it back from {_people(number)}",
        **GRANTING,
    ),
    "ends": Kind(
        title=lambda parameters: "Set the end of access",
        says=lambda parameters: [*_says_end(parameters), *_says_reason(parameters)],
        judge=_judge_each(_judge_ends),
        act=_set_end,
        button=lambda number: f"Set the end for {_people(number)}",
        **MANAGING,
    ),
    "end": Kind(
        title=lambda parameters: "Remove access",
        says=_says_removal,
        judge=_judge_each(_judge_end),
        act=_end,
        button=lambda number: f"Remove the access of {_people(number)}",
        **MANAGING,
    ),
}


def register():
    """Offer every act to the batches."""
    for name, kind in KINDS.items():
        batches.contribute(f"members_{name}", kind)

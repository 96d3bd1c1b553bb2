"""Builds the demo world: an operator's preparations, then every act through the services that people use.

Each act is done at its own moment, the oldest first, so that the record reads like months of work.
"""

import secrets
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from content import acts
from content.files import Arrival, add_version
from content.items import Draft, create_item, revise_item
from content.lifecycle import change_maturity
from content.locks import lock_item
from content.models import Item, ItemType
from content.moves import move_item, place_of
from content.shares import ShareSpec, give_share
from content.tags import set_tags
from platform_site.demo import cast, changing, exchanging, marking, relating, reviewing, searching, talking
from platform_site.demo.endings import finish, settle_news
from platform_site.demo.people import OPERATOR
from platform_site.demo.things import THINGS
from spaces import importing, joining
from spaces.credentials import give_credential
from spaces.giving import CredentialSpec
from spaces.group_credentials import GroupSpec, give_to_group
from spaces.guests import Guest, invite_guest
from spaces.import_files import row_of
from spaces.inviting import Batch, Opened, send_invitations
from spaces.models import Credential, CurrentCredential, Space
from spaces.services import create_space
from tenants import acceptance, access, groups, ledger, organizations, partners, stock
from tenants import actor as actors
from tenants.api_tokens import create_token
from tenants.company_sign_in import Service, set_service
from tenants.members import end_access
from tenants.models import (
    Kind,
    Member,
    Organization,
    PartnerRule,
    Platform,
    Right,
    Role,
    RoleGrant,
    RoleStock,
    Scope,
    Status,
    User,
    UserGroup,
)
from tenants.news_choices import set_level
from tenants.option_history import history, undo_options
from tenants.options import set_option

FOUNDED = 95  # days ago
LICENCES = 25  # of every role, on every platform
HOST = cast.COMPANIES[0]
ENDING = timedelta(days=21)  # until the host must renew a licence


def build(say=print):
    """Build everything in one transaction; `say` is told what is being done."""
    with transaction.atomic():
        _World(say).build()


class _World:
    """The cast on stage: people and platforms by their keys, and what is still to be done, by its moment."""

    def __init__(self, say):
        self.say, self.now, self.todo = say, timezone.now(), []
        self.platforms, self.people, self.home = {}, {}, {}

    def build(self):
        """Prepare, plan, then act in the order of time."""
        self.say("companies, people and licences")
        with self.at(FOUNDED):
            for company in cast.COMPANIES:
                self.found(company)
            User.objects.create_superuser(email=OPERATOR, name="Olga Operator")
        for vault in cast.VAULTS:
            self.plan(vault.day, self.open_space, vault)
        for guest in cast.GUESTS:
            self.plan(guest.day, self.invite, guest)
        for person, day, reason in cast.AWAY:
            self.plan(day, self.send_away, person, reason)
        self.plan_teams()
        for thing in THINGS:
            self.plan_thing(thing)
        self.plan_relations()
        self.plan(30, self.follow)
        self.plan(3, self.keep_licences_home)
        self.plan(1, searching.keep_searches, self.actor, self.platforms[HOST.slug])
        self.plan(0.1, self.drop_a_file)
        self.plan(70, self.end_a_supplier)
        self.plan(30, self.lend_a_role, "jun", "CHG")
        self.plan(0.07, self.ask_first, "marcus", "corvane")
        self.plan(80, self.set_option, "restricted_first", "on", "Suppliers of two programmes meet here")
        self.plan(50, self.set_option, "leader_edits_frozen", "off", "Frozen means frozen")
        self.plan(48, self.undo_option)
        self.plan(20, self.set_up_sign_in)
        self.plan(46, self.set_option, "invitations_from_members", "on", "Owners know whom they need")
        self.plan(0.9, self.invite_into_own, *cast.OWN_GUEST)
        self.plan(0.8, self.ask_to_join, *cast.ASKING)
        self.plan(9, self.let_a_program_in, "elena", "Nightly backup of drawings")
        self.say(f"{len(cast.VAULTS)} spaces, {len(THINGS)} items and their files, {len(self.todo)} acts")
        for day, _, act, given in sorted(self.todo, key=lambda entry: (-entry[0], entry[1])):
            with self.at(day):
                act(*given)
        CurrentCredential.objects.filter(member__right=Right.EXTERNAL).delete()  # they are asked at first sign-in
        for number, member in enumerate(Member.objects.filter(status=Status.ACTIVE).order_by("pk")):
            member.last_seen_at = self.now - timedelta(minutes=9 + 97 * number * number)
            member.save(update_fields=["last_seen_at"])
        settle_news(self.now)

    def plan(self, day, act, *given):
        """Note an act `day` days ago."""
        self.todo.append((day, len(self.todo), act, given))

    @contextmanager
    def at(self, day):
        """Let it be `day` days ago."""
        moment = self.now - timedelta(days=day)
        with mock.patch.object(timezone, "now", lambda: moment):
            yield

    # --- what an operator prepares ---

    def found(self, company):
        """Store a platform with its company, units, people and licences."""
        platform = Platform.objects.create(
            slug=company.slug,
            name=company.name,
            mark=company.mark,
            accent=company.accent,
            time_zone=company.zone,
            invitations_from_administrators=True,
            member_locations=True,
        )
        self.platforms[company.slug] = platform
        host = Organization.objects.create(
            platform=platform, name=company.name, is_host=True, kind="company", accent=company.accent
        )
        units = {"": None}
        for name, kind, parent in company.units:
            units[name] = Organization.objects.create(
                platform=platform, name=name, kind=kind, parent=units[parent] or host, accent=company.accent
            )
        for role in Role.objects.all():
            ends = self.now + ENDING if (company, role.code) == (HOST, "CHG") else None
            RoleStock.objects.create(platform=platform, role=role, quantity=LICENCES, expires_at=ends)
        for key, name, right, unit in company.people:
            self.employ(key, name, Member(platform=platform, company=host, right=right, unit=units[unit]))
        ledger.open_entries(platform.members.values("pk"))
        if company is HOST:
            for other in cast.COMPANIES[1:]:
                Organization.objects.create(platform=platform, name=other.name, kind="company", accent=other.accent)

    def employ(self, key, name, member):
        """Store a person with an account and all roles; those of suppliers may be used elsewhere."""
        slug = member.platform.slug
        user = User.objects.create_user(
            email=f"{name.lower().replace(' ', '.')}@{slug}.example", name=name, claimed_at=timezone.now()
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        member.user, member.status, member.joined_at = user, Status.ACTIVE, timezone.now()
        member.save()
        for role in Role.objects.all():
            RoleGrant.objects.create(member=member, role=role, restricted=slug == HOST.slug)
        self.people[key], self.home[key] = user, member.platform

    # --- what people do ---

    def actor(self, person, platform):
        """Return a person of the cast at work on a platform."""
        return actors.of(self.people[person], platform)

    def space(self, title):
        """Return a space by its title."""
        return Space.objects.select_related("platform").get(title=title)

    def open_space(self, vault):
        """Create a space and give its credentials."""
        platform = self.platforms[vault.platform]
        actor = self.actor(vault.creator, platform)
        space = create_space(actor=actor, title=vault.title, description=vault.description, visibility=vault.visibility)
        for person, responsibility, restricted, unit in vault.held:
            member = Member.objects.get(platform=platform, user=self.people[person])
            organization = Organization.objects.get(platform=platform, name=unit) if unit else member.company
            spec = CredentialSpec(responsibility, restricted, organization)
            give_credential(actor=self.actor(vault.creator, platform), space=space, member=member, spec=spec)

    def set_option(self, code, value, reason):
        """Set an option of the host."""
        set_option(actor=self.actor("elena", self.platforms[HOST.slug]), code=code, value=value, reason=reason)

    def undo_option(self):
        """Take back what was set last."""
        actor = self.actor("elena", self.platforms[HOST.slug])
        undo_options(actor=actor, pk=history(actor.platform)[0].pk, reason="Corrections took a week longer")

    def set_up_sign_in(self):
        """Store the host's own sign-in; it stays off until its provider answers."""
        service = Service("https://login.corvane.example", "gangway", secrets.token_urlsafe(), ("corvane.example",))
        set_service(actor=self.actor("elena", self.platforms[HOST.slug]), service=service)

    def invite(self, guest):
        """Invite somebody of another platform to the host; most have accepted by now."""
        platform, user = self.platforms[HOST.slug], self.people[guest.person]
        ends = timezone.now() + timedelta(days=240)
        opened = tuple(Opened(self.space(title), what, bound, ends) for title, what, bound in guest.opened)
        company = Organization.objects.get(platform=platform, name=self.home[guest.person].name)
        roles = tuple((role, False, True) for role in Role.objects.all())
        batch = Batch((user.email,), Right.EXTERNAL, company, "", roles, opened, guest.message)
        [(invitation, _token)] = send_invitations(actor=self.actor("elena", platform), batch=batch)
        if guest.accepts:
            acceptance.accept_invitation(user=user, pk=invitation.pk)

    def invite_into_own(self, person, title, email, company, message):
        """Let a Member invite somebody of a company that is new here into a space they own."""
        space = self.space(title)
        opened = (Opened(space, "contributor", True),)
        guest = Guest(email, None, company, message)
        invite_guest(actor=self.actor(person, space.platform), guest=guest, opened=opened)

    def ask_to_join(self, person, title, message):
        """Let somebody who reads a space from outside ask its Owners to be let in."""
        space = self.space(title)
        joining.ask(actor=self.actor(person, space.platform), pk=space.pk, message=message)

    def let_a_program_in(self, person, name):
        """Make an API token of somebody of the host; nobody keeps its secret."""
        create_token(actor=self.actor(person, self.platforms[HOST.slug]), name=name, scope=Scope.READ, days=90)

    def send_away(self, person, reason):
        """Remove somebody's access to the host for a while, with a note of what they held."""
        platform = self.platforms[HOST.slug]
        member = Member.objects.get(platform=platform, user=self.people[person])
        end_access(actor=self.actor("elena", platform), member=member, reason=reason, keep=True)

    def follow(self):
        """Choose what some people are told of some spaces."""
        for person, title, level in cast.LEVELS:
            space = self.space(title)
            set_level(actor=self.actor(person, space.platform), space_id=space.pk, level=level)

    def plan_teams(self):
        """Note when the user groups of the host were made, and what was shared with them and with people."""
        for team in cast.TEAMS:
            self.plan(team.day, self.gather, team)
        for day, *given in cast.SHARES:
            self.plan(day, self.share, *given)
        self.plan(1.5, self.hand_over, "sam", cast.TRAYS, "Tray bottom drawing", "sam")

    def gather(self, team):
        """Make a user group of the host, put its people in, and give it what it holds."""
        platform = self.platforms[HOST.slug]
        actor = self.actor("elena", platform)
        group = groups.create_group(actor=actor, name=team.name, description=team.description)
        for person in team.people:
            member = Member.objects.get(platform=platform, user=self.people[person])
            groups.add_to_group(actor=actor, group=group, member=member)
        for title, responsibility, restricted in team.held:
            spec = GroupSpec(responsibility, restricted)
            give_to_group(actor=actor, space=self.space(title), group=group, spec=spec)

    def share(self, person, space, title, recipient, level, days):
        """Share an item with a person or a team, for some days or for good."""
        item, found = self.titled(title, space), self.people.get(recipient)
        to = (
            Member.objects.get(platform=item.platform_id, user=found)
            if found
            else UserGroup.objects.get(name=recipient)
        )
        spec = ShareSpec(level, days and timezone.now() + timedelta(days=days))
        give_share(actor=self.actor(person, item.space.platform), item=item, recipient=to, spec=spec)

    def hand_over(self, person, space, title, heir):
        """Make somebody else content owner of an item."""
        item = self.titled(title, space)
        place = place_of(item, owner=self.people[heir])
        move_item(actor=self.actor(person, item.space.platform), item=item, place=place)

    def drop_a_file(self):
        """Let an Administrator drop a file of people; it waits for the confirmation."""
        rows = [row_of({"user": one, "agreement": how, "company": where}) for one, how, where in cast.IMPORTED]
        importing.make(self.actor("elena", self.platforms[HOST.slug]), rows, "new-people.csv")

    def keep_licences_home(self):
        """Let some guests' own platform restrict their roles, so that their readiness has something to say."""
        for person in sorted(cast.RESTRICTED_AT_HOME):
            platform = self.home[person]
            grants = RoleGrant.objects.filter(member__platform=platform, member__user=self.people[person])
            for grant in grants.select_related("member__platform", "role"):
                stock.set_grant(actor=self.actor(person, platform), grant=grant, assigned=True, restricted=True)

    def end_a_supplier(self):
        """Archive a company with which the host once worked."""
        elena = self.actor("elena", self.platforms[HOST.slug])
        made = organizations.create_organization(actor=elena, name="Halden Castings", kind=Kind.COMPANY, accent="moss")
        organizations.archive_organization(actor=elena, organization=made, reason="The contract is over")

    def lend_a_role(self, person, code):
        """Take a role back and grant it again, so that its ledger has something to say."""
        platform, role = self.platforms[HOST.slug], Role.objects.get(code=code)
        elena, member = self.actor("elena", platform), Member.objects.get(platform=platform, user=self.people[person])
        stock.ungrant_role(actor=elena, grant=member.grants.get(role=role))
        stock.grant_role(actor=elena, member=member, role=role)

    def ask_first(self, person, partner):
        """Have the platform of an Administrator asked before more of its people go to a partner."""
        actor = self.actor(person, self.home[person])
        partners.set_rules(actor=actor, address=partner, inbound="", outbound=PartnerRule.ASK)

    def plan_relations(self):
        """Note how items were related, reviewed, what was said about them, and what people keep."""
        for part in (relating, reviewing, talking, changing, marking, exchanging):
            for act, table, who in part.tables(self.actor, self.working):
                for day, *given in table:
                    self.plan(day, act, who, *given)

    def plan_thing(self, thing):
        """Note the acts of one item: made, files, maturity, revised, locked."""
        self.plan(thing.day, self.create, thing)
        for number, (person, *_) in enumerate(thing.files, 1):
            day = thing.day - number if person == thing.person else 0.1
            self.plan(day, self.upload, thing, thing.files[number - 1])
        day = thing.day - len(thing.files)
        for number, target in enumerate(thing.steps, 1):
            self.plan(day - number, self.advance, thing, target)
        for number, file in enumerate(thing.revised, 1):
            self.plan(day - len(thing.steps) - 2 * number, self.revise, thing, file)
        if thing.edited or thing.deleted:
            self.plan(5, self.finish, thing)
        if thing.locked_by:
            self.plan(0.2, self.lock, thing)

    def create(self, thing):
        """Create an item by the first credential that may."""
        space, kind = self.space(thing.space), ItemType.objects.get(code=thing.kind)
        actor = self.working(thing.person, space, kind.category)
        draft = Draft(thing.title, thing.description, thing.properties)
        item = create_item(actor=actor, kind=kind, draft=draft, private=thing.private)
        if thing.tags:
            set_tags(actor=actor, item=item, typed=thing.tags)

    def working(self, person, space, category):
        """Return the person with that credential of the space as the current one by which they create."""
        member = Member.objects.get(platform=space.platform, user=self.people[person])
        for credential in Credential.objects.live().filter(content_object=space, user=member.user).order_by("pk"):
            CurrentCredential.objects.update_or_create(member=member, defaults={"credential": credential})
            actor = self.actor(person, space.platform)
            if acts.create(actor, category):
                return actor
        raise LookupError(f"{person} cannot create {category} in {space}")

    def item(self, thing):
        """Return the latest revision of an item by its title."""
        return self.titled(thing.title, thing.space)

    def titled(self, title, space):
        """Return the latest revision of an item by its title and its space's."""
        rows = Item.objects.select_related("space__platform").filter(title=title, space__title=space)
        return rows.order_by("-pk")[0]

    def upload(self, thing, file):
        """Store one version of a file."""
        person, name, comment, data = file
        item = self.item(thing)
        arrival = Arrival(file=ContentFile(data, name=name), comment=comment)
        add_version(actor=self.actor(person, item.space.platform), item=item, arrival=arrival)

    def advance(self, thing, target):
        """Take an item one state further: its content owner does, else the creator of the space."""
        item = self.item(thing)
        platform = item.space.platform
        leader = next(vault.creator for vault in cast.VAULTS if vault.title == thing.space)
        pair = [self.actor(person, platform) for person in (thing.person, leader)]
        actor = next(actor for actor in pair if access.can(actor, f"to_{target}", item))
        change_maturity(actor=actor, item=item, target=target)

    def revise(self, thing, file):
        """Make the next revision and store its file."""
        revise_item(actor=self.actor(thing.person, self.space(thing.space).platform), item=self.item(thing))
        self.upload(thing, file)

    def finish(self, thing):
        """Change or delete the latest revision of an item."""
        finish(self.actor(thing.person, self.space(thing.space).platform), self.item(thing), thing)

    def lock(self, thing):
        """Lock an item for work."""
        lock_item(actor=self.actor(thing.locked_by, self.space(thing.space).platform), item=self.item(thing))

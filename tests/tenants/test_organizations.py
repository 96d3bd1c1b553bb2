"""Organizations: the tree and its acts, what they end and open, and what keeps one from being deleted."""

import pytest
from django.urls import reverse
from django.utils import timezone

from content.models import Maturity
from spaces import credentials
from spaces.credentials import CredentialSpec
from spaces.inviting import found_company
from spaces.models import Credential, Visibility
from tenants import employment, organization_uses, organizations
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Kind, Member, Organization, Platform, Right, User
from tests.factories import (
    ItemFactory,
    MemberFactory,
    OrganizationFactory,
    PlatformFactory,
    SpaceFactory,
    actor_of,
    give,
    host_of,
    worker,
)
from tests.tenants.worlds import invited

pytestmark = pytest.mark.django_db
PLAIN = {"accent": "slate"}


@pytest.fixture
def boss():
    return worker(PlatformFactory(name="Corvane"), Right.ADMINISTRATOR)


@pytest.fixture
def platform(boss):
    return boss.platform


@pytest.fixture
def host(platform):
    return host_of(platform)


@pytest.fixture
def tree(platform, host):
    """Two units of the host and a department below the first, by name."""
    made = {name: OrganizationFactory(platform=platform, parent=host, kind=Kind.UNIT, name=name) for name in "AB"}
    below = OrganizationFactory(platform=platform, parent=made["A"], kind=Kind.DEPARTMENT, name="Lab")
    return made | {"Lab": below}


@pytest.fixture
def visit(client, boss, platform):
    """Ask for a page of an organization: `visit("organization_move", one, data=...)` posts."""
    client.force_login(boss.user)

    def ask(name, *args, data=None, query=None):
        url = reverse(f"tenants:{name}", args=[platform.slug, *(one.pk for one in args)])
        return client.get(url, query) if data is None else client.post(url, data)

    return ask


def audited():
    event = AuditEvent.objects.latest("pk")
    return event.verb, event.before, event.after, event.reason


class TestActs:
    def test_a_tree_is_made_renamed_and_taken_down_with_an_entry_each(self, boss, host):
        actor = actor_of(boss)
        unit = organizations.create_organization(actor=actor, name=" Wing  shop ", kind="unit", parent=host, **PLAIN)
        assert (unit.name, unit.parent) == ("Wing shop", host)
        organizations.change_organization(actor=actor, organization=unit, name="Wings", accent="plum")
        assert audited()[:3] == (
            "organization_changed",
            {"name": "Wing shop", "kind": "business unit", "parent": str(host), "accent": "Slate"},
            {"name": "Wings", "kind": "business unit", "parent": str(host), "accent": "Plum"},
        )
        company = organizations.create_organization(actor=actor, name="Tolmec", kind="company", **PLAIN)
        for one in (unit, company):
            organizations.delete_organization(actor=actor, organization=one)
        verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs == [
            "organization_created",
            "organization_changed",
            "organization_created",
            *["organization_deleted"] * 2,
        ]
        assert set(Organization.objects.filter(platform=boss.platform)) == {host}

    def test_t28_a_name_is_once_below_a_parent_and_free_everywhere_else(self, boss, host, tree):
        OrganizationFactory(name="Wings")  # of another platform: nobody here can tell
        actor = actor_of(boss)
        for name, kind, parent in (("b", "unit", host), ("LAB", "department", tree["A"])):
            with pytest.raises(Unacceptable, match="exists in"):
                organizations.create_organization(actor=actor, name=name, kind=kind, parent=parent, **PLAIN)
        with pytest.raises(Unacceptable, match="exists in"):
            organizations.change_organization(actor=actor, organization=tree["A"], name="B", accent="slate")
        for name, kind, parent in (("Wings", "company", None), ("Lab", "department", tree["B"])):
            organizations.create_organization(actor=actor, name=name, kind=kind, parent=parent, **PLAIN)
        with pytest.raises(Unacceptable, match="name"):
            organizations.create_organization(actor=actor, name="  ", kind="company", **PLAIN)

    def test_levels_stand_where_they_belong(self, boss, host, tree):
        for kind, parent in (("unit", tree["A"]), ("department", tree["Lab"]), ("unit", None), ("company", host)):
            with pytest.raises(Unacceptable, match="Units stand below"):
                organizations.create_organization(actor=actor_of(boss), name="X", kind=kind, parent=parent, **PLAIN)

    def test_t20_others_and_other_platforms_get_nowhere(self, boss, platform, host, tree):
        member, elsewhere = worker(platform), worker(PlatformFactory(), Right.ADMINISTRATOR)
        acts = (
            lambda actor: organizations.change_organization(actor=actor, organization=tree["A"], name="C", **PLAIN),
            lambda actor: organizations.archive_organization(actor=actor, organization=tree["B"]),
            lambda actor: organizations.delete_organization(actor=actor, organization=tree["B"]),
            lambda actor: organizations.move_organization(actor=actor, organization=tree["Lab"], parent=tree["B"]),
            lambda actor: organizations.create_organization(actor=actor, name="C", kind="unit", parent=host, **PLAIN),
        )
        for act in acts:
            with pytest.raises(AccessDenied):
                act(actor_of(member))
            with pytest.raises(NotVisible):
                act(actor_of(elsewhere))
        with pytest.raises(NotVisible):
            organizations.move_organization(
                actor=actor_of(boss), organization=tree["Lab"], parent=host_of(elsewhere.platform)
            )
        assert not AuditEvent.objects.exists()


class TestArchive:
    def test_archived_ones_are_offered_nowhere_and_keep_what_they_own(self, boss, platform, visit):
        company = OrganizationFactory(platform=platform, name="Tolmec")
        guest = MemberFactory(platform=platform, company=company, right=Right.EXTERNAL)
        space = SpaceFactory(platform=platform)
        held = give(guest, space, "reader", restricted=True)
        item, actor = ItemFactory(space=space, organization=company), actor_of(boss)
        organizations.archive_organization(actor=actor, organization=company, reason="Contract over")
        assert audited() == ("organization_archived", {}, {"archived": True}, "Contract over")
        item.refresh_from_db()
        company.refresh_from_db()
        assert item.organization == company and actor_of(guest).held[0].id == held.pk
        with pytest.raises(Unacceptable, match="Tolmec is archived"):
            spec = CredentialSpec("reader", False, company)
            credentials.give_credential(actor=actor, space=space, member=guest, spec=spec)
        with pytest.raises(Unacceptable, match="Tolmec is archived"):
            employment.change_employment(actor=actor, member=worker(platform), place=employment.Place(company))
        with pytest.raises(Unacceptable, match="Tolmec is archived"):
            found_company(platform, "Tolmec")
        longer = CredentialSpec("author", True, company)  # what stands may be changed
        credentials.change_credential(actor=actor, credential=held, spec=longer)
        assert "Tolmec" not in visit("organization_list").content.decode()
        assert "Tolmec" in visit("organization_list", query={"archived": "on"}).content.decode()
        organizations.restore_organization(actor=actor, organization=company)
        assert found_company(platform, "Tolmec") == company

    def test_from_the_leaves_up_and_never_the_host(self, boss, host, tree):
        actor = actor_of(boss)
        for one in (host, tree["A"]):
            with pytest.raises(Conflict):
                organizations.archive_organization(actor=actor, organization=one)
        for one in (tree["Lab"], tree["A"]):
            organizations.archive_organization(actor=actor, organization=one)
        with pytest.raises(Conflict, match="A is archived"):
            organizations.restore_organization(actor=actor, organization=tree["Lab"])
        with pytest.raises(Conflict, match="A is archived"):
            organizations.create_organization(actor=actor, name="X", kind="department", parent=tree["A"], **PLAIN)


class TestDelete:
    def test_what_owns_or_names_something_is_refused_with_the_list(self, boss, platform, visit):
        company, actor = OrganizationFactory(platform=platform, name="Tolmec"), actor_of(boss)
        gone = MemberFactory(platform=platform, company=company, user__name="Gone Guest", status="removed")
        space = SpaceFactory(platform=platform, title="Tensioner")
        give(boss, space, "owner", organization=company, ends_at=timezone.now())  # ended: it still names the company
        for title, maturity in (("Open bracket", Maturity.IN_WORK), ("Secret bracket", Maturity.PRIVATE)):
            ItemFactory(space=space, organization=company, title=title, maturity=maturity)
        invited(platform, company=company)
        visit("organization_list")
        answer = visit("organization_delete", company, data={})
        text = answer.content.decode()
        assert answer.status_code == 409 and Organization.objects.filter(pk=company.pk).exists()
        for said in ("Gone Guest", "in Tensioner", "Open bracket", "1 invitation", "archive it", "1 item"):
            assert said.casefold() in text.casefold(), said
        assert "Secret bracket" not in text
        with pytest.raises(organizations.InUse) as refusal:
            organizations.delete_organization(actor=actor, organization=company)
        assert [use.words for use in refusal.value.uses] == [
            "people employed that are over, or not in your lists",
            "1 invitation",
            "credentials that are over, or not in your lists",
            "1 item",
        ]
        assert not AuditEvent.objects.exists() and gone.company == company

    def test_private_items_alone_keep_it_too_without_a_number(self, boss, platform, visit):
        company = OrganizationFactory(platform=platform)
        ItemFactory(
            organization=company,
            space=SpaceFactory(platform=platform),
            title="Hidden bracket",
            maturity=Maturity.PRIVATE,
        )
        text = visit("organization_delete", company).content.decode()
        assert "Items that are over, or not in your lists" in text and "Unseen bracket" not in text


class TestAdmin:
    def test_an_operator_neither_moves_nor_deletes_and_employs_nobody_elsewhere(self, client, platform, host, tree):
        person = worker(platform, company=host, unit=tree["Lab"])
        client.force_login(User.objects.create_superuser("operator@example.test"))
        url = reverse("admin:tenants_organization_change", args=[tree["Lab"].pk])
        client.post(url, {"name": "Laboratory", "accent": "plum", "parent": tree["B"].pk, "kind": "unit"})
        tree["Lab"].refresh_from_db()
        assert (tree["Lab"].name, tree["Lab"].parent, tree["Lab"].kind) == ("Laboratory", tree["A"], "department")
        assert audited()[:3] == (
            "operator_changed",
            {"name": "Lab", "accent": "slate"},
            {"name": "Laboratory", "accent": "plum"},
        )
        assert client.post(reverse("admin:tenants_organization_delete", args=[tree["B"].pk])).status_code == 403
        url = reverse("admin:tenants_member_change", args=[person.pk])
        client.post(url, {"company": host.pk, "unit": tree["B"].pk, "organizations": [tree["B"].pk]})
        person.refresh_from_db()
        assert person.unit == tree["Lab"] and not person.organizations.exists()


class TestMove:
    def test_people_leave_the_unit_above_and_what_hangs_on_it_ends(self, boss, platform, host, tree, visit):
        person = worker(platform, company=host, unit=tree["Lab"], user__name="Lara Lab")
        kept = worker(platform, company=host, unit=tree["Lab"], user__name="Kim Kept")
        kept.organizations.add(tree["A"])
        space = SpaceFactory(platform=platform, title="Tensioner")
        give(boss, space, "owner")
        lost = give(person, space, "author", organization=tree["A"])
        stays = [give(person, space, "author", organization=one) for one in (tree["Lab"], host)]
        stays.append(give(kept, space, "author", organization=tree["A"]))
        ItemFactory(space=space, organization=tree["B"])
        shown = visit("organization_move", tree["Lab"], data={"parent": tree["B"].pk})
        move, text = shown.context["move"], shown.content.decode()
        assert move.ends == ("Lara Lab: Author in Tensioner for A",) and move.ends[0] in text
        assert move.reads == ("Nobody reads more or less than now.",)  # by the other credentials
        assert Credential.objects.filter(pk=lost.pk).exists()  # so far it was only shown
        wanted = {"parent": tree["B"].pk, "shown": move.token}
        refused = visit("organization_move", tree["Lab"], data=wanted)
        assert refused.status_code == 422 and "Say why" in refused.content.decode()
        stale = visit("organization_move", tree["Lab"], data=wanted | {"reason": "New lead", "shown": "0-0-0"})
        assert stale.status_code == 422 and not AuditEvent.objects.exists()
        assert visit("organization_move", tree["Lab"], data=wanted | {"reason": "New lead"}).status_code == 302
        verb, before, after, reason = audited()
        assert (verb, before["parent"], after["parent"], reason) == ("organization_moved", "A", "B", "New lead")
        assert after["ended"] == ["Lara Lab: Author in Tensioner for A"]
        assert set(Credential.objects.exclude(user=boss.user)) == set(stays)
        assert AuditEvent.objects.count() == 1

    def test_readers_by_lineage_are_foretold_and_come_true(self, boss, platform, host, tree):
        Platform.objects.filter(pk=platform.pk).update(open_readers="below")
        space = SpaceFactory(platform=platform, visibility=Visibility.PUBLIC)
        for _ in range(3):
            ItemFactory(space=space, organization=tree["B"])
        ItemFactory(space=space, organization=tree["A"])
        person = worker(platform, company=host, unit=tree["Lab"], user__name="Lara Lab")
        give(person, SpaceFactory(platform=platform), "reader", organization=tree["Lab"])
        move = organizations.plan_move(organizations.find(platform, tree["Lab"].pk), tree["B"])
        assert move.reads == ("Lara Lab reads 3 more items", "Lara Lab reads 1 fewer item")
        organizations.move_organization(
            actor=actor_of(boss), organization=tree["Lab"], parent=tree["B"], reason="New lead"
        )
        again = organizations.plan_move(organizations.find(platform, tree["Lab"].pk), tree["A"])
        assert again.reads == ("Lara Lab reads 1 more item", "Lara Lab reads 3 fewer items")

    def test_what_cannot_move_says_so(self, boss, platform, host, tree):
        supplier, actor = OrganizationFactory(platform=platform, name="Tolmec"), actor_of(boss)
        worker(platform, company=host, unit=tree["Lab"])
        cases = (
            (host, supplier, Conflict, "top of its tree"),
            (tree["A"], host, Conflict, "cannot move there"),
            (tree["A"], tree["B"], Unacceptable, "Units stand below"),
            (tree["A"], supplier, Conflict, "People are employed in A"),
        )
        for one, parent, error, sentence in cases:
            with pytest.raises(error, match=sentence):
                organizations.move_organization(actor=actor, organization=one, parent=parent, reason="Why")
        organizations.move_organization(actor=actor, organization=tree["B"], parent=supplier)  # nothing stands on it
        tree["B"].refresh_from_db()
        assert tree["B"].parent == supplier and not AuditEvent.objects.latest("pk").reason


class TestPages:
    def test_numbers_stand_beside_each_and_people_say_how_they_belong(self, platform, host, tree, visit):
        person = worker(platform, company=host, unit=tree["Lab"], user__name="Lara Lab")
        further = worker(platform, user__name="Fay Further")
        further.organizations.add(tree["Lab"])
        give(person, SpaceFactory(platform=platform), "reader", organization=tree["Lab"])
        text = visit("organization_list").content.decode()
        assert "1 person employed, 1 further person, 1 credential" in text
        rows = {str(row[0]): row[1:] for row in visit("organization_detail", tree["A"]).context["people"]}
        assert rows == {"Lara Lab": ("employed in Lab", False)}
        rows = {str(row[0]): row[1:] for row in visit("organization_detail", tree["Lab"]).context["people"]}
        assert rows == {"Lara Lab": ("employed here", False), "Fay Further": ("belongs further", True)}
        assert not visit("organization_detail", tree["Lab"], query={"q": "nobody"}).context["people"]

    def test_b10_ending_that_somebody_belongs_shows_and_ends_their_credentials(self, boss, platform, tree, visit):
        person = worker(platform, user__name="Fay Further")
        person.organizations.add(tree["Lab"])
        space = SpaceFactory(platform=platform, title="Tensioner")
        held = give(person, space, "owner", organization=tree["Lab"])
        assert "Owner in Tensioner for Lab" in visit("organization_leave", tree["Lab"], person).content.decode()
        assert visit("organization_leave", tree["Lab"], person, data={"reason": "Moved on"}).status_code == 302
        assert not Credential.objects.filter(pk=held.pk).exists()
        assert Credential.objects.get(content_object=space).user == boss.user  # no space without an Owner
        assert visit("organization_leave", tree["Lab"], person).status_code == 404

    def test_what_is_typed_wrong_stays_beside_its_sentence(self, platform, tree, visit):
        answer = visit("organization_new", data={"name": "Tolmec", "kind": "unit", "accent": "petrol"})
        assert answer.status_code == 422 and "Tolmec" in answer.content.decode()
        answer = visit("organization_edit", tree["A"], data={"name": "B", "accent": "petrol"})
        assert answer.status_code == 422 and "B exists in" in answer.content.decode()
        assert visit("organization_new", query={"below": "x"}).status_code == 404
        assert visit("organization_move", tree["Lab"], data={"parent": "0"}).status_code == 422

    def test_in_use_counts_what_is_hidden_or_ended(self, platform, tree):
        assert not organization_uses.in_use([tree["B"].pk])
        Member.objects.filter(platform=platform).update(unit=tree["B"])
        assert organization_uses.in_use([tree["B"].pk])

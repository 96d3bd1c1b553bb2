"""Who gives which credential, and what keeps a space in somebody's hands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from spaces import credentials, hooks
from spaces.credentials import CredentialSpec, change_credential, give_credential, may_give, remove_credential
from spaces.models import Credential, CurrentCredential, Responsibility
from tenants.errors import AccessDenied, Conflict, NotVisible, Unacceptable
from tenants.models import AuditEvent, Right, Status
from tests.factories import MemberFactory, OrganizationFactory, SpaceFactory, actor_of, give, host_of, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform():
    return SpaceFactory().platform


@pytest.fixture
def space(platform):
    return platform.spaces.get()


@pytest.fixture
def supplier(platform):
    return OrganizationFactory(platform=platform, name="Supplier")


@pytest.fixture
def owner(platform, space):
    member = worker(platform)
    give(member, space, "owner")
    return member


@pytest.fixture
def engineer(platform, supplier):
    return worker(platform, Right.EXTERNAL, company=supplier)


def spec(responsibility, member, restricted=False, **more):
    return CredentialSpec(responsibility, restricted, more.pop("organization", member.company), **more)


EVERYTHING = [(value, False) for value in Responsibility.values] + [
    (value, True) for value in Responsibility.values if value != "public_reader"
]


@pytest.mark.parametrize(("responsibility", "restricted"), EVERYTHING)
def test_owner_gives_any_responsibility(space, owner, engineer, responsibility, restricted):
    wanted = spec(responsibility, engineer, restricted)
    given = give_credential(actor=actor_of(owner), space=space, member=engineer, spec=wanted)
    assert str(given) == f"{str(wanted).replace(' for ', f' in {space} for ')}"
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject, event.space_id) == ("credential_given", engineer.user, space.pk)
    assert event.after["responsibility"] == Responsibility(responsibility).label


@pytest.mark.parametrize(("responsibility", "restricted"), EVERYTHING)
def test_t50_owner_restricted_gives_restricted_ones_of_its_organization(space, engineer, responsibility, restricted):
    boss = worker(space.platform, Right.EXTERNAL, company=engineer.company)
    give(boss, space, "owner", restricted=True)
    decision = may_give(actor_of(boss), space, engineer, spec(responsibility, engineer, restricted))
    assert decision.allowed is restricted, decision.reason


def test_t50_owner_restricted_gives_nothing_of_another_organization(space, supplier, engineer):
    boss = worker(space.platform)
    give(boss, space, "owner", restricted=True)
    with pytest.raises(AccessDenied, match="only credentials of"):
        give_credential(actor=actor_of(boss), space=space, member=engineer, spec=spec("reader", engineer, True))
    assert not AuditEvent.objects.exists()


def test_t50_owner_restricted_leaves_unrestricted_people_alone(space, engineer):
    boss = worker(space.platform, Right.EXTERNAL, company=engineer.company)
    give(boss, space, "owner", restricted=True)
    free = give(engineer, space, "reader")
    bound = give(engineer, space, "author", restricted=True)
    with pytest.raises(AccessDenied, match="unrestricted credential"):
        give_credential(actor=actor_of(boss), space=space, member=engineer, spec=spec("leader", engineer, True))
    for credential in (free, bound):
        with pytest.raises(AccessDenied):
            remove_credential(actor=actor_of(boss), credential=credential)


@pytest.mark.parametrize("responsibility", [value for value in Responsibility.values if value != "owner"])
def test_t50_nobody_below_owner_gives_anything(space, engineer, responsibility):
    other = worker(space.platform)
    give(other, space, responsibility)
    error = NotVisible if responsibility == "public_reader" else AccessDenied  # Public Reader sees no Private space
    with pytest.raises(error):
        give_credential(actor=actor_of(other), space=space, member=engineer, spec=spec("reader", engineer))


def test_stranger_learns_nothing_of_the_space(space, engineer):
    with pytest.raises(NotVisible):
        give_credential(
            actor=actor_of(worker(space.platform)), space=space, member=engineer, spec=spec("reader", engineer)
        )


@pytest.mark.parametrize("days", [None, 11])
def test_nobody_gives_for_longer_than_they_hold(space, engineer, days):
    now = timezone.now()
    ending = worker(space.platform)
    give(ending, space, "owner", ends_at=now + timedelta(days=10))
    ends_at = days and now + timedelta(days=days)
    with pytest.raises(AccessDenied, match="nobody gives for longer"):
        give_credential(
            actor=actor_of(ending), space=space, member=engineer, spec=spec("reader", engineer, ends_at=ends_at)
        )
    shorter = spec("reader", engineer, ends_at=now + timedelta(days=10))
    assert give_credential(actor=actor_of(ending), space=space, member=engineer, spec=shorter)


def test_pending_member_may_be_given_and_counts_from_acceptance(space, owner, supplier):
    pending = MemberFactory(platform=space.platform, company=supplier, status=Status.PENDING)
    give_credential(actor=actor_of(owner), space=space, member=pending, spec=spec("author", pending))
    assert actor_of(pending).held == ()
    pending.status = Status.ACTIVE
    pending.save()
    assert [held.responsibility for held in actor_of(pending).held] == ["author"]


def _of_another_platform(member):
    return OrganizationFactory()


FAULTS = {
    "no such responsibility": (lambda m: spec("king", m), "responsibility"),
    "restricted public reader": (lambda m: spec("public_reader", m, True), "restricted"),
    "organization of others": (lambda m: spec("reader", m, organization=host_of(m.platform)), "organization"),
    "organization elsewhere": (lambda m: spec("reader", m, organization=OrganizationFactory()), "organization"),
    "past end": (lambda m: spec("reader", m, ends_at=timezone.now()), "ends_at"),
    "end before start": (
        lambda m: spec(
            "reader",
            m,
            starts_at=timezone.now() + timedelta(days=3),
            ends_at=timezone.now() + timedelta(days=2),
        ),
        "ends_at",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("right", ["owner", "administrator"])
def test_what_nobody_could_give_is_a_sentence(space, owner, engineer, fault, right):
    make, field = FAULTS[fault]
    asker = owner if right == "owner" else worker(space.platform, Right.ADMINISTRATOR)
    with pytest.raises(Unacceptable) as refused:
        give_credential(actor=actor_of(asker), space=space, member=engineer, spec=make(engineer))
    assert refused.value.field == field
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("status", [Status.NO_ACCESS, Status.REMOVED])
def test_people_without_access_are_given_nothing(space, owner, engineer, status):
    engineer.status = status
    engineer.save()
    with pytest.raises(Unacceptable, match="no member"):
        give_credential(actor=actor_of(owner), space=space, member=engineer, spec=spec("reader", engineer))


def test_member_of_another_platform_is_given_nothing(space, owner):
    stranger = MemberFactory()
    with pytest.raises(Unacceptable):
        give_credential(actor=actor_of(owner), space=space, member=stranger, spec=spec("reader", stranger))


def test_doubled_credential_is_refused_and_an_ended_one_revived(space, owner, engineer):
    ended = give(engineer, space, "reader", ends_at=timezone.now() - timedelta(days=1))
    revived = give_credential(actor=actor_of(owner), space=space, member=engineer, spec=spec("reader", engineer))
    assert (revived.pk, revived.ends_at) == (ended.pk, None)
    with pytest.raises(Conflict, match="already holds Reader"):
        give_credential(actor=actor_of(owner), space=space, member=engineer, spec=spec("reader", engineer))


def test_change_writes_before_and_after(space, owner, engineer):
    credential = give(engineer, space, "reader")
    wanted = spec("author", engineer, True, ends_at=timezone.now() + timedelta(days=5))
    change_credential(actor=actor_of(owner), credential=credential, spec=wanted)
    event = AuditEvent.objects.get()
    assert event.before["responsibility"] == "Reader"
    assert (event.after["responsibility"], event.after["restricted"]) == ("Author", True)
    assert event.after["last_day"]


def test_change_into_one_held_already_is_refused(space, owner, engineer):
    give(engineer, space, "reader")
    credential = give(engineer, space, "author")
    with pytest.raises(Conflict, match="already holds"):
        change_credential(actor=actor_of(owner), credential=credential, spec=spec("reader", engineer))


def test_t48_rights_lost_since_the_form_was_opened_count(space, owner, engineer):
    stale = actor_of(owner)
    second = worker(space.platform)
    give(second, space, "owner")
    Credential.objects.filter(user=owner.user).delete()
    with pytest.raises(NotVisible):
        give_credential(actor=stale, space=space, member=engineer, spec=spec("reader", engineer))
    assert not Credential.objects.filter(user=engineer.user).exists()


# --- the last Owner ---


def _last(space, owner):
    return Credential.objects.get(user=owner.user, content_object=space)


LOSSES = {
    "remove": lambda actor, credential, member: remove_credential(actor=actor, credential=credential),
    "demote": lambda actor, credential, member: change_credential(
        actor=actor, credential=credential, spec=spec("leader", member)
    ),
    "restrict": lambda actor, credential, member: change_credential(
        actor=actor, credential=credential, spec=spec("owner", member, True)
    ),
    "end": lambda actor, credential, member: change_credential(
        actor=actor, credential=credential, spec=spec("owner", member, ends_at=timezone.now() + timedelta(days=9))
    ),
    "start later": lambda actor, credential, member: change_credential(
        actor=actor, credential=credential, spec=spec("owner", member, starts_at=timezone.now() + timedelta(days=9))
    ),
}


@pytest.mark.parametrize("asker", ["owner", "administrator"])
@pytest.mark.parametrize("loss", LOSSES)
def test_t49_last_owner_stays(space, owner, loss, asker):
    actor = actor_of(owner if asker == "owner" else worker(space.platform, Right.ADMINISTRATOR))
    ending = worker(space.platform)
    give(ending, space, "owner", ends_at=timezone.now() + timedelta(days=400))  # has an end, so it keeps nothing
    with pytest.raises(Conflict, match="last Owner"):
        LOSSES[loss](actor, _last(space, owner), owner)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("loss", LOSSES)
def test_b13_owner_goes_while_another_lasting_one_stays(space, owner, loss):
    give(worker(space.platform), space, "owner")
    LOSSES[loss](actor_of(owner), _last(space, owner), owner)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("gone", ["no access", "inactive user", "left the organization"])
def test_t49_an_owner_who_counts_no_more_keeps_nothing(space, owner, gone, supplier):
    other = worker(space.platform)
    give(other, space, "owner", organization=supplier if gone == "left the organization" else other.company)
    if gone == "no access":
        other.status = Status.NO_ACCESS
        other.save()
    elif gone == "inactive user":
        other.user.is_active = False
        other.user.save()
    with pytest.raises(Conflict):
        remove_credential(actor=actor_of(owner), credential=_last(space, owner))


def test_last_owner_leaves_by_naming_a_successor(space, owner, engineer):
    remove_credential(actor=actor_of(owner), credential=_last(space, owner), successor=engineer)
    named = Credential.objects.get(content_object=space)
    assert (named.user, named.get_responsibility(), named.organization) == (engineer.user, "owner", engineer.company)
    assert AuditEvent.objects.get().after["successor"] == str(engineer)


def test_t49_successor_without_access_is_none(space, owner):
    pending = MemberFactory(platform=space.platform, status=Status.PENDING)
    with pytest.raises(Conflict):
        remove_credential(actor=actor_of(owner), credential=_last(space, owner), successor=pending)
    assert Credential.objects.get(content_object=space).user == owner.user


def test_b13_cutting_access_makes_the_administrator_owner(space, owner):
    administrator = worker(space.platform, Right.ADMINISTRATOR)
    kept = SpaceFactory(platform=space.platform)
    give(owner, kept, "reader")
    give(worker(space.platform), kept, "owner")
    with_end = credentials.end_credentials
    assert with_end(actor_of(administrator), owner) == [space.title]
    heir = Credential.objects.get(content_object=space)
    assert (heir.user, heir.organization, heir.source) == (administrator.user, administrator.company, "platform")
    assert not Credential.objects.filter(user=owner.user).exists()


def test_b13_an_administrator_who_leaves_names_another(space):
    leaving, staying = worker(space.platform, Right.ADMINISTRATOR), worker(space.platform, Right.ADMINISTRATOR)
    give(leaving, space, "owner")
    credentials.end_credentials(actor_of(leaving), leaving)
    assert Credential.objects.get(content_object=space).user == staying.user


def test_b13_leaving_an_organization_ends_its_credentials_only(space, owner, supplier):
    administrator = worker(space.platform, Right.ADMINISTRATOR)
    give(owner, space, "reader", organization=supplier)
    assert credentials.end_organizations(actor_of(administrator), owner, {owner.company_id}) == [space.title]
    assert [row.organization for row in Credential.objects.filter(user=owner.user)] == [supplier]


def test_t37_whoever_loses_a_credential_is_told_to_every_floor(space, owner, engineer, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "ACCESS_LOST", [lambda actor, space_id, user: told.append((space_id, user))])
    credential = give(engineer, space, "author")
    change_credential(actor=actor_of(owner), credential=credential, spec=spec("reader", engineer))
    remove_credential(actor=actor_of(owner), credential=credential)
    assert told == [(space.pk, engineer.user)] * 2


def test_a_current_credential_that_goes_leaves_none(space, owner, engineer):
    credential = give(engineer, space, "author")
    give(engineer, SpaceFactory(platform=space.platform), "author")
    give(engineer, SpaceFactory(platform=space.platform), "reader")
    credentials.choose_credential(actor=actor_of(engineer), credential_id=credential.pk)
    assert actor_of(engineer).current.id == credential.pk
    remove_credential(actor=actor_of(owner), credential=credential)
    assert actor_of(engineer).current is None
    assert not CurrentCredential.objects.exists()


def test_t38_only_own_live_credentials_are_chosen(space, owner, engineer):
    mine = give(engineer, space, "author", ends_at=timezone.now() - timedelta(days=1))
    for pk in (mine.pk, _last(space, owner).pk, 0, None):
        with pytest.raises(NotVisible):
            credentials.choose_credential(actor=actor_of(engineer), credential_id=pk)


def test_operator_gives_through_the_same_service(space, engineer):
    operator = worker(space.platform).user
    operator.is_superuser = True
    given = give_credential(actor=None, space=space, member=engineer, spec=spec("owner", engineer), operator=operator)
    event = AuditEvent.objects.get()
    assert (event.actor, event.platform) == (operator, space.platform)
    with pytest.raises(Conflict, match="last Owner"):
        change_credential(
            actor=None,
            credential=given,
            spec=replace(spec("owner", engineer), restricted=True),
            operator=operator,
        )

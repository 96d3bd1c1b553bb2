"""Asking to join a space: who may know of it, one open question, the Owners' answer, and what answers by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from content.models import Maturity
from spaces import joining
from spaces.credentials import give_credential
from spaces.models import AccessRequest, Credential, RequestState, Visibility
from tenants.errors import AccessDenied, Conflict, NotVisible
from tenants.members import end_access
from tenants.models import AuditEvent, Notification, Right
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, host_of, share, worker
from tests.races import at_once, rounds

pytestmark = pytest.mark.django_db
STATES = ("open", "granted", "refused", "withdrawn")


class World:
    """A Public space with an Owner and an open item, and somebody who reads it from another space."""

    def __init__(self):
        self.platform = PlatformFactory()
        self.admin, self.owner = worker(self.platform, Right.ADMINISTRATOR), worker(self.platform)
        self.space = SpaceFactory(platform=self.platform, title="Brackets", visibility=Visibility.PUBLIC)
        give(self.owner, self.space, "owner")
        self.item = ItemFactory(space=self.space, owner=self.owner.user)
        self.asker = worker(self.platform)
        give(self.asker, SpaceFactory(platform=self.platform))

    def ask(self, member=None, message="For the review"):
        return joining.ask(actor=actor_of(member or self.asker), pk=self.space.pk, message=message)

    def url(self, name, *args):
        return reverse(name, args=[self.platform.slug, *args])


@pytest.fixture
def world():
    return World()


def test_from_the_refusal_to_the_credential(world, client):
    client.force_login(world.asker.user)
    refused = client.get(world.url("content:space_detail", world.space.pk))
    ask = world.url("spaces:access_ask", world.space.pk)
    assert refused.status_code == 403 and ask in refused.content.decode()
    assert ask in client.get(world.url("content:item_detail", world.item.pk)).content.decode()
    assert client.post(ask, {"message": "For the <b>review</b>"}).status_code == 302
    assert "You have asked" in client.get(ask).content.decode()
    assert "asks to join" in Notification.objects.get(user=world.owner.user).text
    client.force_login(world.owner.user)
    answer = world.url("spaces:access_answer", world.space.pk, AccessRequest.objects.get().pk)
    for page in (world.url("spaces:space_members", world.space.pk), world.url("tenants:home")):
        shown = client.get(page).content.decode()
        assert answer in shown and "&lt;b&gt;review" in shown
    assert client.post(answer, {"let_in": "yes"}).status_code == 302
    (held,) = [held for held in actor_of(world.asker).held if held.space_id == world.space.pk]
    assert str(held).startswith("Reader (Restricted) in Brackets")
    request = AccessRequest.objects.get()
    assert (request.state, request.answered_by) == (RequestState.GRANTED, world.owner.user)
    assert Notification.objects.filter(user=world.asker.user, text__contains="You are now").exists()


@pytest.mark.parametrize("hidden", ["private space", "private item", "protected", "no credential", "elsewhere"])
def test_t26_who_may_not_know_the_space_gets_nothing(world, client, hidden):
    asker, change = world.asker, type(world.space).objects.filter(pk=world.space.pk).update
    if hidden == "private space":
        change(visibility=Visibility.PRIVATE)
    elif hidden == "private item":
        type(world.item).objects.update(maturity=Maturity.PRIVATE)
    elif hidden == "protected":
        change(visibility=Visibility.PROTECTED)
    elif hidden == "no credential":
        Credential.objects.filter(user=asker.user).delete()
    else:
        asker = worker(PlatformFactory(), Right.ADMINISTRATOR)
    with pytest.raises(NotVisible):
        world.ask(asker)
    client.force_login(asker.user)
    pages = ["content:space_detail", "spaces:access_ask", "spaces:space_members"]
    assert {client.get(world.url(page, world.space.pk)).status_code for page in pages} == {404}
    assert not AccessRequest.objects.exists() and not AuditEvent.objects.exists()


def test_a_share_lets_somebody_know_a_private_space(world):
    type(world.space).objects.update(visibility=Visibility.PRIVATE)
    with pytest.raises(NotVisible):
        world.ask()
    share(world.item, world.asker)
    assert world.ask().state == RequestState.OPEN


def test_one_open_question_per_person_and_space(world):
    request = world.ask()
    with pytest.raises(Conflict):
        world.ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRequest.objects.create(space=world.space, member=world.asker, created_at=timezone.now())
    joining.refuse(actor=actor_of(world.owner), space=world.space, pk=request.pk)
    assert world.ask().pk != request.pk
    assert AuditEvent.objects.filter(verb="access_asked").count() == 2


def test_e15_the_fourth_question_within_a_day_is_refused(world):
    actor, pk = actor_of(world.asker), world.space.pk
    for _ in range(3):
        world.ask()
        joining.withdraw(actor=actor, pk=pk)
    with pytest.raises(Conflict) as refused:
        world.ask()
    assert "3 times" in refused.value.sentence
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert world.ask().state == RequestState.OPEN


def test_who_is_in_has_nothing_to_ask(world):
    for member in (world.owner, world.admin):
        with pytest.raises(Conflict):
            world.ask(member)


@pytest.mark.parametrize("who", ["asker", "leader", "restricted", "elsewhere"])
@pytest.mark.parametrize("act", [joining.let_in, joining.refuse])
def test_only_owners_and_administrators_answer(world, who, act):
    request, member = world.ask(), world.asker
    if who != "asker":
        member = worker(world.platform if who != "elsewhere" else PlatformFactory(), Right.MEMBER)
    if who in {"leader", "restricted"}:
        give(member, world.space, "leader" if who == "leader" else "owner", restricted=who == "restricted")
    with pytest.raises((AccessDenied, NotVisible)):
        act(actor=actor_of(member), space=world.space, pk=request.pk)
    assert AccessRequest.objects.get().state == RequestState.OPEN
    assert not joining.open_requests(actor_of(member)).exists()
    act(actor=actor_of(world.admin), space=world.space, pk=request.pk)


@pytest.mark.parametrize("state", STATES[1:])
def test_what_is_answered_is_answered_once(world, state):
    request = world.ask()
    AccessRequest.objects.update(state=state)
    for act in (joining.let_in, joining.refuse):
        with pytest.raises(Conflict):
            act(actor=actor_of(world.owner), space=world.space, pk=request.pk)
    with pytest.raises(NotVisible):
        joining.withdraw(actor=actor_of(world.asker), pk=world.space.pk)


def test_a_question_of_another_space_is_not_answered_here(world):
    request, other = world.ask(), SpaceFactory(platform=world.platform)
    stranger = worker(world.platform)
    give(stranger, other, "owner")
    with pytest.raises(NotVisible):
        joining.let_in(actor=actor_of(stranger), space=other, pk=request.pk)
    assert not Credential.objects.filter(user=world.asker.user, content_object=world.space).exists()


def test_any_level_that_is_given_answers(world):
    world.ask()
    spec = joining.CredentialSpec("author", False, host_of(world.platform))
    give_credential(actor=actor_of(world.owner), space=world.space, member=world.asker, spec=spec)
    assert AccessRequest.objects.get().state == RequestState.GRANTED


def test_leaving_withdraws_it(world):
    world.ask()
    end_access(actor=actor_of(world.admin), member=world.asker)
    assert AccessRequest.objects.get().state == RequestState.WITHDRAWN
    assert not joining.open_requests(actor_of(world.owner)).exists()


def test_withdrawing(world):
    world.ask()
    joining.withdraw(actor=actor_of(world.asker), pk=world.space.pk)
    assert AccessRequest.objects.get().state == RequestState.WITHDRAWN
    assert AuditEvent.objects.first().verb == "access_withdrawn"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_b13_two_questions_at_once_are_one(self):
        world = World()
        actor = actor_of(world.asker)
        outcomes = at_once(*[lambda: joining.ask(actor=actor, pk=world.space.pk)] * 4)
        assert sorted(refusal.status for refusal in outcomes.values() if refusal) == [409] * 3
        assert AccessRequest.objects.count() == AuditEvent.objects.filter(verb="access_asked").count() == 1

    @pytest.mark.parametrize("round_", rounds(3))
    def test_b13_let_in_or_refused_never_both(self, round_):
        world = World()
        request, owner, admin = world.ask(), actor_of(world.owner), actor_of(world.admin)
        at_once(
            lambda: joining.let_in(actor=owner, space=world.space, pk=request.pk),
            lambda: joining.refuse(actor=admin, space=world.space, pk=request.pk),
        )
        given = Credential.objects.filter(user=world.asker.user, content_object=world.space).exists()
        assert AccessRequest.objects.get().state == ("granted" if given else "refused")

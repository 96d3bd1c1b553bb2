"""Who gets in is who is listed: no way into an item or a space that its own page does not name. Threat T15."""

from django.test import Client, TestCase

from tenants import actor as actors
from tenants.models import Member, Right
from tests.factories import give
from tests.site_world import World


class WhoGetsIn(TestCase):
    """Every visitor of the site asks for an item and a space; the pages that name people name exactly those."""

    @classmethod
    def setUpTestData(cls):
        cls.world = World()

    def _let_in(self, name, key):
        """Return the addresses of those who get the page; who has to choose a credential first has chosen one."""
        found = set()
        for member in Member.objects.filter(platform=self.world.platform).select_related("user"):
            browser = Client()
            browser.force_login(member.user)
            answer = browser.get(self.world.url(name, key))
            if answer.status_code == 302 and (held := actors.of(member.user, member.platform).held):
                browser.post(self.world.url("spaces:credential", "platform"), {"credential": held[0].id})
                answer = browser.get(self.world.url(name, key))
            if answer.status_code == 200:
                found.add(member.user.email)
        return found

    def test_t15_whom_the_evaluator_admits_is_whom_the_page_lists(self):
        chief = self.world.client("administrator")
        listed = chief.get(self.world.url("content:item_readers", "item")).context["readers"]
        active = {member.user.email for member, *_why in listed if member.is_active}  # the invited once they accept
        assert active == self._let_in("content:item_detail", "item")

    def test_t15_a_space_is_seen_by_the_people_it_lists_and_by_administrators(self):
        chief = self.world.client("administrator")
        people = chief.get(self.world.url("spaces:space_members", "space")).context["people"]
        here = Member.objects.filter(platform=self.world.platform).select_related("user")
        listed = {person.member.user.email for person in people} & {one.user.email for one in here if one.is_active}
        administrators = {member.user.email for member in here if member.right == Right.ADMINISTRATOR}
        assert listed and administrators - listed
        assert self._let_in("content:space_detail", "space") == listed | administrators

    def test_who_has_chosen_a_credential_by_themselves_is_not_asked_again(self):
        give(member := self.world.members["author"], self.world.space, "reader", restricted=True)
        held = actors.of(member.user, member.platform).held
        browser, page = Client(), {"headers": {"accept": "text/html"}}
        browser.force_login(member.user)
        browser.post(self.world.url("spaces:credential", "platform"), {"credential": held[0].id})
        assert browser.get(self.world.url("content:item_detail", "item"), **page).status_code == 200

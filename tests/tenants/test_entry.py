"""Who is not let in: every address says why and who can help, leads out, and never round in a circle."""

from django.test import TestCase
from django.urls import reverse

from tenants.models import Platform, PlatformStatus, RoleGrant, RoleStock
from tests.site_world import World, undone, writes
from tests.test_urls import ROWS, ask

OPEN = {"tenants:membership", "tenants:membership_leave"}  # their own, which they may end, whatever licence they lack
TITLE = "No licence lets you into Acme"


class WithoutTheCapability(TestCase):
    """An Author and an Administrator whose roles were taken back."""

    @classmethod
    def setUpTestData(cls):
        cls.world = world = World()
        people = [world.members["author"], world.members["administrator"]]
        RoleGrant.objects.filter(member__in=people).delete()
        cls.rows = [
            row for row in ROWS if world.url(row.name, row.args).startswith("/p/acme/") and row.name not in OPEN
        ]

    def test_t20_every_address_of_the_platform_says_the_same_and_does_nothing(self):
        browser, wrong = self.world.client("author"), []
        inside = [row for row in self.rows if 404 not in (row.expected["author"], row.expected["administrator"])]
        assert len(inside) > 60
        for row in inside:
            with writes() as written:
                answer = ask(self.world, browser, row)
            closed = TITLE in answer.content.decode() if not answer.streaming else False
            managed = row.expected["author"] == 403 and answer.status_code == 403  # refused by its own rule before
            if answer.status_code != 403 or not (closed or managed) or written:
                wrong.append((row.method, row.name, answer.status_code, written))
        assert wrong == []

    def test_root_and_switch_lead_to_the_door_and_out_of_it(self):
        browser = self.world.client("author")
        answer = browser.get("/", follow=True)
        assert [url for url, _status in answer.redirect_chain] == [reverse("tenants:home", args=["acme"])]
        text = answer.content.decode()
        assert answer.status_code == 403 and TITLE in text
        for said in ("No role is granted to you here", "An Administrator of Acme", reverse("tenants:platforms")):
            assert said in text, said
        assert browser.get(reverse("tenants:platforms")).status_code == 200

    def test_htmx_gets_a_message_and_no_page_inside_the_page(self):
        browser = self.world.client("author")
        for name in ("home", "notifications"):
            text = browser.get(
                reverse(f"tenants:{name}", args=["acme"]), headers={"HX-Request": "true"}
            ).content.decode()
            assert TITLE in text and "An Administrator of Acme" in text and "<html" not in text

    def test_an_administrator_is_told_that_they_can_repair_it_and_can(self):
        browser, member = self.world.client("administrator"), self.world.members["administrator"]
        text = browser.get(reverse("tenants:home", args=["acme"])).content.decode()
        assert "Yourself: you are an Administrator" in text
        for name, args in (("member_detail", [member.pk]), ("role_list", [])):
            url = reverse(f"tenants:{name}", args=["acme", *args])
            assert url in text and browser.get(url).status_code == 200
        role = RoleStock.objects.get(platform=self.world.platform, role__code="ENT").role
        url = reverse("tenants:role_grant_to", args=["acme", role.pk])
        browser.post(url, {"member": member.pk, "assigned": "on", "restricted": "on"})
        assert browser.get(reverse("tenants:home", args=["acme"])).status_code == 200

    def test_what_is_missing_is_named_exactly(self):
        platform, reader = self.world.platform, self.world.client("reader")
        grants = RoleGrant.objects.filter(member=self.world.members["reader"])
        stocks, stored = RoleStock.objects.filter(platform=platform), Platform.objects.filter(pk=platform.pk)
        cases = {
            "The licence of Entry has expired": lambda: stocks.update(expires_at="2020-01-01T00:00Z"),
            "No platform assigns a licence of Entry": lambda: grants.update(assigned=False),
            "No role that includes signing in": lambda: grants.filter(role__code="ENT").delete(),
            "Acme is suspended": lambda: stored.update(status=PlatformStatus.SUSPENDED),
            "Acme is closed": lambda: stored.update(status=PlatformStatus.CLOSED),
        }
        for sentence, act in cases.items():
            with self.subTest(sentence), undone():
                act()
                answer = reader.get(reverse("tenants:home", args=["acme"]))
                text = answer.content.decode()
                assert answer.status_code == 403 and sentence in text
                assert "Design" not in text  # what other roles lack keeps nobody out

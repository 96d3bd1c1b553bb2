"""What is sent beside the fields of a form: no column but the form's own changes, and no query takes it up."""

import ast

from django.test import TestCase
from django.urls import reverse

from content.models import Item
from spaces.models import Space
from tenants.models import Organization, RoleStock, UserGroup
from tests.factories import PlatformFactory, catalogue
from tests.site_world import World, body, undone
from tests.test_house import modules, name_of

TOUCHED = {"version", "modified_at", "active_at"}
RENAMED = {"name": "Other", "accent": "slate"}
# Forms that change one row: address, arguments, who, its row, what is typed, and the columns that may differ then.
FORMS = [
    ("content:item_edit", "item", "author", Item, {"title": "Other"}, {"title"}),
    ("content:item_repair", "item", "owner", Item, {"title": "Other", "reason": "Why"}, {"title"}),
    ("content:item_maturity", "item", "leader", Item, {"target": "frozen"}, {"maturity"}),
    ("content:item_lock", "item", "author", Item, {}, {"locked_by", "locked_at"}),
    ("spaces:space_edit", "space", "owner", Space, {"title": "Other"}, {"title", "description"}),
    ("tenants:group_edit", "group", "administrator", UserGroup, {"name": "Other"}, {"name", "description"}),
    ("tenants:organization_edit", "organization", "administrator", Organization, RENAMED, set(RENAMED)),
]
HOSTILE = (
    "owner__password__startswith=p&space__title=x&ordering=members__user__email&order_by=password&sort=owner__password"
    "&_connector=OR&_negated=1&filter=pk&page=1)%20OR%20(1=1&user__email__icontains=x&pk__in=1"
)
LISTS = {
    "content:item_list": ("platform", "owner"),
    "content:space_detail": ("space", "reader"),
    "spaces:space_list": ("platform", "reader"),
    "spaces:control_center": ("platform", "administrator"),
    "spaces:space_members": ("space", "owner"),
    "tenants:member_list": ("platform", "administrator"),
    "tenants:group_list": ("platform", "administrator"),
    "tenants:invitation_list": ("platform", "administrator"),
    "tenants:role_detail": ("role", "administrator"),
    "tenants:record": ("platform", "administrator"),
}
SEARCHES = [
    ("spaces:space_list", "platform", "q", "reader"),
    ("spaces:people_search", "space", "q", "owner"),
    ("spaces:credential_add", "space", "q", "owner"),
    ("content:comment_people", "item", "q", "author"),
    ("content:item_sharing", "item", "q", "leader"),
    ("content:review_detail", "review", "q", "leader"),
    ("content:item_list", "platform", "q", "reader"),
    ("content:search_suggest", "platform", "q", "reader"),
    ("tenants:group_detail", "group", "q", "administrator"),
    ("tenants:organization_list", "platform", "q", "administrator"),
    ("tenants:role_detail", "role", "who", "administrator"),
]
# method, address, arguments, who, what is a day there, and whether it is left out or refused
DAYS = [
    ("get", "tenants:role_ledger", "role", "administrator", "until", 200),
    ("get", "tenants:record", "platform", "administrator", "until", 422),
    ("post", "content:review_due", "review", "leader", "due_on", 422),
]
QUERYING = {"filter", "exclude", "get", "order_by", "annotate", "alias", "aggregate", "values", "values_list"}
QUERYING |= {"update", "create", "get_or_create", "update_or_create", "Q"}
ASKED = ("request.GET", "request.POST", "request.headers", "request.COOKIES", "request.META", "request.body")


def stored(model, pk):
    """Return the columns of a row."""
    return model.objects.filter(pk=pk).values().get()


class ThePosting(TestCase):
    """Posts more than is asked, and asks for more than there is."""

    @classmethod
    def setUpTestData(cls):
        cls.world = World()

    def _everything(self, model, foreign):
        """Return a value for every column: keys lead to rows of another platform."""
        found = {}
        for field in model._meta.concrete_fields:
            value = str(foreign) if field.is_relation or field.primary_key else "1"
            found |= {field.name: value, field.attname: value, f"{field.name}__id": value}
        return found | {"is_superuser": "on", "is_staff": "on", "status": "active", "right": "administrator"}

    def test_t22_t56_a_form_changes_its_own_fields_and_no_other_column(self):
        world, foreign = self.world, self.world.other.pk
        for name, args, who, model, typed, own in FORMS:
            pk = world.args[args][1]
            with self.subTest(form=name), undone():
                before = stored(model, pk)
                data = self._everything(model, foreign) | typed
                data |= {"version": Item.objects.get(pk=pk).version} if model is Item else {}
                data |= {} if "description" in typed else {"description": before.get("description", "")}
                answer = world.client(who).post(world.url(name, args), data)
                assert answer.status_code == 302, (name, answer.status_code)
                after = stored(model, pk)
                changed = {column.removesuffix("_id") for column in after if after[column] != before[column]}
                assert changed - TOUCHED <= own, (name, changed)
                assert changed & own

    def test_t22_t56_a_new_item_is_stamped_and_takes_nothing_from_input(self):
        world = self.world
        given = self._everything(Item, world.other.pk) | {"title": "New", "description": ""}
        given.pop("credential", None)
        with undone():
            url = world.url("content:item_new", "platform") + "?type=test-definition"
            assert world.client("author").post(url, given).status_code == 302
            made = Item.objects.get(title="New")
            assert (made.platform, made.space, made.owner) == (world.platform, world.space, world.users["author"])
            assert (made.organization, made.revision, made.version) == (world.members["author"].company, "A", 1)
            assert (made.maturity, made.locked_by, made.platform_wide) == ("in_work", None, False)

    def test_t55_rows_of_others_in_a_form_of_many_rows_stay_as_they_are(self):
        world, other = self.world, PlatformFactory()
        stock = RoleStock.objects.create(platform=other, role=catalogue()["DES"], quantity=3)
        before = stored(RoleStock, stock.pk)
        page = reverse("admin:tenants_platform_change", args=[world.platform.pk])
        form = world.client("operator").get(page).context["adminform"].form
        data = {name: form[name].value() or "" for name in form.fields}
        data |= {"stock-TOTAL_FORMS": 1, "stock-INITIAL_FORMS": 1, "stock-0-id": stock.pk, "stock-0-quantity": 99}
        data |= {"stock-0-platform": world.platform.pk, "stock-0-DELETE": "on"}
        with undone():
            world.client("operator").post(page, data)
            assert stored(RoleStock, stock.pk) == before

    def test_t57_no_list_takes_columns_or_conditions_from_its_address(self):
        for name, (args, who) in LISTS.items():
            with self.subTest(page=name):
                browser, url = self.world.client(who), self.world.url(name, args)
                plain, hostile = browser.get(url), browser.get(f"{url}?{HOSTILE}")
                assert hostile.status_code in {200, 400, 422}
                if hostile.status_code == 200 and "page" in plain.context:
                    assert _rows(hostile) == _rows(plain)

    def test_words_with_a_nul_are_looked_for_without_it(self):
        for name, args, key, who in SEARCHES:
            with self.subTest(page=name), undone():
                url, browser = self.world.url(name, args), self.world.client(who)
                found, same = (body(browser.get(url, {key: words})) for words in ("Re\0ad\0", "Read"))
                assert found.replace(b"%2500", b"").replace(b"%00", b"") == same

    def test_a_day_beyond_the_calendar_is_none(self):
        for method, name, args, who, key, status in DAYS:
            for day in ("0001-01-01", "9999-12-31"):
                with self.subTest(page=name, day=day), undone():
                    ask = getattr(self.world.client(who), method)
                    assert ask(self.world.url(name, args), {key: day}).status_code == status


def _rows(answer):
    return [str(row) for row in answer.context["page"]]


def test_t55_no_page_of_ours_is_a_form_of_many_rows():
    assert [name_of(path) for path in modules() if "formset" in path.read_text()] == []


def test_t57_no_query_is_made_of_what_a_request_sends():
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            opened = [ast.unparse(one.value) for one in node.keywords if one.arg is None]
            opened += [ast.unparse(one.value) for one in node.args if isinstance(one, ast.Starred)]
            for text in opened:
                raw = any(asked in text for asked in ASKED)
                if raw or (called in QUERYING and (".dict()" in text or "request" in text)):
                    found.append((name_of(path), called, text))
    assert found == []

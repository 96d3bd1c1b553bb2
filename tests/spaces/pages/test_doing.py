"""Pages of spaces on which people do something: credentials, spaces, the choice of one's own, panels."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from spaces.models import Credential, CurrentCredential, Space
from tenants.models import AuditEvent, Notification, Right
from tests.factories import ItemFactory, MemberFactory, SpaceFactory, give, worker
from tests.spaces.pages.conftest import BROWSER, names, queries, text

pytestmark = pytest.mark.django_db


def _typed(member, **more):
    return {"person": member.pk, "responsibility": "reader", "organization": member.company.pk, **more}


def test_add_gives_and_records_once(visit, space, owner, engineer):
    data = _typed(engineer, restricted="on", ends_on="2099-06-30")
    response = visit(owner, "credential_add", space.pk, data=data)
    assert response.status_code == 302
    given = Credential.objects.get(user=engineer.user)
    assert given.ends_at.isoformat() == "2099-07-01T00:00:00+00:00"  # the last day counts
    assert AuditEvent.objects.count() == 1


def test_first_unrestricted_credential_shows_what_it_opens_before(visit, space, owner, engineer):
    ItemFactory(space=space)
    shown = visit(owner, "credential_add", space.pk, data=_typed(engineer))
    assert shown.status_code == 422
    assert shown.context["effect"].here == 1
    assert not Credential.objects.filter(user=engineer.user).exists()
    given = visit(owner, "credential_add", space.pk, data=_typed(engineer, shown=shown.context["effect"].token))
    assert given.status_code == 302
    assert AuditEvent.objects.count() == 1


BAD = {
    "no person": ({"person": ""}, 422),
    "malformed person": ({"person": "1 or 1"}, 422),
    "huge person": ({"person": "9" * 40}, 422),
    "no responsibility": ({"responsibility": ""}, 422),
    "unknown responsibility": ({"responsibility": "king"}, 422),
    "foreign organization": ({"organization": "host"}, 422),
    "malformed organization": ({"organization": "x"}, 422),
    "restricted public reader": ({"responsibility": "public_reader", "restricted": "on"}, 422),
    "past end": ({"ends_on": "2001-01-01"}, 422),
    "end before start": ({"starts_on": "2099-01-02", "ends_on": "2099-01-01"}, 422),
    "malformed date": ({"ends_on": "31.31.2099"}, 422),
    "end of all days": ({"ends_on": "9999-12-31"}, 422),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_a_sentence_and_stores_nothing(visit, space, owner, engineer, bad):
    change, status = BAD[bad]
    data = _typed(engineer, restricted="on") | change
    if data["organization"] == "host":
        data["organization"] = owner.company.pk
    if bad == "restricted public reader":
        data["shown"] = "anything"
    response = visit(owner, "credential_add", space.pk, data=data)
    assert response.status_code == status
    assert not Credential.objects.filter(user=engineer.user).exists()
    assert not AuditEvent.objects.exists()


def test_member_of_another_platform_is_not_found_by_id(visit, space, owner):
    stranger = MemberFactory(user__name="Stella Stranger")
    response = visit(owner, "credential_add", space.pk, data=_typed(stranger))
    assert response.status_code == 422
    assert "Stella" not in text(response)


def test_doubled_credential_is_a_conflict_and_keeps_what_was_typed(visit, space, owner, engineer):
    give(engineer, space, "reader", restricted=True)
    response = visit(owner, "credential_add", space.pk, data=_typed(engineer, restricted="on", ends_on="2099-06-30"))
    assert response.status_code == 409
    assert "already holds Reader (Restricted)" in text(response)
    assert "2099-06-30" in text(response)


def test_change_by_the_page(visit, space, owner, engineer):
    credential = give(engineer, space, "reader", restricted=True)
    data = _typed(engineer, responsibility="author", restricted="on")
    assert visit(owner, "credential_change", space.pk, credential.pk, data=data).status_code == 302
    credential.refresh_from_db()
    assert credential.get_responsibility() == "author"


def test_t49_the_page_keeps_the_last_owner(visit, space, owner, engineer):
    credential = Credential.objects.get(user=owner.user)
    response = visit(owner, "credential_remove", space.pk, credential.pk, data={})
    assert response.status_code == 409
    assert "Make someone else Owner first" in text(response)
    give(engineer, space, "reader")
    response = visit(owner, "credential_remove", space.pk, credential.pk, data={"successor": engineer.pk})
    assert response.status_code == 302
    assert Credential.objects.filter(user=engineer.user, permission__codename="owner").exists()


@pytest.mark.parametrize("successor", ["x", "0", "99999999999999999999999"])
def test_unknown_successor_is_a_sentence(visit, space, owner, successor):
    credential = Credential.objects.get(user=owner.user)
    response = visit(owner, "credential_remove", space.pk, credential.pk, data={"successor": successor})
    assert response.status_code == 422
    assert Credential.objects.filter(pk=credential.pk).exists()


def test_credential_of_another_space_is_not_found(visit, space, owner, engineer):
    other = give(engineer, SpaceFactory(platform=space.platform), "reader")
    assert visit(owner, "credential_remove", space.pk, other.pk, data={}).status_code == 404


# --- spaces ---


def test_create_edit_widen_delete(visit, platform, administrator):
    made = visit(administrator, "space_new", data={"title": "Wing", "visibility": "private"})
    assert made.status_code == 302
    space = Space.objects.get(title="Wing")
    assert visit(administrator, "space_edit", space.pk, data={"title": "Tail"}).status_code == 302
    data = {"visibility": "public"}
    assert visit(administrator, "space_visibility", space.pk, data=data).status_code == 422  # nothing was shown yet
    assert visit(administrator, "space_visibility", space.pk, data=data | {"seen": "public"}).status_code == 302
    data = {"visibility": "private", "seen": "private"}
    assert visit(administrator, "space_visibility", space.pk, data=data).status_code == 422  # no reason
    assert visit(administrator, "space_delete", space.pk, data={}).status_code == 302
    assert not Space.objects.filter(pk=space.pk).exists()
    assert AuditEvent.objects.count() == 4


def test_preview_shows_who_gains_and_changes_nothing(visit, space, owner, platform):
    reader = worker(platform, user__name="Rosa Reader")
    give(reader, SpaceFactory(platform=platform), "reader")
    ItemFactory(space=space)
    response = visit(owner, "space_visibility", space.pk, data={"visibility": "public", "preview": "1"})
    assert [(str(member), change.items) for member, change in response.context["shown"]] == [("Rosa Reader", 1)]
    space.refresh_from_db()
    assert space.visibility == "private"
    assert not AuditEvent.objects.exists()


def test_delete_of_a_space_with_content_is_refused_without_a_number(visit, space, owner):
    ItemFactory(space=space)
    response = visit(owner, "space_delete", space.pk, data={})
    assert response.status_code == 409
    assert "1 item" not in text(response)


@pytest.mark.parametrize("data", [{"title": ""}, {"title": "x" * 81}, {"title": "a\x00b"}])
def test_bad_titles_come_back_with_the_form(visit, space, owner, data):
    response = visit(owner, "space_edit", space.pk, data=data)
    assert response.status_code == 422
    space.refresh_from_db()
    assert space.title == "Test rig"


# --- the credential worked with ---


def test_choosing_returns_to_where_one_was(visit, space, engineer):
    first = give(engineer, space, "author")
    give(engineer, space, "reader", restricted=True)
    back = reverse("spaces:space_list", args=[space.platform.slug])
    response = visit(engineer, "credential", data={"credential": first.pk, "next": back})
    assert (response.status_code, response.url) == (302, back)
    assert CurrentCredential.objects.get().credential == first
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_t38_the_way_back_stays_on_this_site(visit, space, engineer, next_):
    credential = give(engineer, space, "author")
    response = visit(engineer, "credential", data={"credential": credential.pk, "next": next_})
    assert response.url == reverse("tenants:home", args=[space.platform.slug])


@pytest.mark.parametrize("chosen", ["", "x", "0", "9" * 30, "foreign"])
def test_t38_only_ones_own_credential_is_chosen(visit, space, owner, engineer, chosen):
    give(engineer, space, "author")
    chosen = Credential.objects.get(user=owner.user).pk if chosen == "foreign" else chosen
    response = visit(engineer, "credential", data={"credential": chosen})
    assert response.status_code == 422
    assert not CurrentCredential.objects.exists()


def test_a_person_with_several_is_asked_once_after_signing_in(visit, space, engineer):
    give(engineer, space, "author")
    assert visit(engineer, "space_list", **BROWSER).status_code == 200
    give(engineer, space, "reader", restricted=True)
    asked = visit(engineer, "space_list", **BROWSER)
    picker = reverse("spaces:credential", args=[space.platform.slug])
    assert asked.status_code == 302
    assert asked.url.startswith(picker)
    assert visit(engineer, "space_list", **BROWSER).status_code == 200
    Session.objects.all().delete()
    assert visit(engineer, "space_list", **BROWSER, HTTP_HX_REQUEST="true").status_code == 200
    assert visit(engineer, "space_list", **BROWSER).status_code == 302


def test_private_items_get_a_new_content_owner_or_stay_with_the_owners(visit, space, owner, engineer, supplier):
    colleague = worker(space.platform, Right.EXTERNAL, company=supplier)
    give(colleague, space, "author", restricted=True)
    credential = give(engineer, space, "author")
    mine = ItemFactory(space=space, owner=engineer.user, organization=supplier, maturity="private")
    others = ItemFactory(space=space, owner=engineer.user, maturity="private")  # beyond what the colleague may own
    shown = visit(owner, "credential_remove", space.pk, credential.pk)
    assert shown.context["left"] == 2
    done = visit(owner, "credential_remove", space.pk, credential.pk, data={"heir": colleague.pk})
    assert done.status_code == 302
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.owner, others.owner) == (colleague.user, engineer.user)
    assert AuditEvent.objects.get().after == {"new_content_owner": str(colleague), "private_items": 1}


def test_nobody_inherits_while_a_credential_is_left(visit, space, owner, engineer):
    give(engineer, space, "reader")
    credential = give(engineer, space, "author")
    response = visit(owner, "credential_remove", space.pk, credential.pk, data={"heir": owner.pk})
    assert response.status_code == 409
    assert Credential.objects.filter(pk=credential.pk).exists()


def test_who_is_given_a_credential_finds_it_in_the_bell(visit, space, owner, engineer):
    visit(owner, "credential_add", space.pk, data=_typed(engineer, restricted="on"))
    news = Notification.objects.get()
    assert (news.user, news.text) == (engineer.user, "You are now Reader (Restricted) in Test rig for Supplier.")


@pytest.mark.parametrize("name", ["space_members", "space_list", "space_record"])
def test_b36_lists_ask_the_same_number_of_queries(visit, space, owner, name):
    args = () if name == "space_list" else (space.pk,)

    def fill(number):
        for _ in range(number):
            member = worker(space.platform)
            given = visit(owner, "credential_add", space.pk, data=_typed(member, restricted="on"))
            assert given.status_code == 302
            give(owner, SpaceFactory(platform=space.platform), "reader")

    fill(1)
    visit(owner, name, *args)
    asked = queries(lambda: visit(owner, name, *args))
    fill(11)
    assert queries(lambda: visit(owner, name, *args)) == asked


# --- beside the control center ---

PANEL = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "members-panel"}


def _beside(platform, space, query):
    path = reverse("spaces:space_members", args=[platform.slug, space.pk])
    return {**PANEL, "HTTP_HX_CURRENT_URL": f"http://testserver{path}?from={query}"}


def test_the_menu_opens_members_beside_the_list_it_was_asked_from(visit, platform, space, administrator):
    center = reverse("spaces:control_center", args=[platform.slug])
    here = f"http://testserver{center}?visibility=private&q=rig"
    response = visit(administrator, "space_menu", space.pk, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=here)
    assert "members/?from=visibility%3Dprivate%26q%3Drig" in text(response)
    assert "<html" not in text(response)


def test_a_panel_closes_to_the_list_as_it_was(visit, platform, space, administrator):
    response = visit(administrator, "space_members", space.pk, **_beside(platform, space, "q%3Drig%26at%3D7"))
    center = reverse("spaces:control_center", args=[platform.slug])
    assert f'hx-push-url="{center}?q=rig"' in text(response)
    assert 'class="g-drawer"' in text(response)
    assert "<html" not in text(response)


def test_a_page_of_its_own_has_no_panel_to_close(visit, space, administrator):
    assert "data-closes" not in text(visit(administrator, "space_members", space.pk))


def test_a_refused_form_comes_back_in_the_panel(visit, platform, space, owner, engineer):
    give(engineer, space, "reader", restricted=True)
    data = _typed(engineer, restricted="on")
    response = visit(owner, "credential_add", space.pk, data=data, **_beside(platform, space, ""))
    assert response.status_code == 422
    assert "already holds" in text(response)
    assert text(response).lstrip().startswith('<section id="members-panel"')


def test_b33_previews_send_no_token_in_their_address(client, space, owner, engineer):
    client.force_login(owner.user)
    for name, query in (("credential_add", f"?person={engineer.pk}"), ("space_visibility", "")):
        page = text(client.get(reverse(f"spaces:{name}", args=[space.platform.slug, space.pk]) + query))
        asked = re.findall(r'hx-get="[^"]*" hx-include="closest form"( hx-params="[^"]*")?', page)
        assert asked
        assert all("csrf" not in params and params for params in asked)


def test_an_owner_who_leaves_is_led_to_their_spaces(visit, space, owner, engineer):
    give(engineer, space, "owner")
    credential = Credential.objects.get(user=owner.user)
    response = visit(owner, "credential_remove", space.pk, credential.pk, data={})
    assert response.url == reverse("spaces:space_list", args=[space.platform.slug])


def test_an_owner_does_not_narrow_by_the_page(visit, space, owner):
    Space.objects.update(visibility="public")
    response = visit(owner, "space_visibility", space.pk, data={"visibility": "private", "reason": "Secret"})
    assert response.status_code == 403
    assert "Administrator" in text(response)


def test_b07_an_owner_to_come_is_not_shown_to_bound_people(visit, space, owner, engineer):
    give(engineer, space, "author", restricted=True)
    later = worker(space.platform, user__name="Lena Later")
    give(later, space, "owner", starts_at=timezone.now() + timedelta(days=9))
    assert "Lena Later" not in names(visit(engineer, "space_members", space.pk))

"""Hostile words in every text that people type: a real browser runs nothing of them, and htmx runs no script."""

import pytest
from django.urls import reverse

from content.models import Item
from spaces.models import Space
from tenants.models import Organization, Platform, User
from tenants.notifications import notify

pytestmark = pytest.mark.browser
CORPUS = (
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(2)>',
    "</script><script>alert(3)</script>",
    "{{constructor.constructor('alert(4)')()}}",
    "<a href='javascript:alert(5)' hx-on:click='alert(6)' hx-get='/p/'>x</a>",
    "' autofocus onfocus=alert(7) x='",
)


def test_t68_t69_b31_nothing_that_somebody_typed_runs(walker, companies):
    said = " ".join(CORPUS)
    Platform.objects.update(name=CORPUS[0] + CORPUS[1])
    User.objects.filter(pk=companies.mara.user_id).update(name=said[:150])
    for row in Organization.objects.all():
        Organization.objects.filter(pk=row.pk).update(name=f"{row.pk}{CORPUS[2]}")
    Space.objects.update(title=(CORPUS[1] + CORPUS[5])[:80], description=said[:255])
    Item.objects.update(title=said[:120], description=said, properties={CORPUS[0]: CORPUS[1]})
    elena = walker(companies.elena)
    dialogs = []
    elena.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    notify(user=companies.elena.user, platform=companies.host, kind="batch", subject="x", text=said[:300])
    things = {"content:item_detail": companies.bracket.pk, "spaces:space_members": companies.bench.pk}
    names = ("tenants:home", "tenants:notifications", "tenants:member_list", "content:item_list", "tenants:record")
    for name in (*names, *things):
        elena.page.goto(elena.base + reverse(name, args=["corvane", *([things[name]] if name in things else [])]))
        elena.page.wait_for_load_state("networkidle")
        assert CORPUS[0] in elena.page.locator("body").inner_text() + elena.page.title()
    assert dialogs == [] and elena.said == []
    swapped = "htmx.swap('#bell', '<b id=bell>x<script>window.ran = 1<' + '/script></b>', {swapStyle: 'outerHTML'})"
    elena.page.evaluate(swapped)
    elena.page.locator("b#bell").wait_for()
    assert elena.page.evaluate("window.ran") is None
    assert dialogs == []

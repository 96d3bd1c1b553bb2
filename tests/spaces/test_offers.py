"""What is ticked to begin with where somebody is added or invited, by the platform's option."""

import pytest

from spaces import drafts
from spaces.forms import CredentialForm
from spaces.wizard_forms import SpacesForm
from tenants.models import Right
from tests.factories import PlatformFactory, SpaceFactory, actor_of, worker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first", [False, True])
def test_restricted_is_offered_first_to_externals_where_the_option_says_so(first):
    platform = PlatformFactory(restricted_first=first)
    space, boss = SpaceFactory(platform=platform), worker(platform, Right.ADMINISTRATOR)
    offered = {right: CredentialForm(member=worker(platform, right))["restricted"].initial for right in Right}
    assert offered == {Right.ADMINISTRATOR: False, Right.MEMBER: False, Right.EXTERNAL: first}
    for right in Right:
        draft = drafts.new_draft(actor_of(boss))
        draft.data["right"] = right.value
        form = SpacesForm.of(draft, None)
        assert form.fields[f"restricted-{space.pk}"].initial is offered[right]

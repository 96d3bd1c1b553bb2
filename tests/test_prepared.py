"""What every request asks is spelled once, and answers as if it were spelled anew for each asker and moment."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

import content.loaders
import spaces.loaders
from spaces.models import Credential
from tenants import actor as actors
from tenants.actor import People
from tests.site_world import World

QUERIES = (spaces.loaders._rows, content.loaders._rows, actors._lineage, actors._grants)


class Prepared(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.world = World()
        end = cls.end = timezone.now() + timedelta(days=2)
        Credential.objects.filter(user=cls.world.users["leader"]).update(ends_at=end)

    def test_a_query_spelled_for_one_answers_each_as_one_spelled_anew(self):
        seen = set()
        for day in (0, 1, 2):
            for member in self.world.members.values():
                moment = self.end + timedelta(days=day - 1)
                people = People([member], moment, [member.user_id], [member.pk])
                for query in QUERIES:
                    rows = people.ask(query)
                    assert sorted(map(repr, rows)) == sorted(map(repr, query(people))), (query, member, day)
                    seen.add((query, repr(rows)))
        assert len(seen) > 4 * len(QUERIES)  # they differ, and so can tell

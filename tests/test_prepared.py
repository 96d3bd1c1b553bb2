"""What every request asks is spelled once, and answers as if it were spelled anew for each asker and moment."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

import content.loaders
import spaces.loaders
from spaces.models import Credential
from tenants import actor as actors
from tenants import notifications
from tenants.actor import People
from tenants.models import Notification
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

    def test_the_bell_counts_as_a_query_spelled_anew_does(self):
        platforms = [None, *sorted({member.platform for member in self.world.members.values()}, key=str)]
        for place, member in enumerate(self.world.members.values()):
            for subject, platform in enumerate(platforms[: place % 4]):
                said = {"subject": f"{place}.{subject}", "at": self.end}
                Notification.objects.create(user=member.user, platform=platform, **said)
        seen = set()
        for member in self.world.members.values():
            for platform in platforms:
                told = notifications.unread(member.user, platform)
                anew = list(notifications._unread((member.user_id, platform.pk if platform else 0))) or [(0, 0)]
                assert told == {"unread": anew[0][0], "news_elsewhere": anew[0][1] > 0}, (member, platform)
                seen.add(tuple(told.values()))
        assert len(seen) > 3  # they differ, and so can tell

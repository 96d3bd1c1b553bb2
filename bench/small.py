"""A world of one author and one item, for benches that ask a server of their own. Settings come first."""

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, give, worker


def small():
    """Make the tables and return (the author, their item, the cookie of their session)."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    platform = PlatformFactory(slug="bench")
    space, author = SpaceFactory(platform=platform), worker(platform)
    give(author, space, "author")
    browser = Client()
    browser.force_login(author.user)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return author, ItemFactory(space=space, owner=author.user), cookie

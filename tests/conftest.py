"""What every test stands on: built assets, the database that DATABASE_URL names, a browser if there is one."""

import gc
import os
import shutil
from functools import partial

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from platform_site import assets
from tests import migrated
from tests.emptied import Beginning

NO_SKIP = "GANGWAY_NO_SKIP"  # set by .ci/run, where a test that skips has failed
CHROMIUM = "GANGWAY_CHROMIUM"  # path of the browser; empty: none
LAUNCH = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-angle=swiftshader",  # a model is drawn without a graphics card
    "--enable-unsafe-swiftshader",
]

LONGEST = (
    "browser/test_pages.py",
    "test_queries.py",
    "test_urls.py",
    "test_released.py",
    "test_api.py",
    "test_crawl.py",
    "test_access_exhaustive.py",
    "browser/",
    "demo/",
    "test_record.py",
)

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the test
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)  # a shared machine has slow moments
hypothesis.settings.load_profile("house")


def pytest_sessionstart(session):
    """Build the assets once, before xdist starts its workers."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        assets.ensure(session.config.get_terminal_writer().line)
    except assets.AssetsError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure():
    """Remove the files that the tests have stored."""
    shutil.rmtree(settings.FILES, ignore_errors=True)


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that no worker is left with it alone; skip what this machine cannot run."""
    items.sort(key=lambda item: next((n for n, path in enumerate(LONGEST) if path in item.nodeid), len(LONGEST)))
    missing = {
        "postgres": "" if on_postgres() else "Needs PostgreSQL: set DATABASE_URL=postgres://…, or run .ci/run.",
        "browser": "" if chromium() else "Needs Chromium: apt-get install chromium, or run .ci/run.",
    }
    for item in items:
        if "page" in item.fixturenames or "browser" in item.fixturenames:
            item.add_marker("browser")
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if report.skipped and os.environ.get(NO_SKIP) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and {NO_SKIP} is set: {report.longrepr}"
    return report


def on_postgres():
    """Return whether the tests run on PostgreSQL."""
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def chromium():
    """Return the path of the browser that the machine has, empty when none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get(CHROMIUM, next((path for name in names if (path := shutil.which(name))), ""))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the machine's own Chromium; Playwright's download is never used."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": LAUNCH}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Begin with what an earlier run has migrated."""
    with django_db_blocker.unblock():
        migrated.begin(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Disconnect what a thread of the live server may have left: PostgreSQL drops no database that somebody is in."""
    with django_db_blocker.unblock():
        migrated.keep(connection)
        beginning = Beginning(connection)
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda case: beginning.bring_back(partial(flush, case))
    gc.freeze()  # what stands now stays: a collection need not look at it
    gc.set_threshold(50_000, 20, 100)
    yield
    TransactionTestCase._fixture_teardown = flush
    if on_postgres():
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Begin each test with no rate limit used up."""
    cache.clear()

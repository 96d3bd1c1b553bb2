"""The tests: SQLite in memory unless DATABASE_URL names a PostgreSQL, fast hashing, tasks at once."""

import tempfile
from pathlib import Path

from platform_site import env
from platform_site.settings.base import *  # noqa: F403 - settings build on settings
from platform_site.settings.base import MIDDLEWARE, STORAGES

SECRET_KEY = "tests only, never used where anything is at stake, and long enough"  # noqa: S105
DEMO = True
LIVE_PAGES = False  # pages that are left open would ask on into the next test; tests of following turn it on
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = {"default": env.database("sqlite:///:memory:")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"].pop("init_command")
    MIDDLEWARE = ["tests.turns.TurnMiddleware", *MIDDLEWARE]
else:
    DATABASES["default"]["OPTIONS"] = {}  # a pool outlives the test database
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {
    "default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"},
    "conversion": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": ["conversion"]},  # run on purpose
}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
FILES = Path(tempfile.mkdtemp(prefix="gangway-tests-"))  # tests/conftest.py removes it
UPLOADS_AT_ONCE = 1  # a database in memory has one connection for all threads of the live server
SPOOL = FILES / "spool"
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES / "default"}},
    "content": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES / "files"}},
    "shown": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES / "shown"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # nothing is collected for a test
OUTBOUND_INSIDE = True  # the real provider of a test runs on this machine

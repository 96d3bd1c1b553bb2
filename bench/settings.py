"""Production's way of working without its secrets: no debug, cached templates, one connection, the database named."""

from platform_site import env
from platform_site.settings.test import *  # noqa: F403 - settings build on settings

DATABASES = {"default": env.database("sqlite:///:memory:")}
DEBUG = DEMO = False
if name := env.text("BENCH_SERVED", ""):  # the process that answers over HTTP
    DATABASES["default"]["OPTIONS"] |= {"application_name": name, "pool": {"min_size": 1, "max_size": 1}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # limits never end
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)  # the backend that is watched stays the same

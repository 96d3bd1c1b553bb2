"""Production's way of working without its secrets: no debug, cached templates, one connection, the database named."""

import os

os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "0")  # to build a world takes longer than any page may

from platform_site import env
from platform_site.settings.test import *  # noqa: F403 - settings build on settings

DATABASES = {"default": env.database("sqlite:///:memory:")}
DATABASES["default"]["OPTIONS"].pop("pool", None)  # the backend that is watched stays the same
DEBUG = False

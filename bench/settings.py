"""Production's way of working without its secrets: no debug, cached templates, one connection, the database named."""

from platform_site.settings.test import *  # noqa: F403 - settings build on settings

DEBUG = False

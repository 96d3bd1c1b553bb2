"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings.production")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - all pages are there before the first is asked for
gc.freeze()  # and need not be looked at by each collection, in which whoever asks then waits a tenth of a second

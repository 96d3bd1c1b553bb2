"""The demo: embedded database, mail kept on disk, sign-in by a click. Refuses nothing but production."""

import secrets

from platform_site.settings.base import *  # noqa: F403 - settings build on settings
from platform_site.settings.base import STORAGES, VAR

DEMO = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
VAR.mkdir(parents=True, exist_ok=True)
_secret = VAR / "secret-key"
if not _secret.exists():
    _secret.write_text(secrets.token_urlsafe(60))
SECRET_KEY = _secret.read_text()
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(VAR / "mail")},
    }
}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}

"""Production: every secret and address comes from the environment, and a missing one stops the start."""

from platform_site import env
from platform_site.settings.base import *  # noqa: F403 - settings build on settings
from platform_site.settings.base import STORAGES

SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")  # older keys, while sessions signed with them still live
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS").split(",")  # exact names
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL")
DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
if _bucket := env.text("S3_BUCKET", ""):
    from platform_site import s3  # needs the extra `s3`

    STORAGES = STORAGES | s3.storages(_bucket)
LIVE_STREAMS = env.flag("LIVE_STREAMS")  # the proxy leads /live/ to platform_site.asgi
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("MAIL_HOST"),
            "port": env.number("MAIL_PORT", 587),
            "username": env.text("MAIL_USER", ""),
            "password": env.text("MAIL_PASSWORD", ""),
            "use_tls": True,
            "timeout": 10,
        },
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "platform_site.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
if _path := env.text("SECURITY_LOG", ""):  # refusals and alarms once more, for who watches nothing else
    LOGGING["handlers"]["security"] = {
        "class": "logging.handlers.WatchedFileHandler",
        "filename": _path,
        "formatter": "json",
    }
    LOGGING["loggers"]["django.security"] = {"handlers": ["security"]}

"""What every installation shares. See docs/adr for the reasons behind the choices."""

from pathlib import Path

from django.utils.csp import CSP

from platform_site import env

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(env.text("GANGWAY_VAR", str(ROOT / "var")))

DEBUG = False
DEMO = False
LIVE_PAGES = True  # open pages follow what others do
LIVE_STREAMS = False  # open pages ask by themselves; True: /live/ is served by platform_site.asgi
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL", "http://127.0.0.1:8000")  # links in mail begin here, never with Host

INSTALLED_APPS = [
    "platform_site",
    "content",
    "spaces",
    "tenants",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # templates of allauth
    "django.contrib.staticfiles",
    "django.forms",  # its templates, for a renderer that also finds ours
    "guardian",
    "django_htmx",
    "django_filters",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "platform_site.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "platform_site.headers.HeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.api.TokenMiddleware",
    "tenants.signed_out.Middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.accounts.SessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.origins.middleware",
    "tenants.web.ActorMiddleware",
]
ROOT_URLCONF = "platform_site.urls"
WSGI_APPLICATION = "platform_site.wsgi.application"
FORM_RENDERER = "tenants.forms.FieldRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.web.page_context",
            ]
        },
    }
]
DATABASES = {"default": env.database(f"sqlite:///{VAR / 'gangway.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "gangway_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # limits are counted there, and what is culled is counted anew
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our script and style are for our pages
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "default"}},
    "content": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "shown": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "shown"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People and signing in
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",  # first: it signs in and loads people
    "tenants.backends.AccessBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: no row for anonymous visitors
GUARDIAN_MONKEY_PATCH_USER = False  # guardian: grants are written by our services only
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # its backend must never answer: it knows no end dates
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tenants.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "tenants.account_forms.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_LOGIN_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SOCIALACCOUNT_ADAPTER = "tenants.company_adapter.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address that another claims finds nobody
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
OUTBOUND_INSIDE = False  # the server calls nobody on its own network at the wish of those it serves
MFA_ADAPTER = "tenants.sealing.MFAAdapter"
MFA_TOTP_ISSUER = "Gangway"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 0
MFA_TRUST_ENABLED = False
USERSESSIONS_TRACK_ACTIVITY = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "tenants.passwords.NamesValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 43200  # seconds
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

# What a browser may do with our pages
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],  # blob: textures inside a model
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Uploads and work that leaves the request
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = ["content.uploads.HashingHandler"]
FILE_UPLOAD_TEMP_DIR = VAR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_NUMBER_FILES = 100  # an assembly comes as many files together
UPLOADS_AT_ONCE = env.number("UPLOADS_AT_ONCE", 3)  # of one page; each keeps a thread of the server busy
SPOOL = VAR / "spool"  # uploads in pieces wait here until they are whole; every web process needs the same folder
MAX_UPLOAD_BYTES = env.number("MAX_UPLOAD_BYTES", 10 * 1024**3)
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend"},
    "conversion": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["conversion"]},  # a worker of its own
}
SCANNER = env.text("SCANNER", "")  # reads a file on its standard input; ends with 0 for clean, 1 for malware
SANDBOX = env.flag("SANDBOX", True)  # conversions run in bubblewrap where it is installed
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Gangway <no-reply@gangway.example>")
DIGEST_HOUR = env.number("DIGEST_HOUR", 7)  # of the day in the time zone of each platform
INVITATIONS_PER_DAY = env.number("INVITATIONS_PER_DAY", 100)  # of one platform
INVITATIONS_PER_PERSON = env.number("INVITATIONS_PER_PERSON", 20)  # a day, of a Member who invites

"""A real OpenID Connect provider in a process of its own: `python tests/oidc_provider.py FOLDER CALLBACK...`.

It is allauth's, with its own database and people, and listens on a free port, which it prints. Its people sign in by
GET /as/<name>/, which stands for whatever a company does to know its people.
"""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "gangway", "a secret of the provider"
PEOPLE = {  # name: (address, whether the provider has verified it)
    "mara": ("mara@tolmec.example", True),
    "loud": ("MARA@Tolmec.example", True),
    "unsure": ("mara@tolmec.example", False),
    "outside": ("mara@rival.example", True),
    "otto": ("otto@tolmec.example", True),
}


@contextmanager
def running(folder, *callbacks):
    """Run a provider that sends people back to `callbacks`; yield its address."""
    command = [sys.executable, __file__, str(folder), *callbacks]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:  # noqa: S603 - our own
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def configure(folder):
    """Set up a Django of its own."""
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="of the provider, and long enough for anybody who looks",
        ROOT_URLCONF="oidc_provider",
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "provider.sqlite3")}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        SESSION_COOKIE_NAME="provider",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        IDP_OIDC_PRIVATE_KEY=pem,
        USE_TZ=True,
    )


def populate(callbacks):
    """Make the client and the people."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User

    client = Client(id=CLIENT, name="Gangway", secret=make_password(SECRET), skip_consent=True)
    client.scopes, client.redirect_uris = "openid\nprofile\nemail", "\n".join(callbacks)
    client.save()
    for name, (address, verified) in PEOPLE.items():
        user = User.objects.create_user(name, address)
        EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)


class Quiet(WSGIRequestHandler):
    """Prints nothing."""

    def log_message(self, *args):
        """Say nothing."""


def addresses():
    """Return the addresses of the provider."""
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.http import HttpResponse
    from django.urls import include, path

    def become(request, name):
        login(request, User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
        return HttpResponse("You are " + name)

    return [
        path("as/<str:name>/", become),
        path("accounts/", include("allauth.account.urls")),
        path("", include("allauth.idp.urls")),
    ]


def main(folder, callbacks):
    """Serve until killed."""
    configure(folder)
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", verbosity=0)
    populate(callbacks)
    sys.modules["oidc_provider"] = sys.modules["__main__"]
    sys.modules["__main__"].urlpatterns = addresses()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

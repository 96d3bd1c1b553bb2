"""Mail servers of every temper, real ones on a port of this machine."""

import socket
from contextlib import closing, contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

TIMEOUT = 0.3  # seconds


class Sink:
    """Keeps what it was sent; `temper` is how it answers."""

    def __init__(self, temper="well"):
        self.temper, self.kept = temper, []

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.temper == "421":
            return "421 4.3.2 Closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.temper == "550":
            return "550 5.1.1 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.kept.append(envelope.content.decode())
        if self.temper == "crashes after data":
            server.transport.abort()
        return "250 OK"

    def ids(self):
        """Return the Message-ID of each kept mail."""
        return [line for text in self.kept for line in text.splitlines() if line.startswith("Message-ID:")]


class Server(SMTP):
    """Offers STARTTLS and then goes on in plain words, as somebody between would have it."""

    async def smtp_EHLO(self, hostname):
        self.event_handler.greeted = hostname
        self.session.host_name = hostname
        await self.push("250-sink\r\n250-STARTTLS\r\n250 HELP")

    async def smtp_STARTTLS(self, arg):
        await self.push("220 Go ahead")
        await self.push("250 and no TLS at all")


class Broken(Controller):
    """Runs the server that breaks STARTTLS."""

    def factory(self):
        return Server(self.handler)


def free_port():
    """Return a port on which nobody listens."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def listening(sink, port):
    """Let the sink answer on the port."""
    controller = (Broken if sink.temper == "breaks STARTTLS" else Controller)(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextmanager
def silent(port):
    """Accept connections on the port and say nothing."""
    with closing(socket.create_server(("127.0.0.1", port))):
        yield


@contextmanager
def serving(sink, port):
    """Have the sink's temper on the port: nobody, somebody silent, or a server."""
    if sink.temper == "is down":
        yield
    elif sink.temper == "hangs":
        with silent(port):
            yield
    else:
        with listening(sink, port):
            yield


def mailers(port, **options):
    """Return the setting that sends to the port."""
    options = {"host": "127.0.0.1", "port": port, "timeout": TIMEOUT} | options
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}

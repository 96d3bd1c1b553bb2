"""Requests that this server makes to addresses people typed: only to the open internet, to the address it checked.

The name is resolved once, every answer must be a public address, and the connection goes to that very address, so
that no name can point inside (or change its mind between the check and the call). No redirect is followed.
"""

import ipaddress
import socket

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

SECONDS = 5
PORTS = {"https": {443}, "http": {80}}


class Refused(requests.ConnectionError):
    """The address leads inside, or to a port that is no web server's."""


def checked_addresses(host, port):
    """Return the addresses of `host`. Raises Refused unless every one of them is public."""
    try:
        found = {row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused(f"{host} has no address.") from error
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        inside = not address.is_global or address.is_multicast or address.is_reserved
        if inside and not settings.OUTBOUND_INSIDE:
            raise Refused(f"{host} is not on the open internet.")
    return sorted(found)


class _Checked:
    """Connects to an address that was checked, and to no other."""

    def _new_conn(self):
        if self.port not in PORTS[self.scheme] and not settings.OUTBOUND_INSIDE:
            raise Refused(f"Port {self.port} is no web server's.")
        address = checked_addresses(self._dns_host, self.port)[0]
        return create_connection((address, self.port), SECONDS, source_address=self.source_address)


class _Plain(_Checked, HTTPConnection):
    scheme = "http"


class _Secure(_Checked, HTTPSConnection):
    scheme = "https"


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        """Let every connection be a checked one."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def session():
    """Return a requests.Session that only reaches the open internet, over https, and follows no redirect."""
    made = requests.Session()
    made.trust_env = False  # no proxy of the environment, which would resolve names by itself
    made.mount("https://", _Adapter())
    if settings.OUTBOUND_INSIDE:
        made.mount("http://", _Adapter())
    else:
        made.adapters.pop("http://")
    made.max_redirects = 0
    return made

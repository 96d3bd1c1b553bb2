"""Measures a large upload: `uv run python -m bench.uploads [GB]`, 10 by default.

Sends one file by the tus protocol, in one request, to a server of one worker, and fetches it again; prints seconds, CPU
and how much more memory the server held at most. Fails where that passes 64 MB (T80) or other bytes come back.
"""

import base64
import hashlib
import http.client
import os
import sys
import tempfile
import threading
import time
from contextlib import suppress

import django

VAR = tempfile.TemporaryDirectory(prefix="gangway-bench-", dir=os.environ.get("BENCH_DISK"))
os.environ |= {"GANGWAY_VAR": VAR.name, "DJANGO_SETTINGS_MODULE": "platform_site.settings.demo"}
django.setup()

from django.conf import settings  # noqa: E402 - settings first
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.processes import spent, web  # noqa: E402
from bench.small import small  # noqa: E402
from content.models import FileVersion  # noqa: E402

PORT, MOST, BLOCK = 8496, 64, os.urandom(1024**2)  # MOST in MB


def world():
    """Return (address that begins an upload, headers of an author)."""
    (_author, item, cookie), token = small(), "a" * 32
    cookies = {settings.SESSION_COOKIE_NAME: cookie, settings.CSRF_COOKIE_NAME: token}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-CSRFToken": token}
    connection.close()
    return reverse("content:upload_begin", args=["bench", item.pk]), headers


def asked(method, address, headers, body=None):
    """Return the answer to one request, unread."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=3600)
    line.request(method, address, body, headers | {"Tus-Resumable": "1.0.0"})
    return line.getresponse()


def sent(address, headers, blocks):
    """Send a file of so many megabytes and return the version that it became."""
    name = base64.b64encode(b"large.bin").decode()
    said = {"Upload-Length": str(blocks * len(BLOCK)), "Upload-Metadata": f"filename {name}"}
    begun = asked("POST", address, headers | said)
    here = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    here["Content-Length"] = said["Upload-Length"]
    done = asked("PATCH", begun.headers["Location"], headers | here, (BLOCK for _ in range(blocks)))
    if done.status != 204:
        raise RuntimeError(done.read())
    return FileVersion.objects.get()


def fetched(version, headers):
    """Return the hash of what comes back."""
    answer, digest = (
        asked("GET", reverse("content:file_download", args=["bench", version.pk, "x"]), headers),
        hashlib.sha256(),
    )
    while chunk := answer.read(1024**2):
        digest.update(chunk)
    return digest.hexdigest()


class Watch(threading.Thread):
    """Notes the most memory that a process holds while it is looked at."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most = pid, spent(pid)[1]

    def run(self):
        """Look ten times a second."""
        with suppress(FileNotFoundError):  # it is over
            while True:
                self.most = max(self.most, spent(self.pid)[1])
                time.sleep(0.1)


def main(size):
    """Print the numbers; return 1 where the promise is broken."""
    address, headers = world()
    with web(PORT, 4) as server:
        asked("GET", "/accounts/login/", {}).read()  # everything is loaded
        before, watch = spent(server.pid), Watch(server.pid)
        watch.start()
        start = time.monotonic()
        version = sent(address, headers, size * 1024)
        stored = time.monotonic() - start
        whole = fetched(version, headers) == version.sha256
        took, cpu = time.monotonic() - start, spent(server.pid)[0] - before[0]
        more = watch.most - before[1]
    sys.stdout.write(f"{size} GB stored in {stored:.0f} s, back in {took - stored:.0f} s, CPU {cpu:.0f} s, ")
    sys.stdout.write(f"{more:.0f} MB more memory at most, load {os.getloadavg()[0]:.0f}\n")
    return int(more > MOST or not whole)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))

"""Measures first pixels: `uv run python -m bench.first_pixels`.

Stores an assembly of a megabyte of STEP, converts it, and opens its page ten times in a browser that knows nothing of
it. Prints how long it took from opening the page to the first picture of the model, and what server and browser spent
on it; fails where the quickest took more than a second. Chromium paints without a GPU, which is the worst case.
"""

import os
import sys
import tempfile

import django

VAR = tempfile.TemporaryDirectory(prefix="gangway-bench-")
os.environ |= {"GANGWAY_VAR": VAR.name, "DJANGO_SETTINGS_MODULE": "platform_site.settings.demo"}
django.setup()

from django.conf import settings  # noqa: E402 - settings first
from django.core.files.base import ContentFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import reverse  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from bench.processes import spent, web  # noqa: E402
from bench.small import small  # noqa: E402
from content import conversions  # noqa: E402
from content.files import Arrival, add_version  # noqa: E402
from platform_site import assets  # noqa: E402
from platform_site.demo.geometry import catalogue  # noqa: E402
from platform_site.demo.geometry.shapes import Assembly, Placed  # noqa: E402
from platform_site.demo.geometry.step import step  # noqa: E402
from tests.conftest import LAUNCH, chromium  # noqa: E402
from tests.factories import actor_of  # noqa: E402

PORT, TIMES, PROMISE, COPIES = 8498, 10, 1000, 26  # PROMISE in milliseconds


def assembly():
    """Return a STEP file of tensioners in a row, no two of them alike."""
    placed = [
        Placed(one.part, (one.origin[0], one.origin[1] + 120.0 * copy, one.origin[2]), one.axis, one.ref)
        for copy in range(COPIES)
        for one in catalogue.tensioner(9.0 + copy / 50, 18.0 + copy / 50).placed
    ]
    return step(Assembly("Row of tensioners", tuple(placed)))


def world():
    """Return (address of the page, cookie of a reader, bytes of the file, facts of what is shown)."""
    (author, item, cookie), content = small(), assembly()
    arrival = Arrival(file=ContentFile(content, name="row.step"))
    version = add_version(actor=actor_of(author), item=item, arrival=arrival)
    conversion = conversions.of_version(version)
    conversions.convert.call(pk=conversion.pk)
    conversion.refresh_from_db()
    connection.close()
    return reverse("content:file_view", args=["bench", version.pk]), cookie, len(content), conversion.facts


def opened(browser, address, cookie):
    """Return (milliseconds to the first picture, CPU seconds that everything took) of one visit."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    base = f"http://127.0.0.1:{PORT}"
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
    page, before = context.new_page(), spent(os.getpid())[0]
    page.goto(base + address, wait_until="commit")
    page.locator("[data-viewer][data-ready]").wait_for()
    took = spent(os.getpid())[0] - before
    ready = int(page.locator("[data-viewer]").get_attribute("data-ready"))
    context.close()
    return ready, took


def main():
    """Print the numbers; return 1 where the promise is broken."""
    assets.ensure()
    address, cookie, size, facts = world()
    with web(PORT, 4), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=LAUNCH)
        found = sorted(opened(browser, address, cookie) for _ in range(TIMES))
        browser.close()
    took = sorted(cpu for _ready, cpu in found)
    sys.stdout.write(f"{size / 1e6:.2f} MB, {facts['parts']} parts, {facts['triangles']:,} triangles, ")
    sys.stdout.write(f"load {os.getloadavg()[0]:.0f}\n")
    sys.stdout.write(f"first pixels after {found[0][0]} ms at best, {found[TIMES // 2][0]} ms in the middle\n")
    sys.stdout.write(f"CPU of server and browser {took[0]:.2f} s at best, {took[TIMES // 2]:.2f} s in the middle\n")
    return int(found[0][0] > PROMISE)


if __name__ == "__main__":
    sys.exit(main())

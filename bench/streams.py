"""Measures open pages that follow: `DATABASE_URL=postgres://… uv run python -m bench.streams`.

Makes a test database with 200 people who each have one of 40 items open in a stream, and changes five items a second;
prints the CPU and memory of the process of streams, and how soon after a commit the pages were told. Fails where the
CPU passes 15 % of a core or the 95th percentile 2 seconds (D11).
"""

import asyncio
import os
import subprocess
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings.test")
django.setup()

from django.conf import settings  # noqa: E402 - settings first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.processes import spent  # noqa: E402
from content.items import Draft, edit_item  # noqa: E402
from tests.factories import ItemFactory, PlatformFactory, SpaceFactory, actor_of, give, worker  # noqa: E402

STREAMS, ITEMS, EACH, SECONDS, PORT = 200, 40, 0.2, 30, 8499
CPU, P95 = 15, 2.0  # per cent of a core, seconds


def world():
    """Store people and items; return (author, items, the cookie of each person)."""
    platform = PlatformFactory(slug="bench")
    space = SpaceFactory(platform=platform)
    author = worker(platform)
    give(author, space, "author")
    items = [ItemFactory(space=space, owner=author.user) for _ in range(ITEMS)]
    cookies = []
    for _ in range(STREAMS):
        member = worker(platform)
        give(member, space, "reader")
        browser = Client()
        browser.force_login(member.user)
        cookies.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    return author, items, cookies


def serve(name):
    """Start the process of streams on the database `name`."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(PORT)]
    command += ["--workers-kill-timeout", "2", "platform_site.asgi:application"]
    env = os.environ | {"DATABASE_URL": address}
    return subprocess.Popen(command, env=env)  # noqa: S603 - our own words


async def follow(item, cookie, heard):
    """Open a stream and note in `heard` when each state came."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            break
        except OSError:  # it is not up yet
            await asyncio.sleep(0.5)
    asked = f"GET /live/p/bench/?see=content.item:{item.pk} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    writer.write(f"{asked}Cookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"data: {"):
            heard.append((time.monotonic(), line.partition(b'"item": "')[2][:16]))


def change(author, item, number):
    """Change an item as a page would; return when it was done."""
    try:
        edit_item(actor=actor_of(author), item=item, draft=Draft(f"Changed {number}"))
        return time.monotonic()
    finally:
        connection.close()


async def measure(pid, author, items, cookies):
    """Return (seconds until told, CPU in per cent of a core, MB)."""
    heard = [[] for _ in cookies]
    tasks = [asyncio.create_task(follow(items[at % ITEMS], cookie, heard[at])) for at, cookie in enumerate(cookies)]
    while not all(heard):
        await asyncio.sleep(0.5)
    await asyncio.sleep(3)  # presence of the last has been told
    before, begun, waits = spent(pid)[0], time.monotonic(), []
    loop, number = asyncio.get_running_loop(), 0
    while time.monotonic() - begun < SECONDS:
        at = number % ITEMS
        known = {one: heard[one][-1][1] for one in range(at, STREAMS, ITEMS)}
        changing = loop.run_in_executor(None, change, author, items[at], number)
        waits.append((changing, known, {one: len(heard[one]) for one in known}))
        number += 1
        await asyncio.sleep(max(0.0, begun + number * EACH - time.monotonic()))
    after, memory = spent(pid)
    took = time.monotonic() - begun
    changed = [(await changing, known, lengths) for changing, known, lengths in waits]
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    told = [
        next((when for when, version in heard[one][lengths[one] - 1 :] if version != known[one]), done + 99) - done
        for done, known, lengths in changed
        for one in known
    ]
    return sorted(max(0.0, one) for one in told), 100 * (after - before) / took, memory


def main():
    """Print the numbers; return 1 where the promise is broken."""
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    author, items, cookies = world()
    connection.close()
    server = serve(name)
    try:
        told, cpu, memory = asyncio.run(measure(server.pid, author, items, cookies))
    finally:
        server.terminate()
        server.wait()
        connection.creation.destroy_test_db(os.environ["DATABASE_URL"].rpartition("/")[2], verbosity=0)
    p50, p95 = told[len(told) // 2], told[int(len(told) * 0.95)]
    rate = len(told) * ITEMS / STREAMS / SECONDS
    sys.stdout.write(f"{STREAMS} streams, {rate:.1f} changes a second, load {os.getloadavg()[0]:.0f}\n")
    sys.stdout.write(f"CPU {cpu:.1f} % of a core, {memory:.0f} MB\n")
    sys.stdout.write(f"told after {p50:.2f} s (p50), {p95:.2f} s (p95), {told[-1]:.2f} s at most\n")
    return int(cpu > CPU or p95 > P95)


if __name__ == "__main__":
    sys.exit(main())

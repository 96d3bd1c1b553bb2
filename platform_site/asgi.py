"""The ASGI application: streams of open pages below /live/, everything else as Django serves it.

A stream begins as an ordinary request, with every door that stands before a page; then it costs no thread.
"""

import asyncio
import io
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings.production")
django_application = get_asgi_application()

from django.core.handlers.asgi import ASGIRequest  # noqa: E402 - settings first
from django.core.handlers.base import BaseHandler  # noqa: E402
from django.core.signals import request_started  # noqa: E402

from tenants import streams  # noqa: E402

BELOW = "/live/"
QUIET = 15  # seconds after which a stream says that it is still there
SLOW = 10  # seconds in which a reader takes what it is sent, else the stream ends
LONGEST = 600  # seconds of a stream: then the page opens another, with all doors before it
STREAMED = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
POOL = ThreadPoolExecutor(4, "ask")  # each has a connection while it asks
hub = streams.Hub()


class Asker(BaseHandler):
    """Asks our own middleware and views, in a thread."""

    def __init__(self):
        self.load_middleware()

    def ask(self, scope):
        """Return the answer to a request without a body, and what the hub keeps of its page, if it may be told."""
        request_started.send(sender=type(self), scope=scope)
        response = self.get_response(ASGIRequest(scope, io.BytesIO()))
        page = getattr(response, "page", None)
        user_id = streams.owner(page) if page else None
        response.close()
        return response, page, user_id


asker = Asker()


async def application(scope, receive, send):
    """Serve streams here and leave everything else to Django."""
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(BELOW):
        await _stream(scope, receive, send)
    else:
        await django_application(scope, receive, send)


async def _stream(scope, receive, send):
    response, page, user_id = await asyncio.get_running_loop().run_in_executor(POOL, asker.ask, scope)
    if page is None:  # a door, or nothing to see
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": response.content})
        return
    stream = streams.Stream(page, user_id)
    if not hub.add(stream):  # as many windows as nobody has: the page asks by itself
        await send({"type": "http.response.start", "status": 429, "headers": [(b"retry-after", b"60")]})
        await send({"type": "http.response.body", "body": b""})
        return
    closed = asyncio.ensure_future(_closed(receive))
    try:
        await asyncio.wait_for(send({"type": "http.response.start", "status": 200, "headers": STREAMED}), SLOW)
        await _tell(stream, closed, lambda body, more=True: _send(send, body, more))
    except TimeoutError:
        return  # a reader that does not take what it is sent is let go
    finally:
        closed.cancel()
        hub.remove(stream)


async def _closed(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send, body, more):
    message = {"type": "http.response.body", "body": body.encode(), "more_body": more}
    await asyncio.wait_for(send(message), SLOW)


async def _tell(stream, closed, say):
    """Tell each new state until access or time ends or the page closes; each comes back at a moment of its own."""
    until = time.monotonic() + LONGEST
    await say(f"retry: {random.randint(1000, 5000)}\n\n")  # noqa: S311 - so that not all come back at once
    while not closed.done() and not stream.over and time.monotonic() < until:
        woken = asyncio.ensure_future(stream.woken.wait())
        await asyncio.wait({woken, closed}, timeout=QUIET, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()
        if stream.woken.is_set():
            stream.woken.clear()
            if not stream.over:
                await say(f"data: {json.dumps(stream.state)}\n\n")
        elif not closed.done():
            await say(": still here\n\n")
    if not closed.done():
        await say(f"event: over\ndata: {'access' if stream.over else 'time'}\n\n", more=False)

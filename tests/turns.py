"""One request at a time: threads of the live server share the one connection of a database in memory.

A test that writes while pages ask by themselves holds TURN.
"""

import threading

TURN = threading.RLock()


class TurnMiddleware:
    """Lets a request wait until the one before it is answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        """Answer in turn."""
        with TURN:
            return self.get_response(request)

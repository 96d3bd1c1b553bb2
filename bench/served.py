"""Serves a world as production does, by granian, and asks for its pages over a connection that stays open."""

import time
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import median

from bench.processes import SECONDS, cpu_of, family, free_port, web

NAME = "gangway-bench-served"  # of its connections to the database


def percentiles(walls):
    """Return (p50, p95) of some times."""
    walls = sorted(walls)
    return median(walls), walls[min(len(walls) - 1, int(len(walls) * 0.95))]


class Server:
    """A process of granian with one worker, and the backends of the database that answer it."""

    def __init__(self, process, port, connection):
        self.process, self.port, self.connection = process, port, connection

    def _cpu(self):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [NAME])
            backends = [pid for (pid,) in cursor.fetchall()]
        return sum(map(cpu_of, [*family(self.process.pid), *backends]))

    def measure(self, path, session, repeats, seconds):
        """Return {p50, p95, CPU} of asking for a page by a session, once it is warm."""
        client = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Cookie": f"sessionid={session}", "User-Agent": "bench"}

        def ask():
            start = time.perf_counter()
            client.request("GET", path, headers=headers)
            answer = client.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")
            return 1000 * (time.perf_counter() - start)

        ask(), ask()
        begun, before, walls = time.perf_counter(), self._cpu(), []
        while not walls or (len(walls) < repeats and time.perf_counter() - begun < seconds):
            walls.append(ask())
        client.close()
        p50, p95 = percentiles(walls)
        return {"p50": p50, "p95": p95, "CPU": 1000 * (self._cpu() - before) / len(walls)}


@contextmanager
def served(connection):
    """Serve the database of a connection while this is entered; yield the Server."""
    port = free_port()
    with web(port, 1, BENCH_SERVED=NAME) as process:
        yield Server(process, port, connection)

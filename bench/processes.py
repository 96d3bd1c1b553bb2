"""A server of pages as production has it, and what a process and those it started cost, as Linux tells it."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SECONDS = 30  # to start in


def family(pid):
    """Return a process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def spent(pid):
    """Return (CPU seconds, MB in memory) of a process and those it started."""
    stats = [_stat(one) for one in family(pid)]
    pages = sum(int(stat[21]) for stat in stats)
    return sum(map(_cpu, stats)), pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_of(pid):
    """Return the CPU seconds that a process has taken, without those it started."""
    return _cpu(_stat(pid))


def _stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _cpu(stat):
    return (int(stat[11]) + int(stat[12])) / TICK


def free_port():
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def web(port, threads, **more):
    """Serve the pages by granian with one worker while this is entered, in an environment with `more`; yield it."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(threads), "--workers-kill-timeout", "2"]
    command += ["--log-level", "error", "platform_site.wsgi:application"]
    process = subprocess.Popen(command, env=os.environ | more)  # noqa: S603 - our own words
    try:
        _await(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def _await(port):
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)

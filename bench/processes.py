"""What a process and those it started cost, as Linux tells it."""

import os
import socket
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(pid):
    """Return a process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def spent(pid):
    """Return (CPU seconds, MB in memory) of a process and those it started."""
    stats = [Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split() for one in family(pid)]
    pages = sum(int(stat[21]) for stat in stats)
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICK, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def await_port(port):
    """Wait until somebody listens at a port of this machine."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)

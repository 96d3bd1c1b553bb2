"""Measures what readers wait for, in worlds that bench/worlds.py has built, and prints a table.

`uv run python bench/readers.py postgres://…/bench_10k postgres://…/bench_100k postgres://…/bench_1m`. Times are
milliseconds: wall p50 and p95, CPU of Python and of the database together, SQL (wall, seen from here); then queries.
Pages are asked for over HTTP from granian on 127.0.0.1, their SQL and queries counted beside it. The ratio compares
the CPU of the last world with that of the first. `--only WORD` keeps measures by name.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.served import cpu_of, percentiles

REPEATS, SECONDS = 20, 4.0  # of each measure: at most so many, none begun after so long
HEAD = ("what", "who", "p50", "p95", "CPU", "SQL", "queries")


class Clock:
    """Times a function: wall, CPU here and in the database, time in statements and their number."""

    def __init__(self, connection):
        self.connection = connection
        connection.ensure_connection()
        self.pid = connection.connection.info.backend_pid
        self.sql, self.queries = 0.0, 0

    def _count(self, execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.sql += time.perf_counter() - begun
            self.queries += 1

    def _cpu(self):
        return time.process_time() + cpu_of(self.pid)

    def measure(self, act, repeats=REPEATS):
        """Return {p50, p95, CPU, SQL, queries} of `act`, warm unless it is done once only."""
        if repeats > 1:
            act()
        walls, self.sql, self.queries = [], 0.0, 0
        begun, before = time.perf_counter(), self._cpu()
        with self.connection.execute_wrapper(self._count):
            while not walls or (len(walls) < repeats and time.perf_counter() - begun < SECONDS):
                start = time.perf_counter()
                act()
                walls.append(1000 * (time.perf_counter() - start))
        number, cpu = len(walls), 1000 * (self._cpu() - before)
        p50, p95 = percentiles(walls)
        return {
            "p50": p50,
            "p95": p95,
            "CPU": cpu / number,
            "SQL": 1000 * self.sql / number,
            "queries": self.queries // number,
        }


def measured(only):
    """Return [(what, who, figures)] of the world that DATABASE_URL names."""
    from bench import measures

    return measures.run(Clock, only)


def child(url, only):
    """Measure one world in a process of its own and return what it found."""
    env = os.environ | {"DATABASE_URL": url, "DATABASE_STATEMENT_SECONDS": "0"}
    words = [sys.executable, __file__, "--here", *(["--only", only] if only else [])]
    answer = subprocess.run(words, env=env, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return json.loads(answer.stdout.splitlines()[-1])


def table(found):
    """Return the lines of a table in Markdown: one row a measure and reader, a group of columns a world."""
    names = list(found)
    rows = defaultdict(dict)
    for name, lines in found.items():
        for what, who, figures in lines:
            rows[what, who][name] = figures
    heads = [f"{name} p50 / p95 / CPU / SQL" for name in names]
    yield "| what | who | " + " | ".join(heads) + " | queries | ratio |"
    yield "|" + "---|" * (len(names) + 4)
    for (what, who), worlds in rows.items():
        cells = [" / ".join(_short(worlds[name][key]) for key in HEAD[2:6]) if name in worlds else "" for name in names]
        first, last = worlds.get(names[0]), worlds.get(names[-1])
        ratio = f"{last['CPU'] / max(first['CPU'], 0.1):.1f}" if first and last and len(names) > 1 else ""
        queries = max(figures["queries"] for figures in worlds.values())
        yield f"| {what} | {who} | " + " | ".join(cells) + f" | {queries} | {ratio} |"


def _short(value):
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def main():
    """Measure each world named, and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("worlds", nargs="*", help="addresses of databases, the smallest first")
    asked.add_argument("--only", default="", help="keep the measures whose name has this word")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = asked.parse_args()
    if args.here:
        print(json.dumps(measured(args.only)))  # noqa: T201 - a command line
        return
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    found = {url.rpartition("/")[2]: child(url, args.only) for url in args.worlds}
    print(f"Load before: {load}; after: {', '.join(f'{value:.1f}' for value in os.getloadavg())}\n")  # noqa: T201
    print("\n".join(table(found)))  # noqa: T201


if __name__ == "__main__":
    main()

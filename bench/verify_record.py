"""How long `manage.py verify_audit` takes over a record of many entries.

usage: DATABASE_URL=postgres://.../bench_record uv run python bench/verify_record.py [entries, 1000000 when left out]
Drops and makes again the database, whose name begins with `bench`, builds the record and checks it by all cores.
"""

import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.worlds import fresh_database  # noqa: E402
from tenants import chain, record_checks  # noqa: E402
from tenants.models import AuditEvent, AuditHead, AuditOrigin, Platform, User  # noqa: E402

PIECE = 5000
CREDENTIAL = {
    "id": 7,
    "space": "Belt tensioner",
    "space_id": 3,
    "responsibility": "Author",
    "organization": "Corvane",
    "organization_id": 2,
}


ORIGIN = {"address": "192.0.2.7", "agent": "Firefox 150"}


def origins(events):
    """Return where some of the entries came from."""
    return [AuditOrigin(event=event, salt=event.words_salt, **ORIGIN) for event in events]


def build(platform, user, entries):
    """Store a record of so many entries that hold together."""
    previous, now, rows = chain.BEGINNING, timezone.now(), []
    for seq in range(1, entries + 1):
        event = AuditEvent(
            platform=platform,
            at=now,
            actor=user,
            credential=CREDENTIAL | {"id": seq % 500},
            verb="item_changed",
            object_type="content.item",
            object_id=str(seq % 997),
            object_label=f"PRT-{seq % 997:06} A Side plate",
            space_id=3,
            before={"title": f"Side plate {seq - 1}", "mass": seq / 8},
            after={"title": f"Side plate {seq}, left", "mass": seq / 7},
            rule="5.2 You are at the level of its category.",
            seq=seq,
            words_salt=f"{seq:032x}",
            previous=previous,
        )
        if seq % PIECE % 4 == 1:
            event.origin_digest = chain.digest(event.words_salt, ORIGIN)
        event.words_digest = chain.digest(event.words_salt, chain.words_of(event))
        event.hash = previous = chain.link(chain.facts_of(event))
        rows.append(event)
        if len(rows) == PIECE or seq == entries:
            AuditEvent.objects.bulk_create(rows)
            AuditOrigin.objects.bulk_create(origins(rows[::4]))  # the rest came long ago, or by the clock
            rows = []
    AuditHead.objects.create(chain=platform.pk, seq=entries, hash=previous)


def main(entries):
    """Build, check, print."""
    fresh_database()
    with transaction.atomic():
        platform = Platform.objects.create(slug="bench-record", name="Bench")
        build(platform, User.objects.create(email="bench@example.test"), entries)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    wall, busy = time.perf_counter(), spent()
    report = record_checks.check(platform.pk, platform)
    wall, busy = time.perf_counter() - wall, spent() - busy
    problem = report.problem or "holds"
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"{report.entries:,} entries in {wall:.1f} s, {busy:.1f} s of CPU ours, load {load:.0f}: {problem}\n"
    )


def spent():
    """Return the CPU seconds of this process and of those it started and that ended."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

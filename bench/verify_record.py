"""How long `manage.py verify_audit` takes over a record of many entries.

usage: DATABASE_URL=postgres://... uv run python bench/verify_record.py [entries, 1000000 when left out]
Builds the record in a platform of its own inside one transaction, checks it, and takes all of it back.
"""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings.test")
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from tenants import chain, record_checks  # noqa: E402
from tenants.models import AuditEvent, AuditHead, Platform, User  # noqa: E402

PIECE = 5000
CREDENTIAL = {
    "id": 7,
    "space": "Belt tensioner",
    "space_id": 3,
    "responsibility": "Author",
    "organization": "Corvane",
    "organization_id": 2,
}


def build(platform, user, entries):
    """Store a record of so many entries that hold together."""
    previous, now, rows = chain.BEGINNING, timezone.now(), []
    for seq in range(1, entries + 1):
        event = AuditEvent(
            platform=platform,
            at=now,
            actor=user,
            credential=CREDENTIAL,
            verb="item_changed",
            object_type="content.item",
            object_id=str(seq % 997),
            object_label="PRT-100001 A Side plate",
            space_id=3,
            before={"title": "Side plate", "mass": 1.25},
            after={"title": "Side plate, left", "mass": 1.5},
            rule="5.2 You are at the level of its category.",
            seq=seq,
            words_salt=f"{seq:032x}",
            previous=previous,
        )
        event.words_digest = chain.digest(event.words_salt, chain.words_of(event))
        event.hash = previous = chain.link(chain.facts_of(event))
        rows.append(event)
        if len(rows) == PIECE or seq == entries:
            AuditEvent.objects.bulk_create(rows)
            rows = []
    AuditHead.objects.create(chain=platform.pk, seq=entries, hash=previous)


def main(entries):
    """Build, check, print, take back."""
    with transaction.atomic():
        platform = Platform.objects.create(slug="bench-record", name="Bench")
        build(platform, User.objects.create(email="bench@example.test"), entries)
        wall, busy = time.perf_counter(), time.process_time()
        report = record_checks.check(platform.pk, platform)
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        transaction.set_rollback(True)
    problem = report.problem or "holds"
    sys.stdout.write(f"{report.entries:,} entries in {wall:.1f} s, {busy:.1f} s of them ours: {problem}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

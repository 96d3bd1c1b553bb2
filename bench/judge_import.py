"""Times the judging of an import: `uv run python -m bench.judge_import`, on the database that DATABASE_URL names.

Makes a test database, a platform of 10,000 members in 300 companies, and files of 1,250, 2,500 and 5,000 lines of eight
sorts; prints seconds, seconds a thousand lines, and queries. Fails where 5,000 lines take more than 5 seconds.
"""

import io
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings.test")
django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402 - settings first
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment  # noqa: E402

from spaces import import_files, importing  # noqa: E402
from tenants.models import Member, Organization, Right, RoleStock, Status, User  # noqa: E402
from tests.factories import PlatformFactory, SpaceFactory, actor_of, catalogue, host_of, worker  # noqa: E402

MEMBERS, COMPANIES, LIMIT = 10_000, 300, 5.0  # seconds
KINDS = (
    "new{n}@partner{c}.example;;contractor;Partner {c};Bench;author",
    "new{n}@partner{c}.example;admin;;;;",
    "new{n}@partner-{c}.example;;contractor;Partner {c};;",  # looks alike
    "person{n}@partner{c}.example;;contractor;Partner {c};;",  # a member already
    "new{n}@@partner;;contractor;Partner {c};;",
    "new{n}@elsewhere{n}.example;;contractor;Partner {c};;",  # a domain of its own
    "new{n}@partner{c}.example;;contractor;Nobody {c};;",
    "new{n}@partner{c}.example;boss;;;;",
)


def world():
    """Store the platform and return its Administrator as an actor."""
    platform = PlatformFactory()
    companies = Organization.objects.bulk_create(
        Organization(platform=platform, name=f"Partner {c}", kind="company") for c in range(COMPANIES)
    )
    users = User.objects.bulk_create(
        (User(email=f"person{n}@partner{n % COMPANIES}.example", name=f"Person {n}") for n in range(MEMBERS)),
        batch_size=1000,
    )
    Member.objects.bulk_create(
        (
            Member(
                platform=platform,
                user=user,
                right=Right.EXTERNAL,
                status=Status.ACTIVE,
                company=companies[n % COMPANIES],
            )
            for n, user in enumerate(users)
        ),
        batch_size=1000,
    )
    administrator = worker(platform, Right.ADMINISTRATOR, company=host_of(platform))
    RoleStock.objects.filter(platform=platform).update(quantity=MEMBERS)
    catalogue()
    SpaceFactory(platform=platform, title="Bench")
    return actor_of(administrator)


def judged(actor, number):
    """Return (seconds, queries, verdicts) of reading, judging and storing a file of `number` lines."""
    lines = [KINDS[n % len(KINDS)].format(n=n, c=n % COMPANIES) for n in range(number)]
    text = "\n".join(["user;rights;agreement;company;space;responsibility", *lines])
    file = SimpleUploadedFile("bench.csv", text.encode())
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        batch = importing.make(actor, import_files.read(file), file.name)
    return time.perf_counter() - begun, len(asked), set(batch.lines.values_list("code", flat=True))


def main():
    """Print the table; return 1 where the promise is broken."""
    out = io.StringIO()
    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0)
    try:
        actor = world()
        judged(actor, 100)  # warm
        print(f"{connection.vendor}, {MEMBERS:,} members of {COMPANIES} companies", file=out)
        for number in (1250, 2500, 5000):
            seconds, queries, verdicts = judged(actor, number)
            each = 1000 * seconds / number
            print(f"{number:>6,} lines  {seconds:6.2f} s  {each:5.2f} s a thousand  {queries} queries", file=out)
        print(f"verdicts: {', '.join(sorted(verdicts))}", file=out)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()
    sys.stdout.write(out.getvalue())
    return seconds > LIMIT


if __name__ == "__main__":
    sys.exit(main())

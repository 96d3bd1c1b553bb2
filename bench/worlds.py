"""Builds a world to measure in: `DATABASE_URL=postgres://…/bench_100k uv run python bench/worlds.py 100000`.

Drops and makes again the database, whose name begins with `bench`, and fills it by the schema's own migrations: one
platform with 2,000 spaces, 10,000 people and their 150,000 credentials, 30 % of them (Restricted), and as many items
as asked, the largest space holding a tenth. Everything is chosen by one seed, so a world is the same each time.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

import psycopg  # noqa: E402 - settings first
from django.contrib.auth.models import Permission  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from content.models import File, FileVersion, Item, ItemType, SearchEntry, Share  # noqa: E402
from spaces.models import Credential, CurrentCredential, Responsibility, Space  # noqa: E402
from tenants.models import Member, Organization, Platform, Role, RoleGrant, RoleStock, User  # noqa: E402

SPACES, PEOPLE, COMPANIES = 2_000, 10_000, 100
SLUG = "bench"
READERS = ("external", "member", "owner", "administrator")
RARE, COMMON = "quoin", "bracket"  # one title in 20,000; one in ten
NOUNS = [COMMON, "plate", "housing", "flange", "shaft", "panel", "rib", "duct", "valve", "frame"]
SKEW = 3.3  # of the sizes of spaces: the largest holds a tenth of all items
MEMBERSHIPS = 2.2  # skew of who is where: the largest space has some 4,000 members

# visibility by rank: every fifth space is public, three in ten are protected, half are private
VISIBILITY = (
    "CASE WHEN (n * 7 + 3) % 10 < 2 THEN 'public' WHEN (n * 7 + 3) % 10 < 5 THEN 'protected' ELSE 'private' END"
)


def fresh_database():
    """Drop and make again the database of DATABASE_URL, and migrate it."""
    wanted = connection.settings_dict
    if connection.vendor != "postgresql" or not wanted["NAME"].startswith("bench"):
        raise SystemExit("DATABASE_URL must name a PostgreSQL database whose name begins with bench.")
    url = f"host={wanted['HOST']} port={wanted['PORT'] or 5432} user={wanted['USER']} dbname=postgres"
    with psycopg.connect(url, password=wanted["PASSWORD"] or None, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{wanted["NAME"]}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{wanted["NAME"]}"')
    call_command("migrate", verbosity=0)


def run(sql, params=()):
    """Run one statement and return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def fill(model, source, **columns):
    """Insert a row of `model` for each of `source` (SQL); `columns` are expressions over it, the rest is default."""
    names, parts, params = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.attname not in columns:
            continue
        names.append(f'"{field.column}"')
        if field.attname in columns:
            parts.append(str(columns[field.attname]).replace("%", "%%"))
        elif getattr(field, "generated", False) or field.has_db_default():
            names.pop()
        else:
            parts.append("%s")
            value = timezone.now() if getattr(field, "auto_now_add", False) else field.get_default()
            params.append(field.get_db_prep_save(value, connection))
    chosen = f"SELECT {', '.join(parts)} FROM {source.replace('%', '%%')}"
    run(f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) {chosen} ON CONFLICT DO NOTHING', params)


@contextmanager
def indexed_after(*models):
    """Drop the plain indexes of these tables and make them again at the end: faster than keeping them row by row."""
    tables = [model._meta.db_table for model in models]
    plain = "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    kept = run(plain + "WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisunique", [tables])
    for name, _made in kept:
        run(f'DROP INDEX "{name}"')
    yield
    for _name, made in kept:
        run(made)


def _array(values):
    return "ARRAY[" + ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values) + "]"


def people():
    """Store the platform, its organizations, and 10,000 people with their licences; return (platform, ids)."""
    platform = Platform.objects.create(slug=SLUG, name="Bench", mark="BE")
    host = Organization.objects.create(platform=platform, name="Bench Company", kind="company", is_host=True)
    units = [
        Organization.objects.create(platform=platform, name=f"Unit {n}", kind="unit", parent=host) for n in range(4)
    ]
    units += [
        Organization.objects.create(platform=platform, name=f"Department {n}", kind="department", parent=units[n % 4])
        for n in range(8)
    ]
    companies = Organization.objects.bulk_create(
        Organization(platform=platform, name=f"Supplier {n}", kind="company") for n in range(COMPANIES)
    )
    first = 1000
    everyone = f"generate_series(0, {PEOPLE - 1}) n"
    users = {"id": f"n + {first}", "email": "'person' || n || '@bench.example'", "name": "'Person ' || n"}
    fill(User, everyone, **users, claimed_at="now()", password="''")  # noqa: S106 - nobody signs in by it
    for n, name in enumerate(READERS):
        User.objects.filter(pk=first + n).update(email=f"{name}@bench.example", name=f"The {name}")
    external = "(n = 0 OR n > 3 AND n % 10 > 5)"
    fill(
        Member,
        everyone,
        id=f"n + {first}",
        platform_id=platform.pk,
        user_id=f"n + {first}",
        right=f"CASE WHEN n = 3 THEN 'administrator' WHEN {external} THEN 'external' ELSE 'member' END",
        status="'active'",
        company_id=f"CASE WHEN n = 0 THEN {companies[35].pk} WHEN {external} "
        f"THEN ({_array(c.pk for c in companies)})[n % {COMPANIES} + 1] ELSE {host.pk} END",
        unit_id=f"CASE WHEN {external} THEN NULL ELSE ({_array(u.pk for u in units)})[n % 12 + 1] END",
        joined_at="now()",
        last_seen_at="now()",
    )
    for role in Role.objects.all():
        RoleStock.objects.create(platform=platform, role=role, quantity=2 * PEOPLE)
        fill(RoleGrant, everyone, member_id=f"n + {first}", role_id=role.pk, assigned="true", restricted="true")
    return platform, host, units, companies, first


def spaces(platform, first):
    """Store the spaces; return the id of the first."""
    fill(
        Space,
        f"generate_series(0, {SPACES - 1}) n",
        id="n + 1000",
        platform_id=platform.pk,
        title="'Space ' || lpad(n::text, 4, '0')",
        visibility=VISIBILITY,
        created_by_id=first + 3,
    )
    return 1000


def credentials(first, root):
    """Store 14 credentials a person and an Owner for every space; then those of the readers."""
    levels = dict(
        Permission.objects.filter(content_type__app_label="spaces", codename__in=Responsibility.values).values_list(
            "codename", "pk"
        )
    )
    weights = ["author"] * 8 + ["reader"] * 6 + ["contributor"] * 2 + ["leader"] * 2 + ["owner", "public_reader"]
    members = "tenants_member m"
    common = {"user_id": "user_id", "given_by_id": first + 3, "organization_id": "organization"}
    employed = "CASE WHEN m.unit_id IS NULL OR random() < 0.6 THEN m.company_id ELSE m.unit_id END AS organization"
    source = (
        f"(SELECT m.user_id, {employed}, floor({SPACES} * power(random(), {MEMBERSHIPS}))::int + {root} AS space, "
        f"({_array(levels[name] for name in weights)})[floor(random() * {len(weights)})::int + 1] AS level, "
        f"random() < 0.32 AS bound FROM {members}, generate_series(1, 15) k WHERE m.user_id >= {first + 4}) drawn"
    )
    fill(
        Credential,
        source,
        **common,
        content_object_id="space",
        permission_id="level",
        restricted=f"bound AND level <> {levels['public_reader']}",
    )
    owners = f"(SELECT m.user_id, m.company_id AS organization, s.id AS space FROM spaces_space s JOIN {members} ON "
    owners += f"m.user_id = {first + 4} + (s.id * 10) % ({PEOPLE} - 10)) o"
    fill(Credential, owners, **common, content_object_id="space", permission_id=levels["owner"], restricted="false")
    held = [(0, n, "author", True) for n in (5, 105, 1005)]
    held += [(1, 8 * n * n + 1, "reader" if n % 3 else "author", n == 7) for n in range(15)]
    held += [(2, n, "owner", False) for n in range(0, SPACES, 10)]
    members = {member.user_id: member for member in Member.objects.filter(user__in=range(first, first + 4))}
    for reader, rank, level, bound in held:
        made = Credential.objects.create(
            user_id=first + reader,
            content_object_id=root + rank,
            permission_id=levels[level],
            restricted=bound,
            organization_id=members[first + reader].company_id,
            given_by_id=first + 3,
        )
        CurrentCredential.objects.get_or_create(member=members[first + reader], defaults={"credential": made})


def items(number, platform, organizations, first, root):
    """Store the items, a file for every third, and a share for every hundredth."""
    host, units, companies = organizations
    kinds = list(ItemType.objects.order_by("position"))
    weights = [kind for kind in kinds for _ in range({"definition": 6, "evaluation": 2}.get(kind.category, 1))]
    own, foreign = _array(u.pk for u in units), _array(c.pk for c in companies)
    drawn = (
        f"(SELECT n, floor({SPACES} * power(random(), {SKEW}))::int AS rank, random() AS o, random() AS m, "
        f"floor(random() * {len(weights)})::int + 1 AS k, floor(random() * 50)::int AS p, random() AS age, "
        f"floor(random() * {len(NOUNS)})::int + 1 AS noun FROM generate_series(1, {number}) n) drawn"
    )
    category = f"({_array(kind.category for kind in weights)})[k]"
    fill(
        Item,
        drawn,
        id="n",
        platform_id=platform.pk,
        space_id=f"rank + {root}",
        organization_id=f"CASE WHEN o < 0.5 THEN {host.pk} WHEN o < 0.7 THEN ({own})[rank % 12 + 1] "
        f"WHEN o < 0.9 THEN ({foreign})[rank * 7 % 100 + 1] ELSE ({foreign})[rank * 13 % 100 + 1] END",
        owner_id=f"{first} + (rank * 7 + p * 197) % {PEOPLE}",
        type_id=f"({_array(kind.pk for kind in weights)})[k]",
        category=category,
        number=f"({_array(kind.prefix for kind in weights)})[k] || '-' || lpad(n::text, 8, '0')",
        title=f"({_array(NOUNS)})[noun] || CASE WHEN n % 20000 = 7 THEN ' {RARE} ' ELSE ' ' END || n",
        description="'Made for the bench, number ' || n",
        properties="""'{"Material": "EN AW-6082 T6", "Mass": "1.2 kg"}'::jsonb""",
        maturity=f"CASE WHEN {category} = 'personal' THEN 'none' WHEN m < 0.05 THEN 'private' WHEN m < 0.45 THEN "
        "'in_work' WHEN m < 0.55 THEN 'frozen' WHEN m < 0.9 THEN 'released' ELSE 'obsolete' END",
        modified_at="now() - age * interval '3 years'",
        created_at="now() - interval '3 years'",
    )
    fill(File, "content_item WHERE id % 3 = 0", id="id", item_id="id", name="'file-' || id || '.step'")
    fill(
        FileVersion,
        "content_file",
        id="id",
        file_id="id",
        number=1,
        key="'bench/' || id",
        size=1024,
        sha256="repeat('0', 64)",
        media_type="'model/step'",
        created_by_id=first + 3,
        created_at="now()",
    )
    level = Permission.objects.get(content_type__app_label="content", codename="share_read").pk
    fill(
        Share,
        "content_item WHERE id % 100 = 1 AND category <> 'personal'",
        content_object_id="id",
        user_id=f"{first} + id / 100 % {PEOPLE}",
        permission_id=level,
        given_by_id="owner_id",
    )


def searched():
    """Store what search keeps of the items, as content/search/entries.py would; `check_search` proves it."""
    number = "lower(replace(i.number, '-', ''))"
    lines = [f"' ' || {number} || ' '", "' ' || lower(replace(i.number, '-', ' ')) || ' '", "' ' || i.title || ' '"]
    said = ["' made for the bench number ' || i.id || ' '", "' mass 1 2 kg '", "' material en aw 6082 t6 '"]
    fill(
        SearchEntry,
        "content_item i LEFT JOIN content_file f ON f.item_id = i.id",
        item_id="i.id",
        number=number,
        title="' ' || i.title || ' '",
        names=f"concat_ws(E'\\n', {', '.join([*lines, "' file ' || f.id || ' step '"])})",
        text=f"concat_ws(E'\\n', {', '.join([*lines, "' file ' || f.id || ' step '", *said])})",
    )


def main(number):
    """Build the world and say how long it took."""
    begun = time.perf_counter()
    fresh_database()
    run("SET synchronous_commit = off")
    run("SELECT setseed(0.4)")
    platform, host, units, companies, first = people()
    root = spaces(platform, first)
    credentials(first, root)
    print(f"people and spaces: {time.perf_counter() - begun:.0f} s", flush=True)  # noqa: T201 - a command line
    with indexed_after(Item, File, FileVersion, Share):
        items(number, platform, (host, units, companies), first, root)
    with indexed_after(SearchEntry):
        searched()
    print(f"items: {time.perf_counter() - begun:.0f} s", flush=True)  # noqa: T201
    for table in connection.introspection.table_names():
        column = run(
            "SELECT pg_get_serial_sequence(%s, 'id') FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = 'id'",
            [table, table],
        )
        if column and column[0][0]:
            run(f"SELECT setval(%s, (SELECT coalesce(max(id), 1) FROM {table}))", [column[0][0]])
    run("VACUUM ANALYZE")
    print(f"{number:,} items: {time.perf_counter() - begun:.0f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))

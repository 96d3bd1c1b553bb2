import secrets

from django.db import migrations

from tenants import append_only, chain


def link(apps, schema_editor):
    """Give every entry that stands its place in the chain of its platform."""
    append_only.lift(schema_editor.connection, append_only.RECORD)
    entries, heads = apps.get_model("tenants", "AuditEvent").objects, apps.get_model("tenants", "AuditHead").objects
    last = {}
    for event in entries.order_by("pk").iterator():
        key = event.platform_id or 0
        seq, previous = last.get(key, (0, chain.BEGINNING))
        event.seq, event.previous, event.words_salt = seq + 1, previous, secrets.token_hex(16)
        event.words_digest = chain.digest(event.words_salt, chain.words_of(event))
        event.hash = chain.link(chain.facts_of(event))
        event.save(update_fields=["seq", "previous", "words_salt", "words_digest", "hash"])
        last[key] = (event.seq, event.hash)
    for key, (seq, link_hash) in last.items():
        heads.create(chain=key, seq=seq, hash=link_hash)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0019_links_of_the_record")]

    operations = [migrations.RunPython(link, migrations.RunPython.noop)]

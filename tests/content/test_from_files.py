"""Assemblies of many files: what they say is read within limits, shown beforehand, and made once confirmed."""

import time
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from content import from_files, parts_lists, step_files
from content.files import Arrival, add_version
from content.models import Item, Reference
from spaces.models import Credential, CurrentCredential
from tenants import batch_runs
from tenants.errors import AccessDenied, Unacceptable
from tenants.models import Batch, Outcome
from tests.factories import ItemFactory, SpaceFactory, actor_of, give

pytestmark = pytest.mark.django_db


def assembly(parts, *, inner=""):
    """Return a STEP file as real ones are: a product that holds products which stand in files of their own."""
    lines = ["#1=PRODUCT_DEFINITION(' ',' ',#900,#901);"]
    for at, (name, times) in enumerate(parts.items(), 1):
        base = 10 * at
        lines += [
            f"#{base}=PRODUCT_DEFINITION(' ',' ',#900,#901) ;",
            f"#{base + 1}=DOCUMENT_FILE('{name}','','',#902,'',$) ;",
            f"#{base + 2}=APPLIED_DOCUMENT_REFERENCE(#{base + 1},'',(#{base}));",
            f"#{base + 3}=APPLIED_EXTERNAL_IDENTIFICATION_ASSIGNMENT('{name}',#36,#32,(#{base + 1}));",
        ]
        lines += [
            f"#{1000 + 100 * at + n}=NEXT_ASSEMBLY_USAGE_OCCURRENCE('{n}','it''s; /* {n}','',#1,#{base},$);"
            for n in range(times)
        ]
    body = "\r\n".join([*lines, inner])
    return f"ISO-10303-21;\nHEADER;\n/* a comment; 'with' marks */\nENDSEC;\nDATA;\n{body}\nENDSEC;\n".encode()


def read(data):
    """Return the parts of a file, and that they do not hang on where its pieces end."""
    found = step_files.read(BytesIO(data), step_files.Budget())
    for size in (1, 7, 100):
        step_files.PIECE, kept = size, step_files.PIECE
        again = step_files.read(BytesIO(data), step_files.Budget())
        step_files.PIECE = kept
        assert again.parts == found.parts
    return found.parts


def test_a_file_says_which_files_it_holds_and_how_often():
    assert read(assembly({"bolt.stp": 4, "E:\\\\parts\\\\plate.STEP": 1, "notes.txt": 2})) == {
        "bolt.stp": 4,
        "plate.STEP": 1,
    }
    twice = "#2=PRODUCT_DEFINITION('','',#9,#9);#3=NEXT_ASSEMBLY_USAGE_OCCURRENCE('','','',#1,#2,$);"
    twice += "#4=NEXT_ASSEMBLY_USAGE_OCCURRENCE('','','',#1,#2,$);#5=NEXT_ASSEMBLY_USAGE_OCCURRENCE('','','',#2,#10,$);"
    assert read(assembly({"bolt.stp": 1}, inner=twice)) == {"bolt.stp": 3}  # once itself, once in each of two groups
    assert read(assembly({"gr\\X2\\00F6\\X0\\sse.stp": 1, "\\X\\E9.stp": 1})) == {"grösse.stp": 1, "é.stp": 1}
    assert read(b"ISO-10303-21; nothing of the kind") == {}


CIRCLE = "".join(f"#{n}=NEXT_ASSEMBLY_USAGE_OCCURRENCE('','','',#{n},#{n % 50 + 1},$);" for n in range(1, 51))
HOSTILE = {
    "strings": b"'" * 3_000_000,
    "brackets": b"#1=DOCUMENT_FILE(" + b"(" * 3_000_000,
    "comment": b"/*" * 1_500_000,
    "ends": b";" * 3_000_000,
    "one long statement": b"#1=APPLIED_DOCUMENT_REFERENCE(#1,'',(" + b"#1," * 1_000_000 + b"));",
    "many statements": b"#1=DOCUMENT_FILE('a.stp');" * 300_000,
    "numbers": b"#" + b"1" * 3_000_000 + b"=PRODUCT('',);",
    "odd fields": b"#1=APPLIED_DOCUMENT_REFERENCE((#1),#1,#1);#2=DOCUMENT_FILE(#1);#3=DOCUMENT_FILE();" * 1000,
    "circle": CIRCLE.encode(),
    "bytes": bytes(range(256)) * 8000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_t86_a_hostile_file_says_nothing_and_takes_no_time(name):
    budget = step_files.Budget()
    begun = time.process_time()
    assert step_files.read(BytesIO(HOSTILE[name]), budget).parts == {}
    assert time.process_time() - begun < 5


def test_t86_the_time_for_all_files_together_has_an_end():
    budget = step_files.Budget(until=time.monotonic())
    assert step_files.read(BytesIO(assembly({"bolt.stp": 1})), budget) == step_files.Structure({}, whole=False)


def sent(**files):
    return [SimpleUploadedFile(name.replace("_", "."), data) for name, data in files.items()]


@pytest.fixture
def working(author, space):
    CurrentCredential.objects.create(member=author, credential=Credential.objects.get(user=author.user))
    return author


def confirm(member, batch):
    batch_runs.confirm(actor=actor_of(member), pk=batch.pk, version=Batch.objects.get(pk=batch.pk).version)
    batch_runs.run.func(str(batch.pk))
    return {line.key: line for line in batch.lines.all()}


def test_files_that_come_together_become_an_assembly_after_a_preview(working, space, visit, text, client):
    files = sent(
        top_stp=assembly({"sub.stp": 2, "BOLT.stp": 4, "gone.stp": 1}),
        sub_stp=assembly({"bolt.stp": 3}),
        bolt_stp=b"ISO-",
    )
    answer = visit(working, "items_from_files", data={"file": files})
    batch = Batch.objects.get()
    assert answer.url.endswith(f"/{batch.pk}/")
    assert not Item.objects.exists()
    shown = {line.key: (line.code, line.sentence) for line in batch.lines.all()}
    assert list(shown) == ["bolt.stp", "sub.stp", "top.stp", "gone.stp"]
    assert shown["top.stp"][1] == "Becomes a new physical product, which holds sub.stp (2), BOLT.stp (4), gone.stp (1)."
    assert shown["gone.stp"][0] == "missing"
    lines = confirm(working, batch)
    assert lines["top.stp"].told.endswith("with 2 parts; left out: gone.stp.")
    top = Item.objects.get(title="top")
    assert (top.space, top.owner, top.type.code) == (space, working.user, "physical-product")
    sums = {line.item.title: line.amount for line in parts_lists.total(actor_of(working), top).lines}
    assert sums == {"sub": "2", "bolt": "10"}
    assert f"/items/{top.pk}/" in text(client.get(answer.url))


def test_what_exists_in_the_space_is_used_by_its_file_name_and_what_one_does_not_read_is_not_there(
    working, space, platform
):
    vault = SpaceFactory(platform=platform)
    give(working, vault, "author")
    for where, title in ((space, "Our bolt"), (vault, "Zqbolt")):
        item = ItemFactory(space=where, title=title, owner=working.user)
        arrival = Arrival(file=ContentFile(b"ISO-10303-21; old", name="bolt.stp"))
        add_version(actor=actor_of(working), item=item, arrival=arrival)
    Credential.objects.filter(user=working.user, content_object=vault).delete()
    files = sent(top_stp=assembly({"bolt.stp": 4}), bolt_stp=b"ISO-10303-21; new")
    batch = from_files.begin(actor=actor_of(working), files=files)
    told = {line.key: (line.code, line.sentence) for line in batch.lines.all()}
    assert told["bolt.stp"][0] == "exists"
    assert "Our bolt" in told["bolt.stp"][1]
    confirm(working, batch)
    assert Reference.objects.get().target.title == "Our bolt"
    assert "Zq" not in str(told)


def test_files_in_a_circle_another_credential_and_lost_bytes_are_said_and_do_no_harm(working, space):
    files = sent(a_stp=assembly({"b.stp": 1}), b_stp=assembly({"a.stp": 1}))
    batch = from_files.begin(actor=actor_of(working), files=files)
    lines = confirm(working, batch)
    assert sorted(line.outcome for line in lines.values()) == [Outcome.DONE, Outcome.DONE]
    assert Reference.objects.count() == 1
    other = from_files.begin(actor=actor_of(working), files=sent(c_stp=b"ISO-10303-21;"))
    second = give(working, SpaceFactory(platform=space.platform), "author")
    CurrentCredential.objects.filter(member=working).update(credential=second)
    verdicts = from_files.judge(actor_of(working), other.parameters, list(other.lines.all()))
    assert [one.code for one in verdicts] == ["elsewhere"]
    CurrentCredential.objects.all().delete()
    Credential.objects.filter(pk=second.pk).delete()
    from_files.blobs.storage().delete(other.lines.get().data["blob"])
    assert [one.code for one in from_files.judge(actor_of(working), other.parameters, list(other.lines.all()))] == [
        "gone"
    ]


def test_doubles_empty_files_and_people_who_do_not_create_are_refused(working, reader):
    with pytest.raises(Unacceptable, match="twice"):
        from_files.begin(actor=actor_of(working), files=[*sent(a_stp=b"x"), *sent(A_stp=b"y")])
    with pytest.raises(Unacceptable, match="empty"):
        from_files.begin(actor=actor_of(working), files=sent(a_stp=b""))
    with pytest.raises(AccessDenied):
        from_files.begin(actor=actor_of(reader), files=sent(a_stp=b"x"))
    assert not Batch.objects.exists()

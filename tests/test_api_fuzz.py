"""The API under values that nobody means: every answer is one of those it describes, and none is an error of ours."""

import json
import re
import string
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from platform_site.api import described
from tests.api_world import Program, Tokens

WORDS = st.text(max_size=20) | st.sampled_from(["", "\x00", "../", "1e999", "💥" * 9, "' OR 1=1 --", "x" * 5000])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
DESCRIBED = described()
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
]
SCHEMAS = DESCRIBED["components"]["schemas"]


def body_of(operation):
    """Return a strategy for bodies: the fields of the described one with any values, sometimes no such body at all."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return st.just(None)
    fields = SCHEMAS[content["schema"]["$ref"].rsplit("/", 1)[-1]]["properties"]
    return st.fixed_dictionaries({}, optional=dict.fromkeys(fields, VALUES)) | VALUES


@st.composite
def requests(draw):
    """Return (method, path, what is said of it, query, body, headers) of some request to some described address."""
    method, path, operation = draw(st.sampled_from(OPERATIONS))
    named = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = draw(st.dictionaries(st.sampled_from([*named, "other"]), WORDS, max_size=3))
    plain = st.text(string.printable.strip(), max_size=10)
    headers = draw(st.dictionaries(st.sampled_from(["If-Match", "If-None-Match", "Idempotency-Key", "Range"]), plain))
    return method, path, operation, query, draw(body_of(operation)), headers


class TheFuzz(TestCase):
    """Asks for anything."""

    @classmethod
    def setUpTestData(cls):
        cls.world = Tokens()
        cls.program = Program(cls.world.secrets["leader"])

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(requests())
    def test_every_answer_is_one_that_is_described(self, request):
        method, path, operation, query, sent, headers = request
        world = self.world
        found = {"items": world.item, "issues": world.issue, "changes": world.request, "reviews": world.review}
        found |= {
            "comments": world.comment,
            "attachments": world.attachment,
            "folders": world.folder,
            "routes": world.route,
        }
        thing = found.get(path.split("/")[4])
        filled = {"platform": "acme", "pk": thing and thing.pk, "name": "bracket.stl", "to": "person-1"}
        filled |= {"line": world.line.pk, "slot": world.slot.pk, "markup": world.markup.pk, "entry": world.entry.pk}
        filled |= {"reference": world.relation.pk, "item": world.part.pk, "reviewer": world.reviewer.pk}
        url = re.sub(r"{(\w+)}", lambda found: str(filled[found[1]]), path)
        url += f"?{urlencode({name: value.encode(errors='replace') for name, value in query.items()})}"
        data = b"solid" if path.endswith("{name}") else json.dumps(sent).encode()
        answer = self.program.ask(method, url, data, **headers)
        known = {int(code) for code in operation["responses"]} | {206, 304, 400, 413, 416}
        assert answer.status_code in known, (answer.status_code, answer.shown)
        if answer.status_code >= 400 and answer.status_code != 416:
            assert json.loads(answer.shown)["sentence"]

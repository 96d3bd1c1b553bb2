"""The written rules are the rules."""

from django.conf import settings

from platform_site.access_docs import generate


def test_b40_access_document_is_current():
    assert (settings.ROOT / "docs" / "access.md").read_text() == generate(), "run manage.py access_docs"

"""What set-up builds is whole, and what templates ask of it is there."""

import re

import pytest
from django.conf import settings

from platform_site import assets

USED = re.compile(r"#i-([a-z0-9-]+)")


def test_assets_are_current_after_the_session_has_started():
    assert assets.built() == assets.fingerprint()


def test_every_icon_that_a_template_names_is_in_the_sprite():
    drawn = set(USED.findall((assets.BUILT / "icons.svg").read_text().replace('id="i-', "#i-")))
    files = [*settings.ROOT.glob("templates/**/*.html"), *settings.ROOT.glob("*/templates/**/*.html")]
    asked = {(name, file.name) for file in files for name in USED.findall(file.read_text())}
    assert {(name, file) for name, file in asked if name not in drawn} == set()


def test_fonts_come_from_our_own_files_only():
    css = (assets.BUILT / "fonts.css").read_text()
    named = re.findall(r'url\("?([^")]+)', css)
    assert named
    for file in named:
        assert (assets.BUILT / file).is_file()


def test_an_unknown_icon_is_named_in_the_error(monkeypatch):
    monkeypatch.setattr(assets, "icons", lambda: {"odd": "no-such-drawing"})
    with pytest.raises(assets.AssetsError, match="odd as no-such-drawing"):
        assets.sprite()


def test_without_node_and_uv_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.delenv("UV", raising=False)
    with pytest.raises(assets.AssetsError, match="Install either"):
        assets.tools()


@pytest.mark.parametrize(("said", "major"), [("v20.20.2", 20), ("v9.1.0", 9), ("something else", 0)])
def test_node_is_asked_for_its_version(tmp_path, said, major):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {said}\n")
    node.chmod(0o755)
    assert assets.major_version(str(node)) == major

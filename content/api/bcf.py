"""What the API answers about threads of other tools: taken away and brought as BCF, with the limits of the pages."""

from typing import Literal

from ninja import Query, Router, Schema
from pydantic import Field

from content import reading
from content.bcf import importing
from content.bcf.archives import VERSIONS
from content.bcf.reading import read
from content.files import latest_version
from content.uploads import sent
from content.web import bcf_of
from tenants import access, limits
from tenants.api import once

router = Router(tags=["Discussion"])
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
BODY = {"requestBody": {"required": True, "content": BYTES}}
PLACE = "/items/{int:pk}/files/{str:name}/bcf"


class BcfQuery(Schema):
    """Which BCF."""

    version: Literal[VERSIONS] = VERSIONS[0]


class ComingOut(Schema):
    """A thread of a BCF file: how many of its comments are new here, and whether all of it is."""

    title: str
    author: str
    new: bool
    comments: int = Field(description="Comments that are new here.")
    views: int
    files: int


class ThereOut(Schema):
    """A thread of a BCF file, by its identity there, and the comment that begins it here."""

    guid: str
    title: str
    comment: int


class BroughtOut(Schema):
    """How many threads and comments were new and were brought, and where all threads of the file are now."""

    threads: int
    comments: int
    topics: list[ThereOut]


@router.get("/items/{int:pk}/bcf", response={200: None}, openapi_extra={"responses": {200: {"content": BYTES}}})
def bcf_export(request, pk: int, asked: Query[BcfQuery]):
    """Take away the threads of an item as BCF, as far as one may know people; the record keeps that."""
    item = reading.visit_item(request.actor, pk)
    limits.spend(request, "zip")
    return bcf_of(request.actor, item, asked.version)


@router.post(f"{PLACE}/preview", response={200: list[ComingOut]}, openapi_extra=BODY)
def bcf_preview(request, pk: int, name: str):
    """Say what of a BCF file would be new on a file of an item, and bring nothing."""
    version = _version(request, pk, name)
    with sent(request, "threads.bcf") as file:
        coming = importing.preview(version, _archive(file))
    return [{name: getattr(one, name) for name in one.__slots__} for one in coming]


@router.post(PLACE, response={201: BroughtOut}, openapi_extra=BODY)
def bcf_bring(request, pk: int, name: str):
    """Bring what is new of a BCF file to the latest version of a file of an item, in one act."""
    version = _version(request, pk, name)
    with sent(request, "threads.bcf") as file:
        archive, told = _archive(file), {"actor": request.actor, "version": version, "sha256": file.sha256}
        with importing.files_of(**told, archive=archive) as store:
            return once(request, lambda: (201, _brought(store(), version, archive)), file.sha256.encode())


def _version(request, pk, name):
    """Return the latest version of a file of an item that the actor may mark up."""
    item = reading.open_item(request.actor, pk)
    access.require(request.actor, "markup", item)
    version = latest_version(request.actor, item, name, None)
    version.file.item = item
    limits.spend(request, "upload")
    return version


def _archive(file):
    importing.require_size(file)
    return read(file)


def _brought(made, version, archive):
    topics = [
        {"guid": topic["guid"], "title": topic["title"], "comment": thread.pk}
        for topic, thread in importing.there(version, archive)
    ]
    return {"threads": made[0], "comments": made[1], "topics": topics}

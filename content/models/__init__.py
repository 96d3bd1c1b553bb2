"""The nouns of the content floor, one file a noun."""

from content.models.changes import (
    Change,
    ChangeLine,
    ChangeState,
    Deed,
    Purpose,
    Quorum,
    Route,
    RouteSlot,
    Signature,
    Slot,
)
from content.models.comments import Attachment, Comment, CommentText, Reaction, Sign
from content.models.conversions import Conversion, ConversionState, Rendition
from content.models.counts import AnywhereCount, ItemCount, SpaceCount, SpaceTotal
from content.models.exchanged import Brought
from content.models.files import File, FileVersion, Scan
from content.models.issues import Issue, IssueKind, IssueState, Priority
from content.models.items import Item, Maturity
from content.models.iterations import Iteration
from content.models.markups import Found, Markup, MarkupKind
from content.models.numbers import Number
from content.models.personal import FolderEntry, Opened
from content.models.presence import Presence
from content.models.references import NO_CIRCLE, OF_ISSUES, Reference, ReferenceKind
from content.models.reviews import Judgement, Review, ReviewedItem, Reviewer, Verdict
from content.models.saved import SavedSearch
from content.models.search import SearchEntry
from content.models.settings import ListSetting
from content.models.shares import GroupShare, Level, Share
from content.models.tags import Tag
from content.models.types import Category, ItemType, Property, PropertyKind
from content.models.uploads import Upload
from content.models.watches import Watch

__all__ = [
    "NO_CIRCLE",
    "OF_ISSUES",
    "AnywhereCount",
    "Attachment",
    "Brought",
    "Category",
    "Change",
    "ChangeLine",
    "ChangeState",
    "Comment",
    "CommentText",
    "Conversion",
    "ConversionState",
    "Deed",
    "File",
    "FileVersion",
    "FolderEntry",
    "Found",
    "GroupShare",
    "Issue",
    "IssueKind",
    "IssueState",
    "Item",
    "ItemCount",
    "ItemType",
    "Iteration",
    "Judgement",
    "Level",
    "ListSetting",
    "Markup",
    "MarkupKind",
    "Maturity",
    "Number",
    "Opened",
    "Presence",
    "Priority",
    "Property",
    "PropertyKind",
    "Purpose",
    "Quorum",
    "Reaction",
    "Reference",
    "ReferenceKind",
    "Rendition",
    "Review",
    "ReviewedItem",
    "Reviewer",
    "Route",
    "RouteSlot",
    "SavedSearch",
    "Scan",
    "SearchEntry",
    "Share",
    "Sign",
    "Signature",
    "Slot",
    "SpaceCount",
    "SpaceTotal",
    "Tag",
    "Upload",
    "Verdict",
    "Watch",
]

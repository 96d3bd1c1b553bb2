"""The nouns of the ground floor, one file a noun."""

from tenants.models.api_tokens import ApiReply, ApiToken, Scope
from tenants.models.audit import AuditEvent, AuditHead, AuditOrigin, Checkpoint, KeptCheckpoint, RecordKey
from tenants.models.batches import Batch, BatchLine, BatchState, Outcome
from tenants.models.clock import ClockJob
from tenants.models.groups import GroupMember, UserGroup
from tenants.models.invitations import Invitation, InvitationDraft, InvitationRole, InvitationState
from tenants.models.ledger import Cause, LicenceEntry
from tenants.models.members import Member, Right, Status, member_counts
from tenants.models.notifications import Delivery, Level, MailChoice, Notification, SpaceLevel
from tenants.models.organizations import Kind, Organization
from tenants.models.outbox import MailState, OutgoingMail
from tenants.models.partners import Consent, Given, Partner, Way
from tenants.models.people import User
from tenants.models.platforms import (
    Accent,
    CredentialsCounted,
    DomainRule,
    OpenReaders,
    OriginsKept,
    PartnerRule,
    Platform,
    PlatformStatus,
    TwoFactor,
    WordsKept,
)
from tenants.models.roles import Capability, GroupGrant, Role, RoleGrant, RoleStock
from tenants.models.sign_in import SignInService

__all__ = [
    "Accent",
    "ApiReply",
    "ApiToken",
    "AuditEvent",
    "AuditHead",
    "AuditOrigin",
    "Batch",
    "BatchLine",
    "BatchState",
    "Capability",
    "Cause",
    "Checkpoint",
    "ClockJob",
    "Consent",
    "CredentialsCounted",
    "Delivery",
    "DomainRule",
    "Given",
    "GroupGrant",
    "GroupMember",
    "Invitation",
    "InvitationDraft",
    "InvitationRole",
    "InvitationState",
    "KeptCheckpoint",
    "Kind",
    "Level",
    "LicenceEntry",
    "MailChoice",
    "MailState",
    "Member",
    "Notification",
    "OpenReaders",
    "Organization",
    "OriginsKept",
    "Outcome",
    "OutgoingMail",
    "Partner",
    "PartnerRule",
    "Platform",
    "PlatformStatus",
    "RecordKey",
    "Right",
    "Role",
    "RoleGrant",
    "RoleStock",
    "Scope",
    "SignInService",
    "SpaceLevel",
    "Status",
    "TwoFactor",
    "User",
    "UserGroup",
    "Way",
    "WordsKept",
    "member_counts",
]

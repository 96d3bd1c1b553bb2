"""The operator's desk: platforms, people, members, roles, stock; the record to read. Nothing here opens an item."""

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, Q
from guardian.models import GroupObjectPermission, UserObjectPermission

from tenants import audit, outbox
from tenants.admin import accounts, people, roles
from tenants.admin.desk import AuditedAdmin, ReadOnlyAdmin
from tenants.models import (
    AuditEvent,
    Invitation,
    InvitationRole,
    MailState,
    Member,
    Notification,
    Organization,
    OutgoingMail,
    Platform,
    Right,
    RoleGrant,
    RoleStock,
    Status,
)

__all__ = ["AuditedAdmin", "ReadOnlyAdmin", "accounts", "people", "roles"]

admin.site.site_header = "Gangway operators"
admin.site.site_title = "Gangway"
admin.site.index_title = "Installation"
admin.site.unregister(Group)  # access comes from credentials, roles and shares; Django's groups give none
for unused in (UserObjectPermission, GroupObjectPermission):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


class StockInline(admin.TabularInline):
    """The roles a platform owns licences of; they are set one by one, through the service that guards them."""

    model = RoleStock
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ["role", "quantity", "used", "expires_at"]
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        """Stock is added on its own page."""
        return False


@admin.register(Platform)
class PlatformAdmin(AuditedAdmin):
    """Tenants, their look, state and options."""

    list_display = ["name", "slug", "status", "members", "time_zone"]
    list_filter = ["status"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StockInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "mark", "accent", "status", "time_zone"]}),
        (
            "Member options",
            {
                "fields": [
                    "invitations_from_administrators",
                    "invitations_from_members",
                    "member_locations",
                    "ungrant_expired",
                ]
            },
        ),
        (
            "Content rules",
            {
                "fields": [
                    "members_create_spaces",
                    "externals_read_open",
                    "open_readers",
                    "restricted_first",
                    "credentials_counted",
                    "leader_edits_frozen",
                    "freeze_before_release",
                ]
            },
        ),
        ("Invitations", {"fields": ["invitation_days"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        """Keep the slug as it was made, which links carry; options are set where what that opens and ends is shown."""
        rules = [name for title, section in self.fieldsets[1:] for name in section["fields"]]
        return ["slug", *rules] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        """Make a slug of the name, once."""
        return {} if obj else self.prepopulated_fields

    def platform_of(self, obj):
        """A platform belongs to itself."""
        return obj

    @admin.display(description="active members")
    def members(self, platform):
        """Count the active members."""
        return platform.active_members

    def get_queryset(self, request):
        """Count the members of all rows in one query."""
        active = Count("members", filter=Q(members__status="active"), distinct=True)
        return super().get_queryset(request).annotate(active_members=active)


@admin.register(Organization)
class OrganizationAdmin(AuditedAdmin):
    """Companies, business units, departments."""

    list_display = ["name", "kind", "parent", "platform", "is_host"]
    list_filter = ["kind", "is_host", "platform"]
    list_select_related = ["platform", "parent"]
    search_fields = ["name", "platform__name"]
    autocomplete_fields = ["platform", "parent"]

    def get_readonly_fields(self, request, obj=None):
        """The tree is changed where what that ends is shown: by an Administrator of the platform."""
        return ["platform", "parent", "kind", "is_host", "archived_at"] if obj else ["archived_at"]

    def has_delete_permission(self, request, obj=None):
        """An Administrator of the platform deletes one on which nothing stands."""
        return False


class GrantInline(admin.TabularInline):
    """The roles a member holds."""

    model = RoleGrant
    extra = 0
    can_delete = False
    fields = ["role", "assigned", "restricted", "granted_at"]
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        """Grants are made by the services that guard the stock."""
        return False


class FirstAdministratorForm(forms.ModelForm):
    """A platform is handed to its first Administrator; from then on nobody becomes a member by an operator."""

    def clean(self):
        """Refuse a platform that has an active Administrator, and whoever is to be something else."""
        found, made = super().clean(), self.instance.pk is None
        if made and found.get("right", Right.ADMINISTRATOR) != Right.ADMINISTRATOR:
            self.add_error("right", "Only a first Administrator is added here; everybody else is invited.")
        there = Member.objects.filter(platform=found.get("platform"), right=Right.ADMINISTRATOR, status=Status.ACTIVE)
        if made and there.exists():
            self.add_error("platform", "It has an Administrator, who invites everybody else.")
        return found


@admin.register(Member)
class MemberAdmin(AuditedAdmin):
    """People on platforms. A first Administrator is added here; everybody else is invited."""

    form = FirstAdministratorForm
    list_display = ["user", "platform", "right", "status", "company"]
    list_filter = ["platform", "right", "status"]
    list_select_related = ["user", "platform", "company"]
    search_fields = ["user__email", "user__name", "company__name"]
    autocomplete_fields = ["platform", "user", "company", "unit", "organizations"]
    inlines = [GrantInline]
    fieldsets = [
        (None, {"fields": ["platform", "user", "right", "status"]}),
        ("Employment", {"fields": ["company", "unit", "organizations"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        """A membership keeps its person and platform; its state and where it belongs are changed by the services."""
        kept = ["platform", "user", "right", "status", "company", "unit", "organizations"]
        return kept if obj else ["organizations"]

    def has_delete_permission(self, request, obj=None):
        """Access is ended by an Administrator of the platform; the row and its history stay."""
        return False


class InvitedRoleInline(admin.TabularInline):
    """The roles an invitation offers."""

    model = InvitationRole
    extra = 0


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations, to read; they are sent, renewed and revoked by Administrators of the platform."""

    list_display = ["email", "platform", "right", "state", "inviter", "sent_at", "expires_at"]
    list_filter = ["state", "right", "platform"]
    list_select_related = ["platform", "inviter"]
    search_fields = ["email", "platform__name", "inviter__email"]
    date_hierarchy = "sent_at"
    inlines = [InvitedRoleInline]
    exclude = ["token_hash"]


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What the bells show."""

    list_display = ["text", "user", "platform", "at", "read_at"]
    list_filter = ["kind", "platform"]
    list_select_related = ["user", "platform"]
    search_fields = ["text", "user__email"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The record, to read. Titles of items are left out: an operator opens no item of any platform."""

    list_display = ["at", "actor", "words", "what", "platform", "rule"]
    list_filter = ["platform", "verb"]
    list_select_related = ["actor", "platform"]
    search_fields = ["actor__email", "subject__email", "verb"]
    date_hierarchy = "at"
    show_full_result_count = False
    fields = ["at", "actor", "subject", "words", "what", "platform", "rule", "reason"]
    readonly_fields = fields

    @admin.display(description="did")
    def words(self, event):
        """Say the verb in words."""
        return audit.VERBS.get(event.verb, event.verb)

    @admin.display(description="what")
    def what(self, event):
        """Name the object, unless it is content."""
        if event.object_type.startswith("content."):
            return f"an item ({event.object_type} {event.object_id})"
        return event.object_label


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """The queue of mail and its dead letters; what a mail says is not shown."""

    list_display = ["to", "subject", "state", "tries", "due_at", "last_error", "sent_at"]
    list_filter = ["state"]
    search_fields = ["to", "subject"]
    exclude = ["text", "html", "lease", "once"]
    actions = ["send_again"]

    @admin.action(description="Send again", permissions=["view"])
    def send_again(self, request, queryset):
        """Give the chosen dead letters their tries anew."""
        sent = sum(outbox.send_again(user=request.user, mail=mail) for mail in queryset.filter(state=MailState.DEAD))
        self.message_user(request, f"{sent} dead letter{'' if sent == 1 else 's'} will be tried again.")

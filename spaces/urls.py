"""The addresses of this floor."""

from django.urls import path

from spaces.views import center, credential, groups, guests, importing, joining, members, spaces, wizard

app_name = "spaces"
PLATFORM = "p/<slug:platform>/"
SPACE = PLATFORM + "spaces/<int:pk>/"
DRAFT = PLATFORM + "management/invitations/drafts/<uuid:draft>/"
urlpatterns = [
    path(PLATFORM + "credential/", credential.credential, name="credential"),
    path(PLATFORM + "management/spaces/", center.control_center, name="control_center"),
    path(PLATFORM + "spaces/", spaces.space_list, name="space_list"),
    path(PLATFORM + "spaces/new/", spaces.space_new, name="space_new"),
    path(SPACE + "join/", joining.access_ask, name="access_ask"),
    path(SPACE + "join/withdraw/", joining.access_withdraw, name="access_withdraw"),
    path(SPACE + "join/<int:asked>/", joining.access_answer, name="access_answer"),
    path(SPACE + "menu/", center.space_menu, name="space_menu"),
    path(SPACE + "edit/", spaces.space_edit, name="space_edit"),
    path(SPACE + "visibility/", spaces.space_visibility, name="space_visibility"),
    path(SPACE + "delete/", spaces.space_delete, name="space_delete"),
    path(SPACE + "record/", spaces.space_record, name="space_record"),
    path(SPACE + "members/", members.space_members, name="space_members"),
    path(SPACE + "members/people/", members.people_search, name="people_search"),
    path(SPACE + "members/invite/", guests.guest_invite, name="guest_invite"),
    path(SPACE + "members/add/", members.credential_add, name="credential_add"),
    path(SPACE + "members/<int:credential>/change/", members.credential_change, name="credential_change"),
    path(SPACE + "members/<int:credential>/remove/", members.credential_remove, name="credential_remove"),
    path(SPACE + "members/groups/add/", groups.group_add, name="group_add"),
    path(SPACE + "members/groups/<int:credential>/change/", groups.group_change, name="group_change"),
    path(SPACE + "members/groups/<int:credential>/remove/", groups.group_remove, name="group_remove"),
    path(PLATFORM + "management/members/import/", importing.member_import, name="member_import"),
    path(PLATFORM + "management/members/import/example/", importing.import_example, name="import_example"),
    path(PLATFORM + "management/invitations/new/", wizard.invitation_new, name="invitation_new"),
    path(DRAFT + "people/", wizard.invitation_people, name="invitation_people"),
    path(DRAFT + "roles/", wizard.invitation_roles, name="invitation_roles"),
    path(DRAFT + "spaces/", wizard.invitation_spaces, name="invitation_spaces"),
    path(DRAFT + "preview/", wizard.invitation_preview, name="invitation_preview"),
    path(DRAFT + "discard/", wizard.invitation_discard, name="invitation_discard"),
]

"""The addresses of this floor."""

from django.urls import include, path

from tenants.views import (
    acceptance,
    batches,
    company,
    domains,
    exports,
    home,
    invitations,
    member_changes,
    member_many,
    members,
    membership,
    notifications,
    options,
    organizations,
    partners,
    platforms,
    readiness,
    record,
    roles,
    sessions,
    sign_in,
    sponsored,
    two_factor,
    unsubscribe,
)

app_name = "tenants"

member_patterns = [
    path("", members.member_list, name="member_list"),
    path("many/", member_many.member_many, name="member_many"),
    path("<int:pk>/", members.member_detail, name="member_detail"),
    path("<int:pk>/right/", member_changes.member_right, name="member_right"),
    path("<int:pk>/organizations/", member_changes.member_employment, name="member_employment"),
    path("<int:pk>/end/", member_changes.member_end, name="member_end"),
    path("<int:pk>/remove/", member_changes.member_remove, name="member_remove"),
    path("<int:pk>/recall/", partners.member_recall, name="member_recall"),
    path("<int:pk>/roles/", members.role_grant, name="role_grant"),
    path("<int:pk>/roles/<int:grant_pk>/", members.role_set, name="role_set"),
    path("<int:pk>/roles/<int:grant_pk>/back/", members.role_ungrant, name="role_ungrant"),
    path("<int:pk>/readiness/", readiness.readiness_panel, name="readiness"),
]
organization_patterns = [
    path("", organizations.organization_list, name="organization_list"),
    path("new/", organizations.organization_new, name="organization_new"),
    path("<int:pk>/", organizations.organization_detail, name="organization_detail"),
    path("<int:pk>/edit/", organizations.organization_edit, name="organization_edit"),
    path("<int:pk>/move/", organizations.organization_move, name="organization_move"),
    path("<int:pk>/archive/", organizations.organization_archive, name="organization_archive"),
    path("<int:pk>/delete/", organizations.organization_delete, name="organization_delete"),
    path("<int:pk>/people/<int:member_pk>/", organizations.organization_leave, name="organization_leave"),
]
role_patterns = [
    path("", roles.role_list, name="role_list"),
    path("<int:pk>/", roles.role_detail, name="role_detail"),
    path("<int:pk>/grant/", roles.role_grant_to, name="role_grant_to"),
    path("<int:pk>/holders/<int:grant_pk>/", roles.role_take_back, name="role_take_back"),
    path("<int:pk>/ledger/", roles.role_ledger, name="role_ledger"),
]
partner_patterns = [
    path("", partners.partner_list, name="partner_list"),
    path("name/", partners.partner_name, name="partner_name"),
    path("default/", partners.partner_default, name="partner_default"),
    path("waiting/<int:pk>/", partners.partner_answer, name="partner_answer"),
    path("licences/", partners.licences_between, name="licences_between"),
    path("with/<slug:address>/", partners.partner_detail, name="partner_detail"),
    path("with/<slug:address>/end/", partners.partner_end, name="partner_end"),
]
management_patterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/test/", sign_in.sign_in_test, name="sign_in_test"),
    path("sign-in/turn/", sign_in.sign_in_turn, name="sign_in_turn"),
    path("sign-in/remove/", sign_in.sign_in_remove, name="sign_in_remove"),
    path("options/", options.option_list, name="options"),
    path("options/history/", options.option_history, name="option_history"),
    path("options/history/<int:pk>/undo/", options.option_undo, name="option_undo"),
    path("options/preset/<slug:code>/", options.option_preset, name="option_preset"),
    path("options/<slug:code>/", options.option_set, name="option_set"),
    path("members/", include(member_patterns)),
    path("organizations/", include(organization_patterns)),
    path("roles/", include(role_patterns)),
    path("exports/<slug:name>/", exports.export, name="export"),
    path("partners/", include(partner_patterns)),
    path("record/", record.record, name="record"),
    path("domains/", domains.domain_list, name="domain_list"),
    path("domains/<int:pk>/remove/", domains.domain_remove, name="domain_remove"),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/<int:pk>/resend/", invitations.invitation_resend, name="invitation_resend"),
    path("invitations/<int:pk>/revoke/", invitations.invitation_revoke, name="invitation_revoke"),
]
batch_patterns = [
    path("", batches.batch_detail, name="batch_detail"),
    path("confirm/", batches.batch_confirm, name="batch_confirm"),
    path("judge/", batches.batch_judge, name="batch_judge"),
    path("lines/<int:number>/", batches.batch_line, name="batch_line"),
    path("discard/", batches.batch_discard, name="batch_discard"),
    path("file/", batches.batch_file, name="batch_file"),
]
sponsored_patterns = [
    path("", sponsored.sponsored_list, name="sponsored_list"),
    path("<int:pk>/", sponsored.sponsored_detail, name="sponsored_detail"),
    path("<int:pk>/renew/", sponsored.sponsored_renew, name="sponsored_renew"),
    path("<int:pk>/let-go/", sponsored.sponsored_let_go, name="sponsored_let_go"),
    path("<int:pk>/sponsor/", sponsored.sponsor_name, name="sponsor_name"),
    path("<int:pk>/answer/", sponsored.sponsor_answer, name="sponsor_answer"),
]
platform_patterns = [
    path("sponsored/", include(sponsored_patterns)),
    path("", home.home, name="home"),
    path("membership/", membership.membership, name="membership"),
    path("membership/leave/", membership.membership_leave, name="membership_leave"),
    path("two-factor/", two_factor.two_factor_page, name="two_factor"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.notification_read, name="notification_read_all"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/settings/", notifications.notification_settings, name="notification_settings"),
    path("notifications/spaces/<int:space_id>/", notifications.space_level, name="space_level"),
    path("notifications/<int:pk>/unread/", notifications.notification_unread, name="notification_unread"),
    path("notifications/<int:pk>/read/", notifications.notification_read, name="notification_read"),
    path("batches/<uuid:pk>/", include(batch_patterns)),
    path("management/", include(management_patterns)),
]
urlpatterns = [
    path("sessions/<int:pk>/end/", sessions.session_end, name="session_end"),
    path("sign-in/company/", company.company_sign_in_page, name="company_sign_in"),
    path("sign-in/company/<slug:slug>/first-time/", company.company_first_time, name="company_first_time"),
    path("platforms/", platforms.platform_list, name="platforms"),
    path("invitations/answer/", acceptance.invitation_answer, name="invitation_answer"),
    path("invitations/<str:token>/", acceptance.invitation_open, name="invitation_open"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("p/<slug:platform>/", include(platform_patterns)),
]

"""The addresses of this floor."""

from django.urls import include, path

from tenants.views import home, members, notifications, options, platforms, readiness, record

app_name = "tenants"

member_patterns = [
    path("", members.member_list, name="member_list"),
    path("<int:pk>/", members.member_detail, name="member_detail"),
    path("<int:pk>/end/", members.member_end, name="member_end"),
    path("<int:pk>/roles/", members.role_grant, name="role_grant"),
    path("<int:pk>/roles/<int:grant_pk>/", members.role_set, name="role_set"),
    path("<int:pk>/roles/<int:grant_pk>/back/", members.role_ungrant, name="role_ungrant"),
    path("<int:pk>/readiness/", readiness.readiness_panel, name="readiness"),
]
management_patterns = [
    path("options/", options.option_list, name="options"),
    path("options/<slug:code>/", options.option_set, name="option_set"),
    path("members/", include(member_patterns)),
    path("record/", record.record, name="record"),
]
platform_patterns = [
    path("", home.home, name="home"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.notification_read, name="notification_read_all"),
    path("notifications/<int:pk>/read/", notifications.notification_read, name="notification_read"),
    path("management/", include(management_patterns)),
]
urlpatterns = [
    path("platforms/", platforms.platform_list, name="platforms"),
    path("p/<slug:platform>/", include(platform_patterns)),
]

# Invitations: the wizard, the list, and the answers

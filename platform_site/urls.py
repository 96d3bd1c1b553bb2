"""Every address of the site; the floors answer for what lies below theirs."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("tenants.urls")),
    path("", include("spaces.urls")),
    path("", include("content.urls")),
]

"""Every address of the site; the floors answer for what lies below theirs."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from platform_site.api import api
from tenants.views import company, home

# allauth's sign-in page also guards the admin: limits, verified address, second factor.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", home.root, name="home"),
    path("admin/", admin.site.urls),
    path("accounts/3rdparty/", company.LinksView.as_view(), name="socialaccount_connections"),
    path("accounts/oidc/<slug:provider_id>/login/", company.provider_login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", company.provider_callback, name="openid_connect_callback"),
    path("accounts/", include("allauth.urls")),
    path("api/p/<slug:platform>/", api.urls),
    path("", include("tenants.urls")),
    path("", include("spaces.urls")),
    path("", include("content.urls")),
]
# Whatever else stands below a platform: the same page as for a thing that is not there. Ends in a slash, so that an
# address of ours without one is still led to itself.
NOTHING = re_path(r"^p/(?P<platform>[-\w]+)/(?P<rest>.+)/$", home.nothing, name="nothing")
urlpatterns.append(NOTHING)
if settings.DEMO:
    urlpatterns.append(path("demo/", include("platform_site.demo.urls")))

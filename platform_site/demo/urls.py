"""The addresses of the demo, all under /demo/."""

from django.urls import path

from platform_site.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("sign-in/<int:pk>/", views.sign_in, name="sign_in"),
    path("mail/", views.mail_list, name="mail_list"),
    path("mail/<slug:key>/", views.mail_detail, name="mail_detail"),
]

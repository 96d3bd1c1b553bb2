"""The addresses of the demo, all under /demo/."""

app_name = "demo"
urlpatterns = []

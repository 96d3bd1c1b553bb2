"""The addresses of this floor."""

app_name = "spaces"
urlpatterns = []

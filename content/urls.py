"""The addresses of this floor."""

app_name = "content"
urlpatterns = []

"""The addresses of this floor."""

app_name = "tenants"
urlpatterns = []

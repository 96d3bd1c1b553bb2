"""Lets `user.has_perm(permission, obj)` ask the same engine as every page."""

from tenants import access, actor


class AccessBackend:
    """Answers for objects the engine guards; knows no passwords and no permissions without an object."""

    def authenticate(self, request, **credentials):
        """Sign nobody in: that is allauth's."""
        return None

    def get_user(self, user_id):
        """Load nobody: that is allauth's."""
        return None

    def has_perm(self, user, perm, obj=None):
        """Answer `<app>.<act>` or `<app>.<act>_<model>`, such as content.modify_item, for one object."""
        if obj is None or not access.guards(type(obj)) or not user.is_active:
            return False
        label, _, act = perm.partition(".")
        act = act.removesuffix(f"_{obj._meta.model_name}")
        if label != obj._meta.app_label or act not in access.POLICIES[type(obj)]:
            return False
        found = actor.of(user, obj if label == "tenants" else obj.platform)
        return found is not None and bool(access.can(found, act, obj))

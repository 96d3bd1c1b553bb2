"""Gives each test that commits the database as the run began with it, instead of Django's flush.

A flush empties every table, and permissions, types and roles are then written anew. SQLite in memory is simply copied
back. PostgreSQL empties all tables at once, past their triggers, which a superuser may; others flush.
"""

import sqlite3

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

import content.catalogue
import tenants.catalogue
from content.models import ItemType, Property
from tenants import append_only
from tenants.models import Role
from tests.turns import TURN

STAY = {model._meta.db_table for model in (ContentType, Permission)}
SHIPPED = (Role, ItemType, Property)


class Beginning:
    """The database of a run before its first test."""

    def __init__(self, connection):
        self.connection = connection
        if connection.vendor == "sqlite":
            self.copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self.copy)
        else:
            tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
            self.shipped = self._shipped()
            self.tables = [f'"{name}"' for name in tables if name not in STAY]
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                (self.may_pass,) = cursor.fetchone()

    def bring_back(self, flush):
        """Undo what a test has committed; where the database does not let us, call `flush`."""
        with TURN:  # what a page that was left asked for at last is answered first
            if self.connection.vendor == "sqlite":
                self.copy.backup(self.connection.connection)
            elif self.may_pass:
                self._truncate()
            else:
                self._flush(flush)

    def _flush(self, flush):
        append_only.lift(self.connection)
        try:
            flush()
        finally:
            append_only.install(self.connection)
        self._ship()

    def _shipped(self):
        return [list(model.objects.order_by("pk").values_list()) for model in SHIPPED]

    def _truncate(self):
        as_shipped = self._shipped() == self.shipped
        kept = {f'"{model._meta.db_table}"' for model in SHIPPED} if as_shipped else set()
        with transaction.atomic(), self.connection.cursor() as cursor:
            # whoever still writes, in a thread of the live server, does so before
            cursor.execute(f"LOCK {', '.join(self.tables)} IN SHARE MODE; SET LOCAL session_replication_role = replica")
            # not DELETE: dead rows and what the planner knows of them would stay, and make pages slow by chance
            cursor.execute(f"TRUNCATE {', '.join(table for table in self.tables if table not in kept)}")
        if not as_shipped:
            self._ship()
            self.shipped = self._shipped()

    @staticmethod
    def _ship():
        content.catalogue.ship(ItemType)
        content.catalogue.ship_properties(ItemType, Property)
        tenants.catalogue.ship(Role)

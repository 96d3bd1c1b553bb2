"""A person: one global identity, an e-mail address, on any number of platforms."""

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone

from tenants import access, addresses


class UserManager(BaseUserManager):
    """Makes people; the only way a row gets its canonical address."""

    def _create(self, email, password, **fields):
        user = self.model(email=addresses.canonical(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email, password=None, **fields):
        """Make a person who has claimed their account. Raises addresses.AddressError."""
        fields.setdefault("claimed_at", timezone.now())
        return self._create(email, password, **fields)

    def create_superuser(self, email, password=None, **fields):
        """Make an operator of the installation; it opens no item of any platform."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def for_address(self, email):
        """Return the person of `email`; an unknown one gets a row that nobody has claimed yet."""
        email = addresses.canonical(email)
        found = self.filter(email=email).first()
        return found or self._create(email, None, is_active=False)

    def get_by_natural_key(self, email):
        """Find by any spelling of the address."""
        return self.get(email=addresses.canonical(email))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `email` is canonical and unique; a row without `claimed_at` was only invited so far."""

    email = models.EmailField("e-mail", unique=True, max_length=254)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May sign in to the Django admin.")
    is_active = models.BooleanField(default=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self):
        return self.name or self.email

    def clean(self):
        """Bring the address to its canonical form."""
        self.email = addresses.canonical(self.email)

    def save(self, **kwargs):
        """Store the canonical address whatever path led here."""
        self.email = addresses.canonical(self.email)
        super().save(**kwargs)

    def has_perm(self, perm, obj=None):
        """Ask the engine about objects it guards, even for superusers: being one opens nothing."""
        if obj is not None and access.guards(type(obj)):
            return any(backend.has_perm(self, perm, obj) for backend in get_backends())
        return super().has_perm(perm, obj)

    def get_full_name(self):
        """Return the name, else the address."""
        return str(self)

    def get_short_name(self):
        """Return the first part of the name, else the address."""
        return self.name.split(" ")[0] if self.name else self.email

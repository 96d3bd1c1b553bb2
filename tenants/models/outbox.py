"""Mail that has to leave: a row in the transaction of the act it tells of."""

from django.db import models
from django.db.models import Q


class MailState(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", "waits to leave"
    SENT = "sent", "accepted by the mail server"
    DEAD = "dead", "could not be delivered"
    DROPPED = "dropped", "not sent: nobody is to read it any more"


class OutgoingMail(models.Model):
    """One mail to one address. A worker holds it by `lease` until `due_at`; then it is due for anybody again.

    `maker` names what writes the letter when it leaves; without one, `text` and `html` are the letter until it left.
    """

    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    maker = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=80, blank=True, db_index=True, help_text="Such as invitation:7.")
    once = models.CharField(max_length=80, null=True, unique=True, help_text="No second mail bears the same.")
    message_id = models.CharField(max_length=200, unique=True, help_text="The same at every try.")
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="When it is tried next, or when the try that goes on counts as crashed.")
    lease = models.CharField(max_length=32, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "outgoing mail"
        indexes = [models.Index(fields=["due_at"], condition=Q(state=MailState.WAITING), name="mail_due")]

    def __str__(self):
        return f"{self.subject or self.maker} to {self.to}"

"""What was made of stored bytes so that a browser can show them."""

from django.db import models


class ConversionState(models.TextChoices):
    """How far a conversion is."""

    WAITING = "waiting", "waits for its turn"
    RUNNING = "running", "is being made"
    DONE = "done", "can be seen"
    FAILED = "failed", "cannot be shown"


class Conversion(models.Model):
    """The conversion of one stored file, whichever versions name its bytes. `facts` are what the converter found out.

    `lease` rises each time a worker takes it, so that one that was thought dead cannot finish over its successor.
    """

    State = ConversionState

    key = models.CharField(max_length=100, unique=True, help_text="Key of the bytes in the storage of content.")
    suffix = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=ConversionState, default=ConversionState.WAITING)
    reason = models.CharField(max_length=250, blank=True, help_text="Why it cannot be shown.")
    facts = models.JSONField(default=dict)
    thumb = models.BooleanField(default=False)
    text = models.TextField(blank=True, help_text="Words of the file, for searching.")
    lease = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.suffix} {self.get_state_display()}"


class Rendition(models.Model):
    """One file that a conversion made, such as view.glb or page-0003.webp."""

    conversion = models.ForeignKey(Conversion, models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=100, unique=True, help_text="Random name in the storage of what is shown.")
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["conversion", "name"], name="one_rendition_of_a_name")]

    def __str__(self):
        return self.name

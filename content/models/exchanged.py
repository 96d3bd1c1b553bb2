"""What threads and answers were elsewhere before they were brought here."""

from django.db import models

from content.models.comments import Comment


class Brought(models.Model):
    """What a comment was in a BCF file: its identity there, and all that was said of it, to be written again.

    `data` has the shape of a topic or of a comment of `content.bcf.reading`; a viewpoint with a picture names the
    attachment that holds it.
    """

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="brought")
    guid = models.CharField(max_length=36)
    data = models.JSONField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.guid

from django.conf import settings
from django.db import models
from django.utils import timezone

from ascentpain.encrypted_fields import EncryptedTextField, new_row_id
from contact.models.inquiry import Inquiry


class NoteDraft(models.Model):
    """A note that a member of staff typed and could not add, since the session had ended.

    Kept for when they are back.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="note_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)
    row_id = models.CharField(max_length=32, default=new_row_id, editable=False)
    text = EncryptedTextField(row="row_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "by"], name="note_draft_one_each"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Note draft {self.pk}"

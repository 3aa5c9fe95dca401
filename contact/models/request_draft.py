from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from ascentpain.encrypted_fields import EncryptedTextField, new_row_id

KEPT: Final = timedelta(days=30)


class RequestDraft(models.Model):
    """A request taken by phone that could not be stored, since the session had ended.

    Kept for when its writer is back, and for a month at most.
    """

    by = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)
    row_id = models.CharField(max_length=32, default=new_row_id, editable=False)
    typed = EncryptedTextField(row="row_id", help_text="The form's fields, as a browser sends them.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Request draft {self.pk}"

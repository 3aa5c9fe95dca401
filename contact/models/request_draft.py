from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone

from ascentpain.encrypted_fields import EncryptedTextField, new_row_id

KEPT: Final = timedelta(days=30)


class RequestDraftQuerySet(models.QuerySet["RequestDraft"]):
    def expired(self) -> "RequestDraftQuerySet":
        return self.filter(saved_at__lte=timezone.now() - KEPT)

    def of(self, user: AbstractBaseUser) -> "RequestDraft | None":
        """What is kept for this person, if its time is not over."""
        return self.filter(by=user.pk, saved_at__gt=timezone.now() - KEPT).first()


class RequestDraft(models.Model):
    """A request taken by phone that could not be stored, since the session had ended.

    Kept for when its writer is back, and shown for a month at most; then the next one that is kept, and
    `manage.py purge_inquiries`, delete it.
    """

    by = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)
    row_id = models.CharField(max_length=32, default=new_row_id, editable=False)
    typed = EncryptedTextField(row="row_id", help_text="The form's fields, as a browser sends them.")

    objects = RequestDraftQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Request draft {self.pk}"

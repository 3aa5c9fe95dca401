from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils import timezone

from ascentpain import encryption


class EncryptionKeyManager(models.Manager["EncryptionKey"]):
    def refuse_missing(self) -> None:
        """Raises ImproperlyConfigured, with the fix, where values were sealed with a key that is not there.

        The key that writes is remembered, so that it is missed when it is gone.
        """
        there = {key.id for key in encryption.key_ring()}
        in_use = set(self.filter(emptied_at=None).values_list("key_id", flat=True))
        if missing := sorted(in_use - there):
            raise ImproperlyConfigured(
                f"What patients wrote is encrypted with key {missing[0]}, which neither DATA_KEYS nor "
                f"{settings.DATA_DIR / 'data_keys'} holds (there is: {', '.join(sorted(there))}). "
                "Put it back from your backup, on a line of its own beside others; nothing is lost meanwhile."
            )
        self.remember(encryption.current_key().id)

    def remember(self, key_id: str) -> None:
        if not self.filter(key_id=key_id, emptied_at=None).exists():
            self.update_or_create(key_id=key_id, defaults={"emptied_at": None})


class EncryptionKey(models.Model):
    """A key that values were sealed with, by its id alone.

    So that a missing one is noticed before anyone asks for them.
    """

    key_id = models.CharField(max_length=8, primary_key=True)
    first_used_at = models.DateTimeField(default=timezone.now)
    emptied_at = models.DateTimeField(
        null=True, help_text="When the last value under it was sealed anew with another (rotate_keys)."
    )

    objects = EncryptionKeyManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Encryption key {self.key_id}"


class ContentVersion(models.Model):
    """One row, counted by the database itself: see ascentpain.content_version."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    number = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="content_version_is_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"Content version {self.number}"

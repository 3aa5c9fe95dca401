"""Sealing everything anew under the key that writes now, while the site runs.

A row at a time is locked, opened, sealed and written, so that a stop at any moment loses nothing and the
next run goes on with what is left. A value that cannot be read is left as it is, and counted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from ascentpain import encryption
from ascentpain.encrypted_fields import Ciphertext, EncryptedTextField
from ascentpain.models import EncryptionKey

BATCH: Final = 100  # rows a transaction

# What else has to be written with a row of a model: blind indexes. By the model's label.
also_write: Final[dict[str, Callable[[Any], None]]] = {}
# What seals values that are not in encrypted fields: each tells what they are, how many it sealed anew, and
# how many it had to leave.
others: Final[list[Callable[[], tuple[str, int, int]]]] = []


@dataclass
class Progress:
    label: str
    done: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate() -> Iterator[Progress]:
    """One Progress a model, after each batch of it."""
    for model in encrypted_models():
        progress, after = Progress(model._meta.label), 0
        yield progress
        while rows := _batch(model, after):
            for pk in rows:
                _rotate_row(model, pk, progress)
            after = rows[-1]
            yield progress


def encrypted_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if _fields(model)]


def left() -> int:
    """How many rows hold a value that is not under the current key."""
    return sum(1 for model in encrypted_models() for row in _rows(model) if _old_fields(row))


def finish() -> list[str]:
    """The ids of the keys that nothing is sealed with any more, now marked so.

    Call it when nothing is left.
    """
    now, current = timezone.now(), encryption.current_key().id
    emptied = EncryptionKey.objects.filter(emptied_at=None).exclude(key_id=current)
    ids = list(emptied.values_list("key_id", flat=True))
    emptied.update(emptied_at=now)
    return ids


def _fields(model: type[models.Model]) -> list[EncryptedTextField]:
    return [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]


def _rows(model: type[models.Model]) -> Iterator[models.Model]:
    names = [field.name for field in _fields(model)]
    return model._default_manager.only(*names).order_by("pk").iterator(chunk_size=BATCH)


def _batch(model: type[models.Model], after: int) -> list[int]:
    """The primary keys of the next rows, in order."""
    rows = model._default_manager.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _old_fields(row: models.Model) -> list[EncryptedTextField]:
    current = encryption.current_key().id
    stored = {field: row.__dict__.get(field.attname) for field in _fields(type(row))}
    return [
        field
        for field, value in stored.items()
        if isinstance(value, Ciphertext) and encryption.key_id_of(value.token) != current
    ]


@transaction.atomic
def _rotate_row(model: type[models.Model], pk: int, progress: Progress) -> None:
    row = model._default_manager.select_for_update().filter(pk=pk).first()
    if row is None or not (old := _old_fields(row)):
        return
    if unreadable := [field for field in old if not field.is_readable(row)]:
        progress.unreadable.append(f"{row} ({', '.join(field.name for field in unreadable)})")
    sealed = {f.attname: f.sealed(getattr(row, f.attname), row) for f in old if f not in unreadable}
    if sealed:
        model._default_manager.filter(pk=pk).update(**sealed)
        progress.done += 1
    if write := also_write.get(model._meta.label):
        write(row)

"""Model fields whose values are encrypted in the database (ascentpain.encryption).

A value is sealed for its table, its column and its row, by an attribute that names the row for ever
(`row`). It is opened when it is asked for, so that a list opens only what it shows. One that cannot be read
reads as UNREADABLE and is logged.

A value is written once, with its row: saving the row again leaves it as the database has it, so that no
stale copy undoes a rotation. The database cannot compare what it cannot read: filters raise FieldError
(search by a blind index instead), and so does whatever would write or copy such a column without its row:
`update()`, `bulk_update()`, `loaddata`, `dumpdata`. Only ascentpain.key_rotation writes it again.
"""

import json
import logging
import uuid
from typing import Any, Final

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import Col
from django.db.models.query_utils import DeferredAttribute

from ascentpain import encryption

logger = logging.getLogger(__name__)


def new_row_id() -> str:
    """A name for a row that has no other that never changes."""
    return uuid.uuid4().hex


class Unreadable(str):
    """Stands where a value cannot be read."""

    __slots__ = ()


class UnreadableDict(dict[str, str]):
    """The same where a dictionary is expected."""


def is_readable(value: Any) -> bool:
    return not isinstance(value, Unreadable | UnreadableDict)


UNREADABLE: Final = Unreadable("(cannot be read)")


def unreadable_fields(instance: models.Model) -> list[str]:
    """The names of its encrypted fields whose values cannot be read."""
    encrypted = [field for field in instance._meta.fields if isinstance(field, EncryptedTextField)]
    return [field.name for field in encrypted if not field.is_readable(instance)]


class Ciphertext:
    """A value as the database holds it, and once it was opened, what it says. In print it shows nothing."""

    __slots__ = ("opened", "token")

    def __init__(self, token: str, opened: Any = None) -> None:
        self.token = token
        self.opened = opened

    def __repr__(self) -> str:
        return "(encrypted)"

    def __reduce__(self) -> Any:
        """Nothing of what it says is pickled, into a cache for one."""
        return Ciphertext, (self.token,)


NOTHING: Final = Ciphertext("")


class EncryptedAttribute(DeferredAttribute):
    """Opens the value when it is first asked for."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return self.field.open(value, instance) if isinstance(value, Ciphertext) else value

    def __set__(self, instance: Any, value: Any) -> None:
        # Its presence has __get__ asked first.
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text, encrypted. Nothing ("") stays nothing, so that the database can ask whether there is a value."""

    descriptor_class = EncryptedAttribute

    def __init__(self, *args: Any, row: str = "", **kwargs: Any) -> None:
        """`row` is the attribute that names the row and never changes, known before the row is stored."""
        self.row = row
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"row": self.row}

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def context(self, instance: models.Model) -> str:
        return f"{self.place}.{getattr(instance, self.row)}"

    def open(self, value: Ciphertext, instance: models.Model) -> Any:
        if value.opened is None:
            try:
                value.opened = self.from_text(encryption.unseal(value.token, self.context(instance)))
            except (encryption.Unreadable, ValueError):
                logger.exception("%s of row %s cannot be read", self.place, instance.pk)
                value.opened = self.unreadable()
        return value.opened

    def unreadable(self) -> Any:
        return UNREADABLE

    def is_readable(self, instance: models.Model) -> bool:
        return is_readable(getattr(instance, self.attname))

    def sealed(self, value: Any, instance: models.Model) -> Ciphertext:
        """The value under the current key."""
        return Ciphertext(encryption.seal(self.to_text(value), self.context(instance)), value)

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Sealed when the row is stored; after that, the column itself, whatever key it is under by now."""
        if not add:
            self.refuse_change(model_instance)
            return models.F(self.attname)
        value = getattr(model_instance, self.attname)
        if not is_readable(value):
            raise FieldError(f"{self.place} cannot be read, so it cannot be copied into another row.")
        if not value:
            return NOTHING
        sealed = model_instance.__dict__[self.attname] = self.sealed(value, model_instance)
        return sealed

    def refuse_change(self, instance: models.Model) -> None:
        """A value that was set, or read again by refresh_from_db(), is compared with what is stored."""
        value = instance.__dict__.get(self.attname)
        if isinstance(value, Ciphertext) or not is_readable(value):
            return
        stored = type(instance)._base_manager.filter(pk=instance.pk).only(self.row, self.attname).first()
        if stored and (value or self.from_nothing()) != getattr(stored, self.attname):
            raise FieldError(f"{self.place} is encrypted and written once, with its row.")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return Ciphertext(value) if value else self.from_nothing()

    def from_nothing(self) -> Any:
        return ""

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        """Of what is compared: whether there is a value can be asked, what it is cannot."""
        if isinstance(value, Ciphertext):
            return value.token
        if not value:
            return ""
        raise FieldError(
            f"{self.place} is encrypted: save an instance to write it, search by a blind index to find it."
        )

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Of what is written.

        What was sealed, the column itself (pre_save), and nothing, which migrations write.
        """
        if isinstance(value, Col) and value.target == self:
            return value
        if value and not isinstance(value, Ciphertext):
            raise FieldError(f"{self.place} is encrypted and written once, by saving its row.")
        return value.token if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"exact", "isnull"}:
            raise FieldError(f"{self.place} is encrypted: search by a blind index to find it.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(
            f"{self.place} is encrypted and cannot be dumped: back up the database and its keys."
        )


class EncryptedJSONField(EncryptedTextField):
    """A dictionary, encrypted."""

    # What django-stubs takes an attribute of this field to be.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return json.dumps(value)

    def from_text(self, text: str) -> Any:
        return json.loads(text)

    def from_nothing(self) -> Any:
        return {}

    def unreadable(self) -> Any:
        return UnreadableDict()

    def get_default(self) -> Any:
        return {}

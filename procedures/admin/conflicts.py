"""Two people on one draft: the second to save is told, and keeps what they typed."""

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict

from procedures.models import Page, Section


def fingerprint(row: Page | Section) -> str:
    """Changes with whatever the row's form edits: its own fields, and those of its sections or items.

    Not with their order, which buttons save at once.
    """
    parts: Any = row.sections.order_by("pk") if isinstance(row, Page) else row.items.order_by("pk")
    told = [model_to_dict(part) | {"order": None} for part in (row, *parts)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class DraftForm(forms.ModelForm):
    """The page's template puts in what was there when the form was opened, as `seen`."""

    def clean(self) -> dict[str, Any] | None:
        seen = self.data.get("seen")
        if seen and self.instance.pk:
            page = self.instance if isinstance(self.instance, Page) else self.instance.page
            Page.objects.select_for_update().get(pk=page.pk)
            if seen != fingerprint(type(self.instance).objects.get(pk=self.instance.pk)):
                raise ValidationError(
                    "Somebody changed this draft while you were writing. Your words are still here. Look at "
                    "theirs in another window, and save again if yours shall stand."
                )
        return super().clean()

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M")


class LinesField(forms.CharField):
    """Browsers end lines with CR LF (WHATWG HTML, 4.10.22.4), texts here with LF: else all would seem new."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


# For the forms of pages, sections and clinicians.
OVERRIDES: Any = {
    models.TextField: {"form_class": LinesField, "widget": AdminTextareaWidget},
    models.DateField: {"widget": DayInput},
}

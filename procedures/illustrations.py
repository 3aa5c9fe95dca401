"""Drawings: each is one template that holds the drawing, its text alternative and its caption."""

from django.core.exceptions import ValidationError
from django.template import TemplateDoesNotExist
from django.template.loader import get_template


def template_name(illustration: str) -> str:
    return f"procedures/illustrations/{illustration}.html"


def validate_exists(illustration: str) -> None:
    """Raises ValidationError, in words for staff, when there is no such drawing."""
    try:
        get_template(template_name(illustration))
    except TemplateDoesNotExist as error:
        raise ValidationError(
            f"There is no illustration named “{illustration}”. Leave it empty, or name one that exists."
        ) from error

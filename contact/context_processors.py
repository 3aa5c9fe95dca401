from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from contact.models import Practice


def practice(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """The practice's details, read only if the page shows them."""
    return {"practice": SimpleLazyObject(Practice.objects.current)}

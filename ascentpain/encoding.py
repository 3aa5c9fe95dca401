"""The one encoding in which the site reads what it is sent."""

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class Utf8OnlyMiddleware:
    """Answer 400 to a body in another encoding than UTF-8, which is what browsers send from our pages.

    Python's codecs hold more than encodings (hex, rot13), and some make what cannot be shown again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_utf8((request.content_params or {}).get("charset", "utf-8")):
            raise BadRequest("Only UTF-8 is read.")
        return self.get_response(request)


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False

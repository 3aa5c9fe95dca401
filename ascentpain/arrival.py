"""Whether what a browser sent arrived whole."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from ascentpain import errors


class WholeBodyMiddleware:
    """Answer 408 to a body that broke off on the way: half a form must not be taken for a whole one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            is_whole = len(request.body) >= int(request.META.get("CONTENT_LENGTH") or 0)
        except UnreadablePostError:
            is_whole = False
        return self.get_response(request) if is_whole else errors.broken_off(request)

from django.conf import settings
from django.http import HttpRequest


def site_origin(request: HttpRequest) -> dict[str, str]:
    """The site's own address, so that links that leave the page never repeat a forged Host header."""
    return {"site_origin": settings.SITE_URL}

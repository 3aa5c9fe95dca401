"""The stylesheet inside the page, for pages that are kept in memory.

A phone on a slow line then draws the page after one answer instead of two: measured by `make bench`
(first-view). The policy admits this one stylesheet, by its hash, and no other inline style.
"""

import base64
import hashlib
import re
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from ascentpain.page_bytes import Headers

LINK: Final = re.compile(rb'<link rel="stylesheet" href="([^"]+/css/site\.[0-9a-f]+\.css)">')
POLICY: Final = "Content-Security-Policy"
OWN_STYLES: Final = "style-src 'self'"


def inline(body: bytes, headers: Headers) -> tuple[bytes, Headers]:
    """The page with its stylesheet in the link's place, and the policy that admits it.

    As it was where there is no link to the collected stylesheet, as in development.
    """
    link, admitted = LINK.search(body), OWN_STYLES
    if link:
        style, digest = _collected(link[1].decode())
        body = body[: link.start()] + b"<style>" + style + b"</style>" + body[link.end() :]
        admitted = f"{OWN_STYLES} 'sha256-{digest}'"
    return body, [(name, _policy(value, admitted) if name == POLICY else value) for name, value in headers]


def _policy(value: str, admitted: str) -> str:
    """In one order: django-csp's differs from process to process, and so would the page's ETag."""
    return "; ".join(sorted(value.replace(OWN_STYLES, admitted).split("; ")))


@lru_cache(maxsize=1)
def _collected(address: str) -> tuple[bytes, str]:
    """The stylesheet, and its SHA-256 as the policy writes it (CSP Level 3, 2.3.1)."""
    with staticfiles_storage.open(address.removeprefix(settings.STATIC_URL)) as file:
        style: bytes = file.read()
    if b"</style" in style:
        raise ValueError(f"{address} would end the element that it stands in.")
    return style, base64.b64encode(hashlib.sha256(style).digest()).decode()

"""One page as bytes, in each encoding that browsers ask for, and how HTTP has it answered (RFC 9110)."""

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import brotli

Headers = list[tuple[str, str]]
StartResponse = Callable[[str, Headers], Any]

IDENTITY: Final = "identity"
PREFERRED: Final = ("br", "gzip")
LARGE: Final = 100_000  # bytes; from here on, brotli's best takes seconds for a few per cent
BYTE_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
# Of an answer that has no page in it; no cache on the way may keep it in the page's place.
NOTHING: Final = [("Content-Length", "0"), ("Cache-Control", "no-store")]
# What a 304 says again (RFC 9110, 15.4.5); the browser has the rest from the 200.
SAID_AGAIN: Final = {"cache-control", "vary"}


@dataclass(frozen=True, slots=True)
class Variant:
    """The page in one encoding."""

    body: bytes
    etag: str
    headers: Headers
    headers_unchanged: Headers


class PageBytes:
    """A 200's body and headers, compressed once, with a strong ETag for each encoding."""

    __slots__ = ("body", "size", "variants")

    def __init__(self, body: bytes, headers: Headers, like: "PageBytes | None" = None) -> None:
        """`like` is the page as it was before: what did not change is not compressed again."""
        self.body = body
        kept = [header for header in headers if header[0].lower() not in {"content-length", "vary"}]
        kept.append(("Vary", "Accept-Encoding"))
        bodies = {IDENTITY: body} | (_earlier(like) if like and like.body == body else _compressed(body))
        # Of the headers, too: a 304 would leave a browser with those of an older release.
        tag = hashlib.sha256(repr(kept).encode() + body).hexdigest()[:24]
        self.variants = {name: _variant(name, tag, content, kept) for name, content in bodies.items()}
        self.size = sum(len(content) + len(repr(kept)) for content in bodies.values())

    def answer(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        """To a GET or HEAD: 200, or 304 where the browser has it, or 206 for a part of it."""
        variant = self.variants[best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        if "HTTP_IF_MATCH" in environ and not is_same(variant.etag, environ["HTTP_IF_MATCH"]):
            start_response("412 Precondition Failed", NOTHING)
            return []
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and is_known(variant.etag, known):
            start_response("304 Not Modified", variant.headers_unchanged)
            return []
        body, is_head = variant.body, environ["REQUEST_METHOD"] == "HEAD"
        if "HTTP_RANGE" in environ and not is_head:
            return _answer_range(variant, environ, start_response)
        start_response("200 OK", variant.headers)
        return [] if is_head else [body]


def is_known(etag: str, known: str) -> bool:
    """Whether If-None-Match names it. A proxy that compresses may have weakened it."""
    return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}


def is_same(etag: str, wanted: str) -> bool:
    """Whether If-Match names it: to the byte, so that a weakened one does not."""
    return wanted.strip() == "*" or etag in {tag.strip() for tag in wanted.split(",")}


@lru_cache(maxsize=128)
def best_encoding(accepted: str) -> str:
    """The smallest of ours that Accept-Encoding admits."""
    admitted = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        admitted[name.strip()] = parameter.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    rest = admitted.get("*", False)
    return next((name for name in PREFERRED if admitted.get(name, rest)), IDENTITY)


def _compressed(body: bytes) -> dict[str, bytes]:
    quality = 5 if len(body) > LARGE else 11
    # The time is left out, so that the same page has the same bytes in every worker.
    return {"gzip": gzip.compress(body, 9, mtime=0), "br": brotli.compress(body, quality=quality)}


def _earlier(like: PageBytes) -> dict[str, bytes]:
    return {name: like.variants[name].body for name in PREFERRED}


def _variant(name: str, tag: str, body: bytes, headers: Headers) -> Variant:
    etag = f'"{tag}"' if name == IDENTITY else f'"{tag}-{name}"'
    encoding = [] if name == IDENTITY else [("Content-Encoding", name)]
    length = [("Content-Length", str(len(body)))]
    validators = [("ETag", etag), ("Accept-Ranges", "bytes")]
    again = [header for header in headers if header[0].lower() in SAID_AGAIN]
    return Variant(body, etag, [*headers, *encoding, *validators, *length], [*again, ("ETag", etag)])


def _answer_range(variant: Variant, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    """One range of bytes (RFC 9110, 14). Several, or one that is not understood, get the whole."""
    total = len(variant.body)
    match = BYTE_RANGE.fullmatch(environ["HTTP_RANGE"].strip())
    if_range = environ.get("HTTP_IF_RANGE", variant.etag)
    if match is None or match.group() == "bytes=-" or if_range != variant.etag:
        start_response("200 OK", variant.headers)
        return [variant.body]
    first, last = _bounds(match[1], match[2], total)
    if first > last:
        start_response("416 Range Not Satisfiable", [*NOTHING, ("Content-Range", f"bytes */{total}")])
        return []
    headers = [header for header in variant.headers if header[0] != "Content-Length"]
    part = variant.body[first : last + 1]
    headers += [("Content-Range", f"bytes {first}-{last}/{total}"), ("Content-Length", str(len(part)))]
    start_response("206 Partial Content", headers)
    return [part]


def _bounds(first: str, last: str, total: int) -> tuple[int, int]:
    """The first and last byte, the first behind the last where there is nothing in between."""
    if not first:
        return max(0, total - int(last)), total - 1 if int(last) else -1
    return int(first), min(int(last or total), total - 1)

"""How many requests one client network may send: enough for a clinic's waiting room, too few for a flood.

A network has REQUESTS_PER_NETWORK places in the cache, each free again WINDOW seconds after it was taken.
Only the cache's atomic `add` takes one, since `incr` is not atomic in every cache. No address is kept: places
are named by a keyed hash. When the cache does not answer, everybody may send.
"""

import ipaddress
import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

WINDOW: Final = 10 * 60  # seconds


class Full(Exception):  # noqa: N818 (reads as what happened)
    """The network has no place left. `seconds` until the next is free."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


@contextmanager
def place(request: HttpRequest, request_id: str) -> Iterator[None]:
    """Take a place for this request, in which to store it. Raises Full.

    Where the cache is a table, place and request are one transaction: there is one lock to wait for, and one
    commit.
    """
    with _transaction_of_the_cache():
        if wait := seconds_to_wait(request, request_id):
            raise Full(wait)
        yield


def _transaction_of_the_cache() -> AbstractContextManager[Any]:
    is_table = isinstance(caches[DEFAULT_CACHE_ALIAS], DatabaseCache)
    return transaction.atomic() if is_table else nullcontext()


def seconds_to_wait(request: HttpRequest, request_id: str) -> int:
    """Take a place for this request. 0 if it has one; else the seconds until the next is free.

    The same request, sent again or by several connections at once, takes one place.
    """
    network = client_network(request)
    if network is None:
        return 0
    try:
        with _transaction_of_the_cache():  # what fails in it leaves the one around it as it was
            return _take(network, request_id)
    except Exception:  # whatever a cache can raise: it must not cost a patient the request
        logger.exception("throttle: the cache does not answer, so nobody is throttled")
        return 0


def _take(network: str, request_id: str) -> int:
    name = salted_hmac("contact.throttle", network, algorithm="sha256").hexdigest()
    places = [f"sent:{name}:{number}" for number in range(settings.REQUESTS_PER_NETWORK)]
    taken, now = cache.get_many(places), time.time()
    if any(holder == request_id for holder, _ in taken.values()):
        return 0
    for place in places:
        if place in taken:
            continue
        if cache.add(place, (request_id, now), WINDOW):
            return 0
        faster = cache.get(place)
        # A cache table that cannot be written raises nothing: it only does not keep what is added.
        if faster is None or faster[0] == request_id:
            return 0
    oldest = min((taken_at for _, taken_at in cache.get_many(places).values()), default=now)
    return max(1, round(oldest + WINDOW - now))


def client_network(request: HttpRequest) -> str | None:
    """The network that the client's address belongs to: an IPv4 address, or the /64 of an IPv6 address.

    Behind TRUSTED_PROXIES proxies, each of which adds whom it saw at the right of X-Forwarded-For, the
    address is that many entries from the right; what a client writes there itself stands further left.
    None where no address can be told.
    """
    trusted = settings.TRUSTED_PROXIES
    seen = [request.META.get("REMOTE_ADDR", "")]
    if trusted:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(seen) < trusted:
        return None
    try:
        address = ipaddress.ip_address(_without_port(seen[-(trusted or 1)].strip()))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _without_port(entry: str) -> str:
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry

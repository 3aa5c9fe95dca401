"""Answers for whatever watches the process: a balancer, systemd, a person with curl."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Every part a request needs answers; else 503 and the names of those that do not, nothing more."""
    failed = [name for name, works in PARTS.items() if not _holds(name, works)]
    if failed:
        return HttpResponse(f"failed: {', '.join(failed)}\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")


def _holds(name: str, works: Callable[[], bool]) -> bool:
    try:
        return works()
    except Exception:
        logger.exception("readyz: %s", name)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _cache() -> bool:
    """It answers. Only read, since anyone may ask this as often as they like."""
    return cache.get("readyz") is None


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


PARTS = {"database": _database, "cache": _cache, "migrations": _migrations}

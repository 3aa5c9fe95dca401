"""Lists that cost the same however much there is to list."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.utils.functional import cached_property

LIMIT: Final = 1000


class BoundedPaginator(Paginator):
    """Counts, and turns pages, up to LIMIT. What lies beyond is found by filters and search."""

    @cached_property
    def count(self) -> int:
        return min(count_up_to(self.object_list, LIMIT + 1), LIMIT)

    @cached_property
    def has_more(self) -> bool:
        """Whether there is more than the pages show."""
        return self.count == LIMIT and count_up_to(self.object_list, LIMIT + 1) > LIMIT


def count_up_to(found: Any, limit: int) -> int:
    """How many there are, `limit` at most, without counting the others.

    An order is kept: by it, SQLite takes the index of just these where it would read the whole table.
    """
    return int(found[:limit].count())

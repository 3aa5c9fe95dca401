"""What the desk's lists have in common."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest


class OfferedOnly(ChangeList):
    """Narrowed by the filters that the list offers, and by nothing else.

    Django would filter by whatever column an address names, in words or numbers that the database may refuse.
    """

    def get_filters(self, request: HttpRequest) -> Any:
        found = super().get_filters(request)
        values = [value for values in self.get_filters_params().values() for value in values]
        if found[2] or any("\0" in value for value in values):
            raise IncorrectLookupParameters
        return found

from django.http import HttpRequest

from procedures.notices import LINKED


def linked_notices(request: HttpRequest) -> dict[str, dict[str, str]]:
    """What every page's foot links to."""
    return {"linked_notices": LINKED}

"""What reading is compared with: Django without middleware, its view returning the same bytes each time.

BENCH_BODY names a file with the bytes, BENCH_ENCODING the encoding they are in.
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
HEADERS = {"Content-Encoding": encoding} if (encoding := os.environ.get("BENCH_ENCODING")) else {}

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="none is needed"
)


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, headers=HEADERS)


urlpatterns = [path("", constant)]

application = get_wsgi_application()

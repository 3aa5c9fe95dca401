"""What gunicorn serves."""

import os
import sys
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, InterfaceError
from django.db.backends.signals import connection_created

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascentpain.settings")

django_application = get_wsgi_application()

from ascentpain import patience  # noqa: E402
from ascentpain.models import EncryptionKey  # noqa: E402 (models need the application)
from ascentpain.page_cache import PageCache  # noqa: E402 (as above)

# `make dev` shows each change of a template at once.
application = django_application if settings.DEBUG else PageCache(django_application)

connection_created.connect(patience.limit)

BOOT_ERROR = 3  # gunicorn starts no other worker then

try:
    with suppress(DatabaseError, InterfaceError):  # without it, pages that say so must stand
        EncryptionKey.objects.refuse_missing()
except ImproperlyConfigured as error:
    print(f"The site does not start: {error}", file=sys.stderr, flush=True)
    sys.exit(BOOT_ERROR)

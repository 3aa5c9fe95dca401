"""The site's own settings on throw-away data, whatever the environment of the person who runs the tests."""

import atexit
import os
import shutil
import tempfile

for name in (
    "SITE_URL",
    "PORT",
    "BIND",
    "DEBUG",
    "SECRET_KEY",
    "DATA_KEYS",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "EMAIL_FROM",
    "REQUESTS_PER_NETWORK",
    "TRUSTED_PROXIES",
    "WEB_CONCURRENCY",
):
    os.environ.pop(name, None)
# SQLite and its cache table, unless .ci/run names servers for the tests.
for name in ("DATABASE_URL", "CACHE_URL"):
    os.environ[name] = os.environ.get(f"TEST_{name}", "")
# Playwright keeps an event loop in the thread that the tests run in; Django takes it for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="ascentpain-tests-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from ascentpain.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names and compression are tested where the site is served for real (tests/browser, tests/ascentpain).
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir()  # noqa: F405 (whitenoise warns when it is missing)
# A file, as on a real site: threads that share a database in memory lock each other's tables.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # noqa: F405
CACHES["default"]["KEY_FUNCTION"] = "tests.cache_keys.make_key"  # noqa: F405

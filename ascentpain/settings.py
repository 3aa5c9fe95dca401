"""The one settings file. What differs between machines comes from the environment (README, "Configure")."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from ascentpain import env

# Whatever the site writes, the database first of all, is for its own user only.
os.umask(0o077)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")

# Where the site is reached, and how safe the way there must be
PORT = env.integer("PORT", 8000, 1, 65535)
BIND = env.address("BIND", "127.0.0.1")
WORKERS = env.integer("WEB_CONCURRENCY", 2, 1, 64)
SITE_URL = env.site_url("SITE_URL", f"http://127.0.0.1:{PORT}")
SITE_IS_HTTPS = SITE_URL.startswith("https:")
DEBUG = env.flag("DEBUG", False)

if not SITE_IS_HTTPS and not env.is_loopback(BIND):
    raise ImproperlyConfigured(
        f"BIND={BIND!r} would serve plain http to other machines. Set SITE_URL to the site's https address."
    )
if DEBUG and SITE_IS_HTTPS:
    raise ImproperlyConfigured("DEBUG=yes shows data to anyone. Unset it where SITE_URL is https.")

SECRET_KEY = env.secret("SECRET_KEY", keep_in=DATA_DIR / "secret_key")
# What patients write is encrypted with these (ascentpain/encryption.py). Lost keys mean lost requests.
DATA_KEYS = env.data_keys("DATA_KEYS", keep_in=DATA_DIR / "data_keys")
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"]  # health checks made on the machine itself
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = [
    f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST,
    *env.hosts("ALLOWED_HOSTS"),
    *LOOPBACK_NAMES,
]

# https ends before gunicorn, in a proxy that says whom it saw
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 1 if SITE_IS_HTTPS else 0, 0, 10)
# How many requests for a consultation one client network may send in ten minutes
REQUESTS_PER_NETWORK = env.integer("REQUESTS_PER_NETWORK", 20, 1, 500)

SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
]  # asked over plain http by whatever watches the process
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_HTTPS
# Preloading binds the whole domain for years, and anyone may ask for it once the header allows it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_LIMIT_SECONDS = 10 * 3600  # from sign-in, a working day, whatever is done (ascentpain/sessions.py)
# How long the row of a session that is over tells whose it was, so that what they typed is kept for them
SESSION_COOKIE_AGE = 3 * 24 * 3600
SESSION_IDLE_SECONDS = 15 * 60
SESSION_WARNING_SECONDS = 2 * 60  # before the end
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None  # until the browser is closed
CSRF_FAILURE_VIEW = "ascentpain.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

INSTALLED_APPS = [
    "ascentpain.apps.AscentPainConfig",
    "ascentpain.apps.StaffAdminConfig",
    "procedures",
    "contact",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
]

MIDDLEWARE = [
    # The first three stand outside SecurityMiddleware so that its redirects and refusals carry them too.
    "ascentpain.headers.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ascentpain.arrival.WholeBodyMiddleware",
    "ascentpain.encoding.Utf8OnlyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ascentpain.sessions.SessionLimitsMiddleware",
]

SITE_ID = 1  # for redirects from former addresses of pages; the site's own address is SITE_URL

ROOT_URLCONF = "ascentpain.urls"
WSGI_APPLICATION = "ascentpain.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "contact.context_processors.practice",
                "ascentpain.context_processors.site_origin",
                "procedures.context_processors.linked_notices",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["practice"]
CRISPY_TEMPLATE_PACK = "practice"
CRISPY_FAIL_SILENTLY = False

# No ATOMIC_REQUESTS: it would make every read take SQLite's write lock.
DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL")}
MAIL = env.mail("EMAIL_URL")
globals().update(MAIL)
MAIL_IS_PRINTED = MAIL["EMAIL_BACKEND"].endswith("console.EmailBackend")
DEFAULT_FROM_EMAIL = env.mail_address("EMAIL_FROM", f"noreply@{SITE_HOST}")

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Staff sign-in (ascentpain/sign_in)
AUTHENTICATION_BACKENDS = ["ascentpain.sign_in.backend.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "ascentpain.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up; allauth asks for a match
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "ascentpain.sign_in.forms.SignInForm",
    "change_password": "ascentpain.sign_in.forms.PasswordForm",
}
# Tries by network ("ip"), and by account ("key"): its password from one network, its codes from anywhere. The
# adapter counts who is known apart from their network.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/10m/ip,5/5m/key"}
MFA_ADAPTER = "ascentpain.sign_in.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Ascent Pain"
MFA_TOTP_TOLERANCE = 1  # a step of 30 seconds, for slow fingers and phones whose clock is off (RFC 6238, 5.2)
MFA_FORMS = {
    "authenticate": "ascentpain.sign_in.forms.CodeForm",
    "reauthenticate": "ascentpain.sign_in.forms.ConfirmForm",
    "activate_totp": "ascentpain.sign_in.forms.SetUpAppForm",
    "add_webauthn": "ascentpain.sign_in.forms.AddPasskeyForm",
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/Chicago"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "ascentpain.static.BundledStaticFilesStorage"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"private": {"()": "ascentpain.logs.PrivateFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "private"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers would mail whole requests to ADMINS.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

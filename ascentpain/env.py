"""Typed reading of environment variables.

Each helper returns the value in its type, or the default when the variable is unset or empty. A value it
cannot use raises ImproperlyConfigured with the variable's name and the fix. A value that may hold a password
is never repeated in the message.
"""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
SITE_ADDRESS = re.compile(rf"(?P<scheme>https?)://(?P<host>{HOST.pattern})(:(?P<port>[0-9]+))?/?")
DATA_KEY = re.compile(r"[0-9a-fA-F]{64}")
CACHE_BACKENDS = {
    "redis": "django.core.cache.backends.redis.RedisCache",
    "rediss": "django.core.cache.backends.redis.RedisCache",
}
# A cache that hangs may cost a patient a moment, never a request. Seconds.
CACHE_TIMES = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25}
# Scheme: (default port, STARTTLS, TLS from the first byte). submission and smtps are the names of RFC 8314.
MAIL_TRANSPORTS = {
    "smtp": (25, False, False),
    "submission": (587, True, False),
    "smtps": (465, False, True),
}


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no.")
    return value in TRUE


def integer(name: str, default: int, lowest: int, highest: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {lowest} to {highest}.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """A list whose entries are separated by commas or spaces."""
    return os.environ.get(name, "").replace(",", " ").split() or default


def folder(name: str, default: Path) -> Path:
    """An absolute path to a folder that can be written to; made, for its owner only, if missing."""
    path = Path(text(name, str(default))).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}={str(path)!r} cannot be made a folder ({error.strerror}). Name another place."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"{name}={str(path)!r} cannot be written to. Change its owner, or name another place."
        )
    return path


def secret(name: str, keep_in: Path) -> str:
    """The variable's value, else a random one made once and kept in `keep_in` for its owner only."""
    if value := text(name, ""):
        if len(value) < 50 or len(set(value)) < 5 or value.startswith("django-insecure-"):
            raise ImproperlyConfigured(
                f"{name} is too weak: give it at least 50 random characters, "
                f"or leave it unset and one is made and kept in {keep_in}."
            )
        return value
    if not keep_in.exists():
        _write_once(keep_in, secrets.token_urlsafe(64))
    if not (value := keep_in.read_text().strip()):
        raise ImproperlyConfigured(f"{keep_in} is empty. Restore it, or delete it to have it made.")
    return value


def data_keys(name: str, keep_in: Path) -> list[bytes]:
    """Keys of 32 bytes, written as 64 hexadecimal digits: the first one encrypts, all of them can read.

    From the variable, or one a line from `keep_in`, which is made with a random one for its owner only.
    """
    written, place = words(name, []), name
    if not written:
        place = str(keep_in)
        if not keep_in.exists():
            _write_once(keep_in, secrets.token_hex(32) + "\n")
        written = keep_in.read_text().split()
    if not written:
        raise ImproperlyConfigured(f"{place} is empty. Put the key back from your backup.")
    for number, key in enumerate(written, 1):
        if not DATA_KEY.fullmatch(key) or len(set(key)) < 5:
            raise ImproperlyConfigured(
                f"{place}: key {number} is not 64 random hexadecimal digits, as `openssl rand -hex 32` makes."
            )
    return [bytes.fromhex(key) for key in dict.fromkeys(map(str.lower, written))]


def add_data_key(keep_in: Path) -> None:
    """Put a new random key in front of those in `keep_in`, in one step."""
    draft = keep_in.with_name(f"{keep_in.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{secrets.token_hex(32)}\n{keep_in.read_text()}")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(keep_in)


def _write_once(path: Path, content: str) -> None:
    """Two processes that start at once agree on one complete file: the first link wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(name: str, default: str) -> str:
    """The IP address of this machine on which to listen, without brackets."""
    value = text(name, default).strip("[]")
    try:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not an IP address of this machine. Write it like 127.0.0.1 or 0.0.0.0"
        ) from error


def hosts(name: str) -> list[str]:
    """Host names, without scheme, port or wildcard."""
    names = words(name, [])
    if wrong := [host for host in names if not HOST.fullmatch(host.lower())]:
        raise ImproperlyConfigured(f"{name}: {wrong[0]!r} is not a host name. Write it like www.example.com")
    return names


def site_url(name: str, default: str) -> str:
    """Scheme, host and optional port under which people reach the site, without a slash at the end.

    https anywhere, http on loopback only: what people write of their health crosses no network in the clear.
    """
    value = text(name, default)
    match = SITE_ADDRESS.fullmatch(value.lower())
    if not match or not 0 < int(match["port"] or 1) <= 65535:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not the address of a site. Write it like https://www.example.com"
        )
    url = value.lower().rstrip("/")
    if match["scheme"] == "http" and not is_loopback(match["host"].strip("[]")):
        raise ImproperlyConfigured(
            f"{name}={value!r} is plain http, which is accepted on this machine only. "
            f"Use {url.replace('http', 'https', 1)}"
        )
    return url


def database(name: str, default: Path) -> dict[str, Any]:
    """Django's settings for the database: SQLite in `default`, or what a sqlite: or postgres: URL names."""
    value = text(name, "")
    if not value:
        return {"ENGINE": SQLITE, "NAME": default, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": CONN_MAX_AGE}
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(value, conn_max_age=CONN_MAX_AGE))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(_bad_url(name, "postgres://user:password@host:5432/name")) from error
    if config["ENGINE"] == SQLITE and config["NAME"] not in {"", ":memory:"}:
        return config | {"OPTIONS": SQLITE_OPTIONS}
    if config["ENGINE"] == POSTGRESQL and config["NAME"]:
        options = {"connect_timeout": CONNECT_TIMEOUT} | config.get("OPTIONS", {})
        return config | {"CONN_HEALTH_CHECKS": True, "OPTIONS": options}
    raise ImproperlyConfigured(_bad_url(name, "postgres://user:password@host:5432/name"))


SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
CONN_MAX_AGE = 600  # seconds that a thread keeps its connection
CONNECT_TIMEOUT = 3  # seconds, after which who waits gets an answer that keeps the typed words
# IMMEDIATE takes the write lock at the start, so that a transaction which reads and then writes waits its
# turn instead of failing with "database is locked"; FULL makes a commit survive a power cut; secure_delete
# overwrites what is deleted.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}


def cache(name: str) -> dict[str, Any]:
    """Django's settings for the cache all workers share: a database table, or what a redis: URL names."""
    value = text(name, "")
    if not value:
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    scheme, host = _scheme_and_host(value)
    if scheme not in CACHE_BACKENDS or not host or not re.fullmatch(r"(/\d*)?", urlsplit(value).path):
        raise ImproperlyConfigured(_bad_url(name, "redis://127.0.0.1:6379/0"))
    return {"BACKEND": CACHE_BACKENDS[scheme], "LOCATION": value, "OPTIONS": CACHE_TIMES}


def mail(name: str) -> dict[str, Any]:
    """Django's EMAIL_ settings: the console, or what a smtp:, submission: or smtps: URL names."""
    value = text(name, "console://")
    scheme, host = _scheme_and_host(value)
    if scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if scheme not in MAIL_TRANSPORTS or not host:
        raise ImproperlyConfigured(_bad_url(name, "submission://user:password@mail.example.com"))
    url, (port, starttls, tls) = urlsplit(value), MAIL_TRANSPORTS[scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": url.port or port,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
        "EMAIL_TIMEOUT": 15,  # seconds
    }


def mail_address(name: str, default: str) -> str:
    """An e-mail address from which mail is sent."""
    value = text(name, default)
    try:
        if value != default:
            EmailValidator(allowlist=["localhost"])(value)
    except ValidationError as error:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not an e-mail address. Write it like noreply@example.com"
        ) from error
    return value


def _scheme_and_host(value: str) -> tuple[str, str]:
    try:
        url = urlsplit(value)
        _ = url.port
        return url.scheme, url.hostname or ""
    except ValueError:
        return "", ""


def _bad_url(name: str, example: str) -> str:
    return f"{name} is not an address this site can use. Write it like {example}"

"""Each test has cache keys of its own, on a cache server that tests of other processes use, too."""

import secrets

_test = ""


def start_test() -> None:
    global _test
    _test = secrets.token_hex(8)


def make_key(key: str, key_prefix: str, version: int) -> str:
    return f"{_test}:{version}:{key}"

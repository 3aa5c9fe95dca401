"""What an authenticator app on a phone shows (RFC 6238), computed apart from the site's own code."""

import base64
import hmac
import struct
import time

STEP = 30  # seconds


def code(secret: str, step: int = 0) -> str:
    """Now, or some steps later, from the secret as the page shows it."""
    letters = secret.replace(" ", "").upper()
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // STEP + step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"

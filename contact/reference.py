"""The reference by which a patient and the front desk name a request on the phone."""

import re
import secrets
from typing import Final

# No 0 or O, no 1, I or L, no 2 or Z, no 5 or S, no 8 or B, and no vowels, which make words.
ALPHABET: Final = "34679CDFGHJKMNPQRTVWXY"


def read_reference(text: str) -> str | None:
    """A reference however it is typed, with its hyphen or without, in either case; None for anything else."""
    letters = re.sub(r"[\s-]", "", text).upper()
    return f"{letters[:3]}-{letters[3:]}" if len(letters) == 6 and set(letters) <= set(ALPHABET) else None


def make_reference() -> str:
    """A random one of 113 million, like K7Q-4XM.

    The database's unique constraint decides whether it is free.
    """
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"

"""What a token looks like: ``pi_live_``, thirty random characters, six that check them.

The fixed beginning lets a secret scanner find one that leaked, the check lets it be sure, and lets
us refuse a mistyped one before the database is asked. Tokens of before begin with ``pi_`` alone.
"""

import re
import string
import zlib
from collections.abc import Callable

PREFIX = "pi_live_"
RANDOM, CHECK = 30, 6
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
LONGEST = 64
SHOWN = len(PREFIX) + 4
"""So many characters of it are kept to recognise it by."""
_NOW = re.compile(f"{PREFIX}([0-9A-Za-z]{{{RANDOM}}})([0-9A-Za-z]{{{CHECK}}})", re.ASCII)
_BEFORE = re.compile(r"pi_[0-9A-Za-z_-]{43}", re.ASCII)


def made(choice: Callable[[str], str]) -> str:
    """A new token; ``choice`` gives any one character of a text (``secrets.choice``)."""
    random = "".join(choice(DIGITS) for _ in range(RANDOM))
    return f"{PREFIX}{random}{check_of(random)}"


def check_of(random: str) -> str:
    """The CRC-32 of the random part in base 62."""
    left, told = zlib.crc32(random.encode()), ""
    for _ in range(CHECK):
        left, digit = divmod(left, len(DIGITS))
        told = DIGITS[digit] + told
    return told


def well_formed(token: str) -> bool:
    """Whether it can be a token of ours."""
    found = _NOW.fullmatch(token)
    if found is not None:
        return check_of(found[1]) == found[2]
    return _BEFORE.fullmatch(token) is not None

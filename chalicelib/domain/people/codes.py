"""Codes that people type: short, without look-alikes, in any case, and never a bad word."""

import re
import unicodedata
from random import Random

from chalicelib.domain.program.shape import without_invisible

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8
COUPON = "CPN"
COUPON_LENGTH = 15
_LONGEST = 50
_BETWEEN = re.compile(r"[\W_]+", re.ASCII)

_ALIKE = str.maketrans({**dict(zip("OQILZSGBU", "00112568V", strict=True)), "W": "VV"})

# Without vowels few words remain; these are read with the digits that stand in for letters.
_AS_LETTERS = str.maketrans("3456789", "EASGTBG")
_BAD = re.compile(
    "FCK|FKC|FKK|FVCK|PHCK|SHT|BTCH|CNT|KNT|DCK|CCK|PRCK|WNK|TWT|SLT|WHR|PSSY|PSY|PRN|XX|VGN|PNS|CVM|JZZ|KKK|NGR|"
    "NGGR|FGT|NZ|HTLR|WHP|BDSM|88|ASS|ARSE|FART|SEX|RAPE|NAZ|FAG|GAY|TATA|TEAT|CRAP|DEAD|HATE|KZ|GND|BHNC|MDRC"
)


def random_code(chance: Random) -> str:
    """Make a code from `chance` (which must be a source that nobody can predict) until none of its readings is bad.

    24^8 can be told from each other, about 10^11: guessing one of a million live codes takes some 100,000 attempts.
    """
    while True:
        code = "".join(chance.choice(ALPHABET) for _ in range(LENGTH))
        if is_decent(code):
            return code


def random_coupon(chance: Random) -> str:
    """Make a coupon's code: money to whoever has it, so it is longer than a code to share, and begins with `COUPON`.

    28^12 exist, about 2 x 10^17: guessing one of a million live coupons takes some 2 x 10^11 attempts with a key.
    """
    while True:
        code = COUPON + "".join(chance.choice(ALPHABET) for _ in range(COUPON_LENGTH - len(COUPON)))
        if is_decent(code):
            return code


def is_decent(code: str) -> bool:
    """Whether neither the code nor its reading with digits as letters holds a word of the list."""
    return not _BAD.search(code) and not _BAD.search(code.translate(_AS_LETTERS))


def likeness(code: str) -> str:
    """Return what a code looks like: the same for all codes that people take for each other, such as 5 and S, 0 and O.

    A code lies under its likeness. So no two of them look alike, and who types an O for a 0 means the one there is.
    """
    return code.translate(_ALIKE)


def normal_code(typed: str) -> str | None:
    """Return a typed code as it is written, or None when it cannot be one.

    Phones, mail programs and typists change a code without meaning another: they turn a hyphen into a dash or a minus,
    hang on the full stop of the sentence, bring invisible marks along, write in full width or with the digits of their
    own script. So only letters and digits count. A letter that no code has, such as an accented one, is no slip.
    """
    if typed.isascii():
        kept = _BETWEEN.sub("", typed)
    else:
        plain = without_invisible(unicodedata.normalize("NFKC", typed))
        kept = "".join(_digit(letter) for letter in plain if letter.isalnum())
    return kept.upper() if kept and kept.isascii() and len(kept) <= _LONGEST else None


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def share_url(public_url: str, code: str) -> str:
    """Return the link by which a code is shared."""
    return f"{public_url}/r/{code}"

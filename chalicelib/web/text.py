"""Plain text that is safe in a subject, a line and a paragraph."""

import re
import unicodedata
from functools import cache

_WIDTH = 72

# Whitespace, control characters, line separators, bidirectional overrides and lone surrogates.
# Joiners (U+200C, U+200D) stay: Gujarati and Bengali spelling needs them.
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def one_line(text: str) -> str:
    """A name or subject as one line that cannot start a header or a paragraph, or turn the text around."""
    return _BREAKS.sub(" ", text).strip()


def apart(name: str, direction: str = "ltr") -> str:
    """A name that leaves the order of what stands beside it alone, where markup can't set it apart.

    `direction` is that of the sentence. A name that runs the other way stands between marks of it (UAX 9),
    so neither figures beside it nor the whole line, which takes its direction from its first letter, turn around.
    """
    if direction == "ltr" and name.isascii():
        return name
    against, mark = ({"L"}, "\u200f") if direction == "rtl" else ({"R", "AL"}, "\u200e")
    return f"{mark}{name}{mark}" if any(unicodedata.bidirectional(it) in against for it in name) else name


def wrapped(paragraph: str, start: str = "") -> str:
    """A paragraph of a plain-text mail, or a line of a list; links and amounts are never broken apart."""
    return start + ("\n" + " " * len(start)).join(_line(_WIDTH - len(start)).findall(paragraph))


@cache
def _line(width: int) -> re.Pattern[str]:
    """As many words as there is room for, or else one that is too long; only blanks part words."""
    return re.compile(rf"[^ ](?:.{{0,{width - 2}}}[^ ])?(?= |$)|[^ ]+")

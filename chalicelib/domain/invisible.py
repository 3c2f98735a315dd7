"""Characters that show nothing: they come along when text is copied, and make two spellings of what looks the same."""

import re

JOINERS = r"\u200c\u200d"
"""They show nothing either, but change how Bengali, Gujarati, Persian and others are written."""

INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""A class of a regular expression: Unicode's Default_Ignorable_Code_Point but for the joiners, and two blanks.

The two are U+2800, a Braille cell without dots, and U+FFF9 to U+FFFB, which mark annotations.
"""

_UNSEEN = re.compile(f"[{INVISIBLE}]")
_NOTHING = re.compile(rf"[\s\x00-\x1f\x7f-\x9f{INVISIBLE}{JOINERS}]*")


def without_invisible(text: str) -> str:
    """Return a text without what shows nothing, joiners apart, and without blanks around it."""
    return (text if text.isascii() else _UNSEEN.sub("", text)).strip()


def shows_nothing(text: str) -> bool:
    """Tell whether a reader would see no text at all."""
    return _NOTHING.fullmatch(text) is not None

"""Names as people type them: the words by which somebody is found, however these are written.

Capitals, accents, the width of letters and the marks that spellings differ in (nukta, joiners, apostrophes) tell nobody
apart. The vowel signs of Gujarati, Bengali and Devanagari stay: without them other names come out.
"""

import unicodedata
from collections.abc import Iterable, Sequence

WORDS_MAX = 6
"""By so many words of their name somebody is found, the first and the last among them."""

WORD_MAX = 40
"""So many letters of a word are looked at."""

_ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
"""Latin letters with a stroke, and those that are two in one, which Unicode takes for letters of their own."""

_APOSTROPHES = frozenset("'’‘ʼʻ`´")
_NUKTA = frozenset("\u093c\u09bc\u0abc")
_LATIN_MARKS = range(0x0300, 0x0370)


def words_in(text: str) -> list[str]:
    """Return the words of a name, each as it is compared: `José  O’Brien-Łukasz` has `jose`, `obrien` and `lukasz`."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()).translate(_ALIKE)
    return [word[:WORD_MAX] for word in "".join(map(_kept, plain)).split()]


def listed_words(*names: str | None) -> tuple[str, ...]:
    """Return the words under which somebody with these names is listed, each once, in their order."""
    found = list(dict.fromkeys(word for name in names if name for word in words_in(name)))
    half = WORDS_MAX // 2
    return tuple(found if len(found) <= WORDS_MAX else [*found[:half], *found[-half:]])


def fits(typed: Iterable[str], words: Sequence[str]) -> bool:
    """Whether every word that was typed begins a word of a name, each another one: the longest is placed first."""
    left = sorted(words)
    for beginning in sorted(typed, key=len, reverse=True):
        met = min((word for word in left if word.startswith(beginning)), key=len, default=None)
        if met is None:
            return False
        left.remove(met)
    return True


def _kept(sign: str) -> str:
    """What a sign leaves: itself if it is part of a word, nothing if it tells nobody apart, else a gap."""
    if sign in _APOSTROPHES or sign in _NUKTA or ord(sign) in _LATIN_MARKS:
        return ""
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return sign if category[0] in "LMN" else " "

"""How a shop looks and sounds to its people: logo, colours, address, and sentences of its own in the letters.

Which colours can be told apart is reckoned as in WCAG 2.2.
"""

import re
from typing import Annotated, Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.program.shape import BARRED, BLANK, Called, Form, Within

TEXTS_MAX = 200
READABLE = 4.5
"""The least contrast of text and its ground (WCAG 2.2, 1.4.3)."""

SEEN = 3.0
"""The least contrast of what has to be seen, such as the edge of a button, and what is beside it (WCAG 2.2, 1.4.11)."""

LIGHT, DARK = "#fbf4e8", "#191512"
"""The grounds of all pages, by day and by night."""

LetterName = Literal[
    "friend_thanks",
    "welcome",
    "reward_held",
    "reward_released",
    "reward_changed",
    "reward_lost",
    "tier_reached",
    "gift_sent",
    "proof_approved",
    "proof_denied",
    "spent",
    "expiring",
    "balances",
    "confirm",
    "sign_in",
    "digest",
    "check_in",
    "how_to",
    "birthday",
    "anniversary",
    "surprise",
    "invitation",
    "miss_you",
    "interests",
]
"""Every letter that people get; a `digest` is made of several of the others."""

_GIVEN = ("gift", "code", "until")

PLACEHOLDERS: dict[LetterName, tuple[str, ...]] = {
    "friend_thanks": ("discount", "order"),
    "welcome": ("code",),
    "reward_held": ("amount", "date"),
    "reward_released": ("amount", "available"),
    "reward_changed": ("amount", "was", "date"),
    "reward_lost": ("was",),
    "tier_reached": ("tier",),
    "gift_sent": ("gift",),
    "proof_approved": ("task", "amount"),
    "proof_denied": ("task",),
    "spent": ("amount",),
    "expiring": ("available", "until"),
    "balances": ("available",),
    "confirm": (),
    "sign_in": (),
    "digest": (),
    "check_in": ("date",),
    "how_to": ("title",),
    "birthday": _GIVEN,
    "anniversary": ("years", "friends", "thanked", *_GIVEN),
    "surprise": _GIVEN,
    "invitation": ("offer",),
    "miss_you": _GIVEN,
    "interests": (),
}
"""What the shop's sentences in a letter may name, beside what they may in all of them."""

EVERYWHERE = ("shop", "name")

SENTENCES = ("subject", "opening", "closing")
"""What a shop may say in its own words."""

Picture = Annotated[
    str,
    Within(8, 2000),
    Form(rf"https://[A-Za-z0-9.-]+(:[0-9]{{1,5}})?/[^{BLANK}]*", "is an address such as https://shop.example/logo.png"),
]
_COLOUR = Form("#[0-9A-Fa-f]{6}", "is a colour such as #14483a")
Colour = Annotated[str, _COLOUR]
Tag = Annotated[str, Form(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", "is a language tag such as en or gu-IN")]
_LINE = Form(rf"[^{BARRED}]*[^\s{BARRED}][^{BARRED}]*", "is blank, or holds a character out of place")
VariantName = Annotated[str, Form("[a-z][a-z0-9_]{0,19}", "is a word of small letters")]
Sentence = Annotated[str, Within(1, 500), _LINE]

_SHADES = 255
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@frozen
class Text:
    """The shop's own sentences in one letter and language. Amounts, days and reasons are always told beside them.

    A `{name}` in braces stands for what it names; a sentence that has nothing to put there is left out.
    """

    letter: Annotated[LetterName, "The letter that the sentences are for."]
    language: Annotated[
        Tag, "The language of the sentences; es is also for readers of es-MX, if there are none of their own."
    ]
    subject: Annotated[str | None, Within(1, 120), _LINE, "The subject of the email, instead of the usual one."] = None
    opening: Annotated[Sentence | None, "A paragraph below the greeting."] = None
    closing: Annotated[Sentence | None, "The last paragraph, instead of the usual one."] = None
    variant: Annotated[
        VariantName | None,
        "The variant of the letter that the sentences are for; what they leave out is said as without a variant.",
    ] = None


@frozen
class Brand:
    """How the shop looks and sounds in mails, and on the page and the picture of a share link."""

    logo_url: Annotated[
        Picture | None,
        Called("Logo"),
        "The address of your logo, at least 80 pixels high; left out, your name stands there.",
    ] = None
    logo_ground: Annotated[
        Literal["paper", "color"],
        Called("Ground of the logo"),
        "What the logo lies on: near white (paper) for a dark one, your colour (color) for a light one.",
    ] = "paper"
    color: Annotated[
        Colour | None, Called("Colour"), "The ground of what stands out, such as buttons: # and six hexadecimal digits."
    ] = None
    text_color: Annotated[
        Colour | None,
        Called("Colour of text on it"),
        "The colour of text on that ground; the contrast of both is at least 4.5.",
    ] = None
    address: Annotated[
        str | None,
        Within(1, 200),
        _LINE,
        Called("Postal address"),
        "The postal address of your shop, for the foot of the emails.",
    ] = None
    texts: Annotated[tuple[Text, ...], Within(0, TEXTS_MAX), "Sentences of your own in the letters."] = ()


USUAL = Brand()
"""How a shop looks that has said nothing about it."""


def named(sentence: str) -> tuple[str, ...]:
    """Return what a sentence names in braces, each once, in its order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(sentence)))


def is_balanced(sentence: str) -> bool:
    """Whether every brace belongs to a placeholder."""
    return not set("{}") & set(_PLACEHOLDER.sub("", sentence))


def is_colour(text: str) -> bool:
    """Whether a text is a colour."""
    return _COLOUR.holds(text)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, 1.4.3)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def rounded(ratio: float) -> float:
    """Return a ratio to two digits after the point, rounded down: 4.499 is not 4.5."""
    return int(ratio * 100 + 1e-9) / 100


def nearest_readable(text: str, ground: str) -> str:
    """Return the text colour nearest to one that can be read on a ground: itself, or a lighter or darker kind of it.

    There always is one, since black or white has a contrast of 4.58 at least to every colour.
    """
    if contrast(text, ground) >= READABLE:
        return text
    for step in range(1, _SHADES + 1):
        mixed = (_mixed(text, end, step) for end in ("#000000", "#ffffff"))
        found = [it for it in mixed if contrast(it, ground) >= READABLE]
        if found:
            return max(found, key=lambda it: contrast(it, ground))
    raise AssertionError("black or white can be read on every ground")


def _mixed(colour: str, other: str, step: int) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{one + round((two - one) * step / _SHADES):02x}" for one, two in pairs)


def _luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = (it / 255 for it in _channels(colour))
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue

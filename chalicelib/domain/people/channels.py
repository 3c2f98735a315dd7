"""By which channels somebody is likely to share a link: a few, those of their country first.

Which messenger a country writes in is after Similarweb, "The Most Popular Messaging App in Every Country"
(https://www.similarweb.com/blog/worldwide-messaging-apps), read by us so that a country without a row of its own has
WhatsApp, which leads in most; a shop that knows better says so in its program (`share_channels`). WeChat, KakaoTalk and
Zalo take no text from a plain link, so people there copy theirs.
"""

from collections.abc import Sequence
from typing import get_args

from chalicelib.domain.program.program import Program, ShareChannel

CHANNELS: tuple[str, ...] = ("link", *get_args(ShareChannel), "instagram", "qr", "other")
"""By what clicks are counted: a bare link, those that have a button, and those that people choose themselves."""

SHOWN_MAX = 5

_USUAL: tuple[ShareChannel, ...] = ("whatsapp", "sms", "email", "facebook")
_BY_COUNTRY: dict[str, tuple[ShareChannel, ...]] = {
    **dict.fromkeys(("US", "CA", "AU", "NZ", "DK", "NO", "SE", "PH"), ("sms", "email", "facebook", "whatsapp", "x")),
    **dict.fromkeys(("UA", "BY", "MD", "BG", "RS", "GR", "LK"), ("viber", "telegram", "email", "facebook")),
    **dict.fromkeys(("RU", "KZ", "UZ", "AM", "IR", "ET", "KH"), ("telegram", "whatsapp", "sms", "email")),
    **dict.fromkeys(("JP", "TW", "TH"), ("line", "email", "facebook", "x")),
    **dict.fromkeys(("KR", "CN", "VN"), ("sms", "email", "facebook")),
    "BD": ("whatsapp", "facebook", "sms", "email"),
    "IN": ("whatsapp", "telegram", "sms", "email", "facebook"),
    "GB": ("whatsapp", "sms", "email", "facebook", "x"),
}
_HOME = {"gu": "IN", "hi": "IN", "bn": "BD", "ja": "JP", "th": "TH", "ko": "KR", "uk": "UA", "ru": "RU", "vi": "VN"}
"""Where a language that names no country is mostly spoken."""


def channels_for(program: Program, locale: str | None) -> tuple[ShareChannel, ...]:
    """Return the channels to show to somebody, the likeliest first: the program's own, else those of their country.

    The country is that of their locale, else of the program's.
    """
    if program.share_channels:
        return program.share_channels[:SHOWN_MAX]
    countries = (country_of(it) for it in (locale, program.locale) if it)
    return _BY_COUNTRY.get(next(filter(None, countries), ""), _USUAL)


def country_of(locale: str) -> str:
    """Return the country of a locale such as `gu-IN` (ISO 3166-1), or where its language is mostly spoken; or ""."""
    language, *rest = locale.replace("_", "-").split("-")
    return next((it.upper() for it in _before_extensions(rest) if len(it) == 2), _HOME.get(language.lower(), ""))


def _before_extensions(subtags: Sequence[str]) -> Sequence[str]:
    """The subtags before an extension such as `u-nu-beng`, which is no country (BCP 47)."""
    return subtags[: next((n for n, it in enumerate(subtags) if len(it) == 1), len(subtags))]

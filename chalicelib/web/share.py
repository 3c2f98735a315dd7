"""What an ambassador sends to friends: one sentence with the link, and the address that opens each channel with it."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from chalicelib.domain.people.channels import channels_for
from chalicelib.domain.program.program import Program, ShareChannel
from chalicelib.web.language import Language
from chalicelib.web.pages import Offer, saving, terms_of
from chalicelib.web.text import one_line


class Way(NamedTuple):
    """A channel, and the address that opens it with the text to send."""

    channel: ShareChannel
    url: str


def text(program: Program, code: str, language: Language) -> str:
    """Return what an ambassador would say to a friend; the link goes behind it."""
    _ = language.translations.gettext
    names = {"shop": one_line(program.shop_name), "code": code, "discount": saving(offer_of(program), language.tag)}
    if names["discount"]:
        return _("%(discount)s off your order at %(shop)s with my code %(code)s:") % names
    return _("I like %(shop)s. This is my code there, %(code)s:") % names


def ways(program: Program, code: str, link: str, language: Language, locale: str | None) -> list[Way]:
    """Return the channels that suit somebody, each with a link of its own, so that its clicks are counted apart."""
    subject, said = one_line(program.shop_name), text(program, code, language)
    return [Way(it, _ADDRESSES[it](f"{link}?ch={it}", said, subject)) for it in channels_for(program, locale)]


def names(language: Language) -> dict[str, str]:
    """What channels are called, also those by which a link is only opened."""
    _ = language.translations.gettext
    return {
        "whatsapp": "WhatsApp",
        "telegram": "Telegram",
        "viber": "Viber",
        "line": "LINE",
        "facebook": "Facebook",
        "instagram": "Instagram",
        "x": "X",
        "sms": _("Text message"),
        "email": _("Email"),
        "link": _("The bare link"),
        "qr": _("QR code"),
        "other": _("Elsewhere"),
    }


def offer_of(program: Program) -> Offer | None:
    """What a friend gets by the rules in force, if that is anything."""
    rate = program.offer
    if rate is None or not (rate.amount or rate.basis_points) or rate.maximum == 0:
        return None
    return Offer(rate.basis_points, rate.amount, program.currency, program.minimum, rate.maximum)


def terms(program: Program | None, language: Language) -> dict[str, str]:
    """Return what a friend gets, and on which orders, as figures; "" for what is not so."""
    return terms_of(offer_of(program) if program else None, language.tag)


def _with(address: str) -> Callable[[str, str, str], str]:
    """An address with `{link}`, `{text}`, `{both}` and `{subject}` filled in, each percent-encoded."""

    def filled(link: str, said: str, subject: str) -> str:
        parts = {"link": link, "text": said, "both": f"{said} {link}", "subject": subject}
        return address.format(**{name: quote(part, safe="") for name, part in parts.items()})

    return filled


_ADDRESSES: dict[ShareChannel, Callable[[str, str, str], str]] = {
    "whatsapp": _with("https://wa.me/?text={both}"),
    "telegram": _with("https://t.me/share/url?url={link}&text={text}"),
    "viber": _with("viber://forward?text={both}"),
    "line": _with("https://line.me/R/share?text={both}"),
    "facebook": _with("https://www.facebook.com/sharer/sharer.php?u={link}"),
    "x": _with("https://x.com/intent/post?text={text}&url={link}"),
    "sms": _with("sms:?&body={both}"),
    "email": _with("mailto:?subject={subject}&body={both}"),
}
"""How each is opened, as its owner describes it: WhatsApp "click to chat", Telegram "share link", Viber "forward", LINE
"URL scheme", Facebook "sharer", X "post intent"; `sms:` (RFC 5724, with `&` for iOS), `mailto:` (RFC 6068)."""

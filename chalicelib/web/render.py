"""The friend's pages and the program's mails, in the reader's language.

A mail's words are written once, in `templates/*.words`, and rendered twice: escaped into the HTML part and
bare into the text part, so the two can never say different things. How to translate: `locale/README.md`.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.domain.model.messages import Turn
from chalicelib.domain.model.orders import Told
from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.program.program import GIFT
from chalicelib.web.language import Language, choose, format_amount, format_date
from chalicelib.web.numbers import format_money, format_percent, format_round_money
from chalicelib.web.text import one_line, wrapped

__all__ = [
    "Landing",
    "Mail",
    "Offer",
    "Purse",
    "Reader",
    "balances",
    "content_security_policy",
    "format_money",
    "format_percent",
    "friend_thanks",
    "landing_page",
    "reward_changed",
    "reward_held",
    "reward_lost",
    "reward_released",
    "saving",
    "unusable_page",
]

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the friend gets: either a share of the order in `basis_points` or an `amount`."""

    basis_points: int | None
    amount: int | None
    currency: str
    minimum: int
    maximum: int | None = None

    def __post_init__(self) -> None:
        """Refuses an offer that would show two promises, or none."""
        if (self.basis_points is None) == (self.amount is None):
            raise ValueError("an offer is either basis points or an amount")


@dataclass(frozen=True, slots=True)
class Landing:
    """Everything the friend's page shows; the addresses come ready-made from the caller.

    `image_url` is the picture for previews, 1200 x 630 pixels, if there is one.
    """

    shop_name: str
    first_name: str
    offer: Offer | None
    code: str
    shop_link: str
    share_url: str
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, in which language, and the one address that it leads on to."""

    shop_name: str
    first_name: str | None
    link: str
    locale: str


@dataclass(frozen=True, slots=True)
class Purse:
    """What an ambassador has in all, and what the program keeps of it: from how much on it is `usable`, and until when.

    Without a `minimum` any amount can be used, without `until` it never expires.
    """

    available: int
    usable: bool = True
    minimum: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail; the subject is one line, safe to use as a header."""

    subject: str
    text: str
    html: str


def landing_page(view: Landing, locale: str = "en") -> str:
    """The page behind a share link: who recommends, what the friend gets, and the one way to the shop."""
    language = choose(locale)
    return _page(
        "landing.html",
        language,
        shop=one_line(view.shop_name),
        name=one_line(greetable(view.first_name) or "") or language.translations.gettext("A friend"),
        code=one_line(view.code),
        shop_link=view.shop_link,
        share_url=view.share_url,
        image_url=view.image_url or "",
        **_terms(view.offer, language.tag),
    )


def unusable_page(shop_name: str, shop_url: str, locale: str = "en") -> str:
    """The page for an unknown or paused code, which still leads the friend to the shop."""
    return _page("unusable.html", choose(locale), shop=one_line(shop_name), shop_link=shop_url)


@cache
def content_security_policy() -> str:
    """The header both pages need: it allows nothing but their own inline style, by its hash."""
    css = _environment(choose("en"), True).get_template("style.css").render()
    style = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def friend_thanks(reader: Reader, *, order_id: str, discount: int, currency: str) -> Mail:
    """To the friend, after the purchase: thanks, and what the code took off."""
    language = choose(reader.locale)
    return _mail(
        "friend_thanks",
        reader,
        names={"order": order_id},
        figures={"discount": format_money(discount, currency, language.tag) if discount else ""},
    )


def reward_held(reader: Reader, told: Told, unit: str) -> Mail:
    """To the ambassador: a friend bought (never who), and why the reward waits until the day it is theirs."""
    news = _reward(told, None, unit, choose(reader.locale))
    return _mail("reward_held", reader, figures=news, marks={"when": told.when})


def reward_released(
    reader: Reader, told: Told, unit: str, purse: Purse, *, was: Told | None, turn: Turn | None
) -> Mail:
    """To the ambassador: the reward is theirs, how much they can use in all, from how much on and until when."""
    language = choose(reader.locale)
    least = format_amount(purse.minimum, unit, language, is_limit=True) if purse.minimum else ""
    figures = {
        "available": format_amount(purse.available, unit, language),
        "minimum": least,
        "until": format_date(purse.until, language) if purse.until else "",
    }
    marks = {"usable": purse.usable, "enough": purse.available >= (purse.minimum or 0), "turn": turn}
    news = _reward(told, was, unit, language)
    return _mail("reward_released", reader, figures={**news, **figures}, marks=marks)


def reward_changed(reader: Reader, told: Told, unit: str, *, was: Told | None, turn: Turn | None) -> Mail:
    """To the ambassador: what was announced comes to another amount or day, and why."""
    language = choose(reader.locale)
    news = _reward(told, was, unit, language)
    return _mail("reward_changed", reader, figures=news, marks={"when": told.when, "turn": turn})


def reward_lost(reader: Reader, unit: str, *, was: Told | None, turn: Turn | None) -> Mail:
    """To the ambassador: there is no reward for an order, and why, as far as it concerns them."""
    marks = {"turn": turn, "was_theirs": was is not None and was.is_theirs}
    return _mail("reward_lost", reader, figures=_before(was, unit, choose(reader.locale)), marks=marks)


def balances(
    reader: Reader,
    *,
    available: Sequence[tuple[int, str]],
    held: Sequence[tuple[int, str]],
    least: Sequence[tuple[int, str]] = (),
    until: datetime | None = None,
) -> Mail:
    """To the ambassador: where things stand, in all units in which there is something; from how much on, until when."""
    language = choose(reader.locale)
    gifts = [it for it in available if it[1].startswith(GIFT)]
    return _mail(
        "balances",
        reader,
        figures={
            "available": _all([it for it in available if it not in gifts], language),
            "gifts": _all(gifts, language),
            "held": _all(held, language),
            "minimum": ", ".join(format_amount(*it, language, is_limit=True) for it in least),
            "until": format_date(until, language) if until else "",
        },
    )


def _all(amounts: Sequence[tuple[int, str]], language: Language) -> str:
    """Amounts of several units in one line; empty if there are none."""
    return ", ".join(format_amount(amount, unit, language) for amount, unit in amounts)


def _reward(told: Told, was: Told | None, unit: str, language: Language) -> dict[str, str]:
    """What a mail is about, and the one before: `gift` is empty unless it is one, because that is sent and not used."""
    written = format_amount(told.amount, unit, language)
    return {
        "amount": written,
        "gift": written if unit.startswith(GIFT) else "",
        "date": format_date(told.release_at, language) if told.release_at else "",
        **_before(was, unit, language),
    }


def _before(was: Told | None, unit: str, language: Language) -> dict[str, str]:
    """What the mail before was about."""
    if was is None:
        return {"was": "", "was_date": ""}
    return {
        "was": format_amount(was.amount, unit, language) if was.amount else "",
        "was_date": format_date(was.release_at, language) if was.release_at else "",
    }


def saving(offer: Offer | None, locale: str) -> str:
    """What the friend saves as a figure such as 10% or €5; "" for nothing."""
    if offer is None:
        return ""
    tag = choose(locale).tag
    if offer.amount is None:
        return format_percent(offer.basis_points or 0, tag)
    return format_round_money(offer.amount, offer.currency, tag)


def _terms(offer: Offer | None, tag: str) -> dict[str, str]:
    if offer is None:
        return dict.fromkeys(("discount", "minimum", "maximum"), "")
    return {
        "discount": saving(offer, tag),
        "minimum": format_round_money(offer.minimum, offer.currency, tag) if offer.minimum else "",
        "maximum": "" if offer.maximum is None else format_round_money(offer.maximum, offer.currency, tag),
    }


def _page(template: str, language: Language, **values: str) -> str:
    return _environment(language, True).get_template(template).render(language=language, **values)


def _mail(
    words: str,
    reader: Reader,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    figures: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, str | bool | None] = MappingProxyType({}),
) -> Mail:
    """Both parts of a mail from one set of words; in HTML a name is isolated and a figure is strong.

    `marks` are not said: they choose what is.
    """
    language = choose(reader.locale)
    given = {"shop": reader.shop_name, "name": greetable(reader.first_name) or "", **names}
    people = {key: one_line(value) for key, value in given.items()}
    rich = {key: _bdi(value) for key, value in people.items()}
    rich |= {key: _strong(value) for key, value in figures.items()}
    plain = _words(words, language, False, {**people, **figures, **marks})
    html = _words(words, language, True, {**rich, **marks})
    subject = one_line(plain.subject)
    closing = language.translations.gettext("Warm regards,")
    return Mail(
        subject=subject,
        text=_text(plain, f"{one_line(plain.link_label)}: {reader.link}", f"{closing}\n{people['shop']}"),
        html=_environment(language, True)
        .get_template("mail.html")
        .render(
            language=language,
            shop=people["shop"],
            subject=subject,
            preview=one_line(plain.preview),
            figure=html.figure.strip(),
            caption=html.caption.strip(),
            paragraphs=_paragraphs(html.body),
            link=reader.link,
            link_label=html.link_label.strip(),
            closing=closing,
            why=html.why.strip(),
        ),
    )


def _words(name: str, language: Language, escaped: bool, values: Mapping[str, Any]) -> Any:
    """The parts of a mail: each `{% set %}` at the top of its template is an attribute."""
    template = _environment(language, escaped).get_template(f"{name}.words")
    return template.make_module(dict(values))


def _text(words: Any, link: str, closing: str) -> str:
    paragraphs = [wrapped(paragraph) for paragraph in [*_paragraphs(words.body), link]]
    return "\n\n".join([*paragraphs, closing, "-- \n" + wrapped(words.why.strip())]) + "\n"


def _paragraphs(body: str) -> list[str]:
    """One paragraph a line: `trimmed` translations and `one_line` values never contain a line break."""
    return [line.strip() for line in body.splitlines() if line.strip()]


def _bdi(name: str) -> str:
    """A name whose script and direction stay its own; "" stays empty, so that a template can ask for it."""
    return Markup("<bdi>{}</bdi>").format(name) if name else ""


def _strong(figure: str) -> str:
    return Markup("<strong>{}</strong>").format(figure) if figure else ""


def _environment(language: Language, escaped: bool) -> Environment:
    return _environment_of(Language("en", language.catalogue), escaped)


@lru_cache(maxsize=64)
def _environment_of(language: Language, escaped: bool) -> Environment:
    """One compiled set of templates per catalogue; HTML is escaped, text is not."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=escaped,  # noqa: S701 - off for the plain text of mails alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"bdi": _bdi, "strong": _strong}
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment

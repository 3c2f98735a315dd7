"""A mail from its words, which are written once, in `templates/*.words`, and rendered twice.

They go escaped into the HTML part and bare into the text part, so the two can never say different things. How to
translate them: docs/languages.md. How the HTML part looks: `templates/pieces`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.domain.people.links import Value
from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.program.brand import Brand, LetterName, Text
from chalicelib.web import qr
from chalicelib.web.brand import colours_of, filled, own_text
from chalicelib.web.language import Language, choose
from chalicelib.web.templating import bdi, environment, strong
from chalicelib.web.text import apart, one_line, wrapped

_QR = "qr@letter"
_QR_PIXELS = 352
"""Two for each of those that it is shown in."""

_BLANKS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, in which language, and where it leads on to.

    Attributes:
        link: The page behind their share link; the shop for somebody who is no ambassador.
        preferences: The page on which they choose what they are written; empty leads nowhere.
        unsubscribe: Where they refuse letters of this kind; None for one of service, which answers what they did.
        code: The code that they share, if they do.
    """

    shop_name: str
    first_name: str | None
    link: str
    locale: str
    preferences: str = ""
    unsubscribe: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that the HTML part shows by `cid:` and its name, and brings along."""

    cid: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the HTML part shows from where it lies; `text` tells it to whoever doesn't see it."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail; the subject is one line, safe to use as a header."""

    subject: str
    text: str
    html: str
    images: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """What the words of a letter are filled with: in HTML a name is isolated and a figure is strong.

    Attributes:
        marks: They are not said, but choose what is.
        link: Where the letter leads, if not where its reader's letters do.
        code: What stands in a box of its own, to be copied.
        shows_link: Whether the reader's link stands there too, as text and as a QR.
        picture: What there is to be seen where the letter leads.
        answers: By what the words call each answer, the page behind it; they stand in the place of the one link.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str | bool | None] = field(default_factory=dict)
    link: str | None = None
    code: str = ""
    shows_link: bool = False
    picture: Picture | None = None
    answers: Mapping[Value, str] = field(default_factory=dict)


News = tuple[LetterName, Content]
"""A letter that is said in one line of a digest."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What a mail says, in the order in which it is read: marked up for the HTML part, bare for the text."""

    subject: str
    preview: str
    figure: str
    caption: str
    paragraphs: list[str]
    news: list[str]
    code_label: str
    code_picture: str
    shown: str
    after: list[str]
    answers: list[tuple[str, str]]
    link_label: str
    why: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the words, the same in both parts."""

    shop: str
    code: str
    shows_link: bool
    picture: Picture | None
    link: str
    regards: str
    choices: list[tuple[str, str]]
    brand: Brand


def mail(
    name: LetterName,
    reader: Reader,
    content: Content,
    brand: Brand,
    news: Iterable[News] = (),
    variant: str | None = None,
) -> Mail:
    """Return both parts of a mail from one set of words, in the shop's colours and with its own sentences.

    Of these a `variant` has its own, as far as there are any.
    """
    language, news = choose(reader.locale), tuple(news)
    own = own_text(brand, name, language, variant)
    plain, rich = (_words(name, reader, content, own, news, language, escaped) for escaped in (False, True))
    subject = one_line(plain.subject)
    frame = _Frame(
        shop=one_line(reader.shop_name),
        code=one_line(content.code),
        shows_link=content.shows_link,
        picture=content.picture and replace(content.picture, text=one_line(content.picture.text)),
        link=content.link or reader.link,
        regards=language.translations.gettext("Warm regards,"),
        choices=_choices(reader, language),
        brand=brand,
    )
    return Mail(
        subject=subject,
        text=_text(plain, replace(frame, shop=apart(frame.shop, language.direction))),
        html=_html(rich, frame, language, subject=subject, preview=one_line(plain.preview)),
        images=(_qr(reader.link),) if content.shows_link else (),
    )


def _words(
    name: LetterName,
    reader: Reader,
    content: Content,
    own: Text | None,
    news: tuple[News, ...],
    language: Language,
    escaped: bool,
) -> _Words:
    """The parts of a mail: each `{% set %}` at the top of its template is one; the shop may have its own."""
    lines = [
        _flat(_module(it, language, escaped, _values(reader, about, language, escaped)).line) for it, about in news
    ]
    values = _values(reader, content, language, escaped)
    module = _module(name, language, escaped, {**values, "news": lines})

    def said(part: str) -> str:
        return _flat(getattr(module, part, ""))

    def own_or(part: str, usual: str) -> str:
        return filled(getattr(own, part, None), values, escaped=escaped) or usual

    opening, closing = own_or("opening", ""), own_or("closing", said("closing"))
    return _Words(
        subject=own_or("subject", said("subject")),
        preview=said("preview"),
        figure=said("figure"),
        caption=said("figure") and said("caption"),
        paragraphs=[_greeting(values["name"], language), *([opening] if opening else []), *_paragraphs(module.body)],
        news=lines,
        code_label=said("code_label"),
        code_picture=said("code_picture"),
        shown=said("shown"),
        answers=[(said(answer), url) for answer, url in content.answers.items()],
        after=[*_paragraphs(getattr(module, "after", "")), closing],
        link_label=said("link_label"),
        why=said("why"),
    )


def _module(name: str, language: Language, escaped: bool, values: Mapping[str, Any]) -> Any:
    return environment(language, escaped).get_template(f"{name}.words").make_module(dict(values))


def _values(reader: Reader, content: Content, language: Language, escaped: bool) -> dict[str, Any]:
    """What words are filled with, as a part of a mail has it."""
    given = {"shop": reader.shop_name, "name": greetable(reader.first_name) or "", **content.names}
    names = {key: one_line(value) for key, value in given.items()}
    if not escaped:
        bare = {key: apart(value, language.direction) for key, value in {**names, **content.figures}.items()}
        return {**bare, **content.marks}
    isolated = {key: bdi(value) for key, value in names.items()}
    return {**isolated, **{key: strong(value) for key, value in content.figures.items()}, **content.marks}


def _greeting(name: str, language: Language) -> str:
    if not name:
        return language.translations.gettext("Hello,")
    return type(name)(language.translations.gettext("Hello %(name)s,")) % {"name": name}


def _text(words: _Words, frame: _Frame) -> str:
    address = [f"{frame.shop}, {frame.brand.address}"] if frame.brand.address else []
    foot = [words.why, *(f"{label}: {url}" for label, url in frame.choices), *address]
    blocks = [
        "\n".join(filter(None, (words.figure, words.caption))),
        *map(wrapped, words.paragraphs),
        "\n".join(wrapped(line, start="- ") for line in words.news),
        f"{words.code_label}: {frame.code}" if frame.code else "",
        words.shown and wrapped(words.shown),
        "\n".join(wrapped(f"{label}: {url}") for label, url in words.answers),
        *map(wrapped, words.after),
        "" if words.answers else wrapped(f"{words.link_label}: {frame.link}"),
        f"{frame.regards}\n{frame.shop}",
        "-- \n" + "\n".join(map(wrapped, foot)),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _html(words: _Words, frame: _Frame, language: Language, *, subject: str, preview: str) -> str:
    start, colours = "right" if language.direction == "rtl" else "left", colours_of(frame.brand)
    around = {"language": language, "start": start, "colours": colours, "qr": _QR}
    parts = {name: getattr(it, name) for it in (words, frame) for name in it.__slots__}
    page = environment(language, True).get_template("mail.html")
    return page.render({**around, **parts, "subject": subject, "preview": preview})


def _choices(reader: Reader, language: Language) -> list[tuple[str, str]]:
    """What a reader can do about such mails: words, and the address behind them."""
    _ = language.translations.gettext
    found = [
        (_("Choose which emails you get"), reader.preferences),
        (_("Stop emails of this kind"), reader.unsubscribe),
    ]
    return [(label, url) for label, url in found if url]


def _qr(link: str) -> Inline:
    """The share link with its own channel, as the pictures beside it have it."""
    return Inline(_QR, qr.png(f"{link}{'&' if '?' in link else '?'}ch=qr", _QR_PIXELS), "image/png")


def _paragraphs(body: str) -> list[str]:
    """One paragraph a line: `trimmed` translations and `one_line` values never contain a line break."""
    return [line.strip() for line in body.splitlines() if line.strip()]


def _flat(text: str) -> str:
    """The same on one line, and as safe; blanks that don't break stay."""
    return type(text)(_BLANKS.sub(" ", text.strip()))

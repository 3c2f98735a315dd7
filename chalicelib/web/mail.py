"""A mail from its words, which are written once, in `templates/*.words`, and rendered twice.

They go escaped into the HTML part and bare into the text part, so the two can never say different things. How to
translate them: docs/languages.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.web.language import Language, choose
from chalicelib.web.templating import bdi, environment, strong
from chalicelib.web.text import apart, one_line, wrapped


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, in which language, and the one address that it leads on to."""

    shop_name: str
    first_name: str | None
    link: str
    locale: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that the HTML part shows by `cid:` and its name, and brings along."""

    cid: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail; the subject is one line, safe to use as a header."""

    subject: str
    text: str
    html: str
    images: tuple[Inline, ...] = ()


def mail(
    words: str,
    reader: Reader,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    figures: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, str | bool | None] = MappingProxyType({}),
) -> Mail:
    """Return both parts of a mail from one set of words; in HTML a name is isolated and a figure is strong.

    `marks` are not said: they choose what is.
    """
    language = choose(reader.locale)
    given = {"shop": reader.shop_name, "name": greetable(reader.first_name) or "", **names}
    people = {key: one_line(value) for key, value in given.items()}
    rich = {key: bdi(value) for key, value in people.items()}
    rich |= {key: strong(value) for key, value in figures.items()}
    bare = {key: apart(value, language.direction) for key, value in {**people, **figures}.items()}
    plain = _words(words, language, False, {**bare, **marks})
    html = _words(words, language, True, {**rich, **marks})
    subject = one_line(plain.subject)
    closing = language.translations.gettext("Warm regards,")
    return Mail(
        subject=subject,
        text=_text(plain, f"{one_line(plain.link_label)}: {reader.link}", f"{closing}\n{bare['shop']}"),
        html=environment(language, True)
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
    template = environment(language, escaped).get_template(f"{name}.words")
    return template.make_module(dict(values))


def _text(words: Any, link: str, closing: str) -> str:
    paragraphs = [wrapped(paragraph) for paragraph in [*_paragraphs(words.body), link]]
    return "\n\n".join([*paragraphs, closing, "-- \n" + wrapped(words.why.strip())]) + "\n"


def _paragraphs(body: str) -> list[str]:
    """One paragraph a line: `trimmed` translations and `one_line` values never contain a line break."""
    return [line.strip() for line in body.splitlines() if line.strip()]

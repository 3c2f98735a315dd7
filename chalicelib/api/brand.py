"""How the shop looks, tried on before it is published."""

from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.letters import LetterPreview
from chalicelib.domain.program.brand import (
    DARK,
    LIGHT,
    READABLE,
    SEEN,
    Brand,
    LetterName,
    contrast,
    is_colour,
    nearest_readable,
    rounded,
)
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.domain.program.program import Program
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Locale, Shape, misfitting
from chalicelib.edge.views import view
from chalicelib.operations.messages.example import NeverSentError, example
from chalicelib.operations.program.document import read, written
from chalicelib.web import look
from chalicelib.web.brand import colours_of

Document = Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/components/schemas/ProgramBrand"})]
"""The `brand` of a program as it is written."""

On = Literal["color", "light_page", "dark_page"]


class NewBrandPreview(Shape):
    """A look to try on.

    Attributes:
        brand: As it would stand in the program; the rest is as in the rules in force.
        locale: In which language to show it; the program's own if it says none, or one that the program does not speak.
    """

    brand: Document
    locale: Locale | None = None


class BrandContrast(Answer, kw_only=True):
    """How well two colours can be told apart (WCAG 2.2).

    Attributes:
        shown: What is seen: `text_color`, or `color` as the edge of a ticket or a button.
        on: What it lies on: `color`, or the ground of a page by day or by night.
        ratio: From 1 to 21, rounded down.
        needed: Text that has less can't be published. A ticket or button that has less gets an edge of another colour
            there, and small marks such as ticks are not in the shop's colour.
        nearest: The nearest colour that has enough, where text has less.
    """

    shown: Literal["text_color", "color"]
    on: On
    ratio: float
    needed: float
    enough: bool
    nearest: str | None = None


class BrandPreview(Answer):
    """A look, on made-up people.

    Attributes:
        contrasts: First that of the text; then, of colours of your own, how they can be told from the page.
        landing: The page behind a share link, in HTML; null while the text could not be read.
        mail: A letter, in HTML with its pictures in it; null if the program sends none, or while the text could not be
            read.
    """

    contrasts: list[BrandContrast]
    landing: str | None = None
    mail: str | None = None

    @classmethod
    def of(cls, program: Program, locale: str | None) -> Self:
        """Show a program's look."""
        public_url = deps.settings().public_url
        return cls(
            _contrasts(program.brand),
            look.landing(program, locale, public_url),
            _mail(program, locale, public_url),
        )


@view({200: BrandPreview}, body=NewBrandPreview)
def post_brand_preview(call: Call, body: NewBrandPreview) -> Response:
    """Show the shop's pages and mails in other colours, and how well these can be told apart. Nothing is changed.

    Colours of which the text could not be read are answered with their contrast and the nearest that could be, and
    without pages. Whatever else could not be published is refused as a publication would be.
    """
    call.query()
    try:
        program = read({**written(deps.program()), "brand": body.brand})
    except FlawedProgramError as error:
        return json(200, BrandPreview(_unreadable(body.brand, error)))
    return json(200, BrandPreview.of(program, body.locale))


def _unreadable(brand: Document, error: FlawedProgramError) -> list[BrandContrast]:
    """The contrasts of colours with which nothing is wrong but these.

    Raises:
        Problem: 400, something else is.
    """
    ground, text = brand.get("color"), brand.get("text_color")
    is_pair = all(isinstance(it, str) and is_colour(it) for it in (ground, text))
    if [pointer for pointer, _ in error.flaws] != ["/brand/text_color"] or not is_pair:
        raise misfitting(error.flaws)
    return _contrasts(Brand(color=ground, text_color=text))


def _contrasts(brand: Brand) -> list[BrandContrast]:
    it = colours_of(brand)
    near = nearest_readable(it.on_ticket, it.ticket)
    text = _contrast("text_color", "color", (it.on_ticket, it.ticket), READABLE, near if near != it.on_ticket else None)
    if brand.color is None:
        return [text]
    return [
        text,
        _contrast("color", "light_page", (it.ticket, LIGHT), SEEN),
        _contrast("color", "dark_page", (it.ticket, DARK), SEEN),
    ]


def _contrast(
    shown: Literal["text_color", "color"], on: On, pair: tuple[str, str], needed: float, nearest: str | None = None
) -> BrandContrast:
    ratio = contrast(*pair)
    return BrandContrast(
        shown=shown, on=on, ratio=rounded(ratio), needed=needed, enough=ratio >= needed, nearest=nearest
    )


def _mail(program: Program, locale: str | None, public_url: str) -> str | None:
    """The first of the letters in which a reward is told, or else the welcome."""
    names: tuple[LetterName, ...] = ("reward_released", "welcome")
    for name in names:
        try:
            found = example(program, name, locale, public_url=public_url, now=deps.now())
        except NeverSentError:
            continue
        return LetterPreview.of(found, name).html
    return None

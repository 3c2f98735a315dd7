"""Guides: pages and films that show what a product can do, for letters after a purchase."""

from datetime import datetime
from typing import Annotated, Any, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.domain.model import tasks
from chalicelib.domain.program.shape import BARRED, BLANK
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Locale, Shape, Sku, Word
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.care import guides

GuideId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")]
Link = Annotated[str, Meta(min_length=8, max_length=2000, pattern=rf"^https://[^{BLANK}{BARRED}]+\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^{BARRED}]*[^\s{BARRED}][^{BARRED}]*\Z")]


class Picture(Shape):
    """A still of a guide.

    Attributes:
        url: Starts with `https://`.
        text: What is to be seen there, for whoever does not see it.
    """

    url: Link
    text: Line


class NewGuide(Shape):
    """A guide, as it shall be.

    Attributes:
        id: A name of your own for it, such as `teapot-first-brew`.
        title: What it shows, in its own language.
        link: Where it is; starts with `https://`.
        language: In which it is, such as `en` or `gu-IN` (BCP 47): nobody else gets it.
        skus: The goods that it is about.
        categories: The kinds of goods that it is about, as your orders name them.
    """

    at_least_one = "skus", "categories"

    id: GuideId
    title: Line
    link: Link
    language: Locale
    skus: Annotated[list[Sku], Meta(max_length=200)] = field(default_factory=list)
    categories: Annotated[list[Word], Meta(max_length=50)] = field(default_factory=list)
    picture: Picture | None = None


class GuidePicture(Answer):
    """A still of a guide, and what is to be seen there."""

    url: str
    text: str


class Guide(Answer, kw_only=True):
    """A guide.

    Attributes:
        retired_at: Since when it is shown to nobody any more.
    """

    id: str
    title: str
    link: str
    language: str
    skus: list[str]
    categories: list[str]
    picture: GuidePicture | None
    created_at: datetime
    retired_at: datetime | None = None

    @classmethod
    def of(cls, guide: tasks.Guide) -> Self:
        """Show a guide."""
        told: dict[str, Any] = {name: getattr(guide, name) for name in ("id", "title", "link", "language")}
        return cls(
            **told,
            skus=list(guide.skus),
            categories=list(guide.categories),
            picture=GuidePicture(url=guide.picture, text=guide.picture_text or "") if guide.picture else None,
            created_at=guide.created_at,
            retired_at=guide.retired_at,
        )


@view({200: Page[Guide]}, query=PAGE, links=leads_to("get_guide delete_guide", guide_id="$response.body#/items/0/id"))
def get_guides(call: Call) -> Response:
    """List all guides by their ids, those that were retired among them."""
    return listed("/v1/guides", call.query(), "guides", deps.table().list_guides, lambda it: [*map(Guide.of, it)])


@view({201: Guide, 200: Guide}, body=NewGuide, links=leads_to("get_guide delete_guide", guide_id="$response.body#/id"))
def put_guide(_: Call, body: NewGuide) -> Response:
    """Keep a guide under its id. One that is there is replaced, and one that was retired is in use again.

    Letters take it up within a minute. Of several that fit what somebody has bought, one about the very goods comes
    before one about their category, then the newest.
    """
    if not (body.skus or body.categories):
        raise bad_field("/skus", "or categories: a guide is about some goods")
    kept = guides.keep(
        deps.table(),
        tasks.Guide(
            id=body.id,
            title=body.title,
            link=body.link,
            language=body.language,
            created_at=deps.now(),
            skus=tuple(dict.fromkeys(body.skus)),
            categories=tuple(dict.fromkeys(body.categories)),
            picture=body.picture.url if body.picture else None,
            picture_text=body.picture.text if body.picture else None,
        ),
    )
    return json(201 if kept.new else 200, Guide.of(kept.guide))


@view({200: Guide}, problems={404: ["not_found"]})
def get_guide(call: Call, guide_id: str) -> Response:
    """Show a guide."""
    call.query()
    guide = deps.table().read_guide(fields.path_id("id", guide_id))
    if guide is None:
        raise not_found("There is no such guide.")
    return json(200, Guide.of(guide))


@view({200: Guide}, problems={404: ["not_found"]})
def delete_guide(call: Call, guide_id: str) -> Response:
    """Retire a guide: no letter shows it from then on. It stays in the list, since letters have led to it."""
    call.query()
    guide = guides.retire(deps.table(), fields.path_id("id", guide_id), now=deps.now())
    if guide is None:
        raise not_found("There is no such guide.")
    return json(200, Guide.of(guide))

"""The picture of a share link for previews in messengers."""

from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.program.program import Program
from chalicelib.edge.answers import PNG
from chalicelib.edge.call import Call
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import Media, view
from chalicelib.operations.people import share
from chalicelib.site.pictures import FOREVER, IF_NONE_MATCH, picture
from chalicelib.web import pages
from chalicelib.web.card import Card, card_of, draw

Version = Annotated[
    str, Meta(description="What the picture shows, as the page names it; another one gets the present picture.")
]


@view(
    {200: Media(PNG), 304: None},
    query={"v": Version},
    headers=IF_NONE_MATCH,
    gives=["ETag"],
    problems={404: ["not_found"]},
)
def get_card(call: Call, code: str) -> Response:
    """Draw the picture for previews of a share link. Its address names what it shows, so it may be kept for good."""
    program = deps.program()
    shared = share.look_up(deps.table(), code, now=deps.now()) if program.open else None
    card = card_for(program, shared) if shared else None
    if card is None:
        raise not_found("There is no such picture.")

    kept = FOREVER if call.sent().get("v") == card.version else "public, max-age=300"
    return picture(call, f"card:{card.version}", kept, PNG, lambda: draw(card))


def card_for(program: Program, shared: share.Shared) -> Card | None:
    """Return what the picture for previews shows, if there is one.

    It is one for all readers, so its figure is as the shop writes them.
    """
    saving = pages.saving(offer_for(program, shared), program.locale)
    return card_of(program.shop_name, shared.by.first_name, saving, program.brand)


def offer_for(program: Program, shared: share.Shared) -> pages.Offer | None:
    """Return what a friend who buys now gets with a code, if that is anything."""
    rate = share.offered(shared, program, now=deps.now())
    if rate is None:
        return None
    return pages.Offer(rate.basis_points, rate.amount, program.currency, program.minimum, rate.maximum)

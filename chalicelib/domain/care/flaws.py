"""What makes the settings of care unusable."""

from collections.abc import Iterator

from chalicelib.domain.care.occasion import Occasion
from chalicelib.domain.care.settings import Care
from chalicelib.domain.program.flaws import Flaw, flaws_of_fields, flaws_of_rate
from chalicelib.domain.program.program import Rate

_HUNDRED = 100


def flaws_of_care(care: Care) -> Iterator[Flaw]:
    """Yield what is wrong, as (JSON pointer, reason) pairs."""
    yield from flaws_of_fields("/care", care)
    for occasion in care.occasions():
        pointer = f"/care/{occasion.NAME}"
        yield from _of_variants(pointer, occasion)
        giving = {pointer: occasion} | {f"{pointer}/variants/{n}": it for n, it in enumerate(occasion.variants)}
        for place, giver in giving.items():
            gift, offer = (getattr(giver, name, None) for name in ("gift", "offer"))
            if gift:
                yield from _of_gift(f"{place}/gift", gift)
            if offer:
                yield from flaws_of_rate(f"{place}/offer/rate", offer.rate, offer=True)
    if care.surprise:
        yield from _of_surprise(care)


def _of_gift(pointer: str, gift: Rate) -> Iterator[Flaw]:
    if gift.amount is None:
        yield pointer, "is an amount: there is no order that it could be a share of"
    elif gift.amount == 0:
        yield pointer, "is nothing"


def _of_variants(pointer: str, occasion: Occasion) -> Iterator[Flaw]:
    names = [it.name for it in occasion.variants]
    if len(set(names)) < len(names):
        yield f"{pointer}/variants", "has two of one name"
    if sum(it.percent for it in occasion.variants) > _HUNDRED:
        yield f"{pointer}/variants", "comes to more than a hundred percent"


def _of_surprise(care: Care) -> Iterator[Flaw]:
    assert care.surprise is not None, "who calls has seen it"
    months = [it.since for it in care.surprise.draws]
    if len(set(months)) < len(months):
        yield "/care/surprise/draws", "has two from the same month on"
    if care.surprise.gift is None and care.surprise.offer is None:
        yield "/care/surprise", "gives nothing: set a gift or an offer"

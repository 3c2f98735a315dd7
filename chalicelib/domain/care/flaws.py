"""What makes the settings of care unusable."""

from collections.abc import Iterator

from chalicelib.domain.care.occasion import Occasion, Present
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.care.settings import Care
from chalicelib.domain.program.flaws import Flaw, flaws_of_fields, flaws_of_rate

_HUNDRED = 100


def flaws_of_care(care: Care) -> Iterator[Flaw]:
    """Yield what is wrong, as (JSON pointer, reason) pairs."""
    yield from flaws_of_fields("/care", care)
    for occasion in care.occasions():
        pointer = f"/care/{occasion.NAME}"
        yield from _of_variants(pointer, occasion)
        giving = {pointer: occasion} | {f"{pointer}/variants/{n}": it for n, it in enumerate(occasion.variants)}
        for place, giver in giving.items():
            gift: Present | None = getattr(giver, "gift", None)
            if gift:
                yield from flaws_of_rate(f"{place}/gift/rate", gift.rate)
    if care.surprise:
        yield from _of_surprise(care.surprise)


def _of_variants(pointer: str, occasion: Occasion) -> Iterator[Flaw]:
    names = [it.name for it in occasion.variants]
    if len(set(names)) < len(names):
        yield f"{pointer}/variants", "has two of one name"
    if sum(it.percent for it in occasion.variants) > _HUNDRED:
        yield f"{pointer}/variants", "comes to more than a hundred percent"


def _of_surprise(surprise: Surprise) -> Iterator[Flaw]:
    months = [it.since for it in surprise.rounds]
    if len(set(months)) < len(months):
        yield "/care/surprise/rounds", "has two from the same month on"
    for n, it in enumerate(surprise.rounds):
        pointer = f"/care/surprise/rounds/{n}/gift"
        yield from flaws_of_rate(pointer, it.gift)
        if it.gift.basis_points is not None and it.gift.maximum is None:
            yield pointer, "needs a maximum: by it the budget is reckoned"

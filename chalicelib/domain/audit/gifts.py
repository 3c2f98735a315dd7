"""What people are given beside orders: as the program gives it, told by a letter, and out of a budget that holds.

A surprise is drawn again: whom it met, and what it took.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from chalicelib.domain.audit.audit import Finding, compared
from chalicelib.domain.care.draws import MonthTerms, is_drawn
from chalicelib.domain.care.occasions.surprise import Surprise
from chalicelib.domain.care.settings import Care
from chalicelib.domain.effects import BUDGET_SHARDS
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.program.program import Program

_PARTS = 4


def gifts_of(settings: Care, cause: str, program: Program) -> set[tuple[int, str]]:
    """Return what an ambassador may be given for a cause, as amounts and units, whichever variant they have."""
    parts = cause.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return set()
    *_, name, subject = parts
    found = next((it for it in settings.occasions() if name == it.NAME), None)
    if isinstance(found, Surprise):
        terms = found.terms_of(subject, program.currency, program.version)
        rates = [terms.gift.rate] if terms else []
    else:
        variants = [None, *(it.name for it in found.variants)] if found else []
        rates = [it.rate for variant in variants if found and (it := found.gift_for(variant))]
    return {(it.of(0), it.unit_in(program.currency)) for it in rates if it.basis_points is None}


def check_promised(message: Message, causes: Collection[str], offer: Offer | None) -> Iterator[Finding]:
    """What a letter of care says that its reader has is there: one of the gifts with these causes, or an offer."""
    where, cause = f"message/{message.id}", message.id.rpartition("#")[0]
    if message.letter.offer is not None:
        told = (offer.code, offer.cause, offer.person_id) if offer else None
        if told != (message.letter.offer, cause, message.to.id):
            yield Finding("offer", where, f"an offer for {cause}", offer.cause if offer else None)
    elif message.letter.unit and cause not in causes:
        yield Finding("gift", where, "an entry gift", None)


def check_surprise(
    gift: SurpriseGift, terms: MonthTerms | None, touch: Message | None, given: str | None
) -> Iterator[Finding]:
    """Draw a surprise again. `given` is the cause of the entry or offer that it names, if that is there."""
    where = f"surprise/{gift.month}/{gift.person_id}"
    if terms is None:
        yield Finding("surprise", where, "a month with surprises", gift.month)
        return
    if not is_drawn(gift.person_id, gift.month, terms.chance):
        yield Finding("surprise", where, f"somebody who is drawn at {terms.chance} of 10000", gift.person_id)
    yield from compared("surprise", f"{where}/amount", f"{terms.cost} {terms.unit}", f"{gift.amount} {gift.unit}")
    yield from compared("surprise", f"{where}/taken", gift.amount, sum(amount for _, amount in gift.taken))
    cause = f"touch:{gift.person_id}:{Surprise.NAME}:{gift.month}"
    yield from compared("surprise", f"{where}/given", cause, given)
    if touch is None:
        yield Finding("surprise", f"{where}/message", f"{cause}#1", None)


def check_budget(month: str, budget: int, used: Sequence[int], gifts: Iterable[SurpriseGift]) -> Iterator[Finding]:
    """What is used of each slice of a month's budget is what its gifts took, and no more than the budget in all."""
    taken = [0] * BUDGET_SHARDS
    for gift in gifts:
        for shard, amount in gift.taken:
            taken[shard] += amount
    for shard, amount in enumerate(taken):
        yield from compared("budget", f"budget/surprise:{month}/{shard}", amount, used[shard])
    if sum(used) > budget:
        yield Finding("budget", f"budget/surprise:{month}", f"at most {budget}", sum(used))

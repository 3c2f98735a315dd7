"""What somebody has agreed to, and what they have refused, purpose by purpose.

Four times of each purpose say it all: the latest yes and the latest no of the person, and of the shop. They are maxima,
so that what is told twice, late or in another order comes to the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.model.people import EVERYTHING, Consent

Consents = Mapping[str, Consent]
"""By purpose, and under `*` a no to everything."""

Voice = Literal["person", "shop"]

_SILENT = Consent()


def refused(consents: Consents, purpose: str) -> bool:
    """Whether somebody has said no to a purpose, or to everything, and no yes to the purpose since has taken it back.

    A person's own no yields only to their own later yes: an import of the shop says yes each night, with a fresh date.
    Of a yes and a no of the same moment the no holds.
    """
    of_it, of_all = consents.get(purpose, _SILENT), consents.get(EVERYTHING, _SILENT)
    own_no, shop_no = _latest(of_it.own_no, of_all.own_no), _latest(of_it.shop_no, of_all.shop_no)
    return not (_yields(own_no, of_it.own_yes) and _yields(shop_no, _latest(of_it.own_yes, of_it.shop_yes)))


def agreed(consents: Consents, purpose: str) -> bool:
    """Whether somebody has said yes to a purpose, and nothing since that counts against it."""
    of_it = consents.get(purpose, _SILENT)
    return _latest(of_it.own_yes, of_it.shop_yes) is not None and not refused(consents, purpose)


def said(
    consents: Consents,
    purpose: str,
    voice: Voice,
    at: datetime,
    *,
    yes: bool,
    source: str | None = None,
    text: str | None = None,
) -> dict[str, Consent]:
    """Return consents with one answer more. An older one than is known changes nothing.

    Args:
        consents: What was said before.
        purpose: What it is about, or `*` for everything. A mail that its reader calls spam is such a no.
        voice: Who says so: the person, or the shop of them.
        at: When it was said; of a tap, `person.moment`, so that of two taps the second counts.
        yes: Whether it is a yes or a no.
        source: Where a yes was given.
        text: What was agreed to with it, or the version of that text.

    Raises:
        ValueError: a yes to everything, which can only be refused; or an answer about the service, of which nobody is
            asked.
    """
    if purpose == "service" or (purpose == EVERYTHING and yes):
        raise ValueError(f"there is no {'yes' if yes else 'no'} to {purpose}")
    before = consents.get(purpose, _SILENT)
    latest_yes = _latest(before.own_yes, before.shop_yes)
    if yes and (latest_yes is None or at > latest_yes):
        before = replace(before, source=source, text=text)
    match voice, yes:
        case "person", True:
            after = replace(before, own_yes=_latest(before.own_yes, at))
        case "person", False:
            after = replace(before, own_no=_latest(before.own_no, at))
        case "shop", True:
            after = replace(before, shop_yes=_latest(before.shop_yes, at))
        case _:
            after = replace(before, shop_no=_latest(before.shop_no, at))
    return {**consents, purpose: after}


def _latest(*times: datetime | None) -> datetime | None:
    return max(filter(None, times), default=None)


def _yields(no: datetime | None, yes: datetime | None) -> bool:
    """Whether there is no no, or a yes since."""
    return no is None or (yes is not None and yes > no)

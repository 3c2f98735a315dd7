"""The pages on which somebody sees all that is known of them, or lets it be forgotten."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.domain.calendar import local
from chalicelib.domain.model.messages import Name
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.preferences import CHOICES, gets
from chalicelib.domain.program.program import Program
from chalicelib.web.language import Language, format_amount, format_date
from chalicelib.web.numbers import format_number, format_percent
from chalicelib.web.preferences import Frame, framed, texts

BACKUP_DAYS = 35
"""How long DynamoDB's point-in-time recovery holds what was erased."""


def rights_page(frame: Frame) -> str:
    """The page that asks which of both: it shows nothing yet, since mails are scanned for their links."""
    return framed("rights.html", frame)


def forgotten_page(frame: Frame) -> str:
    """The page that says that it is done."""
    return framed("forgotten.html", frame, days=format_number(BACKUP_DAYS, frame.language.tag))


def export_page(frame: Frame, person: Person, exported: dict[str, Any], program: Program) -> str:
    """The page of all that lies about somebody: what matters to them in words, then everything as it is kept.

    Days are by the clocks of the `program`.
    """
    _ = frame.language.translations.gettext
    sections = [
        (_("You"), list(_told(person, frame.language))),
        (_("What you get from us by email"), list(_choices(person, frame.language))),
        (_("Your orders"), list(_orders(exported, frame.language, program))),
        (_("Emails to you"), list(_mails(exported, frame.language, program))),
        (_("Offers for you alone"), list(_offers(exported, frame.language, program))),
        (_("Your rewards"), list(_rewards(exported, frame.language, program))),
    ]
    everything = msgspec.json.format(msgspec.json.encode(exported), indent=2).decode()
    return framed("export.html", frame, sections=sections, everything=everything)


def names_of_facts(language: Language) -> dict[str, str]:
    """Return what each fact about a person is called to them."""
    _ = language.translations.gettext
    return {
        "email": _("Email address"),
        "customer_id": _("Customer number"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "locale": _("Language"),
        "time_zone": _("Time zone"),
        "country": _("Country"),
        "birthday": _("Birthday"),
    }


def _told(person: Person, language: Language) -> Iterator[tuple[str, str]]:
    _, names = language.translations.gettext, names_of_facts(language)
    yield from ((label, value) for name, label in names.items() if (value := getattr(person, name)))
    yield from sorted(person.handles.items())
    if person.interests:
        yield _("Interests"), ", ".join(person.interests)


def _choices(person: Person, language: Language) -> Iterator[tuple[str, str]]:
    _, told = language.translations.gettext, texts(language)
    for purpose in CHOICES:
        yield told[purpose].partition(": ")[0], _("On") if gets(person, purpose) else _("Off")


def _orders(exported: dict[str, Any], language: Language, program: Program) -> Iterator[tuple[str, str]]:
    for order in exported["orders"]:
        told = order["redemption"] or order["reported"]
        if told:
            yield _day(told["placed_at"], language, program), f"{order['order_id']}: {_amount(told, language)}"


def _mails(exported: dict[str, Any], language: Language, program: Program) -> Iterator[tuple[str, str]]:
    names = names_of_letters(language)
    for message in exported["messages"]:
        yield _day(message["owed_at"], language, program), names[message["letter"]["name"]]


def _rewards(exported: dict[str, Any], language: Language, program: Program) -> Iterator[tuple[str, str]]:
    names = names_of_entries(language)
    for entry in (exported["ambassador"] or {}).get("ledger", ()):
        moved: dict[str, int] = {}
        for leg in entry["legs"]:
            moved[leg["currency"]] = max(moved.get(leg["currency"], 0), abs(leg["amount"]))
        amounts = ", ".join(format_amount(amount, unit, language) for unit, amount in moved.items())
        yield _day(entry["at"], language, program), f"{names[entry['kind']]}: {amounts}"


def _offers(exported: dict[str, Any], language: Language, program: Program) -> Iterator[tuple[str, str]]:
    _ = language.translations.gettext
    for offer in exported["offers"]:
        rate = offer["rate"]
        off = (
            format_amount(rate["amount"], offer["currency"], language)
            if "amount" in rate
            else format_percent(rate["basis_points"], language.tag)
        )
        told = _("%(code)s: %(amount)s off, until %(date)s")
        until = _day(offer["until"], language, program)
        yield _day(offer["created_at"], language, program), told % {"code": offer["code"], "amount": off, "date": until}


def names_of_letters(language: Language) -> dict[Name, str]:
    """Return what each letter is called to whom it was written."""
    _ = language.translations.gettext
    return {
        "friend_thanks": _("Thanks for your order"),
        "welcome": _("Your code"),
        "reward_held": _("A friend bought with your code"),
        "reward_released": _("A reward is yours"),
        "reward_changed": _("A reward has changed"),
        "reward_lost": _("A reward is lost"),
        "tier_reached": _("A new level"),
        "gift_sent": _("A gift is on its way"),
        "proof_approved": _("A reward for what you have shown"),
        "proof_denied": _("No reward for what you have shown"),
        "spent": _("Rewards that you have used"),
        "expiring": _("Rewards that soon expire"),
        "balances": _("Where your rewards stand"),
        "confirm": _("A link to your data"),
        "sign_in": _("A link to sign in"),
        "check_in": _("Whether you were happy with an order"),
        "how_to": _("A tip"),
        "birthday": _("A birthday wish"),
        "anniversary": _("Thanks on an anniversary"),
        "surprise": _("A surprise"),
        "invitation": _("An invitation to share a code"),
        "miss_you": _("A word after a while, and an offer"),
        "interests": _("What you like"),
    }


def names_of_entries(language: Language) -> dict[str, str]:
    """Return what each kind of entry is called to whose account it stands in."""
    _ = language.translations.gettext
    return {
        "hold": _("Set aside"),
        "release": _("Yours to use"),
        "void": _("Set aside, and lost"),
        "clawback": _("Taken back"),
        "reinstate": _("Given back"),
        "bonus": _("Extra for a level"),
        "bonus_lost": _("Extra for a level, taken back"),
        "spend": _("Coupon made"),
        "spend_confirmed": _("Coupon used"),
        "spend_cancelled": _("Coupon not used, given back"),
        "spend_returned": _("Coupon used, given back"),
        "payout": _("Payout begun"),
        "payout_confirmed": _("Payout made"),
        "payout_cancelled": _("Payout not made, given back"),
        "payout_returned": _("Payout came back"),
        "gift": _("A present from us"),
        "gift_sent": _("Gift sent"),
        "gift_returned": _("Gift not sent yet after all"),
        "task": _("For something that you have shown"),
        "task_undone": _("For something that you have shown, taken back"),
        "expiry": _("Expired"),
        "adjustment": _("Corrected by the shop"),
        "merge": _("Moved between your accounts"),
    }


def _amount(amount: dict[str, Any], language: Language) -> str:
    return format_amount(amount["amount"], amount["currency"], language)


def _day(at: datetime, language: Language, program: Program) -> str:
    return format_date(local(at, program), language)

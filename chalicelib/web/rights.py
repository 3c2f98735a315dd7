"""The pages on which somebody sees all that is known of them, or lets it be forgotten."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.domain.model.people import Person
from chalicelib.domain.people.preferences import CHOICES, gets
from chalicelib.web.language import Language, format_amount, format_date
from chalicelib.web.numbers import format_number
from chalicelib.web.preferences import Frame, framed, texts

BACKUP_DAYS = 35
"""How long DynamoDB's point-in-time recovery holds what was erased."""


def rights_page(frame: Frame) -> str:
    """The page that asks which of both: it shows nothing yet, since mails are scanned for their links."""
    return framed("rights.html", frame)


def forgotten_page(frame: Frame) -> str:
    """The page that says that it is done."""
    return framed("forgotten.html", frame, days=format_number(BACKUP_DAYS, frame.language.tag))


def export_page(frame: Frame, person: Person, exported: dict[str, Any]) -> str:
    """The page of all that lies about somebody: what matters to them in words, then everything as it is kept."""
    _ = frame.language.translations.gettext
    sections = [
        (_("You"), list(_told(person, frame.language))),
        (_("What you get from us by email"), list(_choices(person, frame.language))),
        (_("Your orders"), list(_orders(exported, frame.language))),
        (_("Emails to you"), list(_mails(exported, frame.language))),
        (_("Your rewards"), list(_rewards(exported, frame.language))),
    ]
    everything = msgspec.json.format(msgspec.json.encode(exported), indent=2).decode()
    return framed("export.html", frame, sections=sections, everything=everything)


def _told(person: Person, language: Language) -> Iterator[tuple[str, str]]:
    _ = language.translations.gettext
    names = {
        "email": _("Email address"),
        "customer_id": _("Customer number"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "locale": _("Language"),
        "time_zone": _("Time zone"),
        "country": _("Country"),
        "birthday": _("Birthday"),
    }
    yield from ((label, value) for name, label in names.items() if (value := getattr(person, name)))
    yield from sorted(person.handles.items())
    if person.interests:
        yield _("Interests"), ", ".join(person.interests)


def _choices(person: Person, language: Language) -> Iterator[tuple[str, str]]:
    _, told = language.translations.gettext, texts(language)
    for purpose in CHOICES:
        yield told[purpose].partition(": ")[0], _("On") if gets(person, purpose) else _("Off")


def _orders(exported: dict[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    for order in exported["orders"]:
        told = order["redemption"] or order["reported"]
        if told:
            yield _day(told["placed_at"], language), f"{order['order_id']}: {_amount(told, language)}"


def _mails(exported: dict[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    for message in exported["messages"]:
        yield _day(message["owed_at"], language), str(message["letter"]["name"]).replace("_", " ")


def _rewards(exported: dict[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    for entry in (exported["ambassador"] or {}).get("ledger", ()):
        amounts = [leg for leg in entry["legs"] if leg["account"].startswith("ambassador:")]
        moved = ", ".join(_amount(leg, language) for leg in amounts)
        yield _day(entry["at"], language), f"{entry['kind'].replace('_', ' ')}: {moved}"


def _amount(told: dict[str, Any], language: Language) -> str:
    return format_amount(told["amount"], told["currency"], language)


def _day(at: datetime, language: Language) -> str:
    return format_date(at, language)

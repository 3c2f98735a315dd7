"""The words of the first screen: what waits and for how long, what has gone wrong, and the figures of a month."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.web.language import Language, choose, format_amount
from chalicelib.web.numbers import format_number

SCREENS = {
    "reviews": "reviews",
    "care": "tasks",
    "social": "tasks",
    "proof": "tasks",
    "claims": "claims",
    "gifts": "gifts",
    "payouts": "payouts",
    "adjustments": "adjustments",
    "findings": "audit",
    "undeliverable": "insight",
    "bounced": "insight",
    "complained": "insight",
}
"""Where to go for each kind of what waits or has gone wrong."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def waits(kind: str, count: int, language: Language, *, more: bool) -> str:
    """Say how much of a kind waits."""
    ngettext = language.translations.ngettext
    told = {
        "reviews": ngettext("%(number)s reward waits for a decision", "%(number)s rewards wait for a decision", count),
        "care": ngettext("%(number)s customer waits for an answer", "%(number)s customers wait for an answer", count),
        "social": ngettext("%(number)s visit to make elsewhere", "%(number)s visits to make elsewhere", count),
        "proof": ngettext("%(number)s proof to look at", "%(number)s proofs to look at", count),
        "claims": ngettext("%(number)s claimed order to decide on", "%(number)s claimed orders to decide on", count),
        "gifts": ngettext("%(number)s gift to send", "%(number)s gifts to send", count),
        "payouts": ngettext("%(number)s payout to make", "%(number)s payouts to make", count),
        "adjustments": ngettext(
            "%(number)s adjustment waits for a second admin", "%(number)s adjustments wait for a second admin", count
        ),
    }
    return told[kind] % {"number": _counted(count, language, more=more)}


def went_wrong(kind: str, count: int, language: Language, *, more: bool) -> str:
    """Say how often something has gone wrong."""
    ngettext = language.translations.ngettext
    told = {
        "undeliverable": ngettext("%(number)s letter could not be sent", "%(number)s letters could not be sent", count),
        "bounced": ngettext("%(number)s letter came back for good", "%(number)s letters came back for good", count),
        "complained": ngettext("%(number)s letter was called spam", "%(number)s letters were called spam", count),
        "findings": ngettext("%(number)s difference in the books", "%(number)s differences in the books", count),
        "jobs": ngettext("%(number)s piece of work was given up", "%(number)s pieces of work were given up", count),
        "late": ngettext(
            "%(number)s thing should have been done by now", "%(number)s things should have been done by now", count
        ),
    }
    return told[kind] % {"number": _counted(count, language, more=more)}


def oldest(since: str | None, now: str, language: Language) -> str:
    """Say how long the oldest has waited; "" if nobody knows."""
    if since is None:
        return ""
    age, ngettext = datetime.fromisoformat(now) - datetime.fromisoformat(since), language.translations.ngettext
    if age < _HOUR:
        return language.translations.gettext("the oldest for less than an hour")
    if age < _DAY:
        hours = age // _HOUR
        text = ngettext("the oldest for %(number)s hour", "the oldest for %(number)s hours", hours)
        return text % {"number": format_number(hours, language.tag)}
    days = age // _DAY
    text = ngettext("the oldest for %(number)s day", "the oldest for %(number)s days", days)
    return text % {"number": format_number(days, language.tag)}


def figures(language: Language) -> dict[str, str]:
    """What each figure of the month is called, in the order in which they stand."""
    _ = language.translations.gettext
    return {
        "visits": _("Visits of share links"),
        "redemptions": _("Orders with a code"),
        "revenue": _("Paid on these"),
        "new_customers": _("New customers"),
        "rewards": _("Promised to ambassadors"),
        "mails": _("Letters sent"),
    }


def measure(part: dict[str, Any], name: str) -> int | None:
    """Return a figure as it is drawn: of several units the first."""
    value = part.get(name)
    if isinstance(value, list):
        return value[0]["amount"] if value else 0
    return value


def said(part: dict[str, Any], name: str, language: Language) -> str:
    """Say a figure."""
    value = part.get(name)
    if not isinstance(value, list):
        return "–" if value is None else format_number(value, language.tag)
    amounts = (format_amount(it["amount"], it.get("currency") or it["unit"], choose(language.tag)) for it in value)
    return ", ".join(amounts) or format_number(0, language.tag)


def _counted(count: int, language: Language, *, more: bool) -> str:
    number = format_number(count, language.tag)
    return language.translations.gettext("%(number)s or more") % {"number": number} if more else number

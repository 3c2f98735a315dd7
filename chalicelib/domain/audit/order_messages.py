"""The messages about an order: each is owed by a settlement, and each news leads on from the one before."""

from collections.abc import Iterator

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.audit.audit import Finding, compared, version_of
from chalicelib.domain.audit.dossier import FIRST, SETTLES_MAX, Dossier, shown, shown_news
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.messages import NEWS, Message, Recipient
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.standing import due
from chalicelib.domain.program.program import Program


def check_messages(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """No message without a settlement that owed it, and none owed that is not there."""
    redemption = dossier.redemption
    for version, messages in sorted(dossier.messages.items()):
        where = f"{dossier.where}/messages/{version}"
        if not FIRST <= version <= redemption.version:
            yield Finding("message", where, f"a settlement from {FIRST} to {redemption.version}", version)
        for message in messages:
            yield from _check_message(message, redemption, f"{where}/{message.letter.name}")
        early = [it.letter.name for it in messages if it.letter.name in {"friend_thanks", "reward_held"}]
        if version != dossier.first and early:
            yield Finding("message", where, "what is told later", ", ".join(early))
    yield from _check_told(dossier)
    yield from _check_first_told(dossier, program)


def _check_message(message: Message, redemption: Redemption, where: str) -> Iterator[Finding]:
    """Thanks for an order go to its friend, and news of its reward to its ambassador; each in its own unit."""
    yield from compared("message", f"{where}/program_version", redemption.program_version, message.program_version)
    if message.letter.name == "friend_thanks":
        to, unit = Recipient("friend", redemption.friend), redemption.currency
    else:
        to, unit = Recipient("ambassador", redemption.ambassador_id), redemption.unit
    yield from compared("message", f"{where}/to", " ".join(to), " ".join(message.to))
    yield from compared("message", f"{where}/unit", unit, message.letter.unit)
    if message.state != "done" and message.due_at is None:
        yield Finding("wake_up", f"{where}/due_at", "a time", None)


def _check_told(dossier: Dossier) -> Iterator[Finding]:
    """Each news of the reward leads on from the one before, and the last is what the order knows was told.

    What changed while the ambassador was suspended was forgotten: after that, news begin anew.
    """
    known = None
    for version, messages in sorted(dossier.messages.items()):
        for letter in (it.letter for it in messages):
            if letter.name in NEWS:
                where = f"{dossier.where}/messages/{version}/{letter.name}/was"
                if letter.was is not None:
                    yield from compared("message", where, shown_news(known), shown_news(letter.was))
                known = letter.told
    if dossier.standing.told is not None and dossier.redemption.version <= FIRST + SETTLES_MAX:
        yield from compared(
            "message", f"{dossier.where}/standing/told", shown_news(known), shown_news(dossier.standing.told)
        )


def _check_first_told(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """The first settlement thanked the friend, and told what it held.

    What it knew of refunds is past finding out by clocks. But its own entry tells what was held, and where nothing was
    ever paid back the friend was thanked.
    """
    letters = {it.letter.name: it.letter for it in dossier.messages.get(dossier.first, ())}
    thanks, told = letters.get("friend_thanks"), letters.get("reward_held")
    where = f"{dossier.where}/messages/{dossier.first}"
    hold = next((entry for entry in dossier.posted if (entry.kind, entry.cause) == ("hold", "redemption")), None)
    kept_all = not dossier.order.refunds and dossier.order.freed is None
    has_place = dossier.standing.terms.limit != "friend_already_referred"
    owed = dossier.redemption.friend_discount if dossier.redemption.thanks_friend and has_place else None
    if thanks or owed is None or hold or kept_all:
        yield from compared("message", f"{where}/friend_thanks", owed, thanks.amount if thanks else None)
    released = hold is not None and any(
        entry.kind == "release" and _when(entry) == _when(hold) for entry in dossier.posted
    )
    held = moved(hold) if hold and hold.legs and not released and dossier.tells(hold) else None
    may_wait = dossier.standing.terms.review or not kept_all
    if told or not may_wait:
        yield from compared("message", f"{where}/reward_held", held, told.amount if told else None)
    if told and not dossier.order.fulfilments:
        yield from compared(
            "message", f"{where}/release_at", shown(due(dossier.order, program)), shown(told.release_at)
        )


def _when(entry: LedgerEntry) -> tuple[str, int]:
    """The moment of an entry: a version, and of whose account, since those of two don't compare."""
    return entry.ambassador_id, version_of(entry.number)

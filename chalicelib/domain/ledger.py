"""Double entry: every posting moves an amount from one account to another, and balances are nothing but their sum."""

from chalicelib.domain.model import Balances, LedgerEntry, Leg

_REWARDS = "program:rewards"
_HELD = "ambassador:held"
_AVAILABLE = "ambassador:available"

_MOVES = {
    "hold": (_REWARDS, _HELD),
    "release": (_HELD, _AVAILABLE),
    "void": (_HELD, _REWARDS),
    "clawback": (_AVAILABLE, _REWARDS),
    "reinstate": (_REWARDS, _AVAILABLE),
    "bonus": (_REWARDS, _AVAILABLE),
    "bonus_lost": (_AVAILABLE, _REWARDS),
}

KINDS = tuple(_MOVES)
"""What an entry can be."""


def legs(kind: str, amount: int, currency: str) -> tuple[Leg, Leg]:
    """Return the two sides of an entry: what its kind takes the amount from, and where it puts it."""
    giver, taker = _MOVES[kind]
    return Leg(giver, -amount, currency), Leg(taker, amount, currency)


def add(balances: Balances, entries: tuple[LedgerEntry, ...]) -> Balances:
    """Return an ambassador's balances after these entries: the one place where a balance moves."""
    after = {currency: dict(accounts) for currency, accounts in balances.items()}
    for entry in entries:
        for leg in entry.legs:
            owner, _, account = leg.account.partition(":")
            if owner == "ambassador":
                accounts = after.setdefault(leg.currency, {})
                accounts[account] = accounts.get(account, 0) + leg.amount
    return after

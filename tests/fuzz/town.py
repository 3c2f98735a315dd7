"""A shop in which something has happened, and all that a request can name: ids, codes, addresses, keys, sessions."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from chalicelib import deps
from chalicelib.edge.routes import ROUTES
from chalicelib.operations.access import api_keys
from contract.story import Exchange, played
from memory.shop import Shop, open_shop

SEED = 4711


@dataclass(slots=True, repr=False)
class Town:
    """A shop after the story, and what is known there.

    Attributes:
        beginning: The shop as it is before each request that is tried.
        time: The time of the shop's clock then.
        words: By the name of a field, parameter or header: the values that it had in the story.
        bodies: By operation, what was sent to it in the story.
        admin: The key of a second admin.
        tokens: By ambassador, the token of a session.
    """

    shop: Shop
    beginning: bytes
    time: datetime
    words: dict[str, list[Any]]
    tokens: dict[str, str]
    bodies: dict[str, list[dict[str, Any]]]
    admin: str

    @property
    def sessions(self) -> list[str]:
        """The tokens of all sessions."""
        return list(self.tokens.values())

    def begin(self) -> None:
        """Let everything be as after the story, and the same happen when the same is asked."""
        deps.use_chance(Random(f"after {SEED}"))
        if self.shop.cloud.engine.records or self.shop.now != self.time:
            self.shop.restore(self.beginning)

    def copy(self) -> "Town":
        """The same shop, whose visitor may learn more."""
        words = {name: list(values) for name, values in self.words.items()}
        return replace(self, words=words, tokens=dict(self.tokens))

    def learn(self, operation: str, answer: bytes) -> None:
        """Know from now on what was answered."""
        try:
            told = json.loads(answer or b"null")
        except ValueError:
            return
        for name, value in _named(operation, told):
            if value not in self.words.setdefault(name, []):
                self.words[name].append(value)
        if operation == "post_session":
            self.tokens[told["ambassador_id"]] = told["token"]


@contextmanager
def open_town() -> Iterator[Town]:
    """Open a shop and play the contract's story in it."""
    with open_shop(seed=SEED) as shop:
        told = played(shop)
        shop.stream()
        words = _words(told)
        ids = words["ambassador_id"]
        newcomer = shop.enrol("noor@example.com", "Noor", customer_id="c-9")
        tokens = {it: shop.session(it) for it in (ids[0], newcomer["id"])}
        ids += [newcomer["id"], "me"]
        words["code"].append(newcomer["code"])
        admin = api_keys.issue(deps.table(), "Bea", ["admin:write", "admin:read"], shop.now, owner="Bea")
        for key in (admin, *shop.keys.values()):  # the first use in a day is noted
            shop.call("GET", "/v1/claims", Authorization=f"Bearer {key}")
        shop.cloud.engine.records.clear()
        yield Town(shop, shop.saved(), shop.now, words, tokens, _bodies(told), admin)


def _words(told: list[Exchange]) -> dict[str, list[Any]]:
    """What stood in paths, queries, headers and bodies, and the ids that were answered, by name.

    Of ids that a client gives, half are new.
    """
    words = defaultdict[str, dict[Any, None]](dict)
    for it in told:
        for name, value in (*it.parameters.items(), *_leaves(it.sent)):
            words[name][value] = None
        for name, value in it.headers.items():
            words[name.replace("_", "-")][value] = None
        for name, value in _named(it.operation, it.answer):
            words[name][value] = None
    words["other"] |= words["ambassador_id"]
    words["order_id"] |= {f"~{base64.urlsafe_b64encode(b'1001').decode().rstrip('=')}": None}
    for name in ("order_id", "refund_id", "payment_id", "fulfilment_id", "Idempotency-Key"):
        words[name] |= dict.fromkeys(f"new-{n}" for n in range(len(words[name])))
    words["email"] |= dict.fromkeys(f"new-{n}@example.com" for n in range(5))
    return {name: list(values) for name, values in words.items() if values}


def _bodies(told: list[Exchange]) -> dict[str, list[dict[str, Any]]]:
    bodies = defaultdict[str, list[dict[str, Any]]](list)
    for it in told:
        if it.sent and it.status < 400:
            bodies[it.operation].append(it.sent)
    return dict(bodies)


def _named(operation: str, answer: Any) -> Iterator[tuple[str, Any]]:
    """The ids in an answer, by the name that requests have for them."""
    for name, value in _leaves(answer):
        if name in {"ambassador_id", "code", "order_id", "refund_id", "version"}:
            yield name, value
        if name == "id" and operation in _OWN_ID:
            yield _OWN_ID[operation], value


_OWN_ID = {
    route.name: named[1:-1]
    for route in ROUTES
    for named in [route.path.rpartition("/")[2]]
    if named.startswith("{")
} | {
    "post_ambassador": "ambassador_id", "get_claims": "claim_id", "get_gifts": "gift_id", "get_payouts": "payout_id",
    "post_payout": "payout_id", "get_adjustments": "adjustment_id", "post_adjustment": "adjustment_id",
    "get_sessions": "session_id", "post_session": "session_id", "get_keys": "key_id", "post_key": "key_id",
    "post_audit": "job_id", "post_preview": "job_id", "get_statement": "entry_id",
}  # fmt: skip


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every text and number in a document, with the name of the field that holds it."""
    match value:
        case dict():
            for key, it in value.items():
                yield from _leaves(it, key)
        case list():
            for it in value:
                yield from _leaves(it, name)
        case str() | int() if not isinstance(value, bool):
            yield name, value

"""Whatever is told of somebody, they are looked at again when something may be due for them, and not before."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people import policy
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.program.settings import written
from chalicelib.store import keys
from contract.story import played
from memory.shop import PROGRAM, Shop, open_shop
from tests.unit.care.life import MINUTE, YES, at, known, order, ruled

ALL_ON: Final[dict[str, Any]] = {
    "birthday": {},
    "check_in": {},
    "how_to": {},
    "invitation": {},
    "anniversary": {},
    "surprise": {"rounds": [{"since": "2026-03", "chance": 10_000, "budget": 50_000, "gift": {"amount": 500}}]},
    "miss_you": {},
    "interests": {"choices": ["mugs", "bowls"]},
    "social": {},
}


def everybody() -> list[Person]:
    """All people who are known."""
    table = deps.table()
    ids = [it for shard in range(keys.PEOPLE_SHARDS) for it, _ in table.list_keys(keys.people(shard), None, 1000)]
    return list(table.read_people(ids).values())


def test_every_request_leaves_people_with_their_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all occasions on and agreed to, nobody is looked at later than care says after any request, nor earlier."""
    monkeypatch.setitem(PROGRAM, "care", ALL_ON)
    monkeypatch.setattr(policy, "agreed", lambda *_: True)
    asked: list[str] = []
    planned: set[datetime] = set()
    wrong: list[tuple[Any, ...]] = []
    under: dict[tuple[str, int], int] = {}

    def see(method: str, path: str, _: Any) -> None:
        asked.append(f"{method} {path}")
        outlook, now = deps.outlook(), deps.now()
        for person in everybody():
            # Who was stored under former rules is looked at by the round that new ones begin.
            if under.setdefault((person.id, person.version), deps.program().version) != deps.program().version:
                continue
            looks = [at and max(at, now) for at in (person.due_at, outlook.ahead(person, now).due_at)]
            planned.update(filter(None, looks))
            if looks[0] != looks[1]:
                wrong.append((asked[-1], person.id, *looks))

    with open_shop(seed=1) as shop:
        monkeypatch.setattr(Shop, "witness", staticmethod(see))
        played(shop)
    assert wrong == []
    assert len(planned) > 5
    assert len(asked) > 100
    assert any(it.startswith("PUT /v1/people") for it in asked)


def test_what_comes_to_be_known_does_not_change_what_is_over() -> None:
    """A birthday without a yes is not late because of a yes after it, nor is a question about an order of last year.

    But what was due, and was not looked at yet, stays to be looked at.
    """
    outlook = Outlook(replace(ruled(), care=written({"birthday": {}, "check_in": {}})), b"pepper")
    asha = known(birthday="05-05", told={"birthday": at("2020-01-01")})
    silent = outlook.ahead(replace(asha, consents={}), at("2026-01-01"))
    assert silent.due_at is None
    agreed = outlook.ahead(replace(silent, consents=YES), at("2026-06-01"))
    assert agreed.due_at == at("2027-05-05")
    buyer = outlook.ahead(replace(agreed, orders=(order("1001", "2026-01-01"),)), at("2026-06-02"))
    assert buyer.due_at == at("2027-05-05")
    due = outlook.ahead(asha, at("2026-01-01"))
    late = outlook.ahead(replace(due, first_name="Asha"), at("2026-05-09"))
    assert (late.due_at, late.seen_until) == (at("2026-05-09"), at("2026-01-01"))
    assert (
        outlook.ahead(replace(due, first_name="Asha"), at("2026-05-05") - MINUTE).seen_until
        == at("2026-05-05") - MINUTE
    )

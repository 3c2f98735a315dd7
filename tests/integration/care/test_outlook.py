"""Whatever is told of somebody, they are looked at again when something may be due for them, and not before."""

from datetime import datetime
from typing import Any, Final

import pytest

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people import policy
from chalicelib.store import keys
from contract.story import played
from memory.shop import PROGRAM, Shop, open_shop

ALL_ON: Final[dict[str, Any]] = {
    "birthday": {},
    "check_in": {},
    "how_to": {},
    "invitation": {},
    "anniversary": {},
    "surprise": {"rounds": [{"since": "2026-01", "chance": 5000, "budget": 100_000, "gift": {"amount": 300}}]},
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

    def see(method: str, path: str, _: Any) -> None:
        asked.append(f"{method} {path}")
        outlook, now = deps.outlook(), deps.now()
        for person in everybody():
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

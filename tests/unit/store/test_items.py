"""What is stored is read back as it was."""

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.accounts import Account, Merger, Month
from chalicelib.domain.model.orders import Standing, Terms
from chalicelib.domain.model.people import Bought, Consent, Person, Touched
from chalicelib.domain.program.program import LetterCap, Letters
from chalicelib.store import keys
from chalicelib.store.items import entity_of, item_of
from chalicelib.store.kinds import SHORT, classes
from tests.unit.book import program

TIMES = st.integers(0, 10**12).map(lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
NAMES = st.text("abz09", min_size=1, max_size=3)
KINDS = classes()


@cache
def drawn(kind: Any, least: int = 0) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a kind of field a line
    """Whatever a field of this type may hold; a list has `least` elements."""
    inner = get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return st.builds(kind, **{field.name: _field(kind, field) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, tuple):
        return st.builds(kind, **{name: drawn(inner) for name, inner in get_type_hints(kind).items()})
    if kind is str:
        return NAMES
    if kind is datetime:
        return TIMES
    if get_origin(kind) is Literal:
        return st.sampled_from(inner)
    if get_origin(kind) is dict:
        return st.dictionaries(NAMES, drawn(inner[1]).filter(lambda held: held not in ({}, ())), max_size=2)
    if get_origin(kind) is tuple and inner[-1] is ...:
        return st.lists(drawn(inner[0]), min_size=least, max_size=2).map(tuple)
    if get_origin(kind) is tuple:
        return st.tuples(*map(drawn, inner))
    if inner:
        return st.one_of(*map(drawn, inner))
    return {int: st.integers(-(10**15), 10**15), bool: st.booleans(), type(None): st.none(), date: st.dates()}[kind]


def _field(kind: Any, field: Field[Any]) -> st.SearchStrategy[Any]:
    """A list that has no default is never empty, such as legs or tiers."""
    return drawn(get_type_hints(kind)[field.name], least=int(field.default is MISSING))


@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
@given(st.data())
def test_what_is_stored_is_read_back(kind: Any, data: st.DataObject) -> None:
    """Every entity with every value that its fields may have, none of them among these."""
    entity = data.draw(drawn(kind))
    assert entity_of(item_of(entity)) == entity


def test_a_short_attribute_is_shorter_and_no_other_fields() -> None:
    """Each stands for a field that there is, takes less room, and can't be mistaken for another one when it is read."""
    parts = {
        "REDEMPTION": {"standing": Standing, "standing.terms": Terms},
        "ACCOUNT": {"": Account, "months.*": Month, "absorbed.*": Merger},
        "PERSON": {"": Person, "consents.*": Consent, "orders.*": Bought, "touches.*": Touched},
    }
    for mark, path, names in ((mark, *part) for mark, parts_of in SHORT.items() for part in parts_of.items()):
        there = {field.name for field in fields(parts[mark][path])}
        assert names.keys() <= there
        assert not set(names.values()) & there
        assert all(len(short) < len(name) for name, short in names.items())
        assert len(set(names.values())) == len(names)


def test_a_redemption_lies_before_every_fact_of_its_order() -> None:
    """A query meets the redemption first: what a settlement of that version has cleared can't be missed after it."""
    facts = [keys.fact("o1", name) for name in ("refund:r", "reversal:r", "fulfilment:f", "review:1")]
    assert all(keys.redemption("o1").sk < fact.sk for fact in [*facts, keys.case("o1")])


def test_what_has_a_number_sorts_by_it() -> None:
    """The tenth comes after the ninth: reviews of an order, versions of the rules, revisions of a delivery."""
    for name in ("review:{}", "fulfilment:f#{}"):
        keys_in_turn = [keys.fact("o1", name.format(number)).sk for number in range(1, 1001)]
        assert sorted(keys_in_turn) == keys_in_turn
    versions = [keys.program(number).sk for number in range(1, 1001)]
    assert sorted(versions) == versions


def test_limits_of_letters_that_are_switched_off_stay_off() -> None:
    """No quiet hours and no caps are read back as none, not as those that a program has by default."""
    for letters in (
        Letters(quiet=None, caps=()),
        Letters(quiet=None),
        Letters(caps=(LetterCap(2, 3),), hold_out_percent=5),
        Letters(),
    ):
        rules = program(letters=letters)
        assert entity_of(item_of(rules)) == rules

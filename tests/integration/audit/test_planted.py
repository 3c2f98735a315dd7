"""Whatever is planted in the books the audit finds and names."""

from random import Random
from typing import Any, get_args

import pytest

from chalicelib.domain.audit.audit import Kind
from chalicelib.operations.audit import audit
from tests.integration.audit.plants import PLANTS, Plant, Tampered, put_into
from tests.integration.audit.story import Story, kinds_in, table_of


@pytest.mark.parametrize(("kind", "plant"), PLANTS, ids=[plant.__name__ for _, plant in PLANTS])
def test_what_is_planted_is_found(story: Story, kind: str, plant: Plant) -> None:
    """Each inconsistency is found, and named by its kind and its place."""
    tampered = Tampered(story)
    where = plant(tampered)
    assert (kind, where) in kinds_in(audit.audit_all(table_of(tampered.items), now=story.now))


def test_every_kind_of_finding_is_planted() -> None:
    """There is no kind that no test has seen."""
    judged = set(get_args(Kind)) - {
        "newer"
    }  # that says what can't be judged: tests/integration/workers/test_formats.py
    assert {kind for kind, _ in PLANTS} == judged


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_into_the_table_the_audit_answers(story: Story, seed: int) -> None:
    """A field of any item is taken away, or becomes anything: the audit names what it sees and goes on to the end."""
    items, chance = story.copy(), Random(seed)
    item = items[chance.choice(sorted(items))]
    name = chance.choice(sorted(item.keys() - {"PK", "SK"}))
    strange: list[Any] = [{"S": "0"}, {"S": "~"}, {"N": str(-(10**37))}, {"NULL": True}, {"L": []}, {"M": {}}, None]
    put_into(item, name, chance.choice(strange))
    listed = ("due_pk", "due_at", "list_pk", "list_sk", "day_pk", "day_sk")
    if any(attribute in item and "S" not in item[attribute] for attribute in listed):
        return  # DynamoDB refuses such an index key
    table, report, walk = table_of(items), audit.Report(), audit.of_all()
    audit.go_on(table, walk, report, table.deadline(600), now=story.now)
    assert walk.done
    assert audit.written(report)

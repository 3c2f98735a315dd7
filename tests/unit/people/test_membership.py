"""One way of knowing somebody leads to one ambassador at most: who holds it, takes it and lets go of it."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.people import Membership
from chalicelib.domain.people.membership import freed, holder, owners, taken

MAYA = Membership("maya", "amb_1", "MAYA7K3Q", "per_1", version=3)
NOBODY = Membership("free", version=2)
GUARDS = {"maya": MAYA, "free": NOBODY}


def test_whoever_holds_the_guard_is_known() -> None:
    """Nobody is by one that was freed, and nobody by one that there never was."""
    assert [holder(GUARDS, person) for person in ("maya", "free", "new")] == ["amb_1", None, None]


def test_a_new_way_makes_a_guard() -> None:
    """Its key must be free: of two who come at once, one makes it."""
    assert taken(GUARDS, "new", "per_2", "amb_2", "SAM4H7RW") == Create(Membership("new", "amb_2", "SAM4H7RW", "per_2"))


def test_a_freed_way_is_taken_over_in_its_next_version() -> None:
    """So that of two who take it at once, one does."""
    assert taken(GUARDS, "free", "per_2", "amb_2", "SAM4H7RW") == Replace(
        Membership("free", "amb_2", "SAM4H7RW", "per_2", 3)
    )


def test_a_guard_that_is_freed_remembers_who_it_was() -> None:
    """Nobody is known by it any more; but what was bought by it stays whose it was, also when it is another one's."""
    free = Membership("maya", version=4, former=("per_1",))
    assert freed(MAYA) == Replace(free)
    again = Membership("maya", person_id="per_2", version=5, former=("per_1",))
    assert taken({"maya": free}, "maya", "per_2") == Replace(again)
    assert owners({"maya": again}, ["maya", "new"]) == ["per_2", "per_1"]
    assert taken({"maya": free}, "maya", "per_1") == Replace(Membership("maya", person_id="per_1", version=5))


@given(st.lists(st.sampled_from(["amb_1", "amb_2"]), min_size=1))
def test_a_way_leads_to_whoever_took_it_last(history: list[str]) -> None:
    """Until it is freed; each step is one version more than the one before, and only the first makes the guard."""
    guards: dict[str, Membership] = {}
    for version, ambassador_id in zip(count(1, 2), history, strict=False):
        held = Membership("maya", ambassador_id, "MAYA7K3Q", "per_1", version)
        assert taken(guards, "maya", "per_1", ambassador_id, "MAYA7K3Q") == (Replace(held) if guards else Create(held))
        assert holder({"maya": held}, "maya") == ambassador_id
        guards = {"maya": Membership("maya", version=version + 1, former=("per_1",))}
        assert freed(held) == Replace(guards["maya"])
        assert holder(guards, "maya") is None

"""Publishing the rules."""

import pytest

from chalicelib import deps
from chalicelib.operations import programs
from tests.shop import PROGRAM, Shop


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"hold_dayz": 14}, "/hold_dayz"), ({"hold_days": 3_000_000}, "/hold_days"), ({"offer": {}}, "/offer")],
)
def test_a_wrong_program_is_refused_and_changes_nothing(shop: Shop, wrong: dict[str, object], pointer: str) -> None:
    """A misspelt field or a number out of reason is named with its place; the rules in force stay."""
    before = shop.everything()
    with pytest.raises(programs.FlawedProgramError) as refused:
        programs.publish(deps.table(), {**PROGRAM, **wrong}, author="test", now=shop.now)
    assert [place for place, _ in refused.value.flaws] == [pointer]
    assert shop.everything() == before

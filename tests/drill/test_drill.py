"""The drill's own judgement: it would see what it looks for."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from examples import play
from tests.drill.__main__ import STEPS, Drill
from tests.drill.books import Item, count_mails


def letter(number: int, outcome: str = "sent", carried_by: int | None = None) -> Item:
    """A letter as the table holds it."""
    carried = {"carried_by": {"S": f"order:{carried_by}#2"}} if carried_by is not None else {}
    return {"PK": {"S": f"MSG#order:{number}#2"}, "SK": {"S": "MSG"}, "outcome": {"S": outcome}, **carried}


@pytest.mark.parametrize(("mails", "is_right"), [(1, False), (2, True), (3, False)])
def test_a_mail_too_many_and_one_too_few_are_seen(tmp_path: Path, mails: int, is_right: bool) -> None:
    """Of four letters two went in one mail, one by itself, and one was closed."""
    items = [letter(1, carried_by=1), letter(2, carried_by=1), letter(3), letter(4, "closed")]
    (tmp_path / "mails").mkdir()
    for number in range(mails):
        (tmp_path / "mails" / f"{number}.eml").touch()
    found = count_mails(items, tmp_path)
    assert found.figures == {"mails": mails}
    assert (found.wrong == []) is is_right


def test_each_step_has_days_of_its_own_and_holds_end_under_both_builds() -> None:
    """Something is settled, released and handed over to another build in each step, the last one on another table."""
    lines = play.read_history(play.HERE / "history.csv")
    drill, first = Drill(lines), date.fromisoformat(lines[0]["day"])
    ends = [step.until for step in STEPS]
    assert ends == sorted(set(ends))
    assert [step.is_new for step in STEPS] == [False, True, False, True, True]
    assert all(drill.days(step.until) for step in STEPS)
    assert ends[0] < first + timedelta(days=30) < ends[1]
    assert len({step.table for step in STEPS[:-1]}) == 1
    assert STEPS[-1].table != STEPS[0].table

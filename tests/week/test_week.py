"""A short week in the gate; `make week` is the whole one."""

from tests.week.__main__ import live
from tests.week.shop import Size


def test_a_week_of_trouble_at_the_mail_service_ends_well() -> None:
    """Nothing is lost or settled late, each trouble is told at once, and no mail goes twice outside the one window."""
    judge = live(1, Size(minutes=20, orders=8, ambassadors=3))
    assert list(judge.violations()) == []
    assert judge.figures()["mails"] > 50
    assert judge.figures()["mails twice"] > 0, "the one window was met"

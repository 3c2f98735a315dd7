"""Everybody's ledger in a shop that is quiet on most days: nothing is left out, and idle days cost nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from chalicelib import deps
from chalicelib.operations.stats import fold
from memory.shop import Body, Shop, eur, open_shop
from tests.integration.accounts.test_reading import everybodys, walk
from tests.integration.stats.test_fold import FAR

NIGHTS = 16
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Pacific/Pago_Pago", "Asia/Kolkata")
"""Clocks up to a day apart: whoever moves from one to another loses hours of the figures, or counts them twice."""


@pytest.fixture(scope="module")
def quiet() -> Iterator[tuple[Shop, list[Body]]]:
    """A shop of 16 days: an entry now and then, at any hour, and other clocks every few days; and its entries."""
    chance = Random(1)
    with open_shop(seed=1) as shop:
        maya = shop.enrol()
        for number in range(NIGHTS):
            if chance.random() < 0.3:
                shop.publish(time_zone=chance.choice(ZONES), hold_days=chance.randrange(1, 9))
            if chance.random() < 0.35:
                shop.now += timedelta(minutes=chance.randrange(1, 600))
                _adjust(shop, maya, number)
            shop.now = shop.now.replace(hour=12) + timedelta(days=1)
            if chance.random() < 0.4:
                _night(shop)
        _night(shop)
        yield shop, everybodys(shop, [maya])


def test_nothing_is_left_out(quiet: tuple[Shop, list[Body]], subtests: pytest.Subtests) -> None:
    """Whatever the clocks were when a day was counted, each entry is on one page, however these are cut."""
    shop, every = quiet
    assert len(every) >= NIGHTS / 4
    for query in ("limit=100", "limit=2", "limit=100&kind=adjustment", "limit=3&from=2025-12-20&to=2026-04-20"):
        with subtests.test(query):
            assert walk(shop, "/v1/ledger", query) == every
    with subtests.test("another kind"):
        assert walk(shop, "/v1/ledger", "kind=release") == []


def test_it_goes_on_behind_any_entry(quiet: tuple[Shop, list[Body]]) -> None:
    """From whichever entry one asks on, by its time, those from there on come."""
    shop, every = quiet
    for number, entry in enumerate(every):
        assert walk(shop, "/v1/ledger", f"from={entry['at']}&limit=2") == every[number:]


def test_what_is_posted_today_is_there_at_once(shop: Shop) -> None:
    """Of the days that nobody has counted yet none is left out."""
    maya = shop.enrol()
    for _ in range(3):
        shop.now += timedelta(days=1)
        _night(shop)
    for number in range(3):
        _adjust(shop, maya, number)
        shop.now += timedelta(days=1)
    assert walk(shop, "/v1/ledger") == everybodys(shop, [maya])


def test_days_without_entries_are_not_looked_at(shop: Shop) -> None:
    """A month with one entry takes its first day, that of the entry, and those that nobody has counted yet."""
    maya = shop.enrol()
    for number in range(34):
        if number == 14:
            _adjust(shop, maya, number)
        shop.now += timedelta(days=1)
    _night(shop)
    days = _looked_at(shop)
    assert [f"{shop.now - timedelta(days=it):%Y-%m-%d}" for it in (30, 20, 0, -1)] == days


def test_a_young_shop_has_no_days_before_its_first(shop: Shop) -> None:
    """Before there were rules nothing was posted; of the month that is asked for the first day alone is looked at."""
    _adjust(shop, shop.enrol(), 1)
    assert _looked_at(shop) == [f"{shop.now + timedelta(days=it):%Y-%m-%d}" for it in (-30, 0, 1)]


def test_a_clock_that_was_set_back_hides_nothing(shop: Shop) -> None:
    """The demonstration begins in March, on an instance whose rules are of today."""
    maya = shop.enrol()
    shop.now -= timedelta(days=200)
    _adjust(shop, maya, 1)
    start = f"{shop.now - timedelta(days=5):%Y-%m-%d}"
    assert walk(shop, "/v1/ledger", f"from={start}") == everybodys(shop, [maya])


def _looked_at(shop: Shop) -> list[str]:
    """The days whose entries were asked for by a page of the ledger, which has one."""
    before = len(shop.faults.calls)
    assert len(walk(shop, "/v1/ledger")) == 1
    calls = map(repr, shop.faults.calls[before:])
    return sorted({found[1] for it in calls if (found := re.search(r"DAY#(\d{4}-\d\d-\d\d)#", it))})


def _night(shop: Shop) -> None:
    """Fold the days that are closed, and do nothing else of a night's work."""
    job = fold.begin_daily(deps.table(), lambda _, __: None, now=shop.now)
    while job and job.state != "done":
        job = fold.step(deps.table(), job, FAR, now=shop.now)


def _adjust(shop: Shop, one: Body, number: int) -> None:
    told = {"amount": eur(100 + number), "reason": "For the test."}
    path = f"/v1/ambassadors/{one['id']}/adjustments"
    answer = shop.call("POST", path, told, scope="admin:write", Idempotency_Key=f"a{number}")
    assert answer.status_code == 201, answer.body

"""The command that fits: from how customers buy to what is expected of one, on the API in memory."""

from typing import Any

import pytest

import fitting.__main__ as command
from fitting import cdnow
from memory.shop import Body, Shop
from tests.integration.worth.test_worth import buys, worth

PAGE = 1000


def listed(path: str) -> Body:
    """A page of how the customers of a real store buy, as the API lists them."""
    first = int(path.partition("cursor=")[2] or 0)
    rows = cdnow.customers()[first : first + PAGE]
    items = [
        {
            "first_order": str(it.purchases[0][0]),
            "frequency": it.frequency,
            "recency": it.recency,
            "age": it.age,
            "value": it.mean,
            "currency": "EUR",
        }
        for it in rows
    ]
    return {"items": items, "next_cursor": str(first + PAGE) if len(rows) == PAGE else None}


def test_the_command_fits_and_stores(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads page by page, tells and stores what it found; a person's worth then goes by that."""

    def call(method: str, path: str, body: Body | None) -> Body:
        if method == "GET":
            return listed(path)
        answer = shop.call(method, path, body, scope="admin:write")
        assert answer.status_code == 200, answer.body
        return Shop.read(answer)

    monkeypatch.setattr(command, "_caller", lambda _: call)
    assert command.main(["--discount", "500"]) == 0
    told = capsys.readouterr().out
    assert "BG/NBD of 2357 customers" in told
    assert "Stored as version 1" in told
    kept = Shop.read(shop.call("GET", "/v1/worth/model", scope="admin:read"))
    assert (kept["customers"], kept["until"], kept["discount"]) == (2357, "2026-06-30", 500)
    for name, parameters in (("buying", "r alpha a b"), ("spending", "p q v")):
        reference = cdnow.reference(cdnow.LAST)[name]
        assert [kept[name][it] for it in parameters.split()] == pytest.approx(list(reference.values()), rel=0.01)
    shop.now = shop.now.replace(year=2026, month=6, day=30)
    customer = cdnow.customers()[0]
    for number, (day, cents) in enumerate(customer.purchases):
        buys(shop, f"o{number}", f"{day}", cents)
    expected = worth(shop)["expected"]
    assert expected["purchases"] == pytest.approx(customer.expected, rel=0.01)
    assert expected["per_purchase"]["amount"] == pytest.approx(customer.per_purchase, rel=0.01)


def test_a_fit_may_be_looked_at_before_it_is_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--dry-run` it is told, and nothing is sent."""

    def call(method: str, path: str, body: Any) -> Body:
        assert method == "GET"
        return listed(path)

    monkeypatch.setattr(command, "_caller", lambda _: call)
    assert command.main(["--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "Gamma-gamma of" in told
    assert "Stored" not in told


def test_a_shop_with_too_few_customers_is_told_so(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is stored then."""

    def call(method: str, path: str, body: Any) -> Body:
        assert method == "GET"
        return Shop.read(shop.call(method, path, body, scope="admin:read"))

    monkeypatch.setattr(command, "_caller", lambda _: call)
    assert command.main([]) == 1
    assert "too few customers" in capsys.readouterr().err


def test_the_command_says_where_to_ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an instance, or without a key, it says what to name."""
    monkeypatch.delenv("API_KEY", raising=False)
    assert command.main([]) == 1
    assert "--home" in capsys.readouterr().err
    assert command.main(["--home", "no-such-folder"]) == 1
    assert "make run" in capsys.readouterr().err

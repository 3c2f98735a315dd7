"""Secrets at a cold start: SSM answers some forty calls a second, and a hundred functions may start at once."""

import time

import pytest

from chalicelib import deps
from chalicelib.aws import parameters
from chalicelib.aws.services import RefusedError
from memory.faults import answered, lost, refused
from memory.shop import Shop, refusal

VALUE = answered(Parameter={"Value": "the pepper"})
BUSY = refused("ThrottlingException")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, which takes no time here."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def test_a_busy_store_is_asked_again(shop: Shop, waits: list[float]) -> None:
    """After a throttle, an error of the server, and an answer that was lost; with a wait before each attempt."""
    shop.faults.before("GetParameter", BUSY, refused("InternalServerError", 500), lost, VALUE)
    assert parameters.read_parameter("/referrals/prod/pepper:1") == "the pepper"
    assert len(waits) == 3


def test_what_nobody_may_read_is_asked_for_once(shop: Shop, waits: list[float]) -> None:
    """A missing permission stays missing."""
    shop.faults.calls.clear()
    shop.faults.before("GetParameter", refused("AccessDeniedException"))
    with pytest.raises(RefusedError):
        parameters.read_parameter("/referrals/prod/pepper:1")
    assert shop.faults.count("GetParameter") == 1
    assert waits == []


def test_a_store_that_stays_busy_lets_a_customer_come_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no fault of ours and passes: 503 with a time to wait, not 500; nothing has been done."""
    shop.enrol()
    monkeypatch.delenv("PEPPER")
    monkeypatch.setenv("PEPPER_PARAMETER", "/referrals/test/pepper:1")
    deps.forget()
    before = shop.everything()
    shop.faults.before("GetParameter", *[BUSY] * 5, VALUE)
    told = {"email": "nia@example.com", "first_name": "Nia"}
    answer = shop.call("POST", "/v1/ambassadors", told, scope="enrol")
    assert refusal(answer) == (503, "busy")
    assert answer.headers["Retry-After"]
    assert shop.everything() == before
    assert shop.call("POST", "/v1/ambassadors", told, scope="enrol").status_code == 201

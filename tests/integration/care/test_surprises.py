"""Surprises: what has begun stays, and an auditor draws a month again."""

import os
import re
from datetime import timedelta
from unittest.mock import patch

import pytest

from chalicelib import deps
from chalicelib.domain.program.flaws import FlawedProgramError
from infra import manage
from memory.shop import Shop, eur, refusal
from tests.integration.care.test_gifts import UMA, guest, round_of, surprises


def a_round(since: str, budget: int = 5000) -> dict[str, object]:
    """A round of the program's document."""
    return {"since": since, "chance": 100, "budget": budget, "gift": {"amount": 500}}


def care(*rounds: dict[str, object]) -> dict[str, object]:
    """The care of a program that surprises people."""
    return {"surprise": {"rounds": list(rounds)}}


def test_a_month_that_has_begun_keeps_its_terms(shop: Shop) -> None:
    """Also when there were no surprises for a while: nobody draws twice by other terms."""
    shop.publish(care=care(a_round("2026-03")))
    with pytest.raises(FlawedProgramError, match="/care/surprise/rounds: stay as they are up to 2026-03"):
        shop.publish(care=care(a_round("2026-03", 9000)))
    shop.publish(care={})
    with pytest.raises(FlawedProgramError):
        shop.publish(care=care(a_round("2026-03", 9000)))
    shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 9000)))
    shop.days(30.5)  # the last day of March
    with pytest.raises(FlawedProgramError):
        shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 100)))
    shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 9000), a_round("2026-05", 100)))


def test_who_begins_may_begin_at_once(shop: Shop) -> None:
    """Nobody has drawn by other terms yet."""
    shop.publish(care=care(a_round("2025-11")))


def opened(shop: Shop) -> list[str]:
    """A shop in which all of six ambassadors were drawn in April, and the budget was good for four."""
    shop.publish(care=surprises(), letters={"caps": []})
    people = []
    for number in range(6):
        email = f"friend{number}@example.com"
        shop.enrol(email, "Fay")
        people.append(guest(shop, email, None))
    shop.days(31)
    for _ in range(4):
        shop.days(7)
    return people


def test_a_month_is_shown_and_drawn_again(shop: Shop) -> None:
    """What it gives, what is used, and whom it has met: each was drawn, as anybody can see."""
    people = opened(shop)
    month = shop.read(shop.call("GET", "/v1/surprises/2026-04", scope="admin:read"))
    told = {"month": "2026-04", "chance": 10_000, "budget": eur(1000), "used": eur(1000), "each": eur(250)}
    assert month == {**told, "program_version": 2}
    first = shop.read(shop.call("GET", "/v1/surprises/2026-04/gifts?limit=3", scope="admin:read"))
    path = f"/v1/surprises/2026-04/gifts?limit=3&cursor={first['next_cursor']}"
    gifts = first["items"] + shop.read(shop.call("GET", path, scope="admin:read"))["items"]
    assert len({it["person_id"] for it in gifts} & set(people)) == len(gifts) == 4
    assert all(it["drawn"] for it in gifts)
    entries = {it["id"] for it in shop.entries(kind="gift") if it["cause"].endswith(":2026-04")}
    assert {it["given"] for it in gifts} == entries


def test_a_month_without_surprises(shop: Shop) -> None:
    """Before the first round there is nothing to see, and a month is a month."""
    shop.publish(care={"surprise": {"rounds": [round_of()]}})
    assert refusal(shop.call("GET", "/v1/surprises/2026-03", scope="admin:read")) == (404, "not_found")
    assert refusal(shop.call("GET", "/v1/surprises/2026-13", scope="admin:read")) == (400, "invalid_request")
    assert shop.call("GET", "/v1/surprises/2026-05", scope="admin:read").status_code == 200


def test_an_auditor_draws_a_month_again(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """With one command: everybody who was drawn, what they have, why they have nothing, and what the slices say."""
    people = opened(shop)
    shop.publish(care={})
    with patch.dict(os.environ, {"TABLE_NAME": deps.settings().table}):
        assert manage.main(["surprises", "2026-04"]) == 0
        told = capsys.readouterr().out
        assert set(re.findall(r"^per_\w+", told, re.MULTILINE)) == set(people)
        assert (told.count("ent_"), told.count("no_budget")) == (4, 2)
        assert "4 gifts. Used: 1000 of 1000 EUR." in told
        shard = next(it for it in shop.cloud.engine.items.values() if it["PK"]["S"] == "BUDGET#surprise:2026-04")
        shard["drawn"]["N"] = "0"
        assert manage.main(["surprises", "2026-04"]) == 1
        assert "Wrong: budget/surprise:2026-04/" in capsys.readouterr().out


def test_whoever_was_merged_is_not_surprised_twice(shop: Shop) -> None:
    """Both were drawn, one had the gift of the month before it was found that they are one."""
    shop.publish(care=surprises(), letters={"caps": []})
    uma = shop.enrol(UMA, "Uma")
    first, second = guest(shop, UMA, None), guest(shop, "uma@work.example", None)
    shop.days(31)
    for _ in range(3):
        shop.days(7)
    merged = {"other": first, "note": "One person."}
    assert shop.call("POST", f"/v1/people/{second}/merge", merged, scope="admin:write").status_code in {200, 201}
    shop.now += timedelta(hours=1)
    for _ in range(3):
        shop.days(7)
    causes = [it["cause"].rpartition(":")[2] for it in shop.entries(ambassador_id=uma["id"])]
    assert len(set(causes)) == len(causes)
    assert "2026-04" in causes

"""A program looked over before it is published: flaws, warnings and the difference, and nothing is changed."""

from typing import Any

from memory.shop import PROGRAM, Body, Shop

HOW_TO = {"how_to": {"hold_out_percent": 10}}


def check(shop: Shop, document: Any) -> Body:
    """What the shop is told of a document."""
    return shop.read(shop.call("POST", "/v1/program/check", {"program": document}, scope="admin:read"))


def test_what_is_in_force_changes_nothing(shop: Shop) -> None:
    """It has no flaw, and differs in no field from itself, however it is written."""
    assert check(shop, PROGRAM) == {"version": 1, "flaws": [], "warnings": [], "changes": []}
    assert check(shop, {**PROGRAM, "open": True, "note": "Nothing new."})["changes"] == []


def test_the_difference_is_told_field_by_field(shop: Shop) -> None:
    """With what was there before; what is left out counts with its default, and nothing is stored."""
    before = shop.everything()
    told = check(shop, {**PROGRAM, "hold_days": 20, "budget_month": 900, "offer": None})
    assert {it["pointer"]: (it["before"], it["after"]) for it in told["changes"]} == {
        "/offer": ({"basis_points": 1000}, None),
        "/budget_month": (None, 900),
        "/hold_days": (30, 20),
    }
    assert shop.everything() == before


def test_flaws_are_the_answer(shop: Shop) -> None:
    """Each at its place, as a publication would name them, also of what is no document at all."""
    told = check(shop, {**PROGRAM, "offer": {"basis_points": 10_001}, "colour": "red"})
    assert [it["pointer"] for it in told["flaws"]] == ["/colour", "/offer/basis_points"]
    assert told["warnings"] == told["changes"] == []
    assert check(shop, {})["flaws"] != []


def test_what_rules_need_beside_them_is_looked_for(shop: Shop) -> None:
    """Letters that show guides are warned of until there is one."""
    document = {**PROGRAM, "care": HOW_TO}
    assert [it["pointer"] for it in check(shop, document)["warnings"]] == ["/care/how_to"]
    guide = {"id": "g1", "title": "Steeping", "link": "https://shop.example/g1", "language": "en", "skus": ["POT"]}
    assert shop.call("PUT", "/v1/guides", guide, scope="admin:write").status_code == 201
    assert check(shop, document)["warnings"] == []


def test_a_budget_is_held_against_what_was_granted(shop: Shop) -> None:
    """By the last thirty days that were counted."""
    code = shop.enrol()["code"]
    shop.redeem(code, amount=100_000)
    shop.stream()
    shop.days(2)
    shop.day()
    told = check(shop, {**PROGRAM, "budget_month": 3000})["warnings"]
    assert told == [
        {"pointer": "/budget_month", "detail": "lasts 10 days of a month: 9000 were granted in the last 30 days"}
    ]
    assert check(shop, {**PROGRAM, "budget_month": 9000})["warnings"] == []


def test_a_note_says_why_a_version_was_published(shop: Shop) -> None:
    """It stands in the list of versions, is none of the rules, and does not come along when they are read."""
    answer = shop.call(
        "PUT",
        "/v1/program",
        {**PROGRAM, "hold_days": 20, "note": "Returns take less."},
        scope="admin:write",
        If_Match="*",
    )
    assert answer.status_code == 200
    assert "note" not in shop.read(shop.call("GET", "/v1/program", scope="admin:read"))
    newest, first = shop.read(shop.call("GET", "/v1/program/versions", scope="admin:read"))["items"]
    assert (newest["note"], first["note"]) == ("Returns take less.", None)
    assert [it["pointer"] for it in newest["changes"]] == ["/hold_days"]


def test_what_a_preview_found_can_be_read_again(shop: Shop) -> None:
    """As a job it is done at once where it can be, says what was asked, and has the very result."""
    shop.redeem(shop.enrol()["code"])
    shop.minute()
    asked = {"program": {**PROGRAM, "offer": {"amount": 700}}, "period": {"from": "2026-03-01", "to": "2026-03-31"}}
    at_once = shop.read(shop.call("POST", "/v1/program/preview", asked, scope="admin:read"))
    answer = shop.call("POST", "/v1/program/preview", {**asked, "as_job": True}, scope="admin:read")
    job = shop.read(answer)
    assert (answer.status_code, job["state"]) == (202, "done")
    read = shop.read(shop.call("GET", f"/v1/jobs/{job['id']}", scope="admin:read"))
    assert read == job
    assert read["result"] == at_once
    assert read["asked"] == {"program": asked["program"], "from": "2026-03-01", "to": "2026-03-31"}

"""The rules over HTTP: written over the version that was read, refused with every flaw named, and never lost."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.program.brand import Brand, Text
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.domain.program.program import (
    Campaign,
    Cap,
    Leaderboard,
    LetterCap,
    Letters,
    Milestone,
    Notice,
    OfferedTask,
    Privacy,
    Program,
    Quiet,
    Rate,
    Retention,
    Tier,
    Watch,
    Worth,
)
from chalicelib.domain.program.shape import places
from chalicelib.operations.program import publication
from infra import manage
from infra.local.home import ROOT
from memory.shop import PROGRAM, Body, Shop, refusal

EVERYTHING: Body = {
    **PROGRAM,
    "offer": {"basis_points": 1000, "maximum": 2000},
    "languages": ["en", "gu-IN"],
    "open": True,
    "friend_days": 90,
    "excluded_skus": ["GIFT-1"],
    "tiers": [
        {"name": "Starter", "threshold": 0},
        {"name": "Silver", "threshold": 5, "reward": {"amount": 500}, "bonus": 1000},
        {"name": "Gold", "threshold": 15, "reward": {"amount": 100, "unit": "points"}},
        {"name": "Star", "threshold": 50, "reward": {"gift": "Mug"}},
    ],
    "tier_months": 12,
    "demotion_months": None,
    "milestones": [{"name": "tenth", "every": 10, "reward": {"amount": 50, "unit": "points"}}],
    "campaigns": [
        {
            "name": "spring",
            "starts_at": "2026-04-01T00:00:00+02:00",
            "ends_at": "2026-05-01T00:00:00Z",
            "offer": {"amount": 700},
        }
    ],
    "caps": [{"per": "month", "amount": 5000, "count": 10}, {"per": "life", "count": 100}],
    "budget_month": 100_000,
    "hold_from": "delivery",
    "longest_wait_days": 45,
    "void_below_minimum": True,
    "watch": {"review_at": 50, "weights": {"velocity": 60}},
    "review_days": 7,
    "review_default": "deny",
    "expiry_months": 18,
    "spend_minimum": 500,
    "units": {"points": {"value": 1, "per": 10, "minimum": 100}},
    "time_zone": "Asia/Kolkata",
    "spend_days": 60,
    "adjustment_limit": 10_000,
    "locale": "gu",
    "privacy": {
        "responsible": "Kavya Ceramics, Berlin",
        "contact": "privacy@kavya-ceramics.example",
        "url": "https://kavya-ceramics.example/privacy",
        "notices": {
            "gu": {"purpose": "આભાર માનવા", "basis": "કરાર", "stored": "EU", "recipients": "AWS"},
            "en": {"purpose": "To say thanks", "basis": "A contract", "stored": "In the EU"},
        },
    },
    "retention": {
        "inactive_months": 24,
        "contacts_days": 30,
        "orders_months": 36,
        "clicks_months": 24,
        "idempotency_days": 400,
    },
}
"""A program that says something of everything."""


def get(shop: Shop, path: str = "") -> Body:
    """Read the program, or something of its history."""
    answer = shop.call("GET", f"/v1/program{path}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def put(shop: Shop, document: object, **headers: str) -> HTTPResponse:
    """Write a program over the version that is in force."""
    sent = headers or {"If_Match": f'"{deps.table().read_newest_program().version}"'}  # type: ignore[union-attr]
    return shop.call("PUT", "/v1/program", document, scope="admin:write", **sent)


def pointers(shop: Shop, answer: HTTPResponse) -> set[str]:
    """Where a refused document is wrong."""
    assert answer.status_code == 400, answer.body
    return {error["pointer"] for error in shop.read(answer)["errors"]}


def test_a_program_reads_as_it_was_written(shop: Shop) -> None:
    """GET answers the very document that was put, beside who put it when; its ETag is the version."""
    answer = put(shop, EVERYTHING)
    assert answer.status_code == 200, answer.body
    assert answer.headers["ETag"] == '"2"'
    read = get(shop)
    assert {**read, "warnings": []} == shop.read(answer)
    assert {name: read.pop(name) for name in ("version", "created_at")} == {
        "version": 2,
        "created_at": "2026-03-01T12:00:00Z",
    }
    assert read.pop("author").startswith("key_")
    assert read == EVERYTHING


def test_what_was_read_can_be_written_back(shop: Shop) -> None:
    """A client that reads, edits and puts need not take out version, author and time: they say nothing in a PUT."""
    read = {**get(shop), "hold_days": 14}
    answer = put(shop, read)
    assert answer.status_code == 200
    assert shop.read(answer)["version"] == 2
    assert shop.read(answer)["hold_days"] == 14


def test_what_hardly_anybody_means_is_told_and_published(shop: Shop) -> None:
    """With its place and in words; the answer, warnings and all, can be edited and written back."""
    answer = put(shop, {**PROGRAM, "tier_months": 1, "demotion_months": 0})
    assert answer.status_code == 200
    told = shop.read(answer)
    assert [warning["pointer"] for warning in told["warnings"]] == ["/tier_months"]
    assert "released" in told["warnings"][0]["detail"]
    assert "warnings" not in get(shop)
    again = shop.read(put(shop, {**told, "hold_days": 20}))
    assert (again["version"], again["warnings"]) == (3, [])


def test_the_same_content_is_no_new_version(shop: Shop) -> None:
    """However it is written: other order, defaults said or left out, another zone for the same time."""
    put(shop, EVERYTHING)
    spelled = json.loads(
        json.dumps(EVERYTHING, sort_keys=True).replace("2026-04-01T00:00:00+02:00", "2026-03-31T22:00:00Z")
    )
    before = shop.everything()
    for document in (EVERYTHING, spelled, {**EVERYTHING, "spend_days": 60}, {**EVERYTHING, "author": "me"}):
        answer = put(shop, document)
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert shop.everything() == before


def test_a_program_is_written_over_the_version_that_was_read(shop: Shop) -> None:
    """Without If-Match 428, over another version 412, both without effect; two admins do not overwrite each other."""
    assert put(shop, {**PROGRAM, "hold_days": 1}).status_code == 200
    before = shop.everything()
    for headers, status, reason in (
        ({"X_Nothing": ""}, 428, "precondition_required"),
        ({"If_Match": '"1"'}, 412, "outdated"),
        ({"If_Match": 'W/"2"'}, 412, "outdated"),
        ({"If_Match": "2"}, 412, "outdated"),
        ({"If_Match": '"3"'}, 412, "outdated"),
        ({"If_None_Match": "*"}, 412, "outdated"),
    ):
        answer = put(shop, {**PROGRAM, "hold_days": 2}, **headers)
        assert refusal(answer) == (status, reason)
    assert shop.everything() == before
    assert put(shop, {**PROGRAM, "hold_days": 2}, If_Match='"7", "2"').status_code == 200
    assert put(shop, {**PROGRAM, "hold_days": 3}, If_Match="*").status_code == 200


def test_of_two_who_write_at_once_one_is_refused(shop: Shop) -> None:
    """Whoever comes second between the look and the write gets 412 as well."""

    def other() -> None:
        publication.publish(deps.table(), {**PROGRAM, "hold_days": 77}, author="other", now=shop.now)

    shop.faults.before("PutItem", other)
    assert put(shop, {**PROGRAM, "hold_days": 2}, If_Match='"1"').status_code == 412
    assert get(shop)["hold_days"] == 77


def test_the_first_program_over_http(shop: Shop) -> None:
    """A table without a program takes the first one with If-None-Match, and says so until then."""
    for item in shop.everything():
        if item["PK"]["S"] == "PROGRAM":
            shop.dynamodb.delete_item(TableName=deps.settings().table, Key={"PK": item["PK"], "SK": item["SK"]})
    deps.forget()
    assert shop.call("GET", "/v1/program", scope="admin:read").status_code == 404
    assert put(shop, PROGRAM, If_Match="*").status_code == 412
    assert put(shop, PROGRAM, If_None_Match="*").status_code == 200
    assert get(shop)["version"] == 1


def test_a_put_is_in_force_at_once_here_and_within_a_minute_everywhere(shop: Shop) -> None:
    """The process that took it goes by it at once, another after a minute at most; a GET changes nothing of that."""
    maya = shop.enrol()
    put(shop, {**PROGRAM, "open": False})
    assert shop.redeem(maya["code"], "o-1").status_code == 422
    publication.publish(deps.table(), {**PROGRAM, "minimum": 1}, author="another process", now=shop.now)
    assert get(shop)["version"] == 3
    assert shop.redeem(maya["code"], "o-1").status_code == 422
    shop.now += timedelta(seconds=61)
    assert shop.redeem(maya["code"], "o-1").status_code == 201


def test_an_order_keeps_the_program_it_was_admitted_under(shop: Shop) -> None:
    """A PUT changes no reward that was promised."""
    maya = shop.enrol()
    shop.redeem(maya["code"], "o-1", 5000)
    put(shop, {**PROGRAM, "tiers": [{"name": "Starter", "threshold": 0}]})
    shop.stream()
    assert shop.order("o-1")["program_version"] == 1
    assert shop.account(maya["id"])["held"] == 450


def test_versions_say_who_changed_what(shop: Shop) -> None:
    """The newest first, each with its author and the fields that differ from the version before, by JSON pointer."""
    shop.now += timedelta(days=1)
    two = {**PROGRAM, "minimum": 3000, "offer": {"basis_points": 500}}
    put(shop, two)
    shop.now += timedelta(days=1)
    put(shop, {**two, "offer": None, "tiers": [*PROGRAM["tiers"], {"name": "Gold", "threshold": 15}]})
    listed = get(shop, "/versions")["items"]
    assert [it["version"] for it in listed] == [3, 2, 1]
    assert [it["created_at"][:10] for it in listed] == ["2026-03-03", "2026-03-02", "2026-03-01"]
    assert listed[2]["author"] == "test"
    assert [it["changes"] for it in listed] == [
        [
            {"pointer": "/tiers/2", "before": None, "after": {"name": "Gold", "threshold": 15, "bonus": 0}},
            {"pointer": "/offer", "before": {"basis_points": 500}, "after": None},
        ],
        [
            {"pointer": "/offer/basis_points", "before": 1000, "after": 500},
            {"pointer": "/minimum", "before": 2000, "after": 3000},
        ],
        [],
    ]
    assert get(shop, "/versions/2")["minimum"] == 3000
    assert {name: get(shop, "/versions/1")[name] for name in PROGRAM} == PROGRAM
    for nothing in ("0", "4", "x", "-1", "%C2%B2", "9" * 30):
        assert shop.call("GET", f"/v1/program/versions/{nothing}", scope="admin:read").status_code == 404


def test_versions_come_in_pages(shop: Shop) -> None:
    """Page after page gives every version once, each compared with the one before it even across pages."""
    for days in range(5):
        put(shop, {**PROGRAM, "hold_days": days})
    seen, cursor = [], ""
    while cursor is not None:
        page = get(shop, f"/versions?limit=2{cursor and f'&cursor={cursor}'}")
        seen += page["items"]
        cursor = page["next_cursor"]
    assert [it["version"] for it in seen] == [6, 5, 4, 3, 2, 1]
    assert [it["changes"][0]["before"] for it in seen[:-1]] == [3, 2, 1, 0, 30]


def test_the_currency_is_for_good_once_there_are_ambassadors(shop: Shop) -> None:
    """Balances and caps count in it; before anybody has enrolled a slip can be mended."""
    assert put(shop, {**PROGRAM, "currency": "USD"}).status_code == 200
    assert put(shop, PROGRAM).status_code == 200
    shop.enrol()
    answer = put(shop, {**PROGRAM, "currency": "USD"})
    assert answer.status_code == 400
    (error,) = shop.read(answer)["errors"]
    assert error["pointer"] == "/currency"
    assert error["detail"].startswith("stays EUR")
    assert get(shop)["currency"] == "EUR"


FLAWED: dict[str, tuple[Any, set[str]]] = {
    "no object": ([], {""}),
    "nothing": ({}, {"/shop_name", "/shop_url", "/currency", "/tiers"}),
    "unknown field": ({"hold_dayz": 14}, {"/hold_dayz"}),
    "unknown field of a tier": ({"tiers": [{"name": "A", "threshold": 0, "prize": 1}]}, {"/tiers/0/prize"}),
    "unknown field of a reward": (
        {"tiers": [{"name": "A", "threshold": 0, "reward": {"percent": 5, "amount": 1}}]},
        {"/tiers/0/reward/percent"},
    ),
    "unknown field of the offer": ({"offer": {"amount": 5, "max": 1}}, {"/offer/max"}),
    "an offer that takes all": (
        {
            "offer": {"basis_points": 10_000},
            "campaigns": [
                {
                    "name": "May",
                    "starts_at": "2026-05-01T00:00:00Z",
                    "ends_at": "2026-06-01T00:00:00Z",
                    "offer": {"amount": PROGRAM["minimum"]},
                }
            ],
        },
        {"/offer", "/campaigns/0/offer"},
    ),
    "a unit with a name that is none": ({"units": {"Bonus points": {"value": 1}}}, {"/units"}),
    "a unit that is worth nothing": (
        {"units": {"points": {"value": 0, "per": 0}}},
        {"/units/points/value", "/units/points/per"},
    ),
    "a unit without a worth": ({"units": {"points": {"per": 10}}}, {"/units/points/value"}),
    "unknown fields everywhere": (
        {
            "milestones": [{"name": "m", "every": 1, "reward": {"amount": 1}, "x": 1}],
            "campaigns": [
                {"name": "c", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z", "x/y": 1}
            ],
            "caps": [{"per": "month", "count": 1, "x": 1}],
            "watch": {"x": 1},
        },
        {"/milestones/0/x", "/campaigns/0/x~1y", "/caps/0/x", "/watch/x"},
    ),
    "wrong types": (
        {"hold_days": "30", "open": 1, "minimum": 20.5, "tiers": [{"name": 1, "threshold": True}], "languages": "en"},
        {"/hold_days", "/open", "/minimum", "/tiers/0/name", "/tiers/0/threshold", "/languages"},
    ),
    "not one of the words": (
        {"hold_from": "order", "review_default": "wait", "caps": [{"per": "day", "count": 1}]},
        {"/hold_from", "/review_default", "/caps/0/per"},
    ),
    "out of range": (
        {"hold_days": 3651, "minimum": -1, "friend_days": 0, "watch": {"refunded_percent": 101}, "shop_name": " "},
        {"/hold_days", "/minimum", "/friend_days", "/watch/refunded_percent", "/shop_name"},
    ),
    "contradicting": (
        {
            "offer": {},
            "tiers": [{"name": "A", "threshold": 1}, {"name": "A", "threshold": 1, "bonus": -5}],
            "caps": [{"per": "month"}],
            "currency": "euro",
        },
        {"/offer", "/tiers", "/tiers/1/bonus", "/caps/0", "/currency"},
    ),
    "a type and a contradiction at once": (
        {"hold_days": None, "offer": {"amount": 1, "basis_points": 1}, "caps": [{"per": "year"}]},
        {"/hold_days", "/offer", "/caps/0"},
    ),
    "a campaign without zone, or backwards": (
        {
            "campaigns": [
                {"name": "a", "starts_at": "2026-01-01T00:00:00", "ends_at": "2026-02-01T00:00:00Z"},
                {"name": "b", "starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
                {"name": "c", "starts_at": "0001-01-01T00:00:00Z", "ends_at": "9999-12-31T23:59:59-12:00"},
            ]
        },
        {"/campaigns/0/starts_at", "/campaigns/1/ends_at", "/campaigns/2/starts_at", "/campaigns/2/ends_at"},
    ),
    "a name with a line break": ({"shop_name": "Kavya\nBcc: all"}, {"/shop_name"}),
    "a signal that nobody knows": ({"watch": {"weights": {"velocty": 1}}}, {"/watch/weights/velocty"}),
}


@pytest.mark.parametrize("case", FLAWED)
def test_a_bad_program_is_refused_with_every_flaw(shop: Shop, case: str) -> None:
    """400 with a pointer to each: unknown fields, nested ones too, types, ranges, contradictions. Nothing changes."""
    changes, wanted = FLAWED[case]
    document = changes if not changes or isinstance(changes, list) else {**PROGRAM, **changes}
    before = shop.everything()
    answer = put(shop, document)
    assert pointers(shop, answer) == wanted
    assert shop.everything() == before


def test_the_operators_way_names_the_same_flaws(shop: Shop) -> None:
    """`infra.manage` goes through the same check as PUT."""
    before = shop.everything()
    for changes, wanted in FLAWED.values():
        document = changes if not changes or isinstance(changes, list) else {**PROGRAM, **changes}
        with pytest.raises(FlawedProgramError) as refused:
            publication.publish(deps.table(), document, author="test", now=shop.now)
        assert {place for place, _ in refused.value.flaws} == wanted
    assert shop.everything() == before


def test_a_flood_of_flaws_is_cut(shop: Shop) -> None:
    """A document with thousands of mistakes is answered with fifty."""
    answer = put(shop, {**PROGRAM, **{f"f{n}": n for n in range(3000)}})
    assert len(shop.read(answer)["errors"]) == 50


def test_the_schema_describes_what_is_taken(shop: Shop) -> None:
    """Public, valid JSON Schema 2020-12; it takes every example, names unknown fields, types and ranges as PUT does."""
    answer = shop.call("GET", "/v1/program/schema")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert "public" in answer.headers["Cache-Control"]
    schema = shop.read(answer)
    assert schema["$id"] == "https://friends.shop.example/v1/program/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    for example in (PROGRAM, EVERYTHING, get(shop), *map(json.loads, map(_text, (ROOT / "examples").glob("*.json")))):
        assert list(check.iter_errors(example)) == []
    for case in ("unknown field", "unknown field of a tier", "wrong types", "out of range", "not one of the words"):
        assert list(check.iter_errors({**PROGRAM, **FLAWED[case][0]}))
    assert not list(check.iter_errors({**PROGRAM, "minimum": 0}))


def test_the_schema_says_what_every_field_is_for(shop: Shop) -> None:
    """An editor can show of each field what people call it, a plain sentence, what it counts, and its default."""
    kinds = shop.read(shop.call("GET", "/v1/program/schema"))["$defs"]
    program = kinds["Program"]["properties"]
    every = [(f"{kind}/{name}", name, it) for kind in kinds for name, it in kinds[kind]["properties"].items()]
    sentence, title = re.compile(r"[A-Z][^…]*\."), re.compile(r"[A-Z][a-z’ ,A-Z-]*")
    assert [at for at, _, it in every if not sentence.fullmatch(it.get("description", ""))] == []
    assert [at for at, _, it in every if not title.fullmatch(it.get("title", ""))] == []
    assert [at for at, _, it in every if "null" in it["description"] or " so long" in it["description"]] == []
    measures = {"days": "day", "months": "month", "minutes": "minute", "percent": "percent", "money": "minor units"}
    for at, name, it in every:
        unit = it.get("x-unit")
        assert measures.get(unit, "") in it["description"], at
        assert unit or not name.endswith(("_days", "_months", "_minutes", "_percent", "_points")), at
        assert (it.get("maximum") == 10**12) <= (unit in {"money", "reward"} or at == "Worth/minimum"), at
    assert program["hold_days"]["default"] == 30
    assert kinds["Letters"]["properties"]["quiet"]["default"] == {}
    assert kinds["Letters"]["properties"]["caps"]["default"][0]["letters"] == 1
    assert program["note"]["writeOnly"]
    assert program["version"]["readOnly"]
    told = {"version", "author", "created_at", "warnings", "note"}
    assert program.keys() - told == set(Program.__dataclass_fields__) - told - {"written"}


def test_an_older_item_without_the_document_is_shown_whole(shop: Shop) -> None:
    """A version that was stored before documents were kept reads as its fields, and can be written back."""
    for item in shop.everything():
        if item["PK"]["S"] == "PROGRAM":
            item.pop("written")
            shop.dynamodb.put_item(TableName=deps.settings().table, Item=item)
    read = get(shop)
    assert {name: read[name] for name in ("shop_name", "minimum", "hold_days")} == {
        "shop_name": "Kavya Ceramics",
        "minimum": 2000,
        "hold_days": 30,
    }
    assert shop.read(put(shop, read))["version"] == 1


def test_a_client_that_has_it_gets_it_not_again(shop: Shop) -> None:
    """If-None-Match with the version in force answers 304 without a body."""
    answer = shop.call("GET", "/v1/program", scope="admin:read", If_None_Match='"1"')
    assert (answer.status_code, answer.body, answer.headers["ETag"]) == (304, b"", '"1"')


def _text(path: Any) -> str:
    return str(path.read_text())


def test_every_field_is_told_in_the_documentation() -> None:
    """docs/program.md names each field of the schema, and its tables name no field that is not there."""
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / "program.md").read_text(), flags=re.DOTALL)
    told = set(re.findall(r"[\w.\[\]]+", " ".join(re.findall(r"`([^`]+)`", text))))
    told = {word for name in told for word in name.replace("[]", "").split(".")}
    kinds = [Program, Tier, Rate, Milestone, Cap, Campaign, Watch, Worth, Privacy, Notice, Retention]
    kinds += [Letters, LetterCap, Quiet, Brand, Text, OfferedTask, Leaderboard]
    fields = {place.name for kind in kinds for place in places(kind)} - {"written"}
    assert fields - told == set()
    first = re.findall(r"^\| ((?:`[\w.\[\]]+`(?:, )?)+) \|", text, re.MULTILINE)
    named = {name.rpartition(".")[2] for cell in first for name in re.findall(r"`([^`]+)`", cell)}
    answered = {"orders", "in_force", "candidate", "differences", "caveats", "warnings"}
    assert named - fields - answered == set()


def test_the_operator_is_warned_as_an_admin_is(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is hardly meant is published, and said to whoever publishes it, over HTTP or not."""
    document = {**PROGRAM, "units": {"points": {"value": 1}}}
    file = tmp_path / "program.json"
    file.write_text(json.dumps(document))
    assert manage.main(["program", str(file), "--author", "operator"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("Version 2 of the program of ")
    assert told[1:] == ["Warning: /units/points is earned by nothing."]

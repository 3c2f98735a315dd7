"""A person's story holds all that lies about them, in the order of time, page by page, with what is stored of why."""

from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from bench.recorder import Recorder
from chalicelib import deps
from memory.shop import Body, Shop, open_shop
from tests.integration.people.test_erasure import STEPS, Life, exported
from tests.integration.people.test_people import merge, told


def story(shop: Shop, person_id: str, limit: int = 100, **asked: str) -> list[Body]:
    """All moments of a story, page after page."""
    found: list[Body] = []
    beside = "".join(f"&{name}={value}" for name, value in asked.items())
    cursor = ""
    while True:
        answer = shop.call("GET", f"/v1/people/{person_id}/story?limit={limit}{beside}{cursor}", scope="admin:read")
        assert answer.status_code == 200, answer.body
        page = shop.read(answer)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={quote(page['next_cursor'])}"


def ids(moments: list[Body], name: str) -> set[str]:
    """What moments lead to by a name."""
    return {it[name] for it in moments if name in it}


def kinds(moments: list[Body]) -> set[tuple[str, str]]:
    """What happened, and to what."""
    return {(it["kind"], it["id"]) for it in moments}


@pytest.mark.parametrize("seed", range(6))
def test_a_story_misses_nothing_that_an_export_holds(seed: int) -> None:
    """Whatever has happened, each thing is told once, at its time, in sentences; in pages of three as in one."""
    chance = Random(seed)
    with open_shop(seed) as shop:
        life = Life(shop, chance)
        for name in ("is_told", "joins", *chance.choices([*STEPS, "waits"], k=25)):
            life.step(name)
        person = life.person
        assert person is not None
        whole, held = story(shop, person["id"]), exported(shop, person["id"])
    assert len(kinds(whole)) == len(whole)
    times = [datetime.fromisoformat(it["at"]) for it in whole]
    assert times == sorted(times, reverse=True)
    assert all(it["said"] and all(it["said"]) for it in whole)
    assert missing(held, whole) == {}


def missing(held: Body, told_of: list[Body]) -> dict[str, set[str]]:
    """What an export holds and a story does not tell, by what it is."""
    sharing: dict[str, Any] = held["ambassador"] or {}
    orders = {it["order_id"] for it in held["orders"] if it["redemption"] or it["reported"]}
    wanted = {
        "order": orders,
        "referral": {it["order_id"] for it in sharing.get("referrals", ())},
        "claim": {it["id"] for it in sharing.get("claims", ())},
        "task": {tasked(it) for it in held["tasks"]},
        "offer": {it["code"] for it in held["offers"]},
        "surprise": {f"{it['person_id']}:{it['month']}" for it in held["surprises"]},
        "suspension": {f"{it['ambassador_id']}:" for it in sharing.get("suspensions", ())},
        "session": {it["id"] for it in sharing.get("sessions", ())},
        "code": {it["code"] for it in sharing.get("codes", ())[1:]},
        "answer": {it["about"] for it in held["person"].get("answers", ())},
        "stop": set(held["person"].get("stops", ())),
        "complaint": set(held["person"].get("complaints", ())),
    }
    happened: dict[str, set[str]] = {}
    for moment in told_of:
        name = moment["id"].partition(":")[0] + ":" if moment["kind"] == "suspension" else moment["id"]
        happened.setdefault(moment["kind"], set()).add(name)
    found = {kind: them - happened.get(kind, set()) for kind, them in wanted.items()}
    entries = [it for it in told_of if it["kind"] == "entry"]
    found["number of entries"] = {f"{len(sharing.get('ledger', ())) - len(entries)}"} - {"0"}
    mails = [it for it in told_of if it["kind"] == "mail"]
    found["number of mails"] = {f"{len(held['messages']) - len(mails)}"} - {"0"}
    for name in ("withdrawals", "gifts", "adjustments"):
        found[name] = {it["id"] for it in sharing.get(name, ())} - ids(told_of, f"{name[:-1]}_id")
    return {kind: them for kind, them in found.items() if them}


def tasked(task: Body) -> str:
    """The id of a task as an export holds it."""
    return f"tsk_{task['person_id'].removeprefix('per_')}_{task['own']}"


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_tell_what_the_whole_tells(limit: int) -> None:
    """Each thing once and in the same order, whatever the size of a page, also where many things have one time."""
    chance = Random(3)
    with open_shop(3) as shop:
        life = Life(shop, chance)
        for name in ("is_told", "joins", *chance.choices([*STEPS, "waits"], k=40)):
            life.step(name)
        assert life.person is not None
        whole, pieces = (story(shop, life.person["id"], size) for size in (100, limit))
    assert len(whole) > 20
    assert [it["at"] for it in pieces] == [it["at"] for it in whole]
    assert sorted(kinds(pieces)) == sorted(kinds(whole))


def test_the_groups_of_a_story_are_the_story() -> None:
    """Each alone tells its part, and nothing else."""
    with open_shop(5) as shop:
        life = Life(shop, Random(5))
        for name in ("is_told", "joins", "sells", "waits", "buys", "waits", "writes", "claims"):
            life.step(name)
        assert life.person is not None
        whole = story(shop, life.person["id"])
        groups = {it["group"] for it in whole}
        parts = [it for group in groups for it in story(shop, life.person["id"], group=group)]
    assert {"orders", "rewards", "letters", "tasks", "person", "ambassador"} <= groups
    assert sorted(kinds(parts)) == sorted(kinds(whole))


def test_why_is_what_is_stored(shop: Shop) -> None:
    """A reward is told by its trace, a letter that did not go by the policy's reason, an adjustment by its note."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    note = {"amount": {"amount": 300, "currency": "EUR"}, "reason": "for the broken mug"}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    assert shop.call("POST", path, note, scope="admin:write", Idempotency_Key="k1").status_code == 201
    told_of = story(shop, person_of(shop, maya))
    (referral,) = [it for it in told_of if it["kind"] == "referral"]
    assert referral["said"][1:] == shop.order()["explanation"]
    (adjusted,) = [it for it in told_of if it.get("adjustment_id")]
    assert any("for the broken mug" in it for it in adjusted["said"])
    assert {it["order_id"] for it in told_of if it["kind"] == "entry" and "order_id" in it} == {"o1"}


def test_two_who_are_one_have_one_story(shop: Shop) -> None:
    """What either has lived through is told, whichever id is asked for."""
    one, other = told(shop, "maya@example.com", first_name="Maya"), told(shop, "m@work.example", first_name="M")
    for number, email in enumerate(("maya@example.com", "m@work.example")):
        order = {"order_id": f"r{number}", "customer": {"email": email}, "amount": {"amount": 900, "currency": "EUR"}}
        shop.call("POST", "/v1/orders", order, scope="checkout")
    shop.stream()
    merge(shop, one, other)
    assert ids(story(shop, other["id"]), "order_id") == {"r0", "r1"} == ids(story(shop, one["id"]), "order_id")


def test_what_lies_ahead_stands_first(shop: Shop) -> None:
    """With when it may go, or why it never may; on the first page alone."""
    shop.publish(care={"birthday": {}})
    person = told(shop, "maya@example.com", first_name="Maya", birthday="03-20")["id"]
    moments = story(shop, person, limit=1)
    assert moments[0]["kind"] == "ahead"
    assert [it["kind"] for it in moments].count("ahead") == 1
    assert "agreed" in " ".join(moments[0]["said"])


def test_an_erased_person_has_a_story_without_words(shop: Shop) -> None:
    """What the books keep by pseudonym, and that they were erased."""
    maya = shop.enrol()
    person = person_of(shop, maya)
    shop.redeem(maya["code"])
    shop.stream()
    shop.call("DELETE", f"/v1/people/{person}?note=asked", scope="admin:write")
    moments = story(shop, person)
    assert {"erased", "referral", "entry"} <= {it["kind"] for it in moments}
    assert "Maya" not in f"{moments}"


@pytest.mark.parametrize("query", ["group=all", "limit=0", "cursor=x", "lang=%21", "kind=mail"])
def test_a_question_that_is_not_understood(shop: Shop, query: str) -> None:
    """400, and 404 for somebody who is not known."""
    person = told(shop, "maya@example.com")["id"]
    assert shop.call("GET", f"/v1/people/{person}/story?{query}", scope="admin:read").status_code == 400
    assert shop.call("GET", "/v1/people/per_none/story", scope="admin:read").status_code == 404


def test_a_page_costs_the_same_however_long_a_story_is(shop: Shop) -> None:
    """Some twenty calls for an ambassador, whatever they have lived through."""
    maya = shop.enrol()
    person = person_of(shop, maya)
    trips = []
    for number in range(3):
        for order in range(30):
            shop.redeem(maya["code"], f"o{number}-{order}")
        shop.stream()
        trips.append(trips_of(shop, person))
    assert trips[1] == trips[2] <= 20


def trips_of(shop: Shop, person_id: str) -> int:
    """How many calls of the table the first page of a story takes."""
    recorder = Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
        deps.table.cache_clear()
        with recorder.counting() as cost:
            shop.call("GET", f"/v1/people/{person_id}/story?limit=20", scope="admin:read")
        return cost.trips


def person_of(shop: Shop, ambassador: Body) -> str:
    """Who an ambassador is as a person."""
    found = shop.read(shop.call("GET", f"/v1/people?code={ambassador['code']}", scope="admin:read"))
    return str(found["items"][0]["id"])

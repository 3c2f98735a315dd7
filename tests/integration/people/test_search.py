"""People are found by their names, as these are now, and by no name that is gone."""

from random import Random
from urllib.parse import quote

import pytest

from chalicelib import deps
from chalicelib.domain.people.names import listed_words
from chalicelib.operations.people import names
from chalicelib.store.keys import named
from chalicelib.workers.jobs import carry_on
from memory.shop import Shop, open_shop
from tests.integration.people.test_people import merge, told


def look_for(shop: Shop, typed: str, limit: int = 100) -> list[str]:
    """The ids of all who are found by a name, page after page."""
    found: list[str] = []
    path: str | None = f"/v1/people?name={quote(typed)}&limit={limit}"
    while path:
        page = shop.call("GET", path, scope="admin:read").json_body
        found += [it["id"] for it in page["items"]]
        cursor = page["next_cursor"]
        path = f"/v1/people?name={quote(typed)}&limit={limit}&cursor={quote(cursor)}" if cursor else None
    return found


def words_stored(shop: Shop) -> set[str]:
    """Every word of a name that is stored anywhere but with its person."""
    return {it["word"]["S"] for it in shop.everything() if it["SK"]["S"].startswith("NAME#") and "word" in it}


@pytest.mark.parametrize("typed", ["maya", "MÄYA", "des", "desai ma", "m d", "Ｍａｙａ　Ｄｅｓ"])
def test_a_person_is_found_by_how_their_names_begin(shop: Shop, typed: str) -> None:
    """First or last name or both, in any order, whoever else there is."""
    maya = told(shop, "maya@example.com", first_name="Máya", last_name="Desai")["id"]
    told(shop, "nia@example.com", first_name="Nia", last_name="Shah")
    assert look_for(shop, typed) == [maya]


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [("કવિતા", "પટેલ", "પટે કવિ"), ("মিতা", "রায়", "রা"), ("मीना", "क़ासिम", "कासिम")],
)
def test_names_in_other_letters(shop: Shop, first: str, last: str, typed: str) -> None:
    """Gujarati, Bengali, Devanagari."""
    known = told(shop, "a@example.com", first_name=first, last_name=last)["id"]
    assert look_for(shop, typed) == [known]


def test_somebody_with_two_such_words_is_found_once(shop: Shop) -> None:
    """Page after page, whatever the size of a page."""
    people = {
        last: told(shop, f"{last}@example.com", first_name="Maya", last_name=last)["id"]
        for last in ("Mayer", "Mayfield", "Shah", "Desai")
    }
    assert sorted(look_for(shop, "may", limit=1)) == sorted(people.values())
    assert sorted(look_for(shop, "may may", limit=2)) == sorted([people["Mayer"], people["Mayfield"]])


def test_a_changed_name_is_the_one_that_counts(shop: Shop) -> None:
    """The former one leads nowhere, and is stored nowhere."""
    person = told(shop, "maya@example.com", first_name="Maya Lou", last_name="Desai")["id"]
    changed = {"first_name": "Nia", "last_name": None}
    shop.call("PATCH", f"/v1/people/{person}", changed, scope="admin:write")
    assert (look_for(shop, "nia"), look_for(shop, "maya"), look_for(shop, "desai")) == ([person], [], [])
    assert words_stored(shop) == {"nia"}


def test_two_who_are_one_are_found_as_one(shop: Shop) -> None:
    """By the names of whom they are; a name that only the other one had is gone with them."""
    one = told(shop, "maya@example.com", first_name="Maya")
    merge(shop, one, told(shop, "m@work.example", first_name="M", last_name="Desai"))
    assert look_for(shop, "maya") == look_for(shop, "des") == look_for(shop, "m") == [one["id"]]
    assert words_stored(shop) == {"maya", "desai"}


def test_two_ambassadors_who_are_one(shop: Shop) -> None:
    """The same, where accounts are merged as well."""
    maya, nia = shop.enrol(), shop.enrol("nia@example.com", "Nia")
    note = {"other": nia["id"], "note": "one person"}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/merge", note, scope="admin:write").status_code == 201
    assert look_for(shop, "nia") == []
    assert len(look_for(shop, "maya")) == 1


def test_nothing_of_a_name_survives_an_erasure(shop: Shop) -> None:
    """At once, not only when all else has been gone through."""
    person = told(shop, "maya@example.com", first_name="Maya", last_name="Desai")["id"]
    shop.call("DELETE", f"/v1/people/{person}?note=asked", scope="admin:write")
    assert look_for(shop, "maya") == []
    assert words_stored(shop) == set()


def test_a_buyer_is_found_by_the_name_on_an_order(shop: Shop) -> None:
    """Once they are met; the checkout itself writes nothing of it."""
    code = shop.enrol("nia@example.com", "Nia")["code"]
    shop.redeem(code, customer={"email": "leo@example.com", "first_name": "Leo"})
    assert "leo" not in words_stored(shop)
    shop.stream()
    assert len(look_for(shop, "leo")) == 1


def test_people_who_were_there_before_are_listed_by_a_job(shop: Shop) -> None:
    """Once, wherever it was broken off; who is stored meanwhile is listed by that."""
    people = [
        told(shop, f"p{number}@example.com", first_name="Pia", last_name=f"N{number}")["id"] for number in range(9)
    ]
    unlist(shop)
    assert look_for(shop, "pia") == []
    shop.call("PATCH", f"/v1/people/{people[0]}", {"country": "DE"}, scope="admin:write")
    assert look_for(shop, "pia") == people[:1]
    job = names.begin(deps.table(), now=deps.now())
    assert job is not None
    for _ in range(20):
        shop.days(0.003)
        carry_on([f"JOB#{job.id}"], 0.0001)
    carry_on([f"JOB#{job.id}"], 10)
    assert sorted(look_for(shop, "pia")) == sorted(people)
    assert names.begin(deps.table(), now=deps.now()) is None


def test_names_are_kept_up_whatever_happens() -> None:
    """After any history, those listed are exactly the words of those who are known."""
    chance = Random(7)
    with open_shop(7) as shop:
        ids: list[str] = []
        for number in range(60):
            history(shop, chance, ids, number)
        stored = {
            it["list_sk"]["S"] for it in shop.everything() if it["SK"]["S"].startswith("NAME#") and "list_sk" in it
        }
        known = [shop.call("GET", f"/v1/people/{it}", scope="admin:read").json_body for it in ids]
        listed = {named(word, it["id"]).sk for it in known for word in listed_words(it["first_name"], it["last_name"])}
        assert stored == listed
        assert len(listed) > 10


def history(shop: Shop, chance: Random, ids: list[str], number: int) -> None:
    """One thing that happens to somebody."""
    first, last = (chance.choice(["Maya", "Ana Lucía", "કવિતા", "Lea", "Jo-Ann"]) for _ in "ab")
    someone = chance.choice(ids) if ids else ""
    match chance.choice(["new", "new", "rename", "merge", "erase", "forget the last"]) if ids else "new":
        case "new":
            ids.append(told(shop, f"p{number}@example.com", first_name=first, last_name=last)["id"])
        case "rename":
            shop.call("PATCH", f"/v1/people/{someone}", {"first_name": last, "last_name": first}, scope="admin:write")
        case "merge" if (other := chance.choice(ids)) != someone:
            shop.call("POST", f"/v1/people/{someone}/merge", {"other": other, "note": "one"}, scope="admin:write")
        case "erase":
            shop.call("DELETE", f"/v1/people/{someone}?note=asked", scope="admin:write")
        case _:
            shop.call("PATCH", f"/v1/people/{someone}", {"last_name": None}, scope="admin:write")


def unlist(shop: Shop) -> None:
    """Put everybody back to how they were stored before names were listed."""
    table = deps.settings().table
    for item in shop.everything():
        if item["SK"]["S"].startswith("NAME#"):
            shop.dynamodb.delete_item(TableName=table, Key={"PK": item["PK"], "SK": item["SK"]})
        elif item["SK"]["S"] == "PERSON":
            before = {name: value for name, value in item.items() if name != "listed"}
            shop.dynamodb.put_item(TableName=table, Item=before)

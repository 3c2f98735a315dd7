"""Enrolling: one person, one ambassador, one code, however often and however the address is spelled."""

from random import Random
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.people.enrol import Enrolled, Enrolment, enrol
from memory.faults import meanwhile
from memory.shop import Body, Shop

LOOK_ALIKES = set("01OIL")


def told(answer: Any) -> Body:
    """The body of an answer that must be the four fields of an enrolment."""
    body = Shop.read(answer)
    assert list(body) == ["id", "code", "share_url", "qr_url"]
    return body


def profile(shop: Shop, ambassador_id: str) -> Body:
    """An ambassador as an admin reads them."""
    return shop.read(shop.call("GET", f"/v1/ambassadors/{ambassador_id}", scope="admin:read"))


def enrol_directly(person: Enrolment, chance: Random) -> Enrolled:
    """Enrol with a chance of the test's choosing."""
    return enrol(deps.table(), person, deps.program(), deps.outlook(), now=deps.now(), chance=chance)


class Loaded(Random):
    """Chance that draws given codes, one after the other; ids stay random."""

    def __init__(self, *codes: str) -> None:
        super().__init__(7)
        self._letters = iter("".join(codes))

    def choice(self, seq: Any) -> Any:
        """Draw the next letter."""
        letter = next(self._letters)
        assert letter in seq
        return letter


def test_the_first_is_201_and_a_repeat_200(shop: Shop) -> None:
    """A repeat answers with the same four fields, marked as a replay; other fields it brings change nothing."""
    first = shop.call("POST", "/v1/ambassadors", {"email": "maya@example.com", "first_name": "Maya"}, scope="enrol")
    assert first.status_code == 201
    assert "Idempotent-Replayed" not in first.headers
    before = shop.everything()
    other = {"email": "maya@example.com", "first_name": "Mia", "locale": "gu", "birthday": "04-01"}
    again = shop.call("POST", "/v1/ambassadors", other, scope="enrol")
    assert again.status_code == 200
    assert told(again) == told(first)
    assert shop.everything() == before
    assert profile(shop, told(first)["id"])["first_name"] == "Maya"


def test_links_come_from_the_setting(shop: Shop) -> None:
    """Links are built on PUBLIC_URL, whatever Host header a client sends."""
    body = {"email": "maya@example.com", "first_name": "Maya"}
    maya = told(shop.call("POST", "/v1/ambassadors", body, scope="enrol", Host="evil.example"))
    assert maya["id"].startswith("amb_")
    assert maya["share_url"] == f"https://friends.shop.example/r/{maya['code']}"
    assert maya["qr_url"] == f"https://friends.shop.example/r/{maya['code']}/qr.svg"


@pytest.mark.parametrize(
    ("email", "spelling"),
    [
        ("maya@example.com", "MAYA@Example.COM"),
        ("Maya@Example.com", "maya@example.com"),
        ("maya.patel@gmail.com", "mayapatel@gmail.com"),
        ("maya.patel@gmail.com", "m.a.y.a.patel+news@googlemail.com"),
        ("maya@outlook.com", "maya+shop@outlook.com"),
        ("maya@proton.me", "maya+a+b@protonmail.com"),
        ("maya@bücher.example", "maya@xn--bcher-kva.example"),
        ("maya@bücher.example", "Maya@BÜCHER.example"),
    ],
)
def test_spellings_of_one_mailbox_are_one_ambassador(shop: Shop, email: str, spelling: str) -> None:
    """Whoever writes the address another way gets the code they have."""
    maya = shop.enrol(email)
    before = shop.everything()
    assert shop.enrol(spelling) == maya
    assert shop.everything() == before


@pytest.mark.parametrize(
    ("email", "other"),
    [
        ("maya.patel@example.com", "mayapatel@example.com"),
        ("maya@example.com", "maya+shop@example.com"),
        ("maya@example.com", "maya@example.org"),
        ("maya.patel@outlook.com", "mayapatel@outlook.com"),
    ],
)
def test_other_mailboxes_are_other_ambassadors(shop: Shop, email: str, other: str) -> None:
    """Dots and tags count at hosts that are not known to ignore them: nobody gets a stranger's code."""
    first, second = shop.enrol(email), shop.enrol(other)
    assert first["id"] != second["id"]
    assert first["code"] != second["code"]


@pytest.mark.parametrize("host", ["🫠.example", "i❤.ws", "ꟙ.example"])
def test_a_host_that_python_cannot_encode(shop: Shop, host: str) -> None:
    """A host name with letters newer than the library is taken or refused, never the cause of a server error."""
    answer = shop.call("POST", "/v1/ambassadors", {"email": f"a@{host}", "first_name": "Ana"}, scope="enrol")
    assert answer.status_code in {201, 400}, answer.body


@pytest.mark.parametrize(
    ("consents", "kept"),
    [
        (["terms", "newsletter"], ["newsletter", "terms"]),
        ({"terms": True, "newsletter": False}, ["terms"]),
        ({}, []),
        (None, []),
    ],
)
def test_optional_fields_are_kept(shop: Shop, consents: object, kept: list[str]) -> None:
    """What the shop tells about a customer is what an admin reads."""
    more: Body = {"last_name": "Patel", "locale": "gu-IN", "customer_id": "c-17 ä", "birthday": "1990-02-28"}
    said: Body = more if consents is None else {**more, "consents": consents}
    maya = shop.enrol(**said)
    shown = profile(shop, maya["id"])
    assert {name: shown[name] for name in more} == more
    assert sorted(shown["consents"]) == kept
    assert shown["email"] == "maya@example.com"
    assert {name: shown[name] for name in maya} == maya


@pytest.mark.parametrize("birthday", ["02-29", "2000-02-29", "12-31", "1931-01-01"])
def test_birthdays(shop: Shop, birthday: str) -> None:
    """A birthday may leave out the year, and may be the 29th of February."""
    assert profile(shop, shop.enrol(birthday=birthday)["id"])["birthday"] == birthday


@pytest.mark.parametrize(
    "name",
    [
        "હેમા",
        "ક્\u200dષમા",
        "শ্রাবণী",
        "র\u200d্যাব",
        "José",
        "Jose\u0301",
        "Nguyễn Thị",
        "O’Brien-Žižek",
        "𠮷田",
        "محمد",
        "<b>Maya</b>",
        "{{ 7 * 7 }}",
        "A" * 80,
    ],
)
def test_names_of_people(shop: Shop, name: str) -> None:
    """A name is stored and shown letter by letter, joiners and accents included, and never run as code."""
    maya = shop.enrol(first_name=name)
    assert profile(shop, maya["id"])["first_name"] == name
    assert shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))["ambassador"]["first_name"] == name
    page = shop.call("GET", f"/r/{maya['code']}").body.decode()
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page


def test_codes_are_short_and_without_look_alikes(shop: Shop) -> None:
    """Codes can be read out on the phone: eight capital letters and digits, none to be taken for another."""
    codes = [enrol_directly(Enrolment(f"a{number}@example.com", "A"), deps.chance()).code for number in range(40)]
    assert len(set(codes)) == 40
    for code in codes:
        assert len(code) == 8
        assert code.isascii()
        assert code.isalnum()
        assert code == code.upper()
        assert not set(code) & LOOK_ALIKES


def test_a_taken_code_is_drawn_again(shop: Shop) -> None:
    """Two ambassadors never share a code: the second gets the next one drawn, and the first keeps theirs."""
    first = enrol_directly(Enrolment("a@example.com", "A"), Loaded("BCDFGHJK"))
    second = enrol_directly(Enrolment("b@example.com", "B"), Loaded("BCDFGHJK", "MNPQRTVW"))
    assert (first.code, first.new) == ("BCDFGHJK", True)
    assert (second.code, second.new) == ("MNPQRTVW", True)
    assert second.ambassador_id != first.ambassador_id
    assert shop.read(shop.call("GET", "/v1/codes/BCDFGHJK"))["ambassador"] == {"first_name": "A"}
    assert len([item for item in shop.everything() if item["SK"]["S"] == "PROFILE"]) == 2


def test_indecent_codes_are_drawn_again(shop: Shop) -> None:
    """No customer gets a code that holds a bad word, not even with digits for letters."""
    drawn = enrol_directly(Enrolment("a@example.com", "A"), Loaded("FCKBCDFG", "BC5HTDFG", "MNPQRTVW"))
    assert drawn.code == "MNPQRTVW"


def test_a_race_of_two_enrolments(shop: Shop) -> None:
    """When another request enrols the same person between the read and the write, both get the same code."""
    person = Enrolment("maya@example.com", "Maya")
    rivals: list[Enrolled] = []

    def overtake() -> None:
        if not rivals:
            rivals.append(Enrolled("", "", new=False))
            rivals[0] = enrol_directly(person, deps.chance())

    shop.faults.before("TransactWriteItems", meanwhile(overtake))
    answer = shop.call("POST", "/v1/ambassadors", {"email": "Maya@example.com", "first_name": "M"}, scope="enrol")
    rival = rivals[0]
    assert rival.new
    assert answer.status_code == 200
    assert (told(answer)["id"], told(answer)["code"]) == (rival.ambassador_id, rival.code)
    kinds = [item["SK"]["S"] for item in shop.everything() if not item["PK"]["S"].startswith(("KEY#", "PROGRAM"))]
    assert sorted(kinds) == ["ACCOUNT", "AMBASSADOR", "CODE", "NAME#0", "PERSON", "PROFILE"]

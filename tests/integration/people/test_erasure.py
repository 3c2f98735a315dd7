"""Somebody is forgotten: found nowhere afterwards by any spelling, while the books stay exact to the cent."""

import base64
import io
import json
import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.domain.people.pseudonyms import canonical_email
from chalicelib.operations.audit.audit import audit_all
from memory.faults import refused
from memory.shop import Body, Shop, eur, open_shop, refusal
from tests.integration.people.test_people import find, merge, told

EMAIL = "Zéphyrine.Quartermaine+shop@gmail.com"
FORMER = "zq-1987@freemail.example"
CUSTOMER = "Kd/77 ü-Zephyr"
WHOLE: Body = {
    "customer_id": CUSTOMER,
    "first_name": "Zéphyrine",
    "last_name": "Quartermaine",
    "birthday": "1987-04-17",
    "handles": {"instagram": "zephyr.pots"},
    "interests": ["raku firing"],
    "time_zone": "Asia/Kathmandu",
}
SECRETS = (
    "Zéphyrine",
    "Zephyrine",
    "Quartermaine",
    "zq-1987",
    "1987-04-17",
    "zephyr.pots",
    "raku firing",
    "Kathmandu",
    EMAIL,
    FORMER,
    CUSTOMER,
)
"""What nothing holds afterwards. Some are parts of others, so that a piece that is left is found as well."""

OF_AMBASSADORS = (
    *("", "/referrals", "/ledger", "/statements", "/statements/2026-03", "/leaderboard", "/codes", "/sessions"),
    *("/claims", "/tasks", "/spends"),
)
"""What is answered about an ambassador."""

NOTE = "Zéphyrine Quartermaine wrote from zq-1987@freemail.example"
GIFTS: Body = {
    "tiers": [{"name": "All", "threshold": 0, "reward": {"gift": "Mug"}}],
    "watch": {"review_at": 1, "weights": {"disposable_email": 50}},
    "hold_days": 10,
    "review_days": 5,
    "leaderboard": {},
}


# --- looking for somebody ---------------------------------------------------------------------------------------------


def spellings(secret: str) -> set[str]:
    """Every way in which a text may lie somewhere: folded, encoded for a URL, JSON, base64 at any offset, hex."""
    folded = unicodedata.normalize("NFKD", secret).encode("ascii", "ignore").decode()
    texts = {secret, secret.lower(), secret.upper(), secret.casefold(), folded, folded.lower(), folded.upper()}
    texts |= {unicodedata.normalize(form, it) for it in list(texts) for form in ("NFC", "NFD")}
    if "@" in secret:
        texts.add(canonical_email(secret))
    found = set(texts)
    for text in texts:
        raw = text.encode()
        found |= {
            quote(text, safe=""),
            quote(text),
            quote_plus(text),
            json.dumps(text)[1:-1],
            raw.hex(),
            raw.hex().upper(),
        }
        found.add(raw.decode("latin-1"))
        for offset in range(3):
            inner = base64.b64encode(b"\0" * offset + raw + b"\0" * 3).decode()
            kept = inner[4 if offset else 0 : -8]
            if len(kept) >= 8:
                found |= {kept, kept.replace("+", "-").replace("/", "_")}
    return {it for it in found if len(it) >= 5}


PATTERN = re.compile("|".join(map(re.escape, sorted({it for secret in SECRETS for it in spellings(secret)}))))


def seen_in(text: str) -> set[str]:
    """Whatever of the person stands in a text."""
    return set(PATTERN.findall(text))


def leaves(item: Any) -> Iterator[str]:
    """Every text in an item of the table, names of attributes among them."""
    if isinstance(item, dict):
        for name, value in item.items():
            yield name
            yield from leaves(value)
    elif isinstance(item, list):
        for value in item:
            yield from leaves(value)
    elif isinstance(item, str):
        yield item


def lying(shop: Shop) -> dict[str, set[str]]:
    """Whatever of the person lies in the table, by the key of its item."""
    found = {
        f"{it['PK']['S']} {it['SK']['S']}": {seen for leaf in leaves(it) for seen in seen_in(leaf)}
        for it in shop.everything()
    }
    return {key: seen for key, seen in found.items() if seen}


class Heard(logging.Handler):
    """Everything that was logged, in all that a record holds."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note it."""
        self.lines.append(f"{vars(record)}")


@contextmanager
def heard() -> Iterator[list[str]]:
    """All log lines and metrics of a while."""
    handler, printed = Heard(), io.StringIO()
    loggers = [logging.getLogger(), logging.getLogger("referrals")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with redirect_stdout(printed):
            yield handler.lines
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.lines.append(printed.getvalue())


def test_the_search_finds_whatever_is_left() -> None:
    """What is looked for is found in each form in which something may be left."""
    for secret in SECRETS:
        for text in (secret, secret.upper(), quote(secret), json.dumps(secret), secret.encode().hex()):
            assert seen_in(f"x{text}y"), text
        for offset in range(3):
            assert len(secret) < 8 or seen_in(
                base64.urlsafe_b64encode(b"a" * offset + secret.encode() + b"b" * 4).decode()
            )
    assert seen_in(canonical_email(EMAIL))
    assert not seen_in("Maya, maya@example.com, PERSON#per_01 2026-04-17T12:00:00Z Asia/Kolkata")


# --- a life -----------------------------------------------------------------------------------------------------------


class Life:
    """What happens to one person at a shop, in whatever order: each step leaves something about them somewhere."""

    def __init__(self, shop: Shop, chance: Random) -> None:
        self.shop, self.chance = shop, chance
        self.number = 0
        self.code: str | None = None
        self.ambassador = ""
        shop.publish(**GIFTS)
        self.other = shop.enrol("noor@example.com", "Noor")

    def step(self, name: str) -> None:
        """Let something happen, if it can."""
        self.number += 1
        getattr(self, name)()

    def is_told(self) -> None:
        """The shop tells all that it knows."""
        told(self.shop, EMAIL, **WHOLE, consents={"tips": {"given": True, "source": "raku firing page", "text": NOTE}})

    def moves(self) -> None:
        """They have another address from now on."""
        self.shop.call("PUT", "/v1/people", {"email": FORMER, "customer_id": CUSTOMER}, scope="people")

    def joins(self) -> None:
        """They begin to share."""
        made = self.shop.enrol(EMAIL, "Zéphyrine", last_name="Quartermaine", birthday="1987-04-17")
        self.code, self.ambassador = made["code"], made["id"]

    def buys(self) -> None:
        """They buy with a friend's code."""
        customer = {"email": self.chance.choice([EMAIL, FORMER]), "id": CUSTOMER, "first_name": "Zéphyrine"}
        self.shop.redeem(self.other["code"], f"b{self.number}", customer=customer)

    def is_reported(self) -> None:
        """They buy without a code, and the shop reports it."""
        customer = {"email": self.chance.choice([EMAIL, FORMER]), "id": CUSTOMER, "first_name": "Zéphyrine"}
        order = {"order_id": f"r{self.number}", "customer": customer, "amount": eur(900)}
        assert self.shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201

    def sells(self) -> None:
        """A friend of theirs buys, and an admin has to look at it."""
        if self.code:
            self.shop.redeem(self.code, f"s{self.number}", customer={"email": f"f{self.number}@mailinator.com"})

    def claims(self) -> None:
        """They say that an order was theirs; it is decided sometimes."""
        if self.ambassador:
            session = {"Authorization": f"Bearer {self.shop.session(self.ambassador)}"}
            asked = {"order_id": f"c{self.number}", "note": NOTE}
            key = f"k{self.number}"
            answer = self.shop.call("POST", "/v1/ambassadors/me/claims", asked, **session, Idempotency_Key=key)
            if answer.status_code in {201, 202} and self.chance.random() < 0.5:
                denied = {"decision": "deny", "note": NOTE}
                self.shop.call("POST", f"/v1/claims/{Shop.read(answer)['id']}", denied, scope="admin:write")

    def is_reviewed(self) -> None:
        """An admin decides, with a note."""
        for case in Shop.read(self.shop.call("GET", "/v1/reviews", scope="admin:read"))["items"]:
            body = {"decision": "approve", "note": NOTE}
            self.shop.call("POST", f"/v1/reviews/{case['order_id']}", body, scope="admin:write")

    def gets_gifts(self) -> None:
        """A gift is sent, with a note where it went."""
        gifts = Shop.read(self.shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
        for gift in (it for it in gifts if it["ambassador_id"] == self.ambassador):
            self.shop.call("POST", f"/v1/gifts/{gift['id']}/sent", {"note": NOTE}, scope="admin:write")

    def writes(self) -> None:
        """They write to the shop; somebody has answered sometimes."""
        if self.person:
            path, written = f"/v1/people/{self.person['id']}/notes", {"note_id": f"n{self.number}", "text": NOTE}
            task = Shop.read(self.shop.call("POST", path, written, scope="people"))
            if self.chance.random() < 0.5:
                self.shop.call("POST", f"/v1/tasks/{task['id']}/done", {"note": NOTE}, scope="admin:write")

    def is_shown(self) -> None:
        """They choose a name for the leaderboard."""
        if self.ambassador:
            session = {"Authorization": f"Bearer {self.shop.session(self.ambassador)}"}
            answer = self.shop.call("PUT", "/v1/ambassadors/me/leaderboard", {"name": "Quartermaine"}, **session)
            assert answer.status_code == 200, answer.body

    def signs_in(self) -> None:
        """They ask for a mail, and come in by it if one comes."""
        sent = len(self.shop.sent())
        assert self.shop.call("POST", "/v1/sessions", {"email": EMAIL}).status_code == 202
        self.shop.stream()
        for mail in self.shop.sent()[sent:]:
            if link := re.search(r"/sign-in/([\w-]+)", mail.text):
                self.shop.call("POST", "/v1/sessions/confirm", {"token": link[1]}, User_Agent=EMAIL)

    def is_suspended(self) -> None:
        """An admin stops the account, and lets it go on."""
        if self.ambassador:
            for word in ("suspend", "reinstate"):
                path = f"/v1/ambassadors/{self.ambassador}/{word}"
                self.shop.call("POST", path, {"note": NOTE}, scope="admin:write")

    def is_let_go(self) -> None:
        """An order of theirs sets them free, by an admin's word."""
        for item in self.shop.everything():
            if item["SK"]["S"] == "FRIEND" and item.get("order_id", {"S": ""})["S"].startswith("b"):
                path = f"/v1/orders/{item['order_id']['S']}/release-friend"
                self.shop.call("POST", path, {"note": NOTE, "void_reward": True}, scope="admin:write")

    def is_two(self) -> None:
        """Somebody else turns out to be them."""
        twin = told(self.shop, f"zq-1987-{self.number}@freemail.example", first_name="Zéphyrine", last_name="Q.")
        for one in find(self.shop, email=EMAIL):
            if twin["id"] != one["id"]:
                assert merge(self.shop, one, twin).status_code in {200, 201}

    def waits(self) -> None:
        """Time passes, workers work."""
        self.shop.stream()
        self.shop.days(self.chance.choice([0, 1, 15]))

    @property
    def person(self) -> Body | None:
        """They as they are known now."""
        by_email = find(self.shop, email=EMAIL)
        return next(iter(by_email or find(self.shop, customer_id=CUSTOMER) or find(self.shop, email=FORMER)), None)


STEPS = (
    *(
        "is_told",
        "moves",
        "joins",
        "buys",
        "is_reported",
        "sells",
        "claims",
        "is_reviewed",
        "gets_gifts",
        "is_suspended",
    ),
    *("is_let_go", "is_two", "waits", "writes", "is_shown", "signs_in"),
)


def erase(shop: Shop, person_id: str) -> Body:
    """Forget somebody by an admin's word."""
    answer = shop.call("DELETE", f"/v1/people/{person_id}?note=asked+by+letter", scope="admin:write")
    assert answer.status_code == 200, answer.body
    return Shop.read(answer)


def exported(shop: Shop, person_id: str) -> Body:
    """All that lies about somebody, as an admin reads it."""
    answer = shop.call("GET", f"/v1/people/{person_id}/export", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return Shop.read(answer)


def settle_down(shop: Shop) -> None:
    """Let the workers do all that is due, until nothing is left of an erasure."""
    shop.stream()
    for _ in range(4):
        shop.minute()
    shop.now += timedelta(minutes=16)
    shop.minute()
    shop.minute()


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), st.integers(0, 99))
def test_nobody_is_found_after_an_erasure(steps: list[str], seed: int) -> None:
    """Whatever has happened: in no item, index, log line, metric or answer; the books are exact; all was shown."""
    with open_shop(seed) as shop:
        life = Life(shop, Random(seed))
        life.step("is_told")
        for name in steps:
            life.step(name)
        person = life.person
        assert person is not None
        shown = " ".join(leaves(exported(shop, person["id"])))
        there = {text for it in shop.everything() for leaf in leaves(it) if seen_in(leaf) for text in (leaf,)}
        posted = {leaf for it in shop.everything() if it["PK"]["S"].startswith("LEDGER#") for leaf in leaves(it)}
        assert [text for text in there - posted if any(part not in shown for part in text.split("#"))] == []

        with heard() as lines:
            gone = erase(shop, person["id"])
            settle_down(shop)
            answers = [json.dumps(gone)]
            paths = [f"/v1/people/{person['id']}", f"/v1/people/{person['id']}/export", "/v1/erasures"]
            paths += ["/v1/people?name=zephyrine", "/v1/people?name=quar"]
            paths += [f"/v1/people/{person['id']}/{it}" for it in ("story", "care", "offers", "messages", "worth")]
            paths += [f"/v1/ambassadors/{life.ambassador}{it}" for it in OF_AMBASSADORS if life.ambassador]
            paths += [f"/r/{life.code}", f"/v1/codes/{life.code}"] if life.code else []
            answers += (shop.call("GET", path, scope="admin:read").body.decode() for path in paths)
        assert lying(shop) == {}
        assert [seen_in(text) for text in (*answers, *lines) if seen_in(text)] == []
        assert [f"{it}" for it in audit_all(deps.table(), now=shop.now)] == []


def test_each_kind_of_item_is_taken(shop: Shop) -> None:
    """A life in which each kind that may tell something of a person does; none of them does afterwards."""
    life = Life(shop, Random(3))
    for name in ("is_told", "joins", "buys", "sells", "is_shown", "signs_in"):
        life.step(name)
    shop.stream()
    life.step("is_reviewed")
    for _ in range(8):
        life.step("claims")
    shop.stream()
    shop.days(30)
    for name in ("gets_gifts", "is_suspended", "is_let_go", "writes", "writes", "writes"):
        life.step(name)
    told_in = {key.partition(" ")[2].partition("#")[0] for key in lying(shop)}
    claims = {it["state"]["S"] for it in shop.everything() if it["SK"]["S"] == "CLAIM"}
    assert claims == {"open", "denied"}
    tasks = {it["state"]["S"] for it in shop.everything() if it["SK"]["S"].startswith("TASK#")}
    assert tasks == {"open", "done"}
    assert told_in >= {"PERSON", "NAME", "ACCOUNT", "GIFT", "CLAIM", "SUSPENSION", "REVIEW", "FREED", "TASK"}
    assert {"SESSION", "SIGNIN"} <= {item["SK"]["S"].partition("#")[0] for item in shop.everything()}
    assert life.person is not None
    erase(shop, life.person["id"])
    settle_down(shop)
    assert lying(shop) == {}
    assert [f"{it}" for it in audit_all(deps.table(), now=shop.now)] == []


# --- what an erasure is, step by step ---------------------------------------------------------------------------------


def test_an_erasure_is_done_at_once_and_twice_is_once(shop: Shop) -> None:
    """Nothing is known from the answer on; the same again changes nothing, and says the same time."""
    lea = told(shop, EMAIL, **WHOLE)
    first = erase(shop, lea["id"])
    after = Shop.read(shop.call("GET", f"/v1/people/{lea['id']}", scope="admin:read"))
    assert (after["email"], after["first_name"], after["handles"], after["told"]) == (None, None, {}, {})
    assert (after["id"], after["erased_at"]) == (lea["id"], first["erased_at"])
    assert [name for name, it in after["consents"].items() if it["agreed"]] == []
    before = shop.everything()
    assert erase(shop, lea["id"]) == {"id": lea["id"], "erased_at": first["erased_at"]}
    assert shop.everything() == before


def test_who_asks_says_why(shop: Shop) -> None:
    """A key needs a note, which is kept with who asked; the person themselves needs none."""
    maya, lea = shop.enrol(), told(shop, EMAIL, **WHOLE)
    answer = shop.call("DELETE", f"/v1/people/{lea['id']}", scope="admin:write")
    assert refusal(answer) == (400, "invalid_request")
    assert refusal(shop.call("DELETE", "/v1/people/per_none?note=x", scope="admin:write")) == (404, "not_found")
    erase(shop, lea["id"])
    shop.now += timedelta(minutes=1)
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}"}
    assert shop.call("DELETE", "/v1/people/me", **session).status_code == 200
    told_of = [(it["by"], it.get("note"), it["state"]) for it in listed(shop)]
    assert told_of[0] == ("person", None, "open")
    assert (told_of[1][0][:4], *told_of[1][1:]) == ("key_", "asked by letter", "open")


def listed(shop: Shop) -> list[Body]:
    """All erasures, the newest first."""
    return list(Shop.read(shop.call("GET", "/v1/erasures", scope="admin:read"))["items"])


def test_sessions_end_with_it(shop: Shop) -> None:
    """All of them, however many, also those that began before a merger."""
    maya, twin = shop.enrol(), shop.enrol("maya@work.example")
    tokens = [shop.session(it) for it in (maya["id"], twin["id"]) for _ in range(60)]
    body = {"other": twin["id"], "note": "one person"}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/merge", body, scope="admin:write").status_code == 201
    (known,) = find(shop, code=maya["code"])
    erase(shop, known["id"])
    for token in tokens:
        answer = shop.call("GET", "/v1/people/me", Authorization=f"Bearer {token}")
        assert refusal(answer) == (401, "unauthenticated")


def test_codes_balances_and_guards_stay(shop: Shop) -> None:
    """The books are exact, a friend's code works, and nobody becomes a friend of their own by being forgotten."""
    maya = shop.enrol("zq-1987@freemail.example", "Zéphyrine")
    shop.redeem(maya["code"], "o1")
    shop.stream()
    (known,) = find(shop, code=maya["code"])
    account = shop.account(maya["id"])
    erase(shop, known["id"])
    settle_down(shop)
    assert shop.account(maya["id"]) == account
    assert refusal(shop.redeem(maya["code"], "o2", customer={"email": FORMER})) == (422, "own_code")
    assert shop.redeem(maya["code"], "o3").status_code == 201
    shop.stream()
    shop.days(40)
    assert shop.account(maya["id"])["available"] == 2 * account["held"]
    assert shop.findings(maya["id"]) == []
    assert "A friend recommends" in shop.call("GET", f"/r/{maya['code']}").body.decode()


def test_nothing_is_written_to_them_any_more(shop: Shop) -> None:
    """Neither news of their rewards nor thanks as a friend, whatever happens to their orders."""
    maya = shop.enrol("zq-1987@freemail.example", "Zéphyrine")
    noor = shop.enrol("noor@example.com", "Noor")
    shop.redeem(maya["code"], "o1")
    shop.redeem(noor["code"], "o2", customer={"email": FORMER, "first_name": "Zéphyrine"})
    (known,) = find(shop, code=maya["code"])
    erase(shop, known["id"])
    shop.stream()
    shop.days(40)
    settle_down(shop)
    assert [to for to, _ in shop.mails() if to == FORMER] == []


def test_what_is_told_later_counts_again(shop: Shop) -> None:
    """A customer who comes back is known by what they tell then; their no stays until they say yes themselves."""
    lea = told(shop, EMAIL, **WHOLE)
    erase(shop, lea["id"])
    settle_down(shop)
    yes = {"tips": {"given": True, "source": "checkout"}}
    back = told(shop, EMAIL, first_name="Zéphyrine", consents=yes)
    assert (back["id"], back["first_name"], back["birthday"]) == (lea["id"], "Zéphyrine", None)
    assert not back["consents"]["tips"]["agreed"]
    again = erase(shop, lea["id"])
    assert again["erased_at"] > back["erased_at"]
    settle_down(shop)
    assert lying(shop) == {}
    assert [it["state"] for it in listed(shop)] == ["done", "done"]


def test_a_mail_on_its_way_is_named(shop: Shop) -> None:
    """One that was let through may begin for a minute; the answer says until when, and it is not sent again."""
    maya = shop.enrol(FORMER, "Zéphyrine")
    shop.redeem(maya["code"], "o1")
    (known,) = find(shop, code=maya["code"])
    shop.cloud.outage["SendEmail"] = LostError("planned")
    shop.stream()
    gone = erase(shop, known["id"])
    assert gone["mail_until"] == "2026-03-01T12:01:00Z"
    shop.now += timedelta(seconds=60)
    assert "mail_until" not in erase(shop, known["id"])
    shop.cloud.outage.clear()
    settle_down(shop)
    assert [to for to, _ in shop.mails() if to == FORMER] == []


def test_what_breaks_off_is_carried_on(shop: Shop) -> None:
    """Until nothing is left: a worker that dies after each piece leaves the rest due."""
    maya = shop.enrol(FORMER, "Zéphyrine")
    for number in range(3):
        session = {"Authorization": f"Bearer {shop.session(maya['id'])}"}
        asked = {"order_id": f"c{number}", "note": NOTE}
        shop.call("POST", "/v1/ambassadors/me/claims", asked, **session, Idempotency_Key=f"k{number}")
    (known,) = find(shop, code=maya["code"])
    erase(shop, known["id"])
    for left in (3, 2, 1):
        assert len(lying(shop)) == left
        shop.faults.before("PutItem", None, refused("ValidationException"))
        shop.minute()
    shop.faults.before("PutItem")
    settle_down(shop)
    assert lying(shop) == {}
    assert [it["state"] for it in listed(shop)] == ["done"]


def test_what_was_on_its_way_is_taken_as_well(shop: Shop) -> None:
    """A request that began before an erasure may leave something after its first look: the last one finds it."""
    code = shop.enrol()["code"]
    shop.redeem(code, "o1", customer={"email": FORMER, "first_name": "Zéphyrine"})
    written = next(it for it in shop.everything() if it["SK"]["S"] == "FRIEND")
    shop.stream()
    (known,) = find(shop, email=FORMER)
    erase(shop, known["id"])
    shop.minute()
    stored = next(it for it in shop.everything() if it["SK"]["S"] == "FRIEND")
    late = {**written, "version": stored["version"]}
    shop.dynamodb.put_item(TableName=deps.settings().table, Item=late)
    assert len(lying(shop)) == 1
    settle_down(shop)
    assert lying(shop) == {}
    assert [it["state"] for it in listed(shop)] == ["done"]


def test_all_that_was_bought_is_shown(shop: Shop) -> None:
    """However many orders there were: the person remembers eight of them, the table the others."""
    for number in range(11):
        order = {"order_id": f"o{number:02}", "customer": {"email": EMAIL, "id": CUSTOMER}, "amount": eur(900)}
        assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
        shop.now += timedelta(minutes=1)
    shop.stream()
    (known,) = find(shop, order_id="o00")
    assert find(shop, email=EMAIL) == [known]
    shown = exported(shop, known["id"])
    assert sorted(it["order_id"] for it in shown["orders"]) == [f"o{number:02}" for number in range(11)]
    assert shown["roles"] == ["buyer"]


def test_a_friend_is_told_by_the_order_alone(shop: Shop) -> None:
    """What lies about an ambassador does not tell who their friends are, by no name and no pseudonym."""
    maya = shop.enrol()
    friend = {"email": EMAIL, "id": CUSTOMER, "first_name": "Zéphyrine"}
    shop.redeem(maya["code"], "o1", customer=friend)
    shop.stream()
    shown = exported(shop, find(shop, code=maya["code"])[0]["id"])
    assert [it["order_id"] for it in shown["ambassador"]["referrals"]] == ["o1"]
    assert seen_in(json.dumps(shown, ensure_ascii=False)) == set()
    names = {it["PK"]["S"].partition("#")[2] for it in shop.everything() if it["SK"]["S"] == "FRIEND"}
    assert names
    assert [name for name in names if name in json.dumps(shown)] == []


def test_an_export_holds_no_secret(shop: Shop) -> None:
    """No digest of a session, no fingerprint; and in a session nothing of what makes an order suspicious."""
    maya = shop.enrol()
    shop.publish(watch={"review_at": 1, "weights": {"disposable_email": 50}})
    shop.redeem(maya["code"], "o1", customer={"email": "x@mailinator.com"})
    shop.stream()
    token = shop.session(maya["id"])
    own = Shop.read(shop.call("GET", "/v1/people/me/export", Authorization=f"Bearer {token}"))
    admins = exported(shop, own["person"]["id"])
    assert "disposable_email" in json.dumps(admins)
    assert "disposable_email" not in json.dumps(own)
    for shown in (own, admins):
        assert {"digest", "key_digest", "fingerprint", "owners"}.isdisjoint(leaves(shown))
    assert [it["id"] for it in own["ambassador"]["sessions"]]
    assert own["roles"] == ["ambassador"]

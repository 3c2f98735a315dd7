"""Killed anywhere: a request or a worker dies at each of its calls in turn, and the end is the same.

Each scenario is first played undisturbed, which tells how many calls it makes to the table and to SES. Then it is
played again for each call, twice: the process dies before the call is sent, and after it took effect but before its
answer came. What was in memory is gone. A client sends its request again, as clients do; no stream record comes again;
only the schedule runs. Afterwards the table holds what it holds without the kill.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from memory.faults import KilledError
from memory.shop import Body, Shop, eur, open_shop, restart

SEED = 7
FAY = {"email": "fay@example.com", "id": "c-1"}
TIMES = {
    "at",
    "list_sk",
    "owed_at",
    "settled_at",
    "recorded_at",
    "met_at",
    "created_at",
    "opened_at",
    "sending_at",
    "expires_ttl",
    "seen",
    "done_at",
    "tries",
    "day_pk",
    "day_sk",
    "due_at",
    "closed_at",
    "active_at",
    "decided_at",
}
DRAWN = re.compile(r"\b(spd_|key_|CPN)[0-9A-Z]{12,}")


class Scenario(NamedTuple):
    """What happens before, and the work during which the process dies. A request is sent again by its client."""

    before: Callable[[Shop], Any]
    work: Callable[[Shop], Any]
    is_request: bool = False


def sold(shop: Shop) -> None:
    """An order, admitted and not settled yet."""
    shop.redeem(shop.enrol()["code"])


def reported(shop: Shop) -> None:
    """An order that the shop reports, which used no code."""
    order = {"order_id": "o9", "customer": FAY, "amount": eur(4200)}
    assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201


def settled(shop: Shop) -> None:
    """An order with its reward on hold and its mails sent."""
    sold(shop)
    shop.stream()


def released(shop: Shop) -> None:
    """An order whose reward is available."""
    settled(shop)
    shop.days(31)


def refunded(shop: Shop) -> None:
    """An available reward, and a refund that has not been settled yet."""
    released(shop)
    shop.refund("o1", "r1", 1500)


def stranger(shop: Shop) -> None:
    """A refund of an order that nobody knows."""
    shop.enrol()
    shop.refund("o1", "r1", 1500)


def crowd(shop: Shop) -> None:
    """Two orders of one ambassador and one of another, none settled yet."""
    code = shop.enrol()["code"]
    for number in range(2):
        shop.redeem(code, f"o{number}")
    shop.redeem(shop.enrol("ravi@example.com", "Ravi")["code"], "o9")


def signed_in(shop: Shop) -> None:
    """An ambassador with 4.50 euro, who may spend them."""
    released(shop)
    shop.keys["session"] = shop.session(
        next(row["PK"]["S"] for row in shop.everything() if row["SK"]["S"] == "PROFILE")[4:]
    )


def reserved(shop: Shop) -> None:
    """A coupon that has not been used yet."""
    signed_in(shop)
    spend(shop)


def spend(shop: Shop) -> None:
    """Ask for a coupon."""
    path, told = "/v1/ambassadors/me/spends", {"amount": eur(400)}
    assert shop.call("POST", path, told, scope="session", Idempotency_Key="s-1").status_code in {200, 201}


def confirm(shop: Shop) -> None:
    """Use the coupon on an order."""
    code = next(row["code"]["S"] for row in shop.everything() if row["SK"]["S"] == "COUPON")
    told = {"order_id": "o7"}
    assert shop.call("POST", f"/v1/coupons/{code}/confirm", told, scope="checkout").status_code in {200, 201}


def used(shop: Shop) -> None:
    """A coupon that was used up."""
    reserved(shop)
    confirm(shop)


def give_back(shop: Shop) -> None:
    """Return a part of the coupon."""
    code = next(row["code"]["S"] for row in shop.everything() if row["SK"]["S"] == "COUPON")
    path, told = f"/v1/coupons/{code}/return", {"amount": eur(150), "note": "The order cost less."}
    answer = shop.call("POST", path, told, scope="checkout", Idempotency_Key="r-1")
    assert answer.status_code in {200, 201}


def suspend(shop: Shop) -> None:
    """Stop what leaves the account, and pause its codes."""
    decide(shop, "suspend", pause_codes=True)


def suspended(shop: Shop) -> None:
    """An ambassador whom an admin looks at."""
    released(shop)
    suspend(shop)


def decide(shop: Shop, what: str, **more: bool) -> None:
    """Decide about all that leaves the account."""
    whose = next(row["ambassador_id"]["S"] for row in shop.everything() if row["SK"]["S"] == "ACCOUNT")
    path = f"/v1/ambassadors/{whose}/{what}"
    answer = shop.call("POST", path, {"note": "Looked at it.", **more}, scope="admin:write")
    assert answer.status_code in {200, 201}


def buy_again(shop: Shop) -> None:
    """The friend whose order was cancelled tries again under another order id."""
    answer = shop.redeem(code_of(shop), "o2", customer=FAY)
    assert answer.status_code in {200, 201}


def came_to_nothing(shop: Shop) -> None:
    """An order that was cancelled, and whose friend is free therefore."""
    shop.redeem(shop.enrol()["code"], customer=FAY)
    shop.call("POST", "/v1/orders/o1/refunds", {"refund_id": "r1", "kind": "cancellation"}, scope="checkout")
    shop.stream()


def a_night_of_news(shop: Shop) -> None:
    """News of three orders that waits for the morning, under a cap."""
    quiet = {"starts": "20:00", "ends": "09:00", "purposes": ["rewards"]}
    shop.publish(letters={"quiet": quiet, "caps": [{"letters": 3, "days": 1, "purposes": ["rewards"]}]})
    shop.now = shop.now.replace(hour=23)
    code = shop.enrol()["code"]
    for number in range(3):
        shop.redeem(code, f"o{number}")
    shop.stream()


def the_morning_after(shop: Shop) -> None:
    """The schedule's run in which quiet hours have ended."""
    shop.now += timedelta(hours=11)
    shop.minute()


def offered(shop: Shop) -> None:
    """A shop that asks for pictures, and an ambassador."""
    picture = {"name": "A picture", "kind": "picture", "words": {"en": "."}, "reward": {"gift": "Mug"}}
    shop.publish(tasks=[picture])
    shop.keys["session"] = shop.session(shop.enrol()["id"])


def shown(shop: Shop) -> None:
    """A picture that an ambassador has made, at which nobody has looked yet."""
    offered(shop)
    show(shop)


def show(shop: Shop) -> None:
    """Show the picture."""
    told = {"task": "A picture", "link": "https://pictures.example/1"}
    answer = shop.call("POST", "/v1/ambassadors/me/proofs", told, scope="session")
    assert answer.status_code in {200, 201}


def do(shop: Shop) -> None:
    """Say that the only task is done; a proof is approved."""
    task = next(row for row in shop.everything() if row["SK"]["S"].startswith("TASK#"))
    name = f"tsk_{task['person_id']['S'].removeprefix('per_')}_{task['own']['S']}"
    told = {"note": "Seen.", **({"decision": "approve"} if task["kind"]["S"] == "proof" else {})}
    answer = shop.call("POST", f"/v1/tasks/{name}/done", told, scope="admin:write")
    assert answer.status_code in {200, 201}


def met(shop: Shop) -> None:
    """Somebody whom the shop knows."""
    shop.call("PUT", "/v1/people", {"email": "cleo@example.com"}, scope="people")


def written(shop: Shop) -> None:
    """Somebody whom the shop knows has written to it."""
    met(shop)
    write(shop)


def write(shop: Shop) -> None:
    """Hand on what they wrote."""
    cleo = shop.read(shop.call("GET", "/v1/people?email=cleo%40example.com", scope="admin:read"))["items"][0]["id"]
    told = {"note_id": "T-1", "text": "The pot leaks."}
    answer = shop.call("POST", f"/v1/people/{cleo}/notes", told, scope="people")
    assert answer.status_code in {200, 201}


def paid_late(shop: Shop) -> None:
    """An order that waited for its payment, which has just been reported."""
    shop.redeem(shop.enrol()["code"], customer=FAY, payment="pending")
    shop.stream()
    told = {"payment_id": "p1", "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    shop.call("POST", "/v1/orders/o1/payments", told, scope="checkout")


def a_month_later(shop: Shop) -> None:
    """The schedule's run in which holds end."""
    shop.now += timedelta(days=31)
    shop.minute()


def an_hour_later(shop: Shop) -> None:
    """The schedule's run in which facts that nobody has looked at are due."""
    shop.now += timedelta(hours=1)
    shop.minute()


def on_the_eve(shop: Shop) -> None:
    """Two people on the eve of a birthday, one of them an ambassador: both get something with their wish."""
    occasion = {"gift": {"rate": {"amount": 500}}}
    shop.publish(care={"birthday": occasion, "check_in": {}, "social": {}}, letters={"caps": [], "quiet": None})
    shop.enrol()
    for email in ("maya@example.com", "fay@example.com"):
        agreed = {purpose: {"given": True} for purpose in ("care", "wishes")}
        words = {"email": email, "birthday": "05-02", "consents": agreed, "handles": {"web": "fay"}}
        assert shop.call("PUT", "/v1/people", words, scope="people").status_code in {200, 201}
    reported(shop)
    shop.now += timedelta(days=61, hours=11, minutes=59)
    shop.minute()


def the_day_comes(shop: Shop) -> None:
    """The schedule's first run of the day."""
    shop.now += timedelta(minutes=2)
    shop.minute()


SCENARIOS = {
    "wish well, with a gift": Scenario(on_the_eve, the_day_comes),
    "redeem": Scenario(lambda shop: shop.enrol(), lambda shop: shop.redeem(code_of(shop)), is_request=True),
    "refund": Scenario(settled, lambda shop: shop.refund("o1", "r1", 1500), is_request=True),
    "settle and deliver from the stream": Scenario(sold, lambda shop: shop.stream()),
    "meet a buyer": Scenario(reported, lambda shop: shop.stream()),
    "settle and deliver a fold": Scenario(crowd, lambda shop: shop.stream()),
    "deliver several news in one mail": Scenario(a_night_of_news, the_morning_after),
    "settle from the schedule": Scenario(sold, an_hour_later),
    "release and deliver": Scenario(settled, a_month_later),
    "settle a refund": Scenario(refunded, an_hour_later),
    "take a place": Scenario(came_to_nothing, buy_again, is_request=True),
    "claim a place when paid for": Scenario(paid_late, an_hour_later),
    "spend": Scenario(signed_in, spend, is_request=True),
    "confirm a coupon": Scenario(reserved, confirm, is_request=True),
    "return a part of a coupon": Scenario(used, give_back, is_request=True),
    "suspend, and pause all codes": Scenario(sold, suspend, is_request=True),
    "reinstate": Scenario(suspended, lambda shop: decide(shop, "reinstate"), is_request=True),
    "let a coupon expire": Scenario(reserved, a_month_later),
    "show a proof": Scenario(offered, show, is_request=True),
    "reward a proof": Scenario(shown, do, is_request=True),
    "hand on a note": Scenario(met, write, is_request=True),
    "answer a note": Scenario(written, do, is_request=True),
    "look at a fact of an unknown order": Scenario(stranger, an_hour_later),
}


def code_of(shop: Shop) -> str:
    """The code of the first ambassador."""
    return next(str(row["code"]["S"]) for row in shop.everything() if row["SK"]["S"] == "CODE")


def play(scenario: Scenario, kill: tuple[int, str] | None) -> tuple[list[Body], Counter[tuple[str, str]], list[str]]:
    """Play a scenario with or without a kill; answers what the table holds, the mails, and the calls of the work."""
    with open_shop(SEED) as shop:
        scenario.before(shop)
        shop.faults.calls.clear()
        if kill:
            shop.faults.kill(*kill, KilledError)
            with pytest.raises(KilledError):
                scenario.work(shop)
            restart()
            if scenario.is_request:
                scenario.work(shop)
        else:
            scenario.work(shop)
        calls = [name for name, _ in shop.faults.calls]
        for minutes in (1, 16, 16, 60 * 24 * 40, 1, 16):
            shop.now += timedelta(minutes=minutes)
            shop.minute()
        rows = (row for row in shop.everything() if not row["PK"]["S"].startswith(("KEY#", "SESSION")))
        kept = [nameless(timeless(row)) for row in rows]
        return sorted(kept, key=json.dumps), Counter(shop.mails()), calls


def nameless(row: Body) -> Body:
    """An item without the ids, keys and codes that were drawn: a process that begins anew draws others.

    And a message, and whoever gets it, without the count of its claims: who has died while sending has made one more.
    """
    if row["SK"]["S"] in {"MSG", "PERSON"}:
        row = {name: it for name, it in row.items() if name not in {"version", "unsure"}}
    known = {name: it for name, it in row.items() if name != "key_digest"}
    return dict(json.loads(DRAWN.sub(r"\1", json.dumps(known))))


def timeless(row: Any) -> Any:
    """An item without the moments at which things were done, also in lists: they differ, and nothing else may."""
    if isinstance(row, list):
        return list(map(timeless, row))
    return {name: timeless(it) for name, it in row.items() if name not in TIMES} if isinstance(row, dict) else row


LONG = frozenset(
    {
        "settle and deliver a fold",
        "deliver several news in one mail",
        "claim a place when paid for",
        "settle from the schedule",
        "let a coupon expire",
    }
)
"""Each takes as long as ten others: `make test-long` kills these as well."""


def gated(name: str) -> Any:
    """A scenario, marked if the gate leaves it out."""
    return pytest.param(name, marks=pytest.mark.long) if name in LONG else name


@pytest.mark.parametrize("name", [*map(gated, SCENARIOS)])
def test_a_kill_at_any_call_changes_nothing(name: str) -> None:
    """The same items, so no second entry and no lost one; mails double only when SES had taken them unheard."""
    scenario = SCENARIOS[name]
    expected, mails, calls = play(scenario, None)
    assert calls, "the scenario must do something"
    for place, call in enumerate(calls):
        for moment in ("before", "after"):
            found, sent, _ = play(scenario, (place, moment))
            where = f"killed {moment} {call} ({place + 1} of {len(calls)})"
            assert found == expected, where
            assert not mails - sent, f"a mail was lost: {where}"
            assert all(number <= 2 * mails[mail] for mail, number in sent.items()), f"a mail came thrice: {where}"
            if sent != mails:
                assert "SendEmail" in calls[: place + 1], f"a mail came twice: {where}"


def test_an_enrolment_that_dies_anywhere_leaves_one_ambassador() -> None:
    """The client asks again and gets an ambassador: whole, and the only one, with the code that the answer names."""
    with open_shop(SEED) as shop:
        shop.faults.calls.clear()
        shop.enrol()
        number = len(shop.faults.calls)
    for place in range(number):
        for moment in ("before", "after"):
            with open_shop(SEED) as shop:
                shop.faults.calls.clear()
                shop.faults.kill(place, moment, KilledError)
                try:
                    shop.enrol()
                except KilledError:
                    restart()
                answer = shop.enrol()
                kinds = Counter(row["SK"]["S"] for row in shop.everything())
                assert {name: kinds[name] for name in ("PROFILE", "ACCOUNT", "CODE", "AMBASSADOR")} == dict.fromkeys(
                    ("PROFILE", "ACCOUNT", "CODE", "AMBASSADOR"), 1
                )
                assert code_of(shop) == answer["code"]

"""Whether anybody can tell who is a customer by asking to sign in: by the answer, by its time, or by what it takes.

Requests for addresses that are known and for such as are not come in turns of random order, to a warm function over a
table in memory, whose calls take no time of their own: what remains is the program's, and nothing hides it. Times are
compared by the Mann-Whitney test, which asks whether those of one kind tend to be the longer ones. That the test would
notice is seen by a control: the same with one read more for whoever is known.
"""

import gc
import json
import time
from collections.abc import Callable
from math import erfc, sqrt
from random import Random
from statistics import median
from typing import Any

import app
from bench.event import Event, post
from bench.progress import Say
from bench.recorder import Recorder
from bench.world import call
from chalicelib import deps
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from memory.shop import OWN_SESSION, open_shop

EACH = 1_000
WARM = 200
ORDER = Random(20261128)  # noqa: S311 - an order, and no secret

Ask = Callable[[str], tuple[float, str]]


def run(say: Say) -> dict[str, Any]:
    """Measure a request, a wrong code, and the control."""
    with open_shop() as shop:
        known = [f"known{number}@example.com" for number in range(EACH)]
        unknown = [f"other{number}@example.com" for number in range(EACH)]
        say(f"{EACH} customers, every other of them an ambassador")
        for number, email in enumerate(known):
            if number % 2:
                shop.enrol(email)
            else:
                shop.call("PUT", "/v1/people", {"email": email, "first_name": "Maya"}, scope="people")
        warm = [f"warm{number}@example.com" for number in range(WARM)]
        found: dict[str, Any] = {"each": EACH, "trips": _trips(known, unknown)}
        say("requests")
        found["request"] = _compared(known, unknown, warm, _request, "expires_at")
        say("wrong codes")
        waits = {email: str(json.loads(_request(email)[1])["pending"]) for email in (*known, *unknown, *warm)}
        shop.now += deps.PROGRAM_KEPT
        shop.stream()
        found["code"] = _compared(known, unknown, warm, lambda email: _wrong_code(waits[email]), "wrong_code")
        say("the control")
        shop.now += 96 * deps.PROGRAM_KEPT
        found["control"] = _compared(
            known, unknown, warm, lambda it: _read_more(it, is_known="known" in it), "expires_at"
        )
    return found


def _compared(known: list[str], unknown: list[str], warm: list[str], ask: Ask, said: str) -> dict[str, Any]:
    """Ask for all in random order, and compare the two kinds. All answers are the same, and hold what is `said`."""
    for email in warm:
        ask(email)
    mixed = [*known, *unknown]
    ORDER.shuffle(mixed)
    gc.collect()
    gc.disable()
    told = {email: ask(email) for email in mixed}
    gc.enable()
    mine, others = ([told[email][0] for email in kind] for kind in (known, unknown))
    answers = {_without_ids(told[email][1]) for email in mixed}
    assert len(answers) == 1, f"the answers tell who is known: {answers}"
    assert all(said in it for it in answers), answers
    statistic, p = mann_whitney(mine, others)
    return {
        "median_known_us": median(mine) * 1e6,
        "median_unknown_us": median(others) * 1e6,
        "known_is_longer": statistic,
        "p": p,
    }


def mann_whitney(one: list[float], other: list[float]) -> tuple[float, float]:
    """Return how often a value of one kind is the larger of a pair, and how likely more than that is by chance.

    Of two kinds that are the same the first is a half. The second is two-sided, by the normal approximation, which is
    good from some twenty values of each on.
    """
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, place = 0.0, 0
    while place < len(ranked):
        tied = place
        while tied < len(ranked) and ranked[tied][0] == ranked[place][0]:
            tied += 1
        middle = (place + tied + 1) / 2
        ranks += middle * sum(1 for _, kind in ranked[place:tied] if kind == 0)
        place = tied
    pairs = len(one) * len(other)
    larger = ranks - len(one) * (len(one) + 1) / 2
    spread = sqrt(pairs * (len(one) + len(other) + 1) / 12)
    return larger / pairs, erfc(abs(larger - pairs / 2) / spread / sqrt(2))


def _request(email: str) -> tuple[float, str]:
    return _timed(post("/v1/sessions", {"email": email}, ""))


def _wrong_code(pending: str) -> tuple[float, str]:
    return _timed(post("/v1/sessions/confirm", {"pending": pending, "code": "0000 0000"}, ""))


def _read_more(email: str, *, is_known: bool) -> tuple[float, str]:
    """What somebody would write who has not thought of it: a look at who it is before the answer."""
    event, begun = _event(post("/v1/sessions", {"email": email}, "")), time.perf_counter()
    if is_known:
        deps.table().read_known([pseudonym_of_email(deps.settings().pepper, email)])
    body: str = call(app.app, event)["body"]
    return time.perf_counter() - begun, body


def _timed(event: Event) -> tuple[float, str]:
    event, begun = _event(event), time.perf_counter()
    body: str = call(app.app, event)["body"]
    return time.perf_counter() - begun, body


def _event(event: Event) -> Event:
    """The same as it comes from some place or other, without a key."""
    address = ".".join(str(ORDER.randrange(1, 255)) for _ in range(4))
    event["requestContext"]["identity"]["sourceIp"] = address
    for headers in ("headers", "multiValueHeaders"):
        event[headers] = {name: text for name, text in event[headers].items() if name != "Authorization"}
    return event


def _trips(known: list[str], unknown: list[str]) -> dict[str, list[dict[str, float]]]:
    """What requests take of the table, each kind of cost once."""
    recorder = Recorder(OWN_SESSION.client("dynamodb"), deps.settings().table)
    costs: dict[str, list[dict[str, float]]] = {}
    with recorder.heard():
        deps.table.cache_clear()
        _request("first@example.com")
        for name, kind in (("known", known), ("unknown", unknown)):
            found = []
            for email in kind[:50]:
                with recorder.counting() as cost:
                    _request(email)
                found.append(cost.as_json())
            costs[name] = [it for place, it in enumerate(found) if it not in found[:place]]
    deps.table.cache_clear()
    return costs


def _without_ids(body: str) -> str:
    told = json.loads(body)
    return json.dumps({name: text for name, text in told.items() if name not in {"pending", "request_id"}})

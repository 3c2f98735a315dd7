"""Time per redemption, beside two floors that make the very same calls to the table.

`app` is the program, called as Lambda calls it. `route` is a bare Chalice route that takes the order's id from its
JSON, reads a code, writes a transaction of the same size and answers with as many bytes: no key, no check, no rule. It
calls over the program's wire; `loop` makes the two calls alone, by boto3. They take turns in short rounds, so that a
machine that gets slower meets all of them.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from chalice.app import Chalice, Request, Response

from bench.event import Event, get, post
from bench.floor import by_boto3, over_the_wire
from bench.progress import Say, percentile
from bench.units import BROWSER
from bench.world import CREATED, World, at_once, call, local_cloud, use_threads
from chalicelib import deps
from chalicelib.aws.lines import Reply
from chalicelib.aws.services import Call
from memory.tap import GoOn, tapped

ROUNDS = 15
WARM_ROUNDS = 2
CALLS = {1: 40, 16: 96}
"""Calls in a round, by how many are made at once."""

LATER = 120
"""Orders that are settled and delivered one by one."""

STEPS = (
    ("settle", "ORDER#{}", 0),
    ("deliver thanks and news", "MSG#order:{0}#2@friend MSG#order:{0}#2", 0),
    ("release", "ORDER#{}", 60),
    ("deliver release", "MSG#order:{}#3", 60),
)
"""What follows a redemption: the partitions that the stream tells of, and the days that have passed."""

AIMS = {"ratio": 1.5, "cpu_ms": 3.0}
BESIDE = {"enrolment": 0.6, "landing page, with its click": 0.85, "quote": 0.25}
"""What else people wait for, and the aim for its CPU against that of the loop."""

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the things compared: `prepare` makes the input for an order outside the measured time."""

    prepare: Callable[[str], Any]
    work: Callable[[Any], None]


@dataclass(slots=True)
class Times:
    """What the rounds of one variant took, in ms: CPU of this process per call, and wall time of each call."""

    cpu: list[float]
    wall: list[float]

    def as_json(self) -> dict[str, float]:
        """Medians over the rounds, percentiles over all calls."""
        return {
            "cpu_ms": median(self.cpu),
            "wall_p50_ms": percentile(self.wall, 50),
            "wall_p99_ms": percentile(self.wall, 99),
        }


def run(say: Say) -> dict[str, Any]:
    """Measure redemptions against both floors, then what follows a redemption."""
    with local_cloud() as world:
        code = world.enrol("maya@example.com")
        variants = _variants(world, code)
        redeemed = {}
        for threads, calls in CALLS.items():
            say(f"redeem: {ROUNDS} rounds of {calls} calls for each of {', '.join(variants)}; {threads} at once")
            redeemed[str(threads)] = _compare(world, variants, threads)
        say(f"{', '.join(BESIDE)}: {ROUNDS} rounds beside the loop")
        beside = _beside(world, code, variants["loop"])
        later = _later(world, code, say)
    return {"aims": AIMS, "rounds": ROUNDS, "calls": CALLS, "redeem": redeemed, "beside": beside, "later": later}


def _beside(world: World, code: str, loop: Variant) -> Params:
    """Let each of the others and the loop take turns; nobody asks so often from one address that it is held back."""

    def ask(event: Event) -> None:
        answer = world.call(event)
        assert answer["statusCode"] in {200, CREATED}, answer

    def enrolment(number: str) -> Event:
        told = {"email": f"newcomer.{number}@mail.example", "first_name": "Nia"}
        return post("/v1/ambassadors", told, world.secrets["enrol_key"])

    def quote(_: str) -> Event:
        told = {"code": code, "order": {"amount": {"amount": 5000, "currency": "EUR"}}}
        return post("/v1/quotes", told, world.secrets["checkout_key"])

    def landing(number: str) -> Event:
        event = get("/r/{code}", f"/r/{code}", {}, "", code=code)
        event["requestContext"]["identity"]["sourceIp"] = f"203.0.{int(number) // 250 % 250}.{int(number) % 250}"
        for headers, value in ((event["headers"], BROWSER), (event["multiValueHeaders"], [BROWSER])):
            headers.pop("Authorization")
            headers["User-Agent"] = value
        return event

    makers = {"enrolment": enrolment, "landing page, with its click": landing, "quote": quote}
    variants = {**{name: Variant(make, ask) for name, make in makers.items()}, "loop": loop}
    times = _turns(world, variants, 1)
    ratios = {name: median(a / b for a, b in zip(times[name].cpu, times["loop"].cpu, strict=True)) for name in BESIDE}
    return {name: {**times[name].as_json(), "ratio": ratios[name], "aim": BESIDE[name]} for name in BESIDE}


def _compare(world: World, variants: dict[str, Variant], threads: int) -> Params:
    """Compare the variants; ratios are those within a round."""
    times = _turns(world, variants, threads)
    results: Params = {name: it.as_json() for name, it in times.items()}
    for floor in ("route", "loop"):
        results[f"app/{floor}"] = median(a / b for a, b in zip(times["app"].cpu, times[floor].cpu, strict=True))
    return results


def _turns(world: World, variants: dict[str, Variant], threads: int) -> dict[str, Times]:
    """Let the variants take turns, each time beginning with another one; answers what their rounds took."""
    names = list(variants)
    times = {name: Times([], []) for name in names}
    for turn in range(-WARM_ROUNDS, ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            inputs = [variants[name].prepare(world.order_id()) for _ in range(CALLS[threads])]
            _measure(variants[name].work, inputs, threads, times[name] if turn >= 0 else Times([], []))
    return times


def _measure(work: Callable[[Any], None], inputs: list[Any], threads: int, times: Times) -> None:
    """Do all the work and note the CPU time of it per call, and the wall time of each call."""

    def timed(one: Any) -> None:
        start = time.perf_counter()
        work(one)
        times.wall.append((time.perf_counter() - start) * 1000)

    before = time.process_time()
    if threads == 1:
        for one in inputs:
            timed(one)
    else:
        at_once(timed, inputs, threads)
    times.cpu.append((time.process_time() - before) * 1000 / len(inputs))


def _later(world: World, code: str, say: Say) -> Params:
    """Measure settling, delivering and releasing, each as one call of the stream's function for one order."""
    say(f"settle, deliver, release: {LATER} orders one by one")
    orders = [world.order_id() for _ in range(LATER)]
    for order_id in orders:
        world.redeem(world.redemption(code, order_id))
    results: Params = {}
    for name, pk, days in STEPS:
        world.ahead = timedelta(days=days)
        times = Times([], [])
        _measure(lambda pks: world.change(*pks.split()), [pk.format(order_id) for order_id in orders], 1, times)
        results[name] = times.as_json()
    assert all(_is_released(order_id) for order_id in orders), "something was left undone"
    return results


def _is_released(order_id: str) -> bool:
    redemption = deps.table().read_redemption(order_id)
    return redemption is not None and redemption.standing is not None and redemption.standing.released


# --- the variants -----------------------------------------------------------------------------------------------------


def _variants(world: World, code: str) -> dict[str, Variant]:
    calls = _Calls(world, code)
    bare = _bare_app(calls)
    return {
        "app": Variant(lambda order_id: world.redemption(code, order_id), world.redeem),
        "route": Variant(lambda order_id: world.redemption(code, order_id), lambda event: _answered(call(bare, event))),
        "loop": Variant(lambda order_id: order_id, partial(calls.make, by_boto3())),
    }


class _Calls:
    """The two calls of a redemption, learned from a real one, and made by whatever carries calls out."""

    def __init__(self, world: World, code: str) -> None:
        heard: list[Params] = []

        def note(_: str, params: Params, go_on: GoOn) -> Reply:
            heard.append(params)
            return go_on()

        world.redeem(world.redemption(code, world.order_id()))
        with tapped(note):
            self.body: str = world.call(world.redemption(code, world.order_id()))["body"]
        self._get, self._transact = heard

    def make(self, carry_out: Call, order_id: str) -> None:
        """Read the code; store an order and a friend of this id."""
        carry_out("GetItem", self._get)
        order, friend = (action["Put"] for action in self._transact["TransactItems"])
        person = f"{order_id:0>{len(friend['Item']['PK']['S']) - len('PERSON#')}}"
        items = [
            {"Put": {**order, "Item": {**order["Item"], "PK": {"S": f"ORDER#{order_id}"}}}},
            {"Put": {**friend, "Item": {**friend["Item"], "PK": {"S": f"PERSON#{person}"}}}},
        ]
        carry_out("TransactWriteItems", {"TransactItems": items, "ClientRequestToken": str(uuid.uuid4())})


def _bare_app(calls: _Calls) -> Chalice:
    bare, carry_out = Chalice(app_name="bare"), over_the_wire()

    @bare.route("/v1/redemptions", methods=["POST"])
    def redeem() -> Response:
        calls.make(carry_out, _order_id(bare.current_request))
        return Response(calls.body, {"Content-Type": "application/json"}, CREATED)

    use_threads(bare)
    return bare


def _order_id(request: Request | None) -> str:
    assert request is not None
    order_id: str = request.json_body["order_id"]
    return order_id


def _answered(answer: Event) -> None:
    assert answer["statusCode"] == CREATED, answer

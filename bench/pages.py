"""Time and reads per screen, beside a floor that makes the very same calls to the table.

The first byte of a page comes when all of it is written, so wall time is that to the first byte. `page` is the
program, called as Lambda calls it by whoever has signed in; `route` is a bare Chalice route that makes the calls which
the page was heard to make, one after the other, and answers with as many bytes. They take turns.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from chalice.app import Chalice, Response

import app
from bench.event import Event, get
from bench.floor import by_boto3, over_the_wire
from bench.progress import Say, percentile
from bench.world import World, call, local_cloud
from chalicelib import deps
from chalicelib.aws.lines import Reply
from chalicelib.aws.services import Call
from chalicelib.domain.effects import Create
from chalicelib.domain.model.access import BY_MAIL
from chalicelib.edge.scopes import CONSOLE, ME
from chalicelib.operations.access import api_keys, console_sessions, sessions
from chalicelib.site.console.screens import SCREENS as OF_CONSOLE
from chalicelib.site.me.screens import SCREENS as OF_ME
from memory.sizes import read_units
from memory.tap import GoOn, tapped

ROUNDS, WARM_ROUNDS = 20, 2
ORDERS = 8
AIMS = {"first byte": 1.5, "trips": 5}
"""The first byte is of the ambassador's pages, beside the route; the trips are of their first page."""

UNSEEN = {"language", "program/review", "program/edit"}
"""Screens that only take a form, or come after one."""


Heard = list[tuple[str, dict[str, Any]]]


def run(say: Say) -> dict[str, Any]:
    """Measure each screen that needs no subject, of an ambassador with some orders and of an admin with all scopes."""
    with local_cloud() as world:
        cookies = _lived_in(world)
        pages = {}
        for root, door, screens in (("/me", ME, OF_ME), ("/console", CONSOLE, OF_CONSOLE)):
            for screen in screens:
                if screen.path.endswith("*") or screen.path in UNSEEN:
                    continue
                path = f"{root}/{screen.path}".rstrip("/")
                pages[path] = _measured(path, cookies[door])
                say(f"{path}: {pages[path]['trips']} trips, {pages[path]['page/route']:.2f} of the route's first byte")
    return {"aims": AIMS, "rounds": ROUNDS, "orders": ORDERS, "pages": pages}


def _lived_in(world: World) -> dict[str, str]:
    """Let somebody sell a little; return the cookies of that ambassador and of an admin, by door."""
    code = world.enrol("maya@example.com")
    for _ in range(ORDERS):
        order_id = world.order_id()
        world.redeem(world.redemption(code, order_id))
        world.change(f"ORDER#{order_id}")
    now = datetime.now(UTC)
    found = deps.table().read_code(code)
    assert found is not None, "it was made a moment ago"
    token, session = sessions.fresh(found.ambassador_id, by=BY_MAIL, now=now, lasts=timedelta(days=1))
    deps.table().commit([Create(session)])
    secret = api_keys.issue(deps.table(), "Anna", ("admin:read", "admin:write", "admin:keys"), now, owner="Anna")
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None, "so was this"
    admin, _ = console_sessions.begin(deps.table(), key, browser="bench", now=now)
    return {ME: f"__Host-{ME}={token}", CONSOLE: f"__Host-{CONSOLE}={admin}"}


def _measured(path: str, cookie: str) -> dict[str, float]:
    event = _event(path, cookie)
    heard: Heard = []
    size, units = _learned(event, heard)
    route, wired = (_bare_app(heard, size, carry_out) for carry_out in (by_boto3(), over_the_wire()))
    asked = get("/", "/", {}, "")
    turns: dict[str, Callable[[], Any]] = {
        "page": lambda: call(app.app, event),
        "route": lambda: call(route, asked),
        "wired": lambda: call(wired, asked),
    }
    wall: dict[str, list[float]] = {name: [] for name in turns}
    cpu: dict[str, list[float]] = {name: [] for name in turns}
    for turn in range(-WARM_ROUNDS, ROUNDS):
        names = list(turns)[turn % len(turns) :] + list(turns)[: turn % len(turns)]
        for name, work in ((name, turns[name]) for name in names):
            before, start = time.process_time(), time.perf_counter()
            answer = work()
            if turn >= 0:
                wall[name].append((time.perf_counter() - start) * 1000)
                cpu[name].append((time.process_time() - before) * 1000)
            assert answer["statusCode"] == 200, (path, answer["body"][:500])
    return {
        "trips": len(heard),
        "read_units": units,
        "bytes": size,
        "cpu_ms": median(cpu["page"]),
        "route_cpu_ms": median(cpu["route"]),
        "wall_p50_ms": percentile(wall["page"], 50),
        "route_p50_ms": percentile(wall["route"], 50),
        "page/route": median(a / b for a, b in zip(wall["page"], wall["route"], strict=True)),
        "page/wired": median(a / b for a, b in zip(wall["page"], wall["wired"], strict=True)),
    }


def _event(path: str, cookie: str) -> Event:
    first, _, rest = path.strip("/").partition("/")
    names = ("screen", "subject")
    given = dict(zip(names, rest.split("/"), strict=False)) if rest else {}
    resource = "/".join((f"/{first}", *(f"{{{name}}}" for name in given)))
    event = get(resource, path, {}, "", **given)
    for headers, value in ((event["headers"], cookie), (event["multiValueHeaders"], [cookie])):
        headers.pop("Authorization")
        headers["Cookie"] = value
    return event


def _learned(event: Event, heard: Heard) -> tuple[int, float]:
    """Hear which calls a page makes in a warm function; return how many bytes it is, and the read units."""
    units: list[float] = []

    def note(operation: str, params: dict[str, Any], go_on: GoOn) -> Reply:
        heard.append((operation, params))
        reply = go_on()
        units.append(_units(operation, params, json.loads(reply.body)))
        return reply

    call(app.app, event)
    with tapped(note):
        page = call(app.app, event)
    return len(page["body"].encode()), sum(units)


def _units(operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> float:
    """What a read is billed: a query for the sum of its items, anything else item by item, also those that are none."""
    if operation == "Query":
        return float(read_units(parsed.get("Items", []), consistent=bool(params.get("ConsistentRead"))))
    if operation == "GetItem":
        return float(read_units([parsed["Item"]] if "Item" in parsed else [], consistent=True))
    wanted = sum(len(it["Keys"]) for it in params["RequestItems"].values())
    found = [item for items in parsed.get("Responses", {}).values() for item in items]
    return sum(float(read_units([it], consistent=True)) for it in found) + wanted - len(found)


def _bare_app(heard: Heard, size: int, carry_out: Call) -> Chalice:
    bare = Chalice(app_name="bare")
    body = "x" * size

    @bare.route("/", methods=["GET"])
    def read() -> Response:
        for name, params in heard:
            carry_out(name, params)
        return Response(body, {"Content-Type": "text/html; charset=utf-8"}, 200)

    return bare

"""One ambassador with 100,000 entries: what reading them takes, and an audit of them all.

The engine is AWS's own DynamoDB Local, in a process of its own; the entries are written straight into its table, as the
program's own settlements make them. Read units are computed from the items, as in `units`.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import app
from bench.event import Event, get
from bench.progress import Say
from bench.recorder import Recorder
from bench.world import call
from chalicelib import deps
from chalicelib.domain.effects import Entity
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Code, Membership, Person, Profile
from chalicelib.domain.orders.friends import first_root, seeker_of
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.program.program import Program
from chalicelib.operations import jobs
from chalicelib.operations.access import api_keys
from chalicelib.operations.audit import audit
from chalicelib.operations.program import publication
from chalicelib.store.items import item_of
from infra.dynamodb import fetch
from infra.dynamodb.alone import is_alone, raise_loopback, run_alone
from infra.dynamodb.local import TABLE, running
from memory.shop import ENVIRONMENT, PROGRAM

ENTRIES = 100_000
ORDERS = ENTRIES // 2
BEGAN = datetime(2023, 1, 1, 9, tzinfo=UTC)
APART = timedelta(minutes=30)
WRITTEN_AT_ONCE = 25
MINUTE_SECONDS = 40.0
"""How long the schedule carries a job on, once a minute."""

AMBASSADOR = "amb_00000000000000000000000001"
PERSON = "per_00000000000000000000000001"
CODE = "7WRNX9XC"
AUDITED = "an audit, as far as it comes in a request"
LIMITS = {"request, s": 29.0, "job's slice, s": 300.0, "memory, MB": 1024.0}
"""The functions' own timeouts and memory (.chalice/config.json); Lambda allows 900 s."""


def run(say: Say) -> dict[str, Any]:
    """Fill the table, then read it in the ways of the API and of the audit."""
    fetch.engine()
    fetch.java()
    if not is_alone():
        run_alone([sys.executable, "-W", "ignore", "-m", "bench", "ambassador", "--inside"])
    raise_loopback()
    with running() as engine, patch.dict(os.environ, {**ENVIRONMENT, "TABLE_NAME": TABLE}):
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = engine.url
        deps.forget()
        deps.use_clock(lambda: BEGAN + ORDERS * APART + timedelta(days=60))
        program = publication.publish(deps.table(), PROGRAM, author="bench", now=BEGAN)
        key = api_keys.issue(deps.table(), "bench", ["admin:read", "admin:write"], BEGAN)
        items = _fill(engine.client(), program, say)
        recorder = Recorder(engine.client(), TABLE)
        with recorder.heard():
            deps.table.cache_clear()
            return {
                "entries": ENTRIES,
                "orders": ORDERS,
                "items": items,
                "limits": LIMITS,
                **_measure(recorder, key, say),
            }


def _measure(recorder: Recorder, key: str, say: Say) -> dict[str, Any]:
    own = "/v1/ambassadors/{ambassador_id}"
    reads = {
        "the account": (own, {}),
        "the first page of the ledger": (f"{own}/ledger", {"limit": "50"}),
        "the first page of the referrals": (f"{own}/referrals", {"limit": "50"}),
        AUDITED: ("/v1/ledger/audit", {"ambassador_id": AMBASSADOR}),
    }
    call(app.app, _get("/healthz", {}, key))
    told = {}
    for name, (path, query) in reads.items():
        say(name)
        event = _get(path, query, key)
        answer, told[name] = _measured(recorder, lambda event=event: call(app.app, event))  # type: ignore[misc]
        assert answer["statusCode"] == 200, answer["body"]
    audited = json.loads(answer["body"])
    assert audited["result"]["differences"] == 0, audited["result"]
    return {"requests": told, "audit": _audit(recorder, say)}


def _get(resource: str, query: dict[str, str], key: str) -> Event:
    path = resource.replace("{ambassador_id}", AMBASSADOR)
    return get(resource, path, query, key, **({"ambassador_id": AMBASSADOR} if path != resource else {}))


def _audit(recorder: Recorder, say: Say) -> dict[str, Any]:
    """Carry an audit on as the schedule does, minute by minute."""
    table, now = deps.table(), deps.now()
    task = audit.written(audit.of_ambassadors([AMBASSADOR]))
    job = jobs.start(table, audit.KIND, task, author="bench", now=now, chance=deps.chance())
    minutes, slices, state_max = list[dict[str, float]](), list[float](), 0
    steps = {audit.KIND: audit.step}
    while (stored := table.read_job(job.id)) is not None and stored.state != "done":
        assert stored.failure is None, stored.failure

        def minute(job_id: str = job.id) -> None:
            nonlocal state_max
            begun = time.perf_counter()
            for it in jobs.work(table, job_id, steps, table.deadline(MINUTE_SECONDS), now=now):
                slices.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                state_max = max(state_max, len(it.after.cursor or "") + len(it.after.result))

        _, measured = _measured(recorder, minute)
        minutes.append(measured)
        report = audit.found_in(table.read_job(job.id) or job)
        say(f"audit: {len(minutes)} minutes of the schedule, {sum(slices):.0f} s of work")
        assert report.differences == 0, report.findings
    assert stored is not None
    report = audit.found_in(stored)
    assert (report.entries, report.orders) == (ENTRIES, ORDERS), report
    return {
        "seconds": sum(it["seconds"] for it in minutes),
        "cpu_seconds": sum(it["cpu_seconds"] for it in minutes),
        "trips": sum(it["trips"] for it in minutes),
        "reads": sum(it["reads"] for it in minutes),
        "read_units": sum(it["read_units"] for it in minutes),
        "memory_mb": max(it["memory_mb"] for it in minutes),
        "minutes": len(minutes),
        "minute_max": max(it["seconds"] for it in minutes),
        "slices": len(slices),
        "slice_max": max(slices),
        "state_bytes": state_max,
    }


def _measured(recorder: Recorder, work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Do some work; answers what it answers, and its time, its calls, and the most memory of the process meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")
    with recorder.counting() as cost:
        start, cpu = time.perf_counter(), time.process_time()
        answer = work()
        seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    return answer, {
        "seconds": seconds,
        "cpu_seconds": spent,
        "trips": cost.trips,
        "reads": cost.reads,
        "read_units": cost.read_units,
        "memory_mb": _memory_mb(),
    }


def _memory_mb() -> float:
    """The most memory that this process has had since it was last asked to forget."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


# --- what is in the table ---------------------------------------------------------------------------------------------


def _fill(client: Any, program: Program, say: Say) -> int:
    """Write all items, as many at once as a call takes; answers how many."""
    items, written = map(item_of, _entities(program)), 0
    while page := list(islice(items, WRITTEN_AT_ONCE)):
        client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in page]})
        written += len(page)
        if written % 25_000 < WRITTEN_AT_ONCE:
            say(f"{written} items are written")
    return written


def _entities(program: Program) -> Iterator[Entity]:
    """An ambassador and what all orders leave, each settled twice: when it comes, and when its hold has ended."""
    account = Account(AMBASSADOR)
    yield Person(PERSON, email="maya@example.com", first_name="Maya", ambassador_id=AMBASSADOR, created_at=BEGAN)
    yield Membership("person-of-maya", AMBASSADOR, CODE, PERSON)
    yield Profile(AMBASSADOR, CODE, BEGAN, PERSON)
    yield Code(CODE, AMBASSADOR, owners=("person-of-maya",), created_at=BEGAN, person_id=PERSON)
    for number in range(ORDERS):
        order = _order(number, program)
        yield replace(
            first_root(order.friend, seeker_of(order), now=order.recorded_at),
            email=f"{number}@friends.example",
            first_name="Fay",
        )
        for moment in (order.recorded_at, order.placed_at + program.hold):
            settled = settle(Order(order.order_id, redemption=order), account, program, now=moment)
            order, account = settled.redemption, replace(settled.account, version=account.version + 1)
            yield from settled.entries
            yield from map(_sent, settled.messages)
        yield order
    yield account


def _order(number: int, program: Program) -> Redemption:
    at = BEGAN + number * APART
    return Redemption(
        order_id=f"{5123456000001 + number}",
        code=CODE,
        ambassador_id=AMBASSADOR,
        friend=sha256(f"{number}".encode()).hexdigest()[:40],
        amount=5000,
        friend_discount=500,
        currency="EUR",
        placed_at=at,
        program_version=program.version,
        reward_estimate=450,
        fingerprint=f"{number:064x}",
        recorded_at=at,
    )


def _sent(message: Message) -> Message:
    return replace(message, state="done", outcome="sent", tries=1, due_at=None)

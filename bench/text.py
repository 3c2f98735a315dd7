"""The report: every figure beside what it is measured against."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

PROOF = Path(__file__).with_name("proof.md")

HEAD = """# What it costs

Measured, or computed from what was measured, by `make bench`; nothing here is an estimate. Times are those of the
machine that each part names, the last of them below: read them as ratios. The engine is a local one, so no wall time
says anything about DynamoDB's own.

![The figures as bars](results.svg)
"""

UNITS = """## Capacity units

Computed from the items on the wire by the rules that AWS publishes (`memory/sizes.py` cites them): a write unit is 1
KB, twice that in a transaction; an index is written only when its entry changes. *Trips* are calls one after the other,
in a warm function; a cold one reads its key and the program besides.
"""

IMPORTS = """## Cold start: from the first statement to the first answered quote

Fresh interpreters in turns; CPU ms from the first statement on. `program` imports the app and answers one quote, the
table's answers played at the wire. The floor answers nothing: Chalice, a DynamoDB client of boto3, and Powertools'
logger and metrics are imported and made, that is all. The interpreter's own start counts in neither.
"""

ZIP = """## The zip

One for all functions, made as for a deployment. boto3 is the runtime's own.
"""

CPU = """## CPU and latency of a redemption

`app` is the program, called as Lambda calls it; `route` is a bare Chalice route that makes the very same two calls to
the table over the program's wire, and nothing else; `loop` makes the calls alone, by boto3. They take turns; the ratio
is the median of those within a round. CPU is that of this process per call; the engine runs in another one. Wall times
are mostly the engine's, and at 16 at once those of 16 threads that share one interpreter, which Lambda never does. What
else people wait for, and what follows a redemption, stands below.
"""

VIRAL = """## A code that goes viral

Redemptions per second, in this process, on one code and on many, in turns.
"""

FOLDS = """## A viral ambassador

{orders:,} orders of one ambassador, settled by more and more workers at once, in batches as the stream brings them. The
program's own code over the engine in memory, in simulated time: a read takes 4 ms, a write 6, a transaction 12, during
which it holds its items, and what a worker computes what it took here. All write one account, so twenty at a time are
folded into a transaction. *Lost* are transactions that found the account moved, *conflicts* calls that met another one
under way. Before there were lanes: 177 orders/s with one worker, 100 with 4, 81 with 8, 50 with 16 and 509 left due.
"""

BACKLOG = """## A backlog

All orders of one ambassador, redeemed while the stream was off; then the schedule runs. They share one account, so they
are folded, twenty to a transaction. An attempt is a call of TransactWriteItems. On MiniStack, whose index queries look
through the whole table: the seconds are not DynamoDB's, the calls are the same there.
"""


RELEASES = """## Releases

What the schedule releases a second: each run is a process with the program's own wire, and has a table in another one,
whose calls take {read:g} ms if they read and {write:g} ms if they write. A deployment has {parts} runs a minute, which
share no key beside accounts and budgets; here they share the machine's cores, with their tables and whatever else runs.
"""

LOAD = """## Under load

An hour of each load, simulated second by second (`bench/load.py`) from the times and limits below. *Refused* is what
the checkout can't take; the shop tries again. A queue is given by how much the step can do a second, how much waits
at the end of the hour, and how long after it the last of it has gone. *First* is what gives way first, and at which
load.
Releases come when the hold ends, as fast as their orders came; mails are three of an order.
"""

AMBASSADOR = """## An ambassador with 100,000 entries

On AWS's DynamoDB Local in a process of its own, filled with what the program's settlements make; its seconds are not
DynamoDB's. Memory is the most that the whole process had meanwhile, libraries and all; it does not grow with the
entries. Read units are computed from the items. The audit goes on as the schedule carries a job on: in slices of ten
seconds, each stored, for 40 seconds a minute. The counting of units takes its part of the CPU.
"""

GROWTH = """## What grows with the table

The same operations on AWS's DynamoDB Local, whose table holds what the program has written of so many orders. Units are
computed as above; a median is that of {times} calls, the engine's time in it, on a machine that does other things
besides: read units, not milliseconds, to tell what grows.
"""

WHY = """
A million orders, computed. Each of these operations reads keys that it knows, a first page, or the partition of one
person or one order, and none reads on when the table holds more: their units are those of the right column. What does
grow, grows with something else:

- rounds of all people, an audit of all books, a fit of worth, a recomputation: with all there is, by design. They are
  jobs in slices; ten times as many people are ten times as many slices;
- folding a day: with the orders of that day, not of the others; and where rewards expire, with the accounts: two calls
  for a hundred. A slice ends by the clock, so a slow run above has one more, without an order;
- what is due, in /healthz and for the schedule: with what is due now;
- names: with the people of one name, a page at a time.
"""

PREVIEW = """## What-if

A program tried on as many orders as a request may play: {orders} of {ambassadors} ambassadors in {days} days. One
in five has a refund. The engine is the simulator's, behind DynamoDB's protocol in another process, whose calls take
{latency_ms:g} ms at least; up to 16 are under way at once. Both processes share the machine's cores with whatever else
runs there: of {ran} the fastest counts. Memory is what the preview adds.
"""

WORTH = """## What customers are worth

The purchases of CDNOW that come with the package `lifetimes` 0.11.3: {orders:,} orders of {customers:,} customers in 78
weeks, each through POST /v1/orders on the program over a cloud in memory, then fitted and read back person by person.
Beside it stands what `lifetimes` itself makes of the same purchases (`make reference`). Frequency, recency, age, value
and all that was paid are equal for **{equal:,} of {customers:,}** customers.
"""


KNOWN = """## Who is a customer

Whether asking to sign in tells it (`make bench ARGS=known`): {each} addresses that are known and {each} that are not,
in random order, in a warm function over a table in memory. All answers of a kind were equal but for their ids. What a
request takes of the table is the same for each: {trips}. *Longer* is how often, of a pair of
both kinds, the known one took longer: a half says nothing; p is that of the Mann-Whitney test. The control is the same
with one look at who it is before the answer: that the test would notice.
"""


PAGES = """## Pages

Each screen that needs no subject, as an ambassador with {orders} orders and an admin see it, in a warm function.
`route` is a bare Chalice route that makes the same calls to the table by boto3 and answers as many bytes; the last
column is beside one that makes them over this program's own wire. They take turns; the ratio is the median of those
within a round, and the first byte comes when all of the page is written. Read units are computed from the items; trips
are calls one after the other.
"""


def report(results: Figures) -> str:
    """Write the report about all parts that have been measured, then what is proved, kept by hand."""
    parts = [write(results[name]) + _origin(results[name]) for name, write in _PARTS.items() if name in results]
    return "\n".join([HEAD, _machine(results), *parts, PROOF.read_text()])


def _machine(results: Figures) -> str:
    """The machine of the latest measurement."""
    machine = max((part["machine"] for part in results.values()), key=lambda it: str(it["date"]))
    shown = {name: text for name, text in machine.items() if name not in {"load_before", "command", "date"}}
    return _table(["on", ""], [[name, text] for name, text in shown.items()])


def _origin(part: Figures) -> str:
    machine = part["machine"]
    on = f"{machine['cpu']}, {machine['cores']} cores, load before {machine['load_before']}"
    return f"\n*{machine['date']}, {on}: `{machine['command']}`*\n"


def _units(part: Figures) -> str:
    rows = [
        [name, *(f"{it[field]:g}" for field in _COUNTS), _aim(it["write_units"], part["aims"].get(name))]
        for name, it in part["operations"].items()
    ]
    life = f"\nA whole life is {', '.join(part['life'])}.\n"
    return UNITS + "\n" + _table(["operation", *_COUNTS.values(), "aim"], rows) + life


def _imports(part: Figures) -> str:
    rows = [
        [label, *(f"{part[name][f'{field}_{kind}']:.0f}" for name in ("app", "floor") for kind in ("best", "median"))]
        for label, field in (("CPU ms", "cpu"), ("wall ms", "wall"), ("modules", "modules"))
    ]
    times = _table(["", "program, best", "median", "floor, best", "median"], rows)
    verdict = f"\nRatio: {part['ratio_best']:.2f} of the best, {part['ratio_median']:.2f} as the median of the rounds; "
    verdict += f"aim {_aim(part['ratio_best'], part['aim'])}.\n\n"
    app, floor = part["packages"]["app"], part["packages"]["floor"]
    owners = [[name, f"{spent:.1f}", f"{floor.get(name, 0):.1f}"] for name, spent in app.items()]
    shares = _table(["imports by package, CPU ms (slowed by noting)", "program", "floor"], owners)
    return IMPORTS + "\n" + times + verdict + shares


def _zip(part: Figures) -> str:
    rows = [[name, _kb(size["packed"]), _kb(size["unpacked"])] for name, size in part["parts"].items()]
    rows.append(["**the zip**", f"**{_kb(part['packed'])}**", _kb(part["unpacked"])])
    aim = f"\nAim: at most {part['aim'] / 2**20:.0f} MB: {_aim(part['packed'], part['aim'], show=False)}."
    aim += f" The bytecode is of Python {part['machine']['python']}.\n"
    return ZIP + "\n" + _table(["content", "packed, KB", "unpacked, KB"], rows) + aim


def _cpu(part: Figures) -> str:
    redeemed = [
        [f"{name}, {threads} at once", *_times(measured[name])]
        for threads, measured in part["redeem"].items()
        for name in ("app", "route", "loop")
    ]
    later = [[name, *_times(measured)] for name, measured in part["later"].items()]
    ratios = _table(
        ["at once", "app / route", "app / loop", "app − loop, ms", "aim for app / route", "aim for CPU ms"],
        [
            [
                threads,
                f"{it['app/route']:.2f}",
                f"{it['app/loop']:.2f}",
                f"{it['app']['cpu_ms'] - it['loop']['cpu_ms']:.2f}",
                _aim(it["app/route"], part["aims"]["ratio"]),
                _aim(it["app"]["cpu_ms"], part["aims"]["cpu_ms"]),
            ]
            for threads, it in part["redeem"].items()
        ],
    )
    head = ["", "CPU ms", "wall p50 ms", "wall p99 ms"]
    beside = _table(
        ["", "CPU ms", "wall p50 ms", "wall p99 ms", "/ loop", "aim"],
        [
            [name, *_times(it), f"{it['ratio']:.2f}", _aim(it["ratio"], it["aim"])]
            for name, it in part.get("beside", {}).items()
        ],
    )
    alone = part["redeem"]["1"]
    life = alone["app"]["cpu_ms"] + sum(it["cpu_ms"] for it in part["later"].values())
    whole = f"\nA referral's whole life, with its redemption: {life:.1f} ms of CPU, "
    whole += f"{life / alone['loop']['cpu_ms']:.1f} times the loop's.\n"
    return CPU + "\n" + "\n".join([_table(head, redeemed), ratios, beside, _table(head, later)]) + whole


def _viral(part: Figures) -> str:
    rows = [[name, f"{rate:.0f}"] for name, rate in part["per_second"].items()]
    text = f"\nRatio: {part['ratio']:.2f}, the median of {part['rounds']} rounds; aim: at least {part['aim']}: "
    text += "met" if part["ratio"] >= part["aim"] else "**missed**"
    text += (
        f".\nKeys that two of the {part['transactions']} transactions have both written: {part['keys_in_common']}.\n"
    )
    return VIRAL + "\n" + _table([f"{part['at_once']} at once on", "redemptions/s"], rows) + text


def _folds(part: Figures) -> str:
    rows, alone = [], {it["batch"]: it["per_second"] for it in part["runs"] if it["workers"] == 1}
    for it in part["runs"]:
        ratio = it["per_second"] / alone[it["batch"]]
        verdict = f"≥ {part['aim']}: " + ("met" if ratio >= part["aim"] else "**missed**") if it["workers"] == 8 else ""
        counts = [it["left"], it["transactions"], f"{it['fold']:.1f}", it["lost"], it["conflicts"]]
        rows.append([it["batch"], it["workers"], f"{it['per_second']:.0f}", f"{ratio:.2f}", verdict, *counts])
    head = ["batches of", "workers", "orders/s", "by one", "aim", "left", "transactions", "fold", "lost", "conflicts"]
    return FOLDS.format(**part) + "\n" + _table(head, rows)


def _backlog(part: Figures) -> str:
    rows = []
    for label, it in (("settle", part["settle"]), ("send their mails", part["deliver"])):
        calls = ", ".join(f"{count} {name}" for name, count in it["calls"].items())
        seconds = [f"{it['seconds']:.1f}", f"{it['cpu_seconds']:.1f}", f"{it['per_second']:.0f}"]
        rows.append([label, *seconds, it["transactions"], it["attempts"], calls])
    head = [f"{part['orders']} orders", "seconds", "CPU seconds", "orders/s", "transactions", "attempts", "calls"]
    return BACKLOG + "\n" + _table(head, rows)


def _releases(part: Figures) -> str:
    rows = []
    for it in part["rounds"].values():
        calls = ", ".join(f"{count:.1f} {name}" for name, count in it["calls"].items())
        rows.append([it["workers"], it["threads"], f"{it['per_second']:.0f}", f"{it['cpu_ms']:.1f}", calls])
    table = _table(["runs", "threads each", "releases/s", "CPU ms of one", "its calls"], rows)
    one = max(it["per_second"] / it["workers"] for it in part["rounds"].values())
    told = f"\n{part['parts']} runs of the best rate: {one * part['parts']:.0f} a second; aim {part['aim']}.\n"
    about = {"read": part["read"] * 1000, "write": part["write"] * 1000, "parts": part["parts"]}
    return RELEASES.format(**about) + "\n" + table + told


def _load(part: Figures) -> str:
    rows = []
    for it in part["hours"]:
        queues = [_queue(it[name]) for name in ("settle", "release", "mail")]
        refused = f"{it['refused']:,.0f}/s" if it["refused"] else "-"
        rows.append([it["load"], it["setting"], refused, *queues, f"{it['first']}, {it['first_at']:,.0f}/s"])
    hours = _table(["orders", "setting", "refused", "settling", "releasing", "mails", "first"], rows)
    service = [[name, f"{value:,g}", unit, source] for name, (value, unit, source) in part["service"].items()]
    model = [
        [name, f"{it['model']:.0f}", f"{it['measured']:.0f}", f"{100 * it['error']:+.0f} %"]
        for name, it in part["model"].items()
    ]
    checked = _table(["runs x threads", "releases/s by the model", "measured", "off by"], model)
    return LOAD + "\n" + hours + "\n" + _table(["what", "takes", "", "source"], service) + "\n" + checked


def _queue(it: Figures) -> str:
    late = "no end" if it["late"] is None else f"{it['late'] / 3600:.1f} h" if it["late"] else "none"
    return f"{it['able']:,.0f}/s, {it['most']:,.0f} wait, {late}" if it["most"] else f"{it['able']:,.0f}/s, none wait"


def _ambassador(part: Figures) -> str:
    audit = part["audit"]
    rows = [*part["requests"].items(), (f"the audit, a job: {audit['minutes']} minutes of the schedule", audit)]
    fields = ("seconds", "cpu_seconds", "trips", "reads", "read_units", "memory_mb")
    shown = [[name, *(f"{it[field]:,.{2 if 'seconds' in field else 0}f}" for field in fields)] for name, it in rows]
    head = ["", "seconds", "CPU seconds", "trips", "items read", "read units", "memory, MB"]
    limits, requests = part["limits"], part["requests"].values()
    most = {
        "request, s": max(it["seconds"] for it in requests),
        "job's slice, s": audit["minute_max"],
        "memory, MB": max(it["memory_mb"] for it in (*requests, audit)),
    }
    against = [[name, f"{most[name]:.1f}", _aim(most[name], limit)] for name, limit in limits.items()]
    told = f"\n{part['entries']:,} entries of {part['orders']:,} orders, {part['items']:,} items in all. The job has "
    told += (
        f"{audit['slices']} slices, the longest of {audit['slice_max']:.1f} s; between two of them it keeps at most "
    )
    told += f"{audit['state_bytes']:,} bytes.\n\n"
    return (
        AMBASSADOR + "\n" + _table(head, shown) + told + _table(["the most", "found", "limit of the function"], against)
    )


def _growth(part: Figures) -> str:
    small, large = part["sizes"]
    fields = ("trips", "read_units", "write_units")
    names = [f"{it['orders']:,}" for it in part["sizes"]]
    units, grown = [], []
    for name, before in small["operations"].items():
        after = large["operations"][name]
        units.append([name, *(f"{it[field]:g}" for field in fields for it in (before, after))])
        if any(after[field] > before[field] for field in fields):
            grown.append(name)
    times = [[name, f"{ms:.1f}", f"{large['times'][name]:.1f}"] for name, ms in small["times"].items()]
    head = [f"{what}, {name}" for what in ("trips", "read units", "write units") for name in names]
    filled = ", ".join(f"{it['items']:,} items in {it['fill_seconds']:,.0f} s" for it in part["sizes"])
    verdict = f"Not flat: {', '.join(grown)}." if grown else "All of them are flat, so a million orders take the same."
    return (
        GROWTH.format(**part)
        + f"\nFilled with {filled}.\n\n"
        + _table(["operation", *head], units)
        + f"\n{verdict}\n\n"
        + _table(["median of a call, ms", *(f"{name} orders" for name in names)], times)
        + WHY
    )


def _preview(part: Figures) -> str:
    calls = ", ".join(f"{count} {name}" for name, count in sorted(part["calls"].items()))
    head = ["seconds", "aim", "CPU seconds", "round trips", "calls", "memory, MB", "answer, KB"]
    row = [f"{part['seconds']:.1f}", _aim(part["seconds"], part["aim"]), f"{part['cpu_seconds']:.1f}"]
    row += [str(sum(part["calls"].values())), calls, f"{part['memory_mb']:.0f}", f"{part['answer_kb']:.0f}"]
    return PREVIEW.format(**part, ran=", ".join(f"{it:.1f} s" for it in part["rounds"])) + "\n" + _table(head, [row])


def _worth(part: Figures) -> str:
    fitted = [
        [f"`{name}`", f"{mine:.4f}", f"{its:.4f}", f"{abs(mine / its - 1):.4%}"]
        for name, mine, its in part["parameters"]
    ]
    expected = [
        [
            it["name"],
            f"{it['sum']:,.1f}",
            f"{it['its_sum']:,.1f}",
            f"{it['median']:.4%}",
            f"{it['most']:.4%}",
            it["within"],
        ]
        for it in part["predictions"]
    ]
    within = f"within {part['aim']:.0%}"
    missed = [it for it in part["predictions"] if it["within"] < part["customers"]]
    verdict = f"\nAim: all customers {within}: {'**missed**' if missed else 'met'}. Of a difference half of the last "
    verdict += "digit that an answer shows is taken off.\n\n"
    groups = part["holdout"]["groups"]
    whole = {name: sum(it[name] for it in groups) for name in ("customers", "expected", "came")}
    seen = [[_repeats(it["repeats"]), it["customers"], f"{it['expected']:.0f}", it["came"]] for it in groups]
    seen.append(["**all**", whole["customers"], f"**{whole['expected']:.0f}**", f"**{whole['came']}**"])
    later = f"\nHow far it may be trusted: fitted after 39 weeks, and what came in the {part['holdout']['days']} days "
    later += "after that, which the fit has not seen.\n\n"
    view, cpu = part["view"], part["cpu_ms"]
    costs = [[name, f"{value:.2f}"] for name, value in cpu.items()]
    cost = (
        f"\nThe fit takes {part['fit_seconds']:.1f} CPU seconds. To see what the customer with most orders is worth, "
    )
    cost += f"{view['orders']}, takes {view['trips']} trips and {view['read_units']:g} read units.\n\n"
    return (
        WORTH.format(**part) + "\n" + _table(["parameter", "fitted here", "by lifetimes", "apart"], fitted) + "\n"
        + _table(["expected of all", "here", "by lifetimes", "apart: median", "most", within], expected) + verdict
        + later.lstrip() + _table(["repeat purchases so far", "customers", "expected", "came"], seen) + cost
        + _table(["", "CPU ms"], costs)
    )  # fmt: skip


def _known(part: Figures) -> str:
    costs = [cost for kind in ("known", "unknown") for cost in part["trips"][kind]]
    assert all(cost == costs[0] for cost in costs), "what it takes of the table tells who is known"
    taken = costs[0]
    trips = ", ".join(f"{taken[name]:.0f} {name.replace('_', ' ')}" for name in ("trips", "read_units", "write_units"))
    head = ["2 x " + f"{part['each']:,}", "known, median ms", "unknown, median ms", "longer", "p"]
    rows = []
    for label, name in (("request", "request"), ("wrong code", "code"), ("control", "control")):
        it = part[name]
        medians = [f"{it[f'median_{kind}_us'] / 1000:.2f}" for kind in ("known", "unknown")]
        rows.append([label, *medians, f"{it['known_is_longer']:.3f}", f"{it['p']:.2g}"])
    return KNOWN.format(each=f"{part['each']:,}", trips=trips) + "\n" + _table(head, rows)


def _pages(part: Figures) -> str:
    rows = []
    for path, it in part["pages"].items():
        mine = path == "/me" or path.startswith("/me/")
        aim = _aim(it["page/route"], part["aims"]["first byte"]) if mine else ""
        times = [f"{it[name]:.1f}" for name in ("cpu_ms", "route_cpu_ms", "wall_p50_ms", "route_p50_ms")]
        rows.append(
            [
                f"`{path}`",
                it["trips"],
                f"{it['read_units']:g}",
                _kb(it["bytes"]),
                *times,
                f"{it['page/route']:.2f}",
                aim,
                f"{it['page/wired']:.2f}",
            ]
        )
    head = [
        "page",
        "trips",
        "read units",
        "KB",
        "CPU ms",
        "route's",
        "first byte, ms",
        "route's",
        "ratio",
        "aim",
        "/ wire",
    ]
    return PAGES.format(orders=part["orders"]) + "\n" + _table(head, rows)


def _repeats(number: int) -> str:
    return "7 and more" if number == 7 else str(number)


def _times(measured: Figures) -> list[str]:
    return [f"{measured[name]:.2f}" for name in ("cpu_ms", "wall_p50_ms", "wall_p99_ms")]


def _aim(value: float, most: float | None, *, show: bool = True) -> str:
    if most is None:
        return ""
    verdict = "met" if value <= most else "**missed**"
    return f"≤ {most:g}: {verdict}" if show else verdict


def _kb(size: int) -> str:
    return f"{size / 1024:.0f}"


def _table(head: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A table: the first column is text, figures stand on the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


_COUNTS = {
    "trips": "trips",
    "reads": "items read",
    "read_units": "read units",
    "writes": "items written",
    "table_units": "table",
    "index_units": "indexes",
    "write_units": "write units",
    "written": "bytes written",
}

_PARTS = {
    "units": _units,
    "cpu": _cpu,
    "imports": _imports,
    "zip": _zip,
    "viral": _viral,
    "folds": _folds,
    "backlog": _backlog,
    "releases": _releases,
    "load": _load,
    "ambassador": _ambassador,
    "growth": _growth,
    "preview": _preview,
    "worth": _worth,
    "known": _known,
    "pages": _pages,
}

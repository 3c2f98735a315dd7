"""Plays a shop's history through the HTTP API of a running instance, and checks every cent of the result.

    make run                                                    # in one terminal
    python examples/play.py --run-json .local/run.json          # in another

Each line of the history is sent as the shop would send it, on its day, and the answer is compared with what
the line expects. The program's clock is moved from day to day, so that five months of holds pass in minutes.
At the end the ledger is compared with totals.sql, which works the same history out from the rules alone. With
`--program tiered` (or flat, double-sided) that program is published first, the ledger is compared with the totals in
tiered.md, and what-if is asked about the other programs: it must say what their documents say.

Only the standard library is used. README.md describes the history and the rules.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import sqlite3
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

HERE = Path(__file__).resolve().parent
NOON, EVENING = time_of_day(12, 0), time_of_day(23, 50)
SETTLE_SECONDS_MAX = 120
POLL_SECONDS = 0.05
TRIES_MAX = 6
LEDGER_STEP = timedelta(days=30)  # one request may ask for 31 days, the last of them included
KINDS = ("hold", "release", "void", "clawback", "reinstate", "bonus", "bonus_lost")
PROGRAMS = ("flat", "tiered", "double-sided")
CAMPAIGN, IN_CAMPAIGN = "May", ("maya", "lucia", "jignesh", "asha")
CHECKED = ("tier", "counted", "held", "available", *KINDS)

Line = dict[str, str]
Total = dict[str, Any]


class PlayError(Exception):
    """Something that stops the play; the text says what to do next."""


class Run(NamedTuple):
    """What `make run` leaves in run.json, as far as the player needs it."""

    api: str
    admin_key: str
    checkout_key: str
    enrol_key: str
    currency: str
    clock_file: Path


def read_run(path: Path) -> Run:
    """Reads run.json."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlayError(f"{path} is not there: start an instance with `make run`, then try again.") from None
    return Run(
        found["api"],
        found["admin_key"],
        found["checkout_key"],
        found["enrol_key"],
        found["currency"],
        Path(found["clock_file"]),
    )


def read_history(path: Path) -> list[Line]:
    """All lines of the history, every column as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the API --------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """An answer of the API, and whether it is the answer to a repeat."""

    status: int
    body: dict[str, Any]
    replayed: bool


class Api:
    """One kept-alive connection. What fails on the way is tried again: every request of the player may be."""

    def __init__(self, base: str) -> None:
        """Connects with the first request, not yet."""
        parts = urlsplit(base)
        maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.base = base
        self.root = parts.path.rstrip("/")
        self.connection = maker(parts.netloc, timeout=60)

    def call(self, method: str, path: str, key: str, body: dict[str, Any] | None = None, **more: str) -> Answer:
        """One request. A repeat that the player itself caused counts as the first answer."""
        payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", **more}
        if payload is not None:
            headers["Content-Type"] = "application/json"
        for attempt in range(TRIES_MAX):
            try:
                self.connection.request(method, self.root + path, payload, headers)
                response = self.connection.getresponse()
                raw = response.read()
            except (http.client.HTTPException, OSError) as failure:
                self.connection.close()  # the next request opens it again
                problem = str(failure) or type(failure).__name__
                wait = 0.1 * 2**attempt
            else:
                if response.status not in (429, 502, 503, 504):
                    replayed = response.headers.get("Idempotent-Replayed") == "true" and not attempt
                    return Answer(response.status, read_json(raw), replayed)
                problem = f"status {response.status}"
                wait = float(response.headers.get("Retry-After") or 0.1 * 2**attempt)
            time.sleep(min(wait, 5))
        raise PlayError(f"{method} {self.base}{path} failed ({problem}): is `make run` still up?")

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()

    def get(self, path: str, key: str) -> dict[str, Any]:
        """Reads something that must be there."""
        answer = self.call("GET", path, key)
        if answer.status != 200:
            raise PlayError(f"GET {path} answered {answer.status}: {answer.body}")
        return answer.body

    def pages(self, path: str, key: str, **query: str) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            asked = query | {"limit": "100"} | ({"cursor": cursor} if cursor else {})
            page = self.get(f"{path}?{urlencode(asked)}", key)
            yield from page["items"]
            cursor = page.get("next_cursor")


def read_json(raw: bytes) -> dict[str, Any]:
    """The body as an object; anything else is shown as it came."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = raw.decode(errors="replace")
    return body if isinstance(body, dict) else {"body": body}


# --- lines -> requests, answers -> outcomes -------------------------------------------------------


def typed(code: str, style: str) -> str:
    """The code as somebody types it: capitals, hyphens and spaces make no difference."""
    groups = [code[start : start + 4] for start in range(0, len(code), 4)]
    if style == "lower":
        return code.lower()
    if style == "spaced":
        return " ".join(groups)
    if style == "hyphenated":
        return "-".join(groups)
    if style == "mixed":
        return "- ".join("".join((letter.lower(), letter)[n % 2] for n, letter in enumerate(group)) for group in groups)
    return code


class Request(NamedTuple):
    """A request that a line stands for."""

    path: str
    key: str
    body: dict[str, Any]


def request_of(line: Line, run: Run, codes: dict[str, str]) -> Request:
    """What the shop sends for this line."""
    if line["event"] == "enrol":
        names = ("email", "first_name", "last_name", "locale")
        return Request("/v1/ambassadors", run.enrol_key, {name: line[name] for name in names if line[name]})
    if line["event"] == "order":
        return Request("/v1/redemptions", run.checkout_key, redemption_of(line, codes))
    path = f"/v1/orders/{quote(line['order_id'])}/refunds"
    if line["event"] == "reversal":
        return Request(f"{path}/{quote(line['refund_id'])}/reversal", run.checkout_key, {})
    told: dict[str, Any] = {"refund_id": line["refund_id"], "refunded_at": line["at"], "kind": line["kind"]}
    if line["kind"] != "cancellation":
        told["amount"] = money(line)
    return Request(path, run.checkout_key, told)


def redemption_of(line: Line, codes: dict[str, str]) -> dict[str, Any]:
    """The body for an order. A code that begins with a question mark is nobody's and is sent as it stands."""
    of = line["code_of"]
    code = of[1:] if of.startswith("?") else codes[of]
    customer: dict[str, Any] = {name: line[name] for name in ("email", "first_name", "locale") if line[name]}
    if line["first_order"]:
        customer["first_order"] = line["first_order"] == "true"
    return {
        "order_id": line["order_id"],
        "code": typed(code, line["code_style"]),
        "customer": customer,
        "amount": money(line),
        "placed_at": line["at"],
    }


def money(line: Line) -> dict[str, Any]:
    """The amount of a line as the API writes money."""
    return {"amount": int(line["amount"]), "currency": line["currency"]}


def outcome(answer: Answer, event: str) -> str:
    """The answer in one word: the word that stands in the column `expect`."""
    if answer.status == 201:
        return "accepted"
    if answer.status == 200:
        return "known" if event == "enrol" else "replayed" if answer.replayed else "accepted"
    return str(answer.body.get("reason") or f"status {answer.status}")


# --- time -----------------------------------------------------------------------------------------


def move_clock(run: Run, day: date, at: time_of_day) -> None:
    """Sets the program's clock to that moment; from there it goes on at its usual pace.

    The file is replaced in one step: a reader finds the old number or the new one, never half of it.
    """
    moment = datetime.combine(day, at, UTC)
    fresh = run.clock_file.with_name(run.clock_file.name + ".new")
    fresh.write_text(str(round(moment.timestamp() - time.time())), encoding="ascii")
    fresh.replace(run.clock_file)


def wait_settled(api: Api, run: Run) -> None:
    """Waits until nothing is due any more, seen twice in a row.

    What is accepted becomes due within minutes by the program's clock, and the end of a hold at its moment.
    So once the clock stands later than that, "nothing is due" means that every fact so far is in the ledger.
    """
    end = time.monotonic() + SETTLE_SECONDS_MAX
    quiet = 0
    while True:
        due = api.get("/healthz", run.admin_key).get("due")
        if due is None:
            raise PlayError("GET /healthz does not say what is due: is admin_key allowed `admin:read`?")
        quiet = quiet + 1 if due == 0 else 0
        if quiet == 2:
            return
        if time.monotonic() > end:
            raise PlayError(
                f"After {SETTLE_SECONDS_MAX} s {due} items are still due. Look at the output of `make run` "
                "for a settlement or a mail that fails again and again, then start from an empty instance."
            )
        time.sleep(POLL_SECONDS)


def wait_for(api: Api, run: Run, order_id: str) -> None:
    """Waits until an order has been settled for the first time."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while any(step["rule"] == "settlement" for step in api.get(f"/v1/redemptions/{order_id}", run.admin_key)["trace"]):
        if time.monotonic() > end:
            raise PlayError(f"{order_id} was not settled in {SETTLE_SECONDS_MAX} s: look at the output of `make run`.")
        time.sleep(POLL_SECONDS)


# --- playing --------------------------------------------------------------------------------------


@dataclass
class Played:
    """What was played: who is who at the API, what was answered, and the last day reached."""

    ids: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    last_day: date = date.min


def send(line: Line, api: Api, run: Run, played: Played) -> None:
    """Sends one line and notes what came of it."""
    request = request_of(line, run, played.codes)
    answer = api.call("POST", request.path, request.key, request.body)
    found = outcome(answer, line["event"])
    if line["event"] == "enrol":
        enrolled(line, answer, played)
    played.outcomes[f"{line['event']} {found}"] += 1
    if found != line["expect"]:
        subject = line["order_id"] or line["person"]
        played.surprises.append(
            f"line {line['line']} ({line['event']} {subject}): expected {line['expect']}, answered {found}: "
            f"{answer.body}"
        )


def enrolled(line: Line, answer: Answer, played: Played) -> None:
    """Notes an ambassador's id and code, without which later lines could not be sent."""
    if answer.status not in (200, 201):
        raise PlayError(f"{line['first_name']} could not be enrolled ({answer.status}): {answer.body}")
    if answer.status == 200 and not played.ids:
        raise PlayError(
            "The first ambassador is known already: a history can be played once only. Start from an empty instance."
        )
    played.ids[line["person"]] = answer.body["id"]
    played.codes[line["person"]] = answer.body["code"]


def join_campaign(line: Line, api: Api, run: Run, played: Played) -> None:
    """Gives the codes of some ambassadors to the campaign."""
    if line["event"] == "enrol" and line["person"] in IN_CAMPAIGN:
        path = f"/v1/codes/{played.codes[line['person']]}"
        answer = api.call("PATCH", path, run.admin_key, {"campaign": CAMPAIGN})
        if answer.status != 200:
            raise PlayError(f"PATCH {path} answered {answer.status}: {answer.body}")


def play_by(name: str, api: Api, run: Run) -> None:
    """Publishes one of the programs."""
    document = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    answer = api.call("PUT", "/v1/program", run.admin_key, document, **{"If-Match": "*"})
    if answer.status != 200:
        raise PlayError(f"{name}.json was not published ({answer.status}): {answer.body}")


def days_of(lines: list[Line], until: date, every_day: bool) -> list[date]:
    """The days to visit: each, or only those with lines and the last one.

    Skipping a day without lines changes no balance. What falls due on it is settled at the next noon, which
    still comes before the next lines; only the time written on those entries is later.
    """
    if every_day and lines:
        first = date.fromisoformat(lines[0]["day"])
        return [first + timedelta(days=n) for n in range((until - first).days + 1)]
    return sorted({date.fromisoformat(line["day"]) for line in lines} | {until})


def play(
    api: Api, run: Run, lines: list[Line], days: list[date], seconds: float = float("inf"), *, in_turn: bool = False
) -> Played:
    """Visits the days in order: settle what falls due, send the lines of the day, settle those.

    The two waits make the result independent of how fast the instance settles. A line sees every release that
    falls due by noon of its day, and nothing else of that day. After `seconds` no further day is begun. `in_turn` also
    waits for each order before another of its day with the same code, because caps look at those before; and gives
    codes to the campaign.
    """
    by_day = defaultdict(list)
    for line in lines:
        by_day[date.fromisoformat(line["day"])].append(line)
    played, bar, end = Played(), Bar(len(lines) + len(days)), time.monotonic() + seconds
    for day in days:
        move_clock(run, day, NOON)
        wait_settled(api, run)
        for number, line in enumerate(by_day[day]):
            send(line, api, run, played)
            if in_turn:
                join_campaign(line, api, run, played)
                if line["expect"] == "accepted" and is_followed(line, by_day[day][number + 1 :]):
                    wait_for(api, run, line["order_id"])
            bar.step(str(day))
        if by_day[day]:
            move_clock(run, day, EVENING)
            wait_settled(api, run)
        bar.step(str(day))
        played.last_day = day
        if time.monotonic() > end:
            break
    bar.finish()
    return played


def is_followed(line: Line, later: list[Line]) -> bool:
    """Tells whether an order is followed by another one with the same code."""
    return line["event"] == "order" and any(it["event"] == "order" and it["code_of"] == line["code_of"] for it in later)


class Bar:
    """Progress on stderr: a bar on a terminal, elsewhere a plain line for every tenth."""

    def __init__(self, total: int) -> None:
        """Counts up to `total`."""
        self.total, self.done, self.shown = max(total, 1), 0, -1
        self.live = sys.stderr.isatty()

    def step(self, label: str) -> None:
        """One more piece of the work is done."""
        self.done += 1
        part = self.done * (40 if self.live else 10) // self.total
        if self.live:
            text = f"\r{label} [{'#' * part:<40}] {self.done}/{self.total}"
            print(text, end="", file=sys.stderr, flush=True)
        elif part > self.shown:
            print(f"{label} {self.done}/{self.total}", file=sys.stderr, flush=True)
        self.shown = part

    def finish(self) -> None:
        """Leaves the bar on its line."""
        if self.live:
            print(file=sys.stderr)


# --- what the ledger says, and what it should -----------------------------------------------------


def expected_totals(lines: list[Line], until: date) -> list[Total]:
    """Runs totals.sql over the history up to and including that day."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        columns = list(lines[0])
        database.execute(f"CREATE TABLE history ({', '.join(columns)})")
        database.executemany(
            f"INSERT INTO history VALUES ({', '.join('?' * len(columns))})",  # noqa: S608 - question marks only
            ([line[column] for column in columns] for line in lines),
        )
        database.execute("CREATE TABLE ending AS SELECT ? AS day", (str(until),))
        database.executescript((HERE / "totals.sql").read_text(encoding="utf-8"))
        doubts = [tuple(row) for row in database.execute("SELECT * FROM doubts")]
        if doubts:
            raise PlayError(f"The history leaves room for two answers: {doubts[:5]}")
        return [dict(row) for row in database.execute("SELECT * FROM totals")]


def written_totals(name: str) -> list[Total]:
    """Reads the table of totals in a program's document."""
    lines = (HERE / f"{name}.md").read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| person |"))
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[start:] if line.startswith("|")]
    rows = []
    for row in cells[2:]:
        rows.append({column: number(cell) for column, cell in zip(cells[0], row, strict=True)})
        if row[0] == "TOTAL":
            break
    return rows


def number(cell: str) -> str | int:
    """A figure of the table: money in cents, a count as it is, anything else as text."""
    digits = cell.replace(".", "", 1).removeprefix("-")
    return int(cell.replace(".", "")) if digits.isascii() and digits.isdigit() else cell


def foretold(api: Api, run: Run, name: str, lines: list[Line]) -> list[str]:
    """Asks what another program would have cost, and says what differs from that program's document."""
    document = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    asked = {"program": document, "period": {"from": lines[0]["day"], "to": lines[-1]["day"]}}
    answer = api.call("POST", "/v1/program/preview", run.admin_key, asked)
    if answer.status != 200:
        raise PlayError(f"The preview of {name} answered {answer.status}: {answer.body}")
    told, row = answer.body["candidate"], written_totals(name)[-1]
    prizes = row["bonus"] - row["bonus_lost"]
    rewards = told["total"]["rewards"]
    pairs = {
        "orders": (told["total"]["orders"], row["orders"]),
        "friends saved": (sum(it["amount"] for it in told["total"]["friend_discounts"]), row["saved"]),
        "held": (sum(it["held"]["amount"] for it in rewards), row["held"]),
        "available": (sum(it["available"]["amount"] for it in rewards), row["available"] - prizes),
        "prizes": (sum(it["amount"] for it in told["bonuses"]), prizes),
    }
    shown = ", ".join(f"{what} {cents(it) if what != 'orders' else it}" for what, (it, _) in pairs.items())
    print(f"  {name:14} {shown}  {'ok' if all(a == b for a, b in pairs.values()) else 'DIFFERENT'}")
    return [f"preview of {name}: {what} is {a}, expected {b}" for what, (a, b) in pairs.items() if a != b]


def ledger_by_kind(api: Api, run: Run, first: date, last: date) -> dict[str, Counter[str]]:
    """The ledger's entries summed up by ambassador and kind, each entry once.

    Asked for in stretches that share their border days, so that it does not matter whether `to` is included.
    """
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    seen: set[str] = set()
    start = first
    while start <= last:
        query = {"from": str(start), "to": str(start + LEDGER_STEP)}
        for entry in api.pages("/v1/ledger", run.admin_key, **query):
            if entry["id"] not in seen:
                seen.add(entry["id"])
                moved = sum(max(0, leg["amount"]) for leg in entry["legs"])
                sums[entry["ambassador_id"]][entry["kind"]] += moved
        start += LEDGER_STEP
    return sums


def print_expected(lines: list[Line], until: date) -> None:
    """The answer of totals.sql as CSV: how totals.csv was made."""
    rows = expected_totals(lines, until)
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def balance(account: dict[str, Any], name: str, currency: str) -> int:
    """One of an account's balances; what is not listed is nothing."""
    return sum(int(held["amount"]) for held in account.get(name, ()) if held.get("currency") == currency)


def found_totals(api: Api, run: Run, played: Played, first: date) -> dict[str, Total]:
    """What the API says about each ambassador, in the columns of totals.sql."""
    sums = ledger_by_kind(api, run, first, played.last_day)
    found: dict[str, Total] = {}
    for person, ambassador_id in played.ids.items():
        profile = api.get(f"/v1/ambassadors/{ambassador_id}", run.admin_key)
        account = profile["account"]
        found[person] = {
            "tier": profile["tier"]["name"],
            "counted": account["counted"],
            "held": balance(account, "held", run.currency),
            "available": balance(account, "available", run.currency),
            **dict.fromkeys(KINDS, 0),
            **sums[ambassador_id],
        }
    return found


def differences(expected: list[Total], ledger: dict[str, Total]) -> list[str]:
    """Every figure that is not as it should be, in words. Kinds that the rules do not know count too."""
    wrong = [f"{row['name']}: not enrolled" for row in expected[:-1] if row["person"] not in ledger]
    pairs = [(row, ledger[row["person"]]) for row in expected[:-1] if row["person"] in ledger]
    return wrong + [
        f"{row['name']}: {name} is {seen[name]}, expected {row.get(name, 0)}"
        for row, seen in pairs
        for name in seen
        if seen[name] != row.get(name, 0)
    ]


# --- showing it -----------------------------------------------------------------------------------


def cents(amount: int) -> str:
    """Minor units as people write them."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def padded(text: str, width: int) -> str:
    """Padded by what is seen: Gujarati and Bengali marks that sit on a letter take no room of their own."""
    seen = sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)
    return text + " " * (width - seen)


def print_ambassadors(expected: list[Total], ledger: dict[str, Total], rows_max: int = 40) -> None:
    """The ambassadors as a table; of a long one the largest, and whatever differs."""
    rows = [(row, ledger[row["person"]]) for row in expected[:-1] if row["person"] in ledger]
    verdicts = {row["person"]: all(seen[name] == row.get(name, 0) for name in CHECKED) for row, seen in rows}
    if len(rows) > rows_max:
        rows.sort(key=lambda pair: -pair[0]["hold"])
        rows = [pair for n, pair in enumerate(rows) if n < rows_max // 2 or not verdicts[pair[0]["person"]]]
    print(
        f"\n{'ambassador':24} {'tier':8} {'counted':>7} {'held':>9} {'available':>10}"
        f" {'expected held':>14} {'available':>10}"
    )
    for row, seen in rows:
        balances = (seen["held"], seen["available"], row["held"], row["available"])
        print(
            f"{padded(row['name'], 24)} {seen['tier']:8} {seen['counted']:7}",
            *(f"{cents(amount):>{width}}" for amount, width in zip(balances, (9, 10, 14, 10), strict=True)),
            "ok" if verdicts[row["person"]] else "DIFFERENT",
        )
    if len(rows) < len(verdicts):
        print(f"… and {len(verdicts) - len(rows)} more, all ok")


def print_kinds(expected: list[Total], ledger: dict[str, Total]) -> None:
    """The ledger by kind of entry."""
    print(f"\n{'entries':12} {'ledger':>11} {'expected':>11}")
    unknown = (kind for seen in ledger.values() for kind in seen if kind not in CHECKED)
    for kind in dict.fromkeys([*KINDS, *unknown]):
        total, should = sum(seen.get(kind, 0) for seen in ledger.values()), expected[-1].get(kind, 0)
        print(f"{kind:12} {cents(total):>11} {cents(should):>11}  {'ok' if total == should else 'DIFFERENT'}")


def print_some(title: str, texts: Iterable[str], most: int = 20) -> None:
    """A list of findings, cut where nobody reads on."""
    texts = list(texts)
    if texts:
        print(f"\n{title}:", *texts[:most], sep="\n  ")
        if len(texts) > most:
            print(f"  … and {len(texts) - most} more")


def report(api: Api, run: Run, lines: list[Line], played: Played, program: str | None = None) -> int:
    """Compares the instance with totals.sql or a program's document, prints both, and answers the exit code."""
    expected = written_totals(program) if program else expected_totals(lines, played.last_day)
    found = found_totals(api, run, played, date.fromisoformat(lines[0]["day"]))
    wrong = differences(expected, found)
    print_some("Answers", (f"{count:5} {name}" for name, count in sorted(played.outcomes.items())), 50)
    print_ambassadors(expected, found)
    print_kinds(expected, found)
    if program:
        print("\nWhat-if, against the documents of the programs:")
        wrong += [text for name in PROGRAMS for text in foretold(api, run, name, lines)]
    print_some("Answers that were not expected", played.surprises)
    print_some("Figures that differ", wrong)
    if wrong or played.surprises:
        print(f"\nDIFFERENT: {len(played.surprises)} answers and {len(wrong)} figures, as listed above.")
        return 1
    print(
        f"\nAll {sum(played.outcomes.values())} answers as expected; balances, counts, tiers and entries of "
        f"{len(found)} ambassadors as worked out by {f'{program}.md' if program else 'totals.sql'} up to "
        f"{played.last_day}."
    )
    return 0


def arguments(given: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Plays a shop's history through a running instance's API.")
    parser.add_argument("--run-json", type=Path, default=Path(".local/run.json"), help="left by `make run`")
    parser.add_argument("--history", type=Path, default=HERE / "history.csv")
    parser.add_argument("--quick", action="store_true", help="pass over days without lines")
    parser.add_argument("--expected", action="store_true", help="play nothing, print what totals.sql expects")
    parser.add_argument("--program", choices=PROGRAMS, help="publish this program first; plays the whole history")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--days", type=int, help="play this many days only")
    length.add_argument("--until", type=date.fromisoformat, help="play up to this day, e.g. 2026-04-15")
    return parser.parse_args(given)


def last_day(options: argparse.Namespace, history: list[Line]) -> date:
    """The last day to play: the one asked for, or the last of the history."""
    if options.days:
        return date.fromisoformat(history[0]["day"]) + timedelta(days=options.days - 1)
    until: date = options.until or date.fromisoformat(history[-1]["day"])
    return until


def demonstrate(options: argparse.Namespace) -> int:
    """Plays and compares; answers the exit code."""
    history = read_history(HERE / "history.csv" if options.program else options.history)
    until = date.fromisoformat(history[-1]["day"]) if options.program else last_day(options, history)
    lines = [line for line in history if line["day"] <= str(until)]
    if not lines:
        raise PlayError(f"The history has no lines up to {until}; it begins on {history[0]['day']}.")
    if options.expected:
        print_expected(lines, until)
        return 0
    run = read_run(options.run_json)
    with closing(Api(run.api)) as api:
        began = time.monotonic()
        if options.program:
            play_by(options.program, api, run)
        played = play(
            api, run, lines, days_of(lines, until, every_day=not options.quick), in_turn=bool(options.program)
        )
        print(f"{len(lines)} lines up to {until} played in {time.monotonic() - began:.0f} s")
        code = report(api, run, lines, played, options.program)
    print(f"The program's clock stays at {until}; `echo 0 > {run.clock_file}` brings it back to today.")
    return code


def main(given: list[str] | None = None) -> int:
    """Answers 0 if all is as it should be, 1 if something differs, 2 if it could not be played."""
    try:
        return demonstrate(arguments(given))
    except PlayError as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""What admins read: the ledger page by page, filtered, as CSV; an ambassador; the list of referrals."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations.orders.settle import settle_orders
from memory.shop import Body, Shop, eur

PUBLIC = "https://friends.shop.example"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("http:evil.example")')
ALL = "from=2026-01-01&to=2026-12-31"


def no_floats(text: str) -> float:
    """A number with a fraction or an exponent: the API has none."""
    raise AssertionError(f"a float in JSON: {text}")


def get(shop: Shop, path: str, **headers: str) -> HTTPResponse:
    """Read as an admin."""
    answer = shop.call("GET", path, scope="admin:read", **headers)
    assert answer.status_code == 200, answer.body
    return answer


def read(shop: Shop, path: str) -> Any:
    """Read JSON as an admin."""
    return json.loads(get(shop, path).body, parse_float=no_floats)


def walk(shop: Shop, path: str, query: str = "") -> list[Body]:
    """Every item of a list, page after page by the Link header, each page within the limit."""
    limit = int(found[1]) if (found := re.search(r"limit=(\d+)", query)) else 50
    items: list[Body] = []
    following = f"{path}?{query}"
    for _ in range(100):
        answer = get(shop, following)
        page = json.loads(answer.body, parse_float=no_floats)
        assert set(page) == {"items", "next_cursor"}
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next_cursor"] is None:
            assert "Link" not in answer.headers
            return items
        link = answer.headers["Link"]
        assert link.endswith('>; rel="next"')
        assert link.startswith(f"<{PUBLIC}{path}?")
        following = link.removeprefix(f"<{PUBLIC}").partition(">")[0]
    raise AssertionError("a list without an end")


def settle(shop: Shop, order_ids: Iterable[str]) -> None:
    """Settle without sending the mails: they are not this file's matter, and take most of the time."""
    assert not settle_orders(deps.table(), order_ids, now=shop.now)


def at(entry: Body) -> datetime:
    """When an entry was posted."""
    return datetime.fromisoformat(entry["at"])


@pytest.fixture
def ambassadors(shop: Shop) -> list[Body]:
    """Five ambassadors with orders on four days, refunds, and first releases: some 30 entries in several shards."""
    made = [shop.enrol(f"a{number}@example.com") for number in range(5)]
    orders: list[str] = []
    for day in range(4):
        for number, ambassador in enumerate(made):
            if (day + number) % 2 == 0:
                orders.append(f"o{day}-{number}")
                assert shop.redeem(ambassador["code"], orders[-1], 5000 + day).status_code == 201
        if day == 2:
            shop.refund("o0-0", "r-1", 4501)
            shop.refund("o1-1", "r-1", 1000)
        settle(shop, orders)
        shop.now += timedelta(days=1, minutes=7)
    shop.now += timedelta(days=27)
    settle(shop, orders)
    return made


def everybodys(shop: Shop, made: list[Body]) -> list[Body]:
    """All entries, gathered from the ledgers of the ambassadors, in order of time and id."""
    entries = [entry for one in made for entry in read(shop, f"/v1/ambassadors/{one['id']}/ledger?limit=100")["items"]]
    return sorted(entries, key=lambda entry: (at(entry), entry["id"]))


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_of_the_ledger(shop: Shop, ambassadors: list[Body], subtests: pytest.Subtests) -> None:
    """However it is cut into pages, the ledger has every entry of everybody exactly once, in order of time."""
    every = everybodys(shop, ambassadors)
    assert len({at(entry).date() for entry in every}) >= 4
    assert len(every) >= 15
    start, end = at(every[0]).date(), at(every[-1]).date()
    early = [entry for entry in every if at(entry).date() <= start + timedelta(days=2)]
    assert len(early) >= 7
    for limit in (1, 2, 3, 7):
        with subtests.test(f"limit {limit}"):
            assert walk(shop, "/v1/ledger", f"limit={limit}&from={start}&to={start + timedelta(days=2)}") == early
    for limit in (7, 100):
        with subtests.test(f"all, limit {limit}"):
            assert walk(shop, "/v1/ledger", f"limit={limit}&from={start}&to={end}") == every


def test_pages_of_one_ambassadors_ledger(shop: Shop, ambassadors: list[Body], subtests: pytest.Subtests) -> None:
    """An ambassador's own ledger and the filter on everybody's are the same list, in order of posting."""
    own = ambassadors[0]["id"]
    expected = [entry for entry in everybodys(shop, ambassadors) if entry["ambassador_id"] == own]
    assert len(expected) >= 3
    for limit in (1, 2, 3, 100):
        with subtests.test(f"limit {limit}"):
            assert walk(shop, f"/v1/ambassadors/{own}/ledger", f"limit={limit}") == expected
            assert walk(shop, "/v1/ledger", f"limit={limit}&ambassador_id={own}") == expected


def test_pages_of_one_orders_entries(shop: Shop, ambassadors: list[Body], subtests: pytest.Subtests) -> None:
    """The limit holds for the entries of an order as well."""
    expected = [entry for entry in everybodys(shop, ambassadors) if entry.get("order_id") == "o1-1"]
    assert len(expected) >= 2
    for limit in (1, 2, 100):
        with subtests.test(f"limit {limit}"):
            assert walk(shop, "/v1/ledger", f"limit={limit}&order_id=o1-1") == expected


def test_a_page_has_50_entries_unless_told(shop: Shop) -> None:
    """Without a limit a page has 50 entries at most."""
    maya = shop.enrol()
    for number in range(52):
        assert shop.redeem(maya["code"], f"o{number}").status_code == 201
    settle(shop, [f"o{number}" for number in range(52)])
    page = read(shop, f"/v1/ambassadors/{maya['id']}/ledger")
    assert len(page["items"]) == 50
    assert len(walk(shop, f"/v1/ambassadors/{maya['id']}/ledger")) == 52
    assert len(walk(shop, f"/v1/ambassadors/{maya['id']}/referrals")) == 52


def test_entries_add_up(shop: Shop, ambassadors: list[Body]) -> None:
    """The legs of each entry sum to zero, and an ambassador's balances are the sums of the legs."""
    sums: dict[tuple[str, str], int] = {}
    for entry in everybodys(shop, ambassadors):
        assert sum(leg["amount"] for leg in entry["legs"]) == 0
        for leg in entry["legs"]:
            key = entry["ambassador_id"], leg["account"].removeprefix("ambassador:")
            sums[key] = sums.get(key, 0) + leg["amount"]
    for one in ambassadors:
        account = shop.account(one["id"])
        for name in ("held", "available"):
            assert account[name] == sums.get((one["id"], name), 0)


# --- filters ----------------------------------------------------------------------------------------------------------


def test_filters(shop: Shop, ambassadors: list[Body], subtests: pytest.Subtests) -> None:
    """Each filter, and several together, gives exactly what one would pick from the whole list by hand."""
    every = everybodys(shop, ambassadors)
    own, middle = ambassadors[1]["id"], at(every[4])
    day = middle.date()
    time = middle.isoformat().replace("+00:00", "Z")
    end_of_day = datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(days=1)
    start_of_day = end_of_day - timedelta(days=1)
    recent = at(every[-1]) + timedelta(days=1) - timedelta(days=31)
    cases: dict[str, list[Body]] = {
        f"ambassador_id={own}": [entry for entry in every if entry["ambassador_id"] == own],
        "ambassador_id=amb_none": [],
        "order_id=o1-1": [entry for entry in every if entry.get("order_id") == "o1-1"],
        "order_id=none": [],
        f"order_id=o1-1&ambassador_id={own}": [entry for entry in every if entry.get("order_id") == "o1-1"],
        f"order_id=o0-0&ambassador_id={own}": [],
        "order_id=o1-1&kind=release": [
            entry for entry in every if entry.get("order_id") == "o1-1" and entry["kind"] == "release"
        ],
        f"ambassador_id={own}&kind=hold": [
            entry for entry in every if entry["ambassador_id"] == own and entry["kind"] == "hold"
        ],
        f"ambassador_id={own}&from={day}&to={day}": [
            entry for entry in every if entry["ambassador_id"] == own and at(entry).date() == day
        ],
        f"ambassador_id={own}&to={time}": [
            entry for entry in every if entry["ambassador_id"] == own and at(entry) < middle
        ],
        f"from={day}&to={day}": [entry for entry in every if at(entry).date() == day],
        f"from={time}&to={day}": [entry for entry in every if middle <= at(entry) < end_of_day],
        f"from={day}&to={time}": [entry for entry in every if start_of_day <= at(entry) < middle],
        f"from={time}&to={time}": [],
        f"from={time.replace('Z', '%2B00:00')}&to={day}": [
            entry for entry in every if middle <= at(entry) < end_of_day
        ],
        f"from={day}&to={day}&kind=void": [
            entry for entry in every if at(entry).date() == day and entry["kind"] == "void"
        ],
        "from=2026-03-01&to=2026-03-31&kind=hold": [
            entry for entry in every if entry["kind"] == "hold" and at(entry).month == 3
        ],
        "kind=release": [entry for entry in every if entry["kind"] == "release" and at(entry) >= recent],
        "from=1990-01-01&to=1995-01-01": [],
    }
    for query, expected in cases.items():
        with subtests.test(query):
            assert walk(shop, "/v1/ledger", f"limit=100&{query}") == expected
    assert len([expected for expected in cases.values() if expected]) >= 11


@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01&to=0001-02-01",
        "from=9999-12-30T00:00:00Z&to=9999-12-31T23:00:00Z",
        "from=0001-01-01&to=9999-12-30&ambassador_id=amb_none",
        "from=0001-01-01&to=9999-12-30&order_id=none",
    ],
)
def test_a_window_before_or_around_all_entries_is_empty(shop: Shop, query: str) -> None:
    """Nothing was posted then, and nobody is told off for asking."""
    assert shop.read(get(shop, f"/v1/ledger?{query}")) == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("to=0001-01-05", "?from"),
        ("to=0001-01-01T00:00:00%2B14:00", "?to"),
        ("from=9999-12-20&kind=hold", "?from"),
        ("from=9999-12-31T23:59:59-12:00", "?from"),
    ],
)
def test_a_window_beyond_the_ends_of_time_is_refused(shop: Shop, query: str, pointer: str) -> None:
    """What can't be a time, or ends before anything could begin, is named: it is no error of the server."""
    answer = shop.call("GET", f"/v1/ledger?{query}", scope="admin:read")
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-03-01&to=2026-03-31&kind=hold", 200),
        ("from=2026-03-01&to=2026-04-30&kind=hold", 400),
        ("from=2026-03-01&to=2026-04-30", 200),
        ("from=2026-03-01&to=2026-04-30&kind=hold&ambassador_id=amb_none", 200),
        ("from=2026-03-01&to=2026-04-30&kind=hold&order_id=none", 200),
    ],
)
def test_everybodys_entries_of_one_kind_are_asked_for_by_the_month(shop: Shop, query: str, status: int) -> None:
    """They are picked out of all that was posted, so that is limited; without a kind, or of somebody, it is not."""
    answer = shop.call("GET", f"/v1/ledger?{query}", scope="admin:read")
    assert answer.status_code == status
    if status == 400:
        assert [it["pointer"] for it in shop.read(answer)["errors"]] == ["?from"]


def test_the_filters_stay_with_the_next_page(shop: Shop, ambassadors: list[Body]) -> None:
    """The Link header carries on the filters, so that following it walks the same list."""
    own = ambassadors[0]["id"]
    link = get(shop, f"/v1/ledger?limit=1&ambassador_id={own}&kind=hold").headers["Link"]
    for part in ("limit=1", f"ambassador_id={own}", "kind=hold", "cursor="):
        assert part in link


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_the_csv(shop: Shop, ambassadors: list[Body]) -> None:
    """The CSV has a header and one row per leg, with what the JSON of the same page says."""
    own = ambassadors[1]["id"]
    path = f"/v1/ambassadors/{own}/ledger"
    answer = get(shop, path, Accept="text/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    legs = [(entry, leg) for entry in read(shop, path)["items"] for leg in entry["legs"]]
    assert len(rows) == len(legs) >= 6
    for row, (entry, leg) in zip(rows, legs, strict=True):
        assert at({"at": row["at"]}) == at(entry)
        for name in ("id", "kind", "ambassador_id", "order_id", "cause", "tier"):
            assert row[name] == entry.get(name, "")
        assert int(row["program_version"]) == entry["program_version"]
        assert (row["account"], int(row["amount"]), row["currency"]) == (leg["account"], leg["amount"], leg["currency"])


def test_the_csv_is_safe_in_a_spreadsheet(shop: Shop) -> None:
    """An order id that looks like a formula opens as text; amounts below zero stay numbers."""
    maya = shop.enrol()
    for number, order_id in enumerate(FORMULAS):
        friend = {"email": f"f{number}@friends.example"}
        assert shop.redeem(maya["code"], order_id, customer=friend).status_code == 201
    shop.stream()
    answer = get(shop, f"/v1/ambassadors/{maya['id']}/ledger", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert {row["order_id"] for row in rows} == {f"'{order_id}" for order_id in FORMULAS}
    for row in rows:
        assert re.fullmatch(r"-?\d+", row.pop("amount"))
        assert not [cell for cell in row.values() if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "see; ", "a|", "a\t", "1,"])
def test_a_formula_is_text_in_any_width_and_cell(shop: Shop, sign: str, before: str) -> None:
    """A spreadsheet reads a full-width sign as the sign, and may cut a cell in two at a separator of its own."""
    maya = shop.enrol()
    told = {"amount": eur(100), "reason": f"{before}{sign}1+1"}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    answer = shop.call("POST", path, told, scope="admin:write", Idempotency_Key="a-1")
    assert answer.status_code == 201, answer.body
    sheet = get(shop, f"/v1/ambassadors/{maya['id']}/ledger", Accept="text/csv").body.decode()
    first, _ = csv.DictReader(io.StringIO(sheet, newline=""))
    assert first["reason"] == f"{before}'{sign}1+1"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/csv;q=0.5", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        ("text/csv, */*;q=0.1", "text/csv; charset=utf-8"),
        ("Text/CSV", "text/csv; charset=utf-8"),
    ],
)
def test_the_client_chooses_the_form(shop: Shop, accept: str | None, kind: str) -> None:
    """CSV for whoever asks for it first, JSON for everybody else."""
    headers = {} if accept is None else {"Accept": accept}
    assert get(shop, "/v1/ledger?from=2026-03-01", **headers).headers["Content-Type"] == kind


def test_pages_of_csv(shop: Shop, ambassadors: list[Body]) -> None:
    """CSV comes a page per answer, too; the Link header leads through all of it, and every page has the header row."""
    path = f"/v1/ambassadors/{ambassadors[0]['id']}/ledger"
    expected = [entry["id"] for entry in read(shop, path)["items"]]
    ids: list[str] = []
    following = f"{path}?limit=1"
    while following:
        answer = get(shop, following, Accept="text/csv")
        ids += [row["id"] for row in csv.DictReader(io.StringIO(answer.body.decode(), newline=""))]
        following = answer.headers.get("Link", "").removeprefix(f"<{PUBLIC}").partition(">")[0]
    assert list(dict.fromkeys(ids)) == expected
    assert len(ids) == 2 * len(expected)


# --- ambassadors and referrals ----------------------------------------------------------------------------------------


TEN, TWELVE = {"basis_points": 1000}, {"basis_points": 1200}


def test_the_way_to_the_next_tier(shop: Shop) -> None:
    """An ambassador sees tier, next tier and the way to it; at the top there is no next."""
    maya = shop.enrol()
    path = f"/v1/ambassadors/{maya['id']}"
    way = {"name": "Starter", "next": "Silver", "next_at": 5, "earns": TEN, "next_earns": TWELVE}
    assert read(shop, path)["tier"] == {**way, "referrals_to_next": 5}
    for number in range(5):
        shop.redeem(maya["code"], f"o{number}")
        shop.stream()
        if number == 0:
            shop.days(30)
            assert read(shop, path)["tier"] == {**way, "referrals_to_next": 4}
    shop.days(30)
    assert read(shop, path)["tier"] == {"name": "Silver", "earns": TWELVE}


def test_balances(shop: Shop) -> None:
    """Balances are lists of money in whole minor units, the program's currency always among them."""
    maya = shop.enrol()
    account = read(shop, f"/v1/ambassadors/{maya['id']}")["account"]
    for name in ("held", "available", "spent"):
        assert account[name] == [eur(0)]
    shop.redeem(maya["code"])
    shop.stream()
    assert read(shop, f"/v1/ambassadors/{maya['id']}")["account"]["held"] == [eur(450)]


def test_referrals_newest_first(shop: Shop) -> None:
    """Referrals are listed from the newest order on, however it is cut into pages, and say nothing of the friends."""
    maya, other = shop.enrol(), shop.enrol("other@example.com")
    placed = ["2026-02-27T10:00:00Z", "2026-03-01T09:00:00Z", "2026-02-28T23:59:59Z", "2026-02-28T23:59:59.500Z"]
    for number, time in enumerate(placed):
        assert shop.redeem(maya["code"], f"o{number}", placed_at=time).status_code == 201
    shop.redeem(other["code"], "not-hers")
    settle(shop, ["o0", "o1", "o2", "o3", "not-hers"])
    path = f"/v1/ambassadors/{maya['id']}/referrals"
    items = walk(shop, path)
    for limit in (1, 2, 3, 4):
        assert walk(shop, path, f"limit={limit}") == items
    assert [item["order_id"] for item in items] == ["o1", "o3", "o2", "o0"]
    assert {item["state"] for item in items} == {"held"}
    assert [item["amount"] for item in items] == [eur(450)] * 4
    assert all(item["release_at"] for item in items)
    assert "Fay" not in json.dumps(items)
    assert "friends.example" not in json.dumps(items)


def test_json_has_no_floats(shop: Shop, ambassadors: list[Body]) -> None:
    """Money is whole minor units everywhere; no answer has a number with a fraction."""
    own = ambassadors[0]["id"]
    paths = (f"/v1/ambassadors/{own}", f"/v1/ambassadors/{own}/referrals", f"/v1/ledger?{ALL}", "/v1/redemptions/o0-0")
    for path in paths:
        assert read(shop, path)


def test_an_order_before_it_is_settled(shop: Shop) -> None:
    """Right after the checkout an order can be read: pending, with the estimate and no entry."""
    shop.redeem(shop.enrol()["code"])
    order = shop.order()
    assert order["position"] == {"state": "pending"}
    assert order["entries"] == []
    assert order["trace"][-1]["outcome"] == "pending"


def test_private_answers_are_not_kept(shop: Shop) -> None:
    """What a key opens is not for caches between us and the client."""
    own = f"/v1/ambassadors/{shop.enrol()['id']}"
    for path in ("/v1/ledger?from=2026-03-01", own, f"{own}/referrals", f"{own}/ledger"):
        for accept in ("application/json", "text/csv"):
            answer = get(shop, path, Accept=accept)
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Request-Id"]

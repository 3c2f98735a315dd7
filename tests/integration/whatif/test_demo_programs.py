"""The demonstration's history under its three programs: posted as their documents say, and foretold by what-if."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import deps
from examples import book, play
from memory.shop import Body
from tests.integration.whatif.test_preview import amounts, ask, played_by
from tests.quick_shop import open_quick_shop

FIRST, LAST = date(2026, 3, 1), date(2026, 8, 15)
LINES = book.read_lines()


def document(name: str) -> Body:
    """One of the programs."""
    return dict(json.loads((play.HERE / f"{name}.json").read_text()))


class Lived:
    """The shop at the end of its history under one program."""

    def __init__(self, name: str) -> None:
        with open_quick_shop(document(name)) as shop:
            self._shop = shop
            self.played = play.Played()
            self._live()
            self.totals = self._totals()
            found = {other: played_by(document(other), FIRST, LAST, shop.now) for other in play.PROGRAMS}
            self.posted = {past.facts.order_id: amounts(really) for past, really, _ in found[name]}
            self.foretold = {
                other: {past.facts.order_id: amounts(instead) for past, _, instead in it} for other, it in found.items()
            }
            self.answers = {other: ask(shop, document(other), FIRST, LAST) for other in play.PROGRAMS}

    def _live(self) -> None:
        """Go through the days as the player does."""
        by_day = defaultdict(list)
        for line in LINES:
            by_day[line["day"]].append(line)
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            self._shop.now = datetime.combine(day, time(12), UTC)
            for _ in range(2):
                self._shop.minute()
            for line in by_day[str(day)]:
                self._send(line)

    def _send(self, line: dict[str, str]) -> None:
        """Send a line, see that the answer is the expected one, and let the stream settle what it brings."""
        shop, keys = self._shop, self._shop.keys
        shop.now += timedelta(seconds=1)
        run = play.Run("", keys["admin:write"], keys["checkout"], keys["enrol"], "EUR", Path())
        asked = play.request_of(line, run, self.played.codes)
        answer = shop.call("POST", asked.path, asked.body, Authorization=f"Bearer {asked.key}")
        body = shop.read(answer)
        found = play.Answer(answer.status_code, body, answer.headers.get("Idempotent-Replayed") == "true")
        assert play.outcome(found, line["event"]) == line["expect"], line
        if line["event"] == "enrol":
            self.played.ids[line["person"]], self.played.codes[line["person"]] = body["id"], body["code"]
            if line["person"] in play.IN_CAMPAIGN:
                shop.call("PATCH", f"/v1/codes/{body['code']}", {"campaign": play.CAMPAIGN}, scope="admin:write")
        shop.stream()

    def _totals(self) -> dict[str, dict[str, int]]:
        """What the API says of each ambassador, in the columns of the documents."""
        totals = {}
        for person, ambassador_id in self.played.ids.items():
            account = self._shop.account(ambassador_id)
            kinds = Counter[str]()
            for entry in deps.table().list_ledger(ambassador_id, None, 1000):
                kinds[entry.kind] += entry.legs[-1].amount
            counts = {name: account.get(name, 0) for name in ("counted", "held", "available")}
            totals[person] = {**counts, **{kind: kinds[kind] for kind in book.KINDS}}
        return totals


@pytest.fixture(scope="module")
def lives() -> dict[str, Lived]:
    """The history under each program."""
    return {name: Lived(name) for name in play.PROGRAMS}


@pytest.mark.parametrize("name", play.PROGRAMS)
def test_every_cent_is_as_the_document_says(lives: dict[str, Lived], name: str) -> None:
    """Every balance, count and sum of entries of every ambassador is as worked out by hand."""
    rows = play.written_totals(name)
    expected = {row["person"]: {column: row[column] for column in lives[name].totals["maya"]} for row in rows[:-1]}
    assert lives[name].totals == expected
    total = lives[name].answers[name]["in_force"]["total"]
    assert total["orders"] == rows[-1]["orders"]
    assert sum(it["amount"] for it in total["friend_discounts"]) == rows[-1]["saved"]


@pytest.mark.parametrize(("lived", "asked"), [(a, b) for a in play.PROGRAMS for b in play.PROGRAMS])
def test_what_if_is_what_the_other_program_posts(lives: dict[str, Lived], lived: str, asked: str) -> None:
    """For each pair of programs, every order's amount and the totals by tier are those of a real run of the other."""
    assert lives[lived].foretold[asked] == lives[asked].posted
    assert len(lives[asked].posted) == 246
    foretold, posted = lives[lived].answers[asked]["candidate"], lives[asked].answers[asked]["in_force"]
    assert foretold == posted


@pytest.mark.parametrize("name", play.PROGRAMS)
def test_the_documents_are_what_the_book_says(name: str) -> None:
    """The tables in the documents are those of the book, which is certain of them."""
    kept = book.kept(name, LINES, LAST)
    text = (play.HERE / f"{name}.md").read_text(encoding="utf-8")
    tables = [book.totals_table(kept), *(book.statement(kept, who) for who in ("asha", "inigo", "lucja"))]
    tables += [book.limits(kept)] if name == "tiered" else []
    for table in tables:
        assert "\n".join(table) in text
    assert book.is_certain(name, LINES, LAST)


def test_the_book_and_the_sql_agree() -> None:
    """Two ways to work out the first program, neither of which knows the other, come to the same."""
    expected = play.expected_totals(LINES, LAST)
    found: list[dict[str, Any]] = list(book.totals(book.kept("program", LINES, LAST)))
    assert [{column: row[column] for column in expected[0]} for row in found] == expected

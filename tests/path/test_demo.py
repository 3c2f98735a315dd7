"""The demonstration: a shop's history, played through HTTP and compared with totals from plain SQL."""

import csv
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from examples import make_history, play
from tests.path.live import Live

EXAMPLES = Path(play.__file__).parent


def test_the_first_weeks_of_the_history_end_as_sql_says(live: Live, tmp_path: Path) -> None:
    """Six weeks with refunds, repeats and odd spellings: every answer and every cent as worked out independently."""
    run_json = tmp_path / "run.json"
    run_json.write_text(json.dumps(asdict(live.info)))
    assert play.main(["--run-json", str(run_json), "--until", "2026-04-12", "--quick"]) == 0
    live.move_clock(0)


def test_a_wrong_total_does_not_pass(live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison can fail: played on an instance that has a history already, it says what differs."""
    run_json = tmp_path / "run.json"
    run_json.write_text(json.dumps(asdict(live.info)))
    assert play.main(["--run-json", str(run_json), "--days", "3"]) != 0
    assert capsys.readouterr()
    live.move_clock(0)


def test_the_history_is_what_its_script_draws(tmp_path: Path) -> None:
    """The seeded script writes the committed file, byte for byte."""
    make_history.write(make_history.make(), tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_bytes() == (EXAMPLES / "history.csv").read_bytes()


def test_the_committed_totals_are_the_sql_answer() -> None:
    """`totals.csv` is what `totals.sql` says of the whole history."""
    lines = play.read_history(EXAMPLES / "history.csv")
    expected = play.expected_totals(lines, date(2026, 8, 15))
    with (EXAMPLES / "totals.csv").open(encoding="utf-8", newline="") as file:
        committed = list(csv.DictReader(file))
    assert [{name: str(row[name]) for name in committed[0]} for row in expected] == committed

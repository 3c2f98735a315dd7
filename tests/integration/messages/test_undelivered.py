"""Letters that did not go out: the operator sees them and why, and lets those go again that were given up."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.model.messages import Message
from chalicelib.operations.people.erase import erase_person
from infra import manage
from memory.faults import lost, refused
from memory.shop import Shop
from tests.integration.messages.test_mails import minutes

NEWS, THANKS = "order:o1#2", "order:o1#2@friend"
AGAIN = ["send-again", "--author", "Bea", "--note", "SES was paused"]


@pytest.fixture
def owing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that owes two letters, by whose clock the commands go."""
    monkeypatch.setattr(manage, "_now", lambda _: shop.now)
    shop.faults.before("SendEmail", *[refused("SendingPausedException")] * 2)
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    return shop


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[str]:
    """What a command prints."""
    capsys.readouterr()
    assert manage.main(arguments) == code
    printed = capsys.readouterr()
    lines = (printed.out or printed.err).splitlines()
    return [it for it in lines if not it.startswith("{")]


def read(name: str) -> Message:
    """A message as it is stored."""
    found = deps.table().read_message(name)
    assert found is not None
    return found


def give_up(shop: Shop) -> None:
    """Let one letter be tried for two weeks, and the other one be taken three times without an answer."""
    pause: Any = refused("SendingPausedException")
    shop.faults.before("SendEmail", *[pause] * 9)
    minutes(shop, 2)
    shop.now += timedelta(days=14)
    minutes(shop, 2)
    assert {read(NEWS).why, read(THANKS).why} == {("given_up",)}
    shop.faults.before("SendEmail")


def test_what_waits_is_listed_with_the_reason(owing: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it waits for, and since when; nobody's address, and nothing that just waits for its time."""
    minutes(owing, 1)
    lines = told(capsys, "letters")
    assert sorted(lines[:2]) == [
        f"{NEWS}  reward_held  waits since 2026-03-01 12:00: operator; 0 unsure",
        f"{THANKS}  friend_thanks  waits since 2026-03-01 12:00: operator; 0 unsure",
    ]
    assert lines[2:] == ["2 letters wait.", "0 letters were given up since 2026-02-15."]
    minutes(owing, 4)
    assert told(capsys, "letters")[0] == "0 letters wait."


def test_a_letter_of_which_nobody_knows_is_listed(owing: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """From its claim on."""
    owing.faults.before("SendEmail", lost)
    minutes(owing, 1)
    assert any("being sent; 0 unsure" in it for it in told(capsys, "letters"))


def test_what_was_given_up_goes_out_again_once(owing: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """All that ended so within a time, by one command, with a note for admins; a second time changes nothing."""
    give_up(owing)
    lines = told(capsys, "letters", "--end", "given_up")
    assert lines[0] == "0 letters wait."
    assert sorted(it.partition("  ")[0] for it in lines[1:3]) == [NEWS, THANKS]
    assert told(capsys, "letters", "--end", "unsure")[1] == "0 letters were given up since 2026-03-01."
    assert told(capsys, *AGAIN, "--end", "given_up", "--until", "2026-03-10")[-1] == "0 of 0 letters go out again."
    assert told(capsys, *AGAIN, "--end", "given_up")[-1] == "2 of 2 letters go out again."
    copy = read(f"{NEWS}+1")
    assert (copy.author, copy.note, copy.state) == ("Bea", "SES was paused", "pending")
    minutes(owing, 1)
    assert len(owing.mails()) == 2
    assert told(capsys, *AGAIN, "--end", "given_up")[-1] == "0 of 0 letters go out again."
    assert told(capsys, *AGAIN, NEWS)[-2:] == [
        f"{NEWS}  already goes out again as {NEWS}+1",
        "0 of 1 letters go out again.",
    ]
    assert all(it.endswith("; sent again") for it in told(capsys, "letters")[1:3])
    minutes(owing, 1)
    assert len(owing.mails()) == 2


def test_a_letter_that_may_not_go_says_why(owing: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The gate is the same as for every letter; and one that is on its way is left alone."""
    assert told(capsys, *AGAIN, NEWS)[0] == f"{NEWS}  is still on its way"
    assert told(capsys, *AGAIN, "order:none#1")[0] == "order:none#1  is no letter"
    give_up(owing)
    (maya,) = [it for it in owing.everything() if it.get("email") == {"S": "maya@example.com"}]
    chance, person_id = deps.chance(), maya["PK"]["S"].removeprefix("PERSON#")
    assert erase_person(deps.table(), person_id, by="themselves", note=None, now=owing.now, chance=chance)
    assert told(capsys, *AGAIN, NEWS)[0].startswith(f"{NEWS}  may never go: ")


def test_which_letters_are_meant_is_said(owing: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Ids, or an end: not both and not neither."""
    for wrong in (AGAIN, [*AGAIN, NEWS, "--end", "unsure"]):
        assert told(capsys, *wrong, code=1) == [
            "Say which letters: their ids, or with --end all that ended so since --since."
        ]

"""What was told of an order: by whom, when, and how one letter leads on to the next."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.accounts import Account, Suspension
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Recipient
from chalicelib.domain.model.orders import News
from tests.unit.audit.dossier import (
    FRIEND,
    HELD,
    dossier,
    found,
    fresh,
    ordered,
    released,
    saying,
    standing,
    suspected,
    told,
)
from tests.unit.book import Book, at, program


def test_messages_are_of_settlements_that_have_been() -> None:
    """From the first one to the last."""
    it = dossier(fresh())
    for version in (1, 3):
        expected = [("message", f"order/o1/messages/{version}", "a settlement from 2 to 2", version)]
        assert found(told(it, version=version)) == expected
    later = dossier(released())
    assert later.redemption.version == 3
    assert sorted(later.messages) == [2, 3]


def test_a_message_is_about_its_order() -> None:
    """Every difference is named by its field."""
    it = dossier(fresh())
    thanks, news = it.messages[2]
    strange = (
        replace(saying(thanks, unit="CHF"), to=Recipient("friend", "g"), program_version=2),
        replace(saying(news, unit="points"), to=thanks.to, program_version=3),
    )
    where = "order/o1/messages/2"
    assert found(told(it, *strange)) == [
        ("message", f"{where}/friend_thanks/program_version", 1, 2),
        ("message", f"{where}/friend_thanks/to", f"friend {FRIEND}", "friend g"),
        ("message", f"{where}/friend_thanks/unit", "EUR", "CHF"),
        ("message", f"{where}/reward_held/program_version", 1, 3),
        ("message", f"{where}/reward_held/to", "ambassador amb_1", f"friend {FRIEND}"),
        ("message", f"{where}/reward_held/unit", "EUR", "points"),
    ]


def test_what_the_first_settlement_tells_is_told_by_no_other() -> None:
    """Thanks and news of a hold belong to the first settlement."""
    it = dossier(released())
    strange = told(it, *it.messages[2], *it.messages[3], version=3)
    expected = [("message", "order/o1/messages/3", "what is told later", "friend_thanks, reward_held")]
    assert found(strange, days=31) == expected


@pytest.mark.parametrize(
    ("state", "due", "sleeps"),
    [("pending", None, True), ("sending", None, True), ("done", None, False), ("pending", at(0), False)],
)
def test_a_message_that_sleeps(state: Any, due: Any, sleeps: bool) -> None:
    """It is not done, and nobody will send it."""
    thanks, news = dossier(fresh()).messages[2]
    it = told(dossier(fresh()), thanks, replace(news, state=state, due_at=due))
    assert found(it) == ([("wake_up", "order/o1/messages/2/reward_held/due_at", "a time", None)] if sleeps else [])


def test_news_lead_on_from_one_to_the_next() -> None:
    """None is missing, doubled, altered or made up: each says what was told before, the last what the order knows."""
    it, known = dossier(released()), "order/o1/standing/told"
    (news,) = it.messages[3]
    assert found(replace(it, messages={2: it.messages[2]}), days=31) == [("message", known, HELD, "450 now")]
    assert found(told(it, saying(news, amount=9), version=3), days=31) == [("message", known, "9 now", "450 now")]
    twice = "order/o1/messages/3/reward_released/was"
    assert found(told(it, news, news, version=3), days=31) == [("message", twice, "450 now", HELD)]
    early = told(dossier(fresh()), *it.messages[2], news)
    assert found(early) == [("message", known, "450 now", HELD)]


@pytest.mark.parametrize(
    ("knows", "shown"),
    [
        (News(0), "0 now"),
        (News(450, when="open"), "450 open"),
        (News(450, at(31), "expected"), "450 expected 2026-04-01T12:00:00Z"),
    ],
)
def test_an_order_knows_what_was_told(knows: News, shown: str) -> None:
    """What it remembers is what the last letter says, and what settling once more would tell."""
    where = "order/o1/standing/told"
    differs = ("message", where, HELD, shown)
    assert found(standing(dossier(fresh()), told=knows), "message") == [differs]
    assert found(standing(dossier(fresh()), told=News(9)), "position") == [("position", where, HELD, "9 now")]


def test_what_changed_during_a_suspension_is_forgotten() -> None:
    """News begin anew after it: what was told before leads on to nothing."""
    it = dossier(released())
    (news,) = it.messages[3]
    assert found(told(it, saying(news, was=None), version=3), days=31) == []
    forgotten = standing(replace(it, messages={2: it.messages[2]}), told=None)
    assert found(forgotten, days=31) == []


def test_the_first_settlement_is_told() -> None:
    """The friend is thanked, and the ambassador told what is held, and until when."""
    it, where = dossier(fresh()), "order/o1/messages/2"
    thanks, news = it.messages[2]
    assert found(replace(it, messages={})) == [
        ("message", "order/o1/standing/told", None, HELD),
        ("message", f"{where}/friend_thanks", 500, None),
        ("message", f"{where}/reward_held", 450, None),
    ]
    assert found(told(it, news)) == [("message", f"{where}/friend_thanks", 500, None)]
    assert found(told(it, thanks)) == [
        ("message", "order/o1/standing/told", None, HELD),
        ("message", f"{where}/reward_held", 450, None),
    ]
    wrong = saying(thanks, amount=1), saying(news, amount=2, release_at=at(31))
    assert found(told(it, *wrong)) == [
        ("message", "order/o1/standing/told", "2 on 2026-04-01T12:00:00Z", HELD),
        ("message", f"{where}/friend_thanks", 500, 1),
        ("message", f"{where}/reward_held", 450, 2),
        ("message", f"{where}/release_at", "2026-03-31T12:00:00Z", "2026-04-01T12:00:00Z"),
    ]
    assert found(told(it, thanks, saying(news, release_at=None))) == [
        ("message", "order/o1/standing/told", "450 now", HELD),
        ("message", f"{where}/release_at", "2026-03-31T12:00:00Z", None),
    ]


SUSPENDED = Suspension("amb_1", 4, "suspended", "key_1", "odd", at(-1))
FREE_AGAIN = Suspension("amb_1", 6, "reinstated", "key_1", "all is well", at(-1))


def test_who_is_suspended_is_told_nothing() -> None:
    """The friend is thanked all the same. Before and after that the ambassador is told what is held."""
    it = dossier(fresh(account=Account("amb_1", version=5, suspended_in=4)))
    assert [message.letter.name for message in it.messages[2]] == ["friend_thanks"]
    missing = [("message", "order/o1/messages/2/reward_held", 450, None)]
    assert found(it, "message") == missing
    for decisions, owed in (
        ((SUSPENDED,), False),
        ((SUSPENDED, replace(FREE_AGAIN, version=5)), True),
        ((SUSPENDED, FREE_AGAIN), False),
        ((replace(SUSPENDED, version=6),), True),
    ):
        assert found(replace(it, suspensions={"amb_1": decisions})) == (missing if owed else [])
    assert found(replace(it, suspensions={"amb_2": (SUSPENDED,)})) == missing


def test_what_was_told_of_very_many_settlements() -> None:
    """Messages of the first ones are looked for; of an order that goes on beyond these the last need not be there."""
    it = standing(dossier(fresh()), told=News(9))
    differs = [("message", "order/o1/standing/told", HELD, "9 now")]
    for version, compared in ((201, True), (202, True), (203, False)):
        assert found(ordered(it, version=version), "message") == (differs if compared else [])


def test_the_friend_of_a_claimed_order_was_not_thanked() -> None:
    """They know nothing of it."""
    claim = Claim("clm_1", "amb_1", "o1", at(0), state="approved")
    it = dossier(fresh(claim="clm_1"), claim=claim)
    assert found(it) == []
    thanked = told(it, *dossier(fresh()).messages[2])
    assert found(thanked) == [("message", "order/o1/messages/2/friend_thanks", None, 500)]


def test_what_a_refund_may_have_prevented_need_not_be_told() -> None:
    """An order that came back may have done so before it was looked at; but what its entry held was told."""
    book = Book()
    book.refund(4500)
    book.look(1)
    it = dossier(book)
    assert it.messages == {}
    assert found(it) == []
    partly = fresh()
    partly.refund(1000)
    partly.look(1)
    silent = replace(dossier(partly), messages={})
    assert found(silent) == [
        ("message", "order/o1/standing/told", None, "350 on 2026-03-31T12:00:00Z"),
        ("message", "order/o1/messages/2/friend_thanks", 500, None),
    ]
    thanks, news = dossier(partly).messages[2]
    assert found(told(dossier(partly), thanks, saying(news, amount=350))) == [
        ("message", "order/o1/messages/3/reward_changed/was", "350 on 2026-03-31T12:00:00Z", HELD),
        ("message", "order/o1/messages/2/reward_held", 450, 350),
    ]
    assert found(told(dossier(partly), saying(thanks, amount=1), news)) == [
        ("message", "order/o1/messages/2/friend_thanks", 500, 1)
    ]


def test_a_thank_you_that_nothing_owed() -> None:
    """Where nothing was held, the discount in it is still the friend's."""
    book = Book()
    book.refund(4500)
    book.look(1)
    thanks = dossier(fresh()).messages[2][0]
    assert found(dossier(book, messages={2: [thanks]})) == []
    assert found(dossier(book, messages={2: [saying(thanks, amount=1)]})) == [
        ("message", "order/o1/messages/2/friend_thanks", 500, 1)
    ]


def test_a_reward_under_review_need_not_be_told() -> None:
    """It may not have been; if it was, then with what is held."""
    it = dossier(suspected())
    (thanks,) = it.messages[2]
    assert thanks.letter.name == "friend_thanks"
    news = dossier(fresh()).messages[2][1]
    assert found(told(it, thanks, news)) == []
    assert found(told(it, thanks, saying(news, amount=9))) == [("message", "order/o1/messages/2/reward_held", 450, 9)]


def test_what_is_released_at_once_was_never_held() -> None:
    """Hold and release are one version: only the release is told."""
    it = dossier(fresh(program(hold_days=0)))
    assert [message.letter.name for message in it.messages[2]] == ["friend_thanks", "reward_released"]
    strange = told(it, *it.messages[2], dossier(fresh()).messages[2][1])
    assert found(strange, days=1) == [
        ("message", "order/o1/standing/told", HELD, "450 now"),
        ("message", "order/o1/messages/2/reward_held", None, 450),
        ("message", "order/o1/messages/2/release_at", "2026-03-01T12:00:00Z", "2026-03-31T12:00:00Z"),
    ]


def test_a_delivery_moves_what_was_told() -> None:
    """When the reward would be released was told as it looked then."""
    book = fresh(program(hold_from="delivery"))
    book.deliver(3)
    book.look(3)
    assert found(dossier(book), days=4) == []

"""Links in mails: what nobody can forge, and what goes on working."""

import base64
import string
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import id_of
from chalicelib.domain.model.people import Purpose
from chalicelib.domain.people.links import (
    Link,
    LinkKind,
    Value,
    answer_url,
    guide_url,
    interests_url,
    join_url,
    mark,
    preferences_url,
    read,
    shop_url,
    sign,
    unsubscribe_url,
)
from memory.shop import START

KEY, FORMER, OTHER = b"the key", b"the former key", b"somebody else's key"
KEYS = (KEY, FORMER)
MAYA = id_of("per", 0x0190_0000_0000_1234_5678_9ABC_DEF0_1234)
LETTERS = string.ascii_letters + string.digits + "-_"

SHOP = "https://friends.shop.example"

people = st.integers(0, 2**128 - 1).map(lambda number: id_of("per", number))
abouts = st.text().map(mark)
links = st.one_of(
    st.builds(
        Link, st.just("unsubscribe"), people, st.sampled_from(["*", "rewards", "care", "tips", "wishes", "offers"])
    ),
    st.builds(Link, st.just("preferences"), people),
    st.builds(Link, st.just("rights"), people, until=st.integers(1, 10**8).map(lambda n: START + timedelta(seconds=n))),
    st.builds(Link, st.just("answer"), people, value=st.sampled_from(get_args(Value)), about=abouts),
    st.builds(Link, st.sampled_from(["join", "interests"]), people),
    st.builds(Link, st.just("guide"), people, about=abouts, guide=st.text("guide_0123456789", min_size=1, max_size=64)),
    st.builds(Link, st.just("shop"), people, about=abouts),
)


@given(links)
def test_a_link_says_what_was_signed(link: Link) -> None:
    """Whom it is about, what it refuses, when it ends: all comes back, and only as the kind that it is."""
    token = sign(link, KEY)
    for kind in get_args(LinkKind):
        assert read(token, KEYS, kind, START) == (link if kind == link.kind else None)


@given(links, st.data())
def test_a_changed_link_is_none(link: Link, data: st.DataObject) -> None:
    """One letter changed, added or left out, wherever it is: nothing is read, however close it is."""
    token = sign(link, KEY)
    place, letter = data.draw(st.integers(0, len(token) - 1)), data.draw(st.sampled_from(LETTERS + "=~ é"))
    for changed in (
        token[:place] + letter + token[place + 1 :],
        token[:place] + letter + token[place:],
        token[:place] + token[place + 1 :],
        token[:place],
        token + letter,
    ):
        if changed != token:
            assert read(changed, KEYS, link.kind, START) is None


def test_every_spelling_of_the_last_letter_but_one_is_refused() -> None:
    """The last letter holds bits that mean nothing: they are not free."""
    for link in (
        Link("preferences", MAYA),
        Link("unsubscribe", MAYA, "tips"),
        Link("rights", MAYA, until=START),
        Link("answer", MAYA, value="happy", about=mark("1")),
    ):
        token = sign(link, KEY)
        read_ones = [it for it in LETTERS if read(token[:-1] + it, KEYS, link.kind, START - timedelta(1))]
        assert read_ones == [token[-1]]


@given(st.text())
def test_what_anybody_may_send_is_none(text: str) -> None:
    """Whatever stands in the path, it is no link, and nothing breaks."""
    for kind in get_args(LinkKind):
        assert read(text, KEYS, kind, START) is None


@given(st.binary(max_size=60))
def test_what_is_not_signed_is_none(raw: bytes) -> None:
    """Well-formed or not, of any length."""
    token = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    for kind in get_args(LinkKind):
        assert read(token, KEYS, kind, START) is None


def test_a_link_in_an_old_mail_works_after_a_rotation() -> None:
    """A former key vouches for it as long as it is kept; one that was thrown away, or never was ours, does not."""
    for link in (
        Link("unsubscribe", MAYA, "tips"),
        Link("preferences", MAYA),
        Link("answer", MAYA, value="happy", about=mark("1")),
        Link("join", MAYA),
    ):
        assert read(sign(link, FORMER), KEYS, link.kind, START) == link
        assert read(sign(link, FORMER), [KEY], link.kind, START) is None
        assert read(sign(link, OTHER), KEYS, link.kind, START) is None


def test_a_link_that_ends_ends_and_is_of_the_present_key() -> None:
    """It is good until its second, not at it; whoever has an old key can't confirm an erasure."""
    until = START + timedelta(hours=1)
    token = sign(Link("rights", MAYA, until=until), KEY)
    assert read(token, KEYS, "rights", until - timedelta(milliseconds=1)) is not None
    assert read(token, KEYS, "rights", until) is None
    assert read(sign(Link("rights", MAYA, until=until), FORMER), KEYS, "rights", START) is None


def test_a_link_is_short_and_names_nobody() -> None:
    """It fits on a line of a mail, needs no escape in an address, and half of an HMAC-SHA256 seals it."""
    address = unsubscribe_url("https://friends.shop.example", MAYA, "offers", KEY)
    token = address.removeprefix("https://friends.shop.example/u/")
    assert set(token) <= set(LETTERS)
    assert len(address) <= 78
    assert len(base64.urlsafe_b64decode(token + "==")) == 1 + 1 + 16 + 16
    assert preferences_url("https://friends.shop.example", MAYA, KEY).startswith("https://friends.shop.example/p/")


def test_each_answer_has_a_link_that_names_no_order() -> None:
    """Three taps, three links: each says which answer and which order, and shows neither the order nor a name."""
    addresses = {value: answer_url(SHOP, MAYA, "ORDER-1001", value, KEY) for value in get_args(Value)}
    assert len(set(addresses.values())) == 3
    for value, address in addresses.items():
        token = address.removeprefix(f"{SHOP}/a/")
        assert read(token, KEYS, "answer", START) == Link("answer", MAYA, value=value, about=mark("ORDER-1001"))
        assert b"ORDER" not in base64.urlsafe_b64decode(token + "==")
        assert len(address) <= 90
    assert mark("ORDER-1001") != mark("ORDER-1002")


def test_each_link_of_the_relationship_leads_to_its_place() -> None:
    """To join, to tell what one likes, to a guide and to the shop: each has a path of its own."""
    assert read(join_url(SHOP, MAYA, KEY).removeprefix(f"{SHOP}/j/"), KEYS, "join", START)
    assert read(interests_url(SHOP, MAYA, KEY).removeprefix(f"{SHOP}/i/"), KEYS, "interests", START)
    guide = read(guide_url(SHOP, MAYA, "gui_1", "how_to:7", KEY).removeprefix(f"{SHOP}/g/"), KEYS, "guide", START)
    assert guide == Link("guide", MAYA, about=mark("how_to:7"), guide="gui_1")
    shop = read(shop_url(SHOP, MAYA, "miss_you:1", KEY).removeprefix(f"{SHOP}/s/"), KEYS, "shop", START)
    assert shop == Link("shop", MAYA, about=mark("miss_you:1"))


def test_a_link_is_never_too_long_to_be_read() -> None:
    """What would be refused when it is read is not signed in the first place."""
    with pytest.raises(ValueError, match="too long"):
        guide_url(SHOP, MAYA, "g" * 200, "how_to:7", KEY)


def test_every_purpose_that_may_be_refused_has_a_link() -> None:
    """All but service, which answers what somebody did."""
    for purpose in get_args(Purpose):
        if purpose == "service":
            with pytest.raises(ValueError, match="not in tuple"):
                sign(Link("unsubscribe", MAYA, purpose), KEY)
        else:
            assert read(sign(Link("unsubscribe", MAYA, purpose), KEY), KEYS, "unsubscribe", START)


@pytest.mark.parametrize(
    "link",
    [
        Link("unsubscribe", MAYA),
        Link("preferences", MAYA, "tips"),
        Link("preferences", MAYA, until=START),
        Link("rights", MAYA),
        Link("answer", MAYA, about=mark("1")),
        Link("answer", MAYA, value="happy"),
        Link("join", MAYA, value="happy"),
        Link("guide", MAYA, about=mark("1")),
        Link("preferences", "per_1"),
        Link("preferences", MAYA.replace("per", "amb")),
    ],
)
def test_a_link_that_makes_no_sense_is_not_signed(link: Link) -> None:
    """What lacks its purpose or end, has one too many, or is about nobody."""
    with pytest.raises(ValueError, match="is no"):
        sign(link, KEY)

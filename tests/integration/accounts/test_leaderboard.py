"""The leaderboard: neighbours alone, by what counts, of those who want it; over HTTP, to the wire."""

from collections.abc import Callable

import pytest

from memory.shop import Body, Shop


class Board:
    """Ambassadors with some counted orders each, who want to be on the leaderboard."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.publish(leaderboard={}, hold_days=0)
        self.made: dict[str, Body] = {}

    def enrol(self, name: str, orders: int, *, listed: bool = True) -> str:
        """An ambassador of this name with so many orders that count."""
        made = self.shop.enrol(f"{name}@example.com", name)
        self.made[name] = made
        for number in range(orders):
            self.order(name, f"{name}-{number}")
        if listed:
            answer = self.put(name, f"{name} the {orders}")
            assert answer == (200, {"name": f"{name} the {orders}"})
        return str(made["id"])

    def order(self, name: str, order_id: str) -> None:
        """A friend of theirs buys, and it counts at once."""
        assert self.shop.redeem(self.made[name]["code"], order_id).status_code == 201
        self.shop.stream()

    def put(self, name: str, shown: str) -> tuple[int, Body]:
        """Go on the leaderboard."""
        answer = self.shop.call("PUT", "/v1/ambassadors/me/leaderboard", {"name": shown}, **self.signed_in(name))
        return answer.status_code, self.shop.read(answer)

    def see(self, name: str) -> Body:
        """What they see."""
        self.shop.cloud.engine.settle_indexes()
        answer = self.shop.call("GET", "/v1/ambassadors/me/leaderboard", **self.signed_in(name))
        assert answer.status_code == 200, answer.body
        return self.shop.read(answer)

    def signed_in(self, name: str) -> dict[str, str]:
        """The header of their session."""
        return {"Authorization": f"Bearer {self.shop.session(self.made[name]['id'])}"}


@pytest.fixture
def board(shop: Shop) -> Board:
    """A shop with a leaderboard."""
    return Board(shop)


def names(seen: Body) -> list[tuple[str, int]]:
    """All neighbours with their distance."""
    return [(it["name"], it["more"]) for it in (*seen["ahead"], *seen["behind"])]


def test_neighbours_by_what_counts(board: Board) -> None:
    """Two before and two behind, the nearest ones, each with the distance and nothing else; the rest is nobody's."""
    for name, orders in (("ana", 5), ("bo", 4), ("cy", 4), ("di", 3), ("ed", 2), ("flo", 1), ("guy", 0)):
        board.enrol(name, orders)
    seen = board.see("di")
    assert {it["name"]: it["more"] for it in seen["ahead"]} == {"bo the 4": 1, "cy the 4": 1}
    assert seen["behind"] == [{"name": "ed the 2", "more": -1}, {"name": "flo the 1", "more": -2}]
    assert (seen["name"], seen["referrals"]) == ("di the 3", 3)
    assert (seen["period"], seen["starts_on"], seen["ends_on"]) == ("2026-Q1", "2026-01-01", "2026-03-31")
    top = board.see("ana")
    assert top["ahead"] == []
    assert [it["more"] for it in top["behind"]] == [-1, -1]
    last = board.see("guy")
    assert last["ahead"] == [{"name": "ed the 2", "more": 2}, {"name": "flo the 1", "more": 1}]
    assert last["behind"] == []


def test_a_place_moves_with_what_counts(board: Board) -> None:
    """The next order that counts, and one that comes back, move it without anybody's asking."""
    board.enrol("ana", 2)
    board.enrol("bo", 1)
    board.order("bo", "more-1")
    board.order("bo", "more-2")
    assert board.see("bo")["behind"] == [{"name": "ana the 2", "more": -1}]
    for number in (1, 2):
        board.shop.refund(f"more-{number}", "r", 4500)
    board.shop.stream()
    assert board.see("bo")["ahead"] == [{"name": "ana the 2", "more": 1}]


def test_who_does_not_want_it_is_nowhere(board: Board) -> None:
    """Who has not asked for it is seen by nobody and sees nobody; their settlements write nothing more for it."""
    board.enrol("ana", 2)
    board.enrol("bo", 3, listed=False)
    assert names(board.see("ana")) == []
    seen = board.see("bo")
    assert (seen["name"], seen["referrals"], names(seen)) == (None, 3, [])
    items = [it for it in board.shop.everything() if it["SK"]["S"] == "ACCOUNT"]
    listed = {it["PK"]["S"]: {"list_pk", "day_pk"} & it.keys() for it in items}
    assert listed == {f"AMB#{board.made['ana']['id']}": {"list_pk", "day_pk"}, f"AMB#{board.made['bo']['id']}": set()}


def leave(board: Board, ana: str) -> None:
    """Ana does not want it any more."""
    assert board.shop.call("DELETE", "/v1/ambassadors/me/leaderboard", **board.signed_in("ana")).status_code == 200


def take_off(board: Board, ana: str) -> None:
    """An admin does not want it."""
    path = f"/v1/ambassadors/{ana}/leaderboard"
    assert board.shop.call("DELETE", path, scope="admin:write").status_code == 200


def suspend(board: Board, ana: str) -> None:
    """An admin looks into something."""
    path = f"/v1/ambassadors/{ana}/suspend"
    assert board.shop.call("POST", path, {"note": "Let me see."}, scope="admin:write").status_code == 201


def restrict(board: Board, ana: str) -> None:
    """Nothing is to be made of what is known of her."""
    answer = board.shop.call("POST", "/v1/people/me/restrict", {"restricted": True}, **board.signed_in("ana"))
    assert answer.status_code == 200


def erase(board: Board, ana: str) -> None:
    """She wants to be forgotten."""
    assert board.shop.call("DELETE", "/v1/people/me", **board.signed_in("ana")).status_code in {200, 202}
    assert b"ana the 2" not in str(board.shop.everything()).encode()


def merge(board: Board, ana: str) -> None:
    """She turns out to be somebody who does not want it."""
    other = board.enrol("zoe", 0, listed=False)
    told = {"other": ana, "note": "One person."}
    assert board.shop.call("POST", f"/v1/ambassadors/{other}/merge", told, scope="admin:write").status_code == 201
    assert b"ana the 2" not in str(board.shop.everything()).encode()


@pytest.mark.parametrize("go", [leave, take_off, suspend, restrict, erase, merge])
def test_whoever_goes_is_gone_at_once(board: Board, go: Callable[[Board, str], None]) -> None:
    """No neighbour sees them from the answer on, although the index still may."""
    ana = board.enrol("ana", 2)
    board.enrol("bo", 1)
    assert names(board.see("bo")) == [("ana the 2", 1)]
    board.shop.cloud.engine.settle_indexes()
    board.shop.cloud.is_behind = True
    go(board, ana)
    answer = board.shop.call("GET", "/v1/ambassadors/me/leaderboard", **board.signed_in("bo"))
    assert names(board.shop.read(answer)) == []


def test_who_is_suspended_sees_nobody_until_reinstated(board: Board) -> None:
    """The name is kept meanwhile."""
    ana = board.enrol("ana", 2)
    board.enrol("bo", 1)
    suspend(board, ana)
    assert names(board.see("ana")) == []
    assert board.see("ana")["name"] == "ana the 2"
    board.shop.call("POST", f"/v1/ambassadors/{ana}/reinstate", {"note": "It was nothing."}, scope="admin:write")
    assert names(board.see("bo")) == [("ana the 2", 1)]


def test_whoever_is_restricted_can_t_go_on_it(board: Board) -> None:
    """They are told why."""
    ana = board.enrol("ana", 2)
    restrict(board, ana)
    status, problem = board.put("ana", "Ana")
    assert (status, problem["reason"]) == (409, "restricted")


def test_a_new_period_begins_with_nobody(board: Board) -> None:
    """What counted in the last quarter does not count in this one, and its people are not shown."""
    board.enrol("ana", 2)
    board.enrol("bo", 1)
    board.shop.days(32)
    seen = board.see("bo")
    assert (seen["period"], seen["referrals"], names(seen)) == ("2026-Q2", 0, [])
    board.order("ana", "new")
    assert names(board.see("bo")) == [("ana the 2", 1)]


def test_the_program_says_over_what_it_counts(board: Board) -> None:
    """By month it counts the month's, as soon as the program says so; without a leaderboard there is none."""
    board.enrol("ana", 2)
    board.enrol("bo", 1)
    board.shop.publish(leaderboard={"by": "month"}, hold_days=0)
    assert names(board.see("bo")) == [("ana the 2", 1)]
    assert board.see("bo")["period"] == "2026-03"
    board.shop.publish(hold_days=0)
    for method, body in (("GET", None), ("PUT", {"name": "Ana"})):
        answer = board.shop.call(method, "/v1/ambassadors/me/leaderboard", body, **board.signed_in("ana"))
        assert answer.status_code == 404
    assert board.shop.call("DELETE", "/v1/ambassadors/me/leaderboard", **board.signed_in("ana")).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Ana", 200),
        (" Ana  the first ", 200),
        ("અના", 200),
        ("ana@example.com", 422),
        ("www.ana.example", 422),
        ("see http://evil.example", 422),
        ("call 0049 30 1234567", 422),
        ("", 400),
        ("\u200b", 422),
        ("x" * 41, 400),
    ],
)
def test_what_a_name_may_be(board: Board, name: str, status: int) -> None:
    """No address, no link, no telephone number, and short enough to stand in a list."""
    board.enrol("ana", 0, listed=False)
    assert board.put("ana", name)[0] == status


def test_it_costs_the_same_however_many_are_on_it(board: Board) -> None:
    """Two queries and one batch beside session, its key, profile and account."""
    board.enrol("ana", 1)
    for number in range(12):
        board.enrol(f"b{number}", 1 + number % 3)
    signed_in = board.signed_in("ana")
    board.shop.faults.calls.clear()
    board.shop.call("GET", "/v1/ambassadors/me/leaderboard", **signed_in)
    assert [name for name, _ in board.shop.faults.calls] == [
        *("GetItem", "GetItem", "GetItem", "GetItem"),
        *("Query", "Query", "BatchGetItem"),
    ]


def test_it_is_found_by_the_export(board: Board) -> None:
    """What one is called there is shown to whose name it is."""
    board.enrol("ana", 1)
    shown = board.shop.read(board.shop.call("GET", "/v1/people/me/export", **board.signed_in("ana")))
    assert shown["ambassador"]["account"]["shown_as"] == "ana the 1"

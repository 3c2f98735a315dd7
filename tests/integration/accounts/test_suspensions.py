"""A suspended ambassador: settling goes on, nothing leaves the account, and nobody is accused of anything."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.model.accounts import Account, Suspension
from memory.faults import meanwhile
from memory.shop import Body, Shop, eur
from tests.integration.accounts.test_spends import Purse, cancel, confirm


class Case(Purse):
    """An ambassador with 13.50 euro available, whom an admin looks at."""

    def suspend(self, **more: object) -> HTTPResponse:
        """Stop what leaves the account."""
        told = {"note": "Five orders from one address.", **more}
        return self.shop.call("POST", f"/v1/ambassadors/{self.id}/suspend", told, scope="admin:write")

    def reinstate(self) -> HTTPResponse:
        """Let it go on."""
        told = {"note": "A family; all is well."}
        return self.shop.call("POST", f"/v1/ambassadors/{self.id}/reinstate", told, scope="admin:write")

    def payout(self) -> HTTPResponse:
        """Ask for a payout, as an admin."""
        path, told = f"/v1/ambassadors/{self.id}/payouts", {"amount": eur(100)}
        return self.shop.call("POST", path, told, scope="admin:write", Idempotency_Key="p-1")

    def code(self, **headers: str) -> HTTPResponse:
        """Ask for a further code: in the session unless a header says otherwise."""
        sent = headers or {"Authorization": f"Bearer {self.session}"}
        return self.shop.call("POST", f"/v1/ambassadors/{self.id}/codes", {}, Idempotency_Key="c-1", **sent)

    def mine(self) -> Body:
        """What the ambassador sees."""
        answer = self.shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {self.session}")
        return self.shop.read(answer)

    def seen(self) -> Body:
        """What an admin sees."""
        return self.shop.read(self.shop.call("GET", f"/v1/ambassadors/{self.id}", scope="admin:read"))

    def account(self) -> Account:
        """The account as it is stored."""
        account = deps.table().read_account(self.id)
        assert account is not None
        return account


@pytest.fixture
def case(shop: Shop) -> Case:
    """Somebody who has something to spend."""
    return Case(shop)


def outcome(answer: HTTPResponse) -> tuple[int, Any]:
    """The status of an answer, with its reason if there is one."""
    return answer.status_code, Shop.read(answer).get("reason")


NOT_NOW = (409, "not_available_now")


def test_nothing_leaves_a_suspended_account(case: Case) -> None:
    """No coupon, no payout, no further code; once it is reinstated, the very same requests are carried out."""
    assert outcome(case.suspend()) == (201, None)
    assert [outcome(it) for it in (case.spend(), case.payout(), case.code())] == [NOT_NOW] * 3
    admin = f"Bearer {case.shop.keys['admin:write']}"
    assert outcome(case.code(Authorization=admin)) == NOT_NOW
    assert case.balances == (1350, 0, 0)
    assert outcome(case.reinstate()) == (201, None)
    assert [it.status_code for it in (case.spend(), case.payout(), case.code())] == [201] * 3
    assert case.shop.findings(case.id) == []


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "This isn’t available right now; please ask the shop."),
        ("es", "Ahora mismo no está disponible; por favor, pregunta en la tienda."),
        ("gu", "આ હમણાં ઉપલબ્ધ નથી; કૃપા કરીને દુકાનને પૂછો."),
        ("bn", "এটি এই মুহূর্তে পাওয়া যাচ্ছে না; দয়া করে দোকানে জিজ্ঞেস করুন।"),
    ],
)
def test_the_ambassador_is_told_nothing_that_accuses(case: Case, locale: str, text: str) -> None:
    """In their language; else they see of themselves what they saw before. An admin is told why."""
    case.shop.call("PATCH", "/v1/ambassadors/me", {"locale": locale}, Authorization=f"Bearer {case.session}")
    before = case.mine()
    case.suspend()
    assert [Shop.read(it)["detail"] for it in (case.spend(), case.code())] == [text] * 2
    after = case.mine()
    assert after.pop("not_available") == text
    assert {**after, "account": None} == {**before, "account": None}
    assert {**after["account"], "version": 0} == {**before["account"], "version": 0}
    assert "suspended" in Shop.read(case.payout())["detail"]


def test_an_admin_sees_who_decided_and_why(case: Case) -> None:
    """The first word stands: again is a replay, whatever note it brings, and so is reinstating again."""
    assert "suspension" not in case.seen()
    first = case.shop.read(case.suspend())
    again = case.suspend(note="Once more.")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert case.shop.read(again) == first
    told = {name: first[name] for name in ("state", "at", "author", "note")}
    assert case.seen()["suspension"] == told
    assert (told["state"], told["note"]) == ("suspended", "Five orders from one address.")
    case.shop.now += timedelta(minutes=5)
    ended = case.shop.read(case.reinstate())
    assert case.reinstate().status_code == 200
    assert (ended["state"], ended["note"]) == ("reinstated", "A family; all is well.")
    assert case.seen()["suspension"]["state"] == "reinstated"
    decisions = deps.table().list_suspensions(case.id)
    assert [(it.state, it.note) for it in decisions] == [
        ("suspended", "Five orders from one address."),
        ("reinstated", "A family; all is well."),
    ]


def test_who_was_never_suspended_can_not_be_reinstated(case: Case) -> None:
    """Nothing is written for it."""
    before = case.shop.everything()
    assert outcome(case.reinstate()) == (409, "not_suspended")
    assert case.shop.everything() == before


def test_codes_stay_as_they_are_unless_they_are_paused_as_well(case: Case) -> None:
    """The answer says which. One more tick pauses all of them, also later; reinstating lets none work again."""
    case.code()
    kept = case.shop.read(case.suspend())
    assert [it["state"] for it in kept["codes"]] == ["active", "active"]
    assert case.shop.redeem(kept["codes"][0]["code"], "o2").status_code == 201
    ticked = case.suspend(pause_codes=True)
    assert (ticked.status_code, [it["state"] for it in Shop.read(ticked)["codes"]]) == (200, ["paused", "paused"])
    assert Shop.read(case.shop.redeem(kept["codes"][0]["code"], "o3"))["reason"] == "paused_code"
    case.reinstate()
    answer = case.shop.call("GET", f"/v1/ambassadors/{case.id}/codes", scope="admin:read")
    assert [it["state"] for it in case.shop.read(answer)["items"]] == ["paused", "paused"]


def test_both_at_once(case: Case) -> None:
    """Suspended and all codes paused in one request."""
    told = case.suspend(pause_codes=True)
    assert (told.status_code, [it["state"] for it in Shop.read(told)["codes"]]) == (201, ["paused"])


def test_settling_goes_on_and_the_ambassador_hears_of_it_afterwards(case: Case) -> None:
    """No order waits; letters to the ambassador are left out, the friend's is not, and one letter tells it all."""
    code = str(case.seen()["code"])
    case.suspend()
    before = len(case.shop.mails())
    case.shop.redeem(code, "o2", 10000)
    case.shop.stream()
    case.shop.days(31)
    assert case.balances == (2250, 0, 0)
    assert case.shop.mails()[before:] == [("o2@friends.example", "Thank you for your order at Kavya Ceramics")]
    case.shop.redeem(code, "o4", 1000)
    case.shop.redeem(code, "o5", 5000)
    case.shop.stream()
    case.reinstate()
    case.shop.minute()
    assert case.shop.mails()[-1] == ("maya@example.com", "Where your rewards at Kavya Ceramics stand")
    body = case.shop.sent()[-1].body
    assert "You have €22.50 to use." in body
    assert "Still to come: €4.50." in body
    case.shop.minute()
    assert [subject for _, subject in case.shop.mails()].count("Where your rewards at Kavya Ceramics stand") == 1
    assert case.shop.findings(case.id) == []


def test_a_coupon_that_is_out_stays_good(case: Case) -> None:
    """It can be used and given back; so can what was paid out."""
    used, unused = case.coupon(500)["code"], case.coupon(300, "s-2")["code"]
    case.suspend()
    assert confirm(case.shop, used).status_code == 201
    assert cancel(case.shop, unused).status_code == 201
    assert case.balances == (850, 0, 500)
    assert case.shop.findings(case.id) == []


def test_nothing_expires_meanwhile(shop: Shop) -> None:
    """Whoever can't spend loses nothing by it: once reinstated, there is all the time to use it."""
    case = Case(shop, expiry_months=1)
    case.suspend()
    assert case.account().due_at is None
    shop.days(70)
    assert case.balances == (1350, 0, 0)
    case.reinstate()
    shop.minute()
    assert case.account().active_at == shop.now
    assert "It stays yours until 10 July 2026" in " ".join(shop.sent()[-1].body.split())
    shop.days(20)
    assert case.balances == (1350, 0, 0)
    shop.days(20)
    assert (case.balances, shop.account(case.id)["expired"]) == ((0, 0, 0), 1350)
    assert case.shop.findings(case.id) == []


def test_a_gift_waits(shop: Shop) -> None:
    """The list says so, and who reports that it was sent is told to keep it; later it goes."""
    gift = {"milestones": [{"name": "first", "at": 1, "reward": {"gift": "Tea mug"}}]}
    shop.publish(**gift)
    case = Case(shop, **gift)
    case.suspend()
    (waiting,) = shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
    assert waiting["suspended"] is True
    path = f"/v1/gifts/{waiting['id']}/sent"
    assert outcome(shop.call("POST", path, {}, scope="admin:write")) == NOT_NOW
    case.reinstate()
    assert shop.call("POST", path, {}, scope="admin:write").status_code == 201
    assert case.shop.findings(case.id) == []


def test_a_code_that_is_made_while_all_are_paused_is_paused_too(case: Case) -> None:
    """The list of codes is written with them, so a code that comes in between is not left out."""
    case.shop.faults.before("TransactWriteItems", meanwhile(case.code))
    told = Shop.read(case.suspend(pause_codes=True))
    assert [it["state"] for it in told["codes"]] == ["paused", "paused"]


@pytest.mark.parametrize("ask", ["spend", "payout", "code"])
def test_a_suspension_that_is_a_moment_faster_wins(case: Case, ask: str) -> None:
    """Whatever was read before it: what would leave the account is refused in its own transaction."""
    case.shop.faults.before("TransactWriteItems", meanwhile(case.suspend))
    assert outcome(getattr(case, ask)()) == NOT_NOW
    assert case.balances == (1350, 0, 0)
    assert len(deps.table().list_suspensions(case.id)) == 1


def test_an_order_that_is_settled_a_moment_before_a_suspension(case: Case) -> None:
    """Neither is lost: the one that is late reads the account again."""
    case.shop.redeem(str(case.seen()["code"]), "o2")
    case.shop.faults.before("TransactWriteItems", meanwhile(case.shop.stream))
    assert case.suspend().status_code == 201
    assert (case.account().suspended, case.shop.account(case.id)["held"]) == (True, 450)


@pytest.mark.parametrize("spoil", ["flag", "due", "letter", "entry"])
def test_an_audit_sees_what_does_not_belong_to_a_suspension(case: Case, spoil: str) -> None:
    """An account that says otherwise, something that would expire, a letter that is missing, a spend meanwhile."""
    case.coupon(300)
    spent = case.account().version
    case.suspend()
    table, key = case.shop.dynamodb, {"PK": {"S": f"AMB#{case.id}"}, "SK": {"S": "ACCOUNT"}}
    name = "referrals-test"
    if spoil == "flag":
        table.update_item(TableName=name, Key=key, UpdateExpression="REMOVE suspended_in")
        expected = ("suspension", f"{case.id}/suspended_in")
    elif spoil == "due":
        due = {":at": {"S": "2027-01-01T00:00:00.000Z"}}
        table.update_item(TableName=name, Key=key, UpdateExpression="SET due_at = :at", ExpressionAttributeValues=due)
        expected = ("suspension", f"{case.id}/due_at")
    elif spoil == "letter":
        case.reinstate()
        version = case.account().version
        message = {"PK": {"S": f"MSG#account:{case.id}#{version}"}, "SK": {"S": "MSG"}}
        table.delete_item(TableName=name, Key=message)
        expected = ("message", f"{case.id}/messages/MSG#account:{case.id}#{version}")
    else:
        early = Suspension(case.id, spent - 1, "suspended", "key", "early", case.shop.now)
        from chalicelib.store.items import item_of

        table.put_item(TableName=name, Item=item_of(early))
        expected = ("suspension", f"ent_{case.id.removeprefix('amb_')}_{spent:08d}-001")
    assert expected in [(it["kind"], it["where"]) for it in case.shop.findings(case.id)]

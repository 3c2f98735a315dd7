"""What admins decide in the console: each path from the page to the ledger, and back again."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Replace
from chalicelib.operations.access import admins, api_keys, console_sessions
from chalicelib.operations.audit.audit import audit_all
from chalicelib.site.console import ledger
from memory.browser import Browser, Seen
from memory.shop import Body, Shop, eur, open_shop
from tests.scene import Scene, play


class Desk:
    """Anna at the console of a shop in the middle of its life, and Bea beside her."""

    def __init__(self, shop: Shop, scene: Scene) -> None:
        self.shop, self.scene = shop, scene
        scopes = ["admin:read", "admin:write", "admin:keys"]
        self.keys = {it: api_keys.issue(deps.table(), it, scopes, shop.now, owner=it) for it in ("Anna", "Bea")}
        self.days(0)

    def days(self, number: float) -> None:
        """Let time pass; whoever was signed in signs in again."""
        self.shop.days(number)
        self.anna, self.bea = (Browser(self.shop).as_admin(key=it) for it in self.keys.values())

    def see(self, path: str) -> Seen:
        """Open a screen as Anna."""
        page = self.anna.get(f"/console/{path}")
        assert page.status == 200, page.text
        return page

    def read(self, path: str) -> Body:
        """What the API says."""
        return self.shop.read(self.shop.call("GET", f"/v1/{path}", scope="admin:read"))

    @property
    def balances(self) -> Body:
        """What Maya has."""
        return self.shop.account(self.scene.maya)

    def is_sound(self) -> bool:
        """Whether nothing is wrong with the books once all has settled."""
        self.days(1)
        return audit_all(deps.table(), now=self.shop.now) == []


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Shop, Scene, bytes]]:
    """A shop in the middle of its life, played once."""
    with open_shop(seed=15) as shop:
        scene = play(shop, ambassadors=2, orders=4, days=40)
        yield shop, scene, shop.saved()


@pytest.fixture
def desk(played: tuple[Shop, Scene, bytes]) -> Desk:
    """The shop as it was played."""
    shop, scene, saved = played
    shop.restore(saved)
    return Desk(shop, scene)


# --- reviews ----------------------------------------------------------------------------------------------------------


def test_several_are_decided_at_once(desk: Desk) -> None:
    """Nothing before it was said what will happen; then each order tells what became of it."""
    desk.shop.redeem(desk.scene.code, "2002", 4000, customer={"email": "fee@mailinator.com"})
    desk.shop.stream()
    page = desk.see("reviews")
    assert "one of a host that gives them away for minutes" in page.text
    asked = desk.anna.send(page.form("note"), **{"decision-0": "approve", "decision-1": "deny"}, note="I know them.")
    assert "1 reward is approved" in asked.text
    assert "1 reward is denied" in asked.text
    assert desk.read("redemptions/2001")["reviews"] == []
    done = desk.anna.send(asked.form("sure"))
    assert ["2001: approved" in done.text, "2002: denied" in done.text] == [True, True]
    decided = [desk.read(f"redemptions/{it}")["reviews"][0] for it in ("2001", "2002")]
    assert [(it["decision"], it["note"]) for it in decided] == [("approve", "I know them."), ("deny", "I know them.")]
    assert desk.is_sound()


def test_a_decision_needs_an_order_and_a_note(desk: Desk) -> None:
    """What is missing is said on the page, and what was chosen stays."""
    form = desk.see("reviews").form("note")
    assert "is needed" in desk.anna.send(form, note="Why not.").text
    page = desk.anna.send(form, **{"decision-0": "deny"})
    assert (page.status, "is needed: it says why" in page.text) == (400, True)
    assert re.search(r'value="deny" checked', page.html)


def test_one_is_looked_at_closely_and_decided_again(desk: Desk) -> None:
    """A denial says first what it does; the latest decision counts, and the page tells of both."""
    page = desk.see("reviews/2001")
    assert "The ambassador’s record" in page.text
    asked = desk.anna.send(page.form("note"), button="Deny", note="One card.")
    assert "taken back, even if they have spent it" in asked.text
    denied = desk.anna.send(asked.form("sure"))
    assert ("Decided." in denied.text, 'name="decision"' in denied.html) == (True, False), "it asks a second time"
    desk.days(1)
    assert desk.read("redemptions/2001")["reason"] == "denied_by_review"
    desk.anna.send(desk.see("reviews/2001").form("note"), button="Approve", note="A family.")
    desk.days(1)
    assert [it["note"] for it in desk.read("redemptions/2001")["reviews"]] == ["One card.", "A family."]
    assert all(it in desk.see("reviews/2001").text for it in ("One card.", "A family."))
    assert desk.is_sound()


def test_a_refund_in_another_currency_is_given_a_worth(desk: Desk) -> None:
    """In the currency of the order, as people write amounts; what is none is refused, and what was typed stays."""
    refund = {"refund_id": "r-usd", "amount": {"amount": 2000, "currency": "USD"}}
    desk.shop.call("POST", "/v1/orders/1003/refunds", refund, scope="checkout")
    desk.shop.stream()
    form = desk.see("reviews/1003").form("value-r-usd")
    wrong = desk.anna.send(form, button="Approve", note="The bank’s rate.", **{"value-r-usd": "12.345"})
    assert (wrong.status, 'value="12.345"' in wrong.html) == (400, True)
    desk.anna.send(form, button="Approve", note="The bank’s rate.", **{"value-r-usd": "18,50"})
    assert desk.read("redemptions/1003")["reviews"][0]["values"] == {"r-usd": eur(1850)}
    assert desk.is_sound()


# --- money by hand ----------------------------------------------------------------------------------------------------


def test_an_adjustment_takes_two_and_is_taken_back(desk: Desk) -> None:
    """Who asked may not approve and is told why; another admin may, and it can be taken back by two as well."""
    before = desk.balances
    large = {"amount": eur(5000), "reason": "For the whole office."}
    about = f"/v1/ambassadors/{desk.scene.maya}/adjustments"
    own = api_keys.issue(deps.table(), "Anna’s", ["admin:write"], desk.shop.now, owner=" anna ")
    made = desk.shop.call("POST", about, large, Authorization=f"Bearer {own}", Idempotency_Key="large")
    adjustment = desk.shop.read(made)["id"]
    mine = desk.see(f"adjustments?id={adjustment}")
    assert "You may not decide on this one" in mine.text
    theirs = desk.bea.get(f"/console/adjustments?id={adjustment}")
    assert "so you may decide" in theirs.text
    desk.bea.send(theirs.form("Approve"), note="I saw the order.")
    assert desk.balances["available"] == before["available"] + 5000
    page = desk.bea.get(f"/console/adjustments?id={adjustment}")
    waits = desk.bea.send(page.form("Take it back"), note="Another Maya.")
    assert "as soon as a second admin approves" in waits.text
    desk.anna.send(desk.anna.get(waits.path).form("Approve"), note="Yes, another one.")
    assert desk.balances == before
    assert desk.is_sound()


def test_a_payout_is_paid_comes_back_and_is_called_off(desk: Desk) -> None:
    """Each step says what it does; afterwards the balances are what they were."""
    before = desk.balances
    page = desk.see("payouts")
    desk.anna.send(page.form("reference"), reference="SEPA-1")
    paid = desk.see("payouts?state=confirmed")
    assert "SEPA-1" in paid.text
    form = paid.form("It came back")
    assert desk.anna.send(form, amount="a lot", note="?").status == 400
    desk.anna.send(form, amount="0.40", note="Fees.")
    desk.anna.send(desk.see("payouts?state=confirmed").form("It came back"), note="The rest.")
    assert desk.balances["available"] == before["available"] + before["reserved"] - 300
    told = {"amount": eur(100)}
    about = f"/v1/ambassadors/{desk.scene.maya}/payouts"
    desk.shop.call("POST", about, told, scope="admin:write", Idempotency_Key="p-2")
    assert desk.balances == {**before, "paid": desk.balances.get("paid", 0)}
    desk.anna.send(desk.see("payouts").form("It will not be paid"), note="IBAN is closed.")
    closed = desk.see("payouts?state=cancelled")
    assert "IBAN is closed." in closed.text
    assert "Anna" in closed.text[closed.text.index("€1.00") :]
    assert desk.is_sound()


# --- tasks, gifts, claims ---------------------------------------------------------------------------------------------


def test_a_task_is_done_and_opened_again(desk: Desk) -> None:
    """With the words of whom it is for; the one that is open again knows how it was done."""
    page = desk.see("tasks?kind=care")
    assert "The handle came off when I washed it." in page.text
    done = desk.anna.send(page.form("What you said or did"), note="Sent a new mug.")
    again = desk.anna.send(desk.anna.get(done.link("Not done after all")).form("Open it again"), note="It came back.")
    assert ("h1", "Answer somebody") in again.headings
    assert all(it in again.text for it in ("Sent a new mug.", "It came back."))
    assert desk.is_sound()


def test_a_proof_is_approved_and_then_denied(desk: Desk) -> None:
    """The reward comes, and goes when the proof is opened again; then it is decided anew."""
    before = desk.balances
    page = desk.see("tasks?kind=proof")
    desk.anna.send(page.form("Approve"), note="Lovely.")
    assert desk.balances["available"] == before["available"] + 500
    task = desk.read("tasks?kind=proof&state=done")["items"][0]["id"]
    desk.anna.send(desk.see(f"tasks/{task}").form("Open it again"), note="It is somebody else’s.")
    assert desk.balances["available"] == before["available"]
    desk.anna.send(desk.see(f"tasks/{task}").form("Deny"), note="Not theirs.")
    assert desk.balances == before
    assert desk.read(f"tasks/{task}")["decision"] == "deny"
    assert desk.is_sound()


def test_a_gift_is_sent_and_put_right(desk: Desk) -> None:
    """From the list of gifts to its task, and back into the list."""
    mug = {"amount": {"amount": 1, "unit": "gift:A blue mug"}, "reason": "A present."}
    about = f"/v1/ambassadors/{desk.scene.maya}/adjustments"
    desk.shop.call("POST", about, mug, scope="admin:write", Idempotency_Key="mug")
    sent = desk.anna.send(desk.see("gifts").form("It is on its way"), note="DHL 4711")
    assert "Nothing to send." in sent.text
    task = desk.anna.get(sent.link("Not sent after all"))
    desk.anna.send(task.form("Open it again"), note="The parcel is still here.")
    assert "A blue mug" in desk.see("gifts").text
    assert desk.is_sound()


def test_a_claim_is_denied_and_admitted_after_all(desk: Desk) -> None:
    """With the order as the shop knows it; what the rules say against it is shown, and what was typed stays."""
    page = desk.see("claims")
    assert "My neighbour forgot the code." in page.text
    denied = desk.anna.send(page.form("Deny"), note="Not hers.")
    order = {"email": "nila@example.com", "amount": "40.00", "placed_at": f"{desk.shop.now:%Y-%m-%dT%H:%M}"}
    form = denied.form("Admit it")
    small = desk.anna.send(form, **{**order, "amount": "1"}, note="She wrote.")
    assert (small.status, 'value="nila@example.com"' in small.html) == (422, True)
    admitted = desk.anna.send(form, **order, note="She wrote.")
    assert "Admitted." in admitted.text
    assert all(it in admitted.text for it in ("Not hers.", "She wrote."))
    desk.days(1)
    assert desk.read("redemptions/3001")["ambassador_id"] == desk.scene.maya
    assert desk.is_sound()


# --- the books --------------------------------------------------------------------------------------------------------


def test_the_ledger_leads_to_causes_and_into_a_table(desk: Desk) -> None:
    """Narrowed as one likes; the file holds every leg once, however many pages the API gives it in."""
    desk.days(60)
    page = desk.see(f"ledger?ambassador_id={desk.scene.maya}")
    assert page.link("a correction by hand").startswith("/console/adjustments?id=adj_")
    assert "/console/orders/1000" in [href for href, _ in page.links]
    held = desk.see(f"ledger?kind=hold&ambassador_id={desk.scene.maya}")
    assert "Reward released" not in re.sub(r"<select.*?</select>", "", held.html, flags=re.DOTALL)
    query = {"ambassador_id": desk.scene.maya}
    answer = desk.anna.get(f"/console/ledger?as=csv&ambassador_id={query['ambassador_id']}")
    legs = sum(len(it["legs"]) for it in desk.shop.entries(**query))
    assert len(answer.html.strip().splitlines()) == legs + 1
    assert answer.headers["Content-Type"].startswith("text/csv")
    wrong = desk.see("ledger?from=2026-05-01&to=2026-04-01")
    assert "lies after" in wrong.text


def test_a_table_goes_on_over_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its head stands there once, and no line twice."""
    whole = desk.anna.get(f"/console/ledger?as=csv&ambassador_id={desk.scene.maya}").html
    monkeypatch.setattr(ledger, "SHEET", 2)
    assert desk.anna.get(f"/console/ledger?as=csv&ambassador_id={desk.scene.maya}").html == whole


def test_an_audit_is_begun_and_its_findings_said_in_words(desk: Desk) -> None:
    """What is sound is said to be; what is not is named, with what stands there beside what should."""
    begun = desk.anna.send(desk.see("audit").form("whom"), whom="one", ambassador_id=desk.scene.maya)
    assert begun.path.startswith("/console/jobs/job_")
    desk.shop.stream()
    assert "Nothing was found." in desk.anna.get(begun.path).text
    told = {"amount": eur(100), "reason": "To be tampered with."}
    about = f"/v1/ambassadors/{desk.scene.maya}/adjustments"
    desk.shop.call("POST", about, told, scope="admin:write", Idempotency_Key="t-1")
    adjustment = deps.table().read_adjustment(desk.shop.entries(kind="adjustment")[-1]["cause"].partition(":")[2])
    assert adjustment is not None
    deps.table().commit([Replace(replace(adjustment, amount=99, version=adjustment.version + 1))])
    desk.anna.send(desk.see("audit").form("whom"), whom="all")
    desk.shop.stream()
    page = desk.see("audit")
    assert all(it in page.text for it in ("An adjustment and its entry tell different things.", "99", "100"))
    assert desk.anna.send(desk.see("audit").form("whom"), whom="one", ambassador_id="amb_none").status == 404


# --- who may ----------------------------------------------------------------------------------------------------------


def test_a_key_is_made_shown_once_and_revoked(desk: Desk) -> None:
    """The secret is on one page only, and opens what was said; revoked it opens nothing."""
    form = desk.see("keys").form("scopes", "owner")
    refused = desk.anna.send(form, name="web shop", scopes=["checkout"])
    assert (refused.status, "no scope that it does not hold itself" in refused.text) == (403, True)
    made = desk.anna.send(form, name="reports", scopes=["admin:read"])
    found = re.search(r'id="secret">(rk_[^<]+)<', made.html)
    assert found
    bearer = {"Authorization": f"Bearer {found[1]}"}
    assert desk.shop.call("GET", "/v1/reviews", **bearer).status_code == 200
    assert found[1] not in desk.see("keys").html
    again = desk.anna.send(form, name="reports", scopes=["admin:read"])
    assert ("shown then" in again.text, "rk_" in again.text) == (True, False)
    listed = desk.shop.read(desk.shop.call("GET", "/v1/keys", scope="admin:keys"))["items"]
    key = next(it["id"] for it in listed if it["name"] == "reports")
    revoke = next(it for it in desk.see("keys").forms if ("id", key) in it.fields)
    assert "Revoked." in desk.anna.send(revoke).text
    assert desk.shop.call("GET", "/v1/reviews", **bearer).status_code == 401


def test_an_admin_is_invited_and_revoked(desk: Desk) -> None:
    """By name and address, with scopes that are said in words."""
    form = desk.see("admins").form("email")
    page = desk.anna.send(form, email="cem@example.com", name="Cem Aksoy", scopes=["admin:read", "admin:write"])
    assert all(it in page.text for it in ("Cem Aksoy", "cem@example.com", "Invited."))
    (admin,) = admins.all_of(deps.table())
    token, _ = console_sessions.begin(deps.table(), admin, browser="Firefox 141", now=desk.shop.now)
    page = desk.see("admins")
    assert "Firefox 141" in page.text
    assert "signed out" in desk.anna.send(page.form("Sign them out everywhere")).text.lower()
    assert desk.shop.call("GET", "/console", Cookie=f"__Host-console={token}").status_code == 303
    (revoke,) = [it for it in page.forms if ("do", "revoke") in it.fields]
    assert "cem@example.com" not in desk.anna.send(revoke).text


def test_stores_tell_when_each_has_called(desk: Desk) -> None:
    """The keys of shops' servers, and which of them has gone quiet; not to who may see no keys."""
    desk.days(9)
    page = desk.see("stores")
    assert "quiet for days" in page.text
    assert page.link("All calls") == "/docs"
    reader = Browser(desk.shop).as_admin("admin:read").get("/console/stores")
    assert (reader.status, "shown to admins who may make them" in reader.text) == (200, True)


@pytest.mark.parametrize(
    "path", ["reviews", "reviews/2001", "claims", "tasks", "gifts", "payouts", "adjustments", "audit"]
)
def test_who_may_only_read_decides_nothing(desk: Desk, path: str) -> None:
    """They see the screen without its forms; what they send all the same is refused as the API refuses it."""
    reader = Browser(desk.shop).as_admin("admin:read")
    page = reader.get(f"/console/{path}")
    own = [it for it in page.forms if it.action.startswith(f"/console/{path}") and it.method == "post"]
    assert (page.status, own) == (200, [])
    guard = dict(page.form("Language").fields)["guard"]
    told = {"guard": guard, "sure": "yes", "deny": "2001", "decision": "deny", "note": "No.", "do": "deny", "id": "x_1"}
    answer = reader.post(f"/console/{path}", {**told, "once": "o-1", "whom": "all"})
    assert answer.status_code == 403
    assert desk.read("redemptions/2001")["reviews"] == []


@pytest.mark.parametrize("path", ["keys", "admins"])
def test_keys_are_for_who_may_make_them(desk: Desk, path: str) -> None:
    """Nobody else sees the screen."""
    reader = Browser(desk.shop).as_admin("admin:read", "admin:write")
    assert reader.get(f"/console/{path}").status == 403

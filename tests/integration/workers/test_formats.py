"""A build that was rolled back to meets what a newer one wrote: it waits, says so, and decides nothing by half.

What the newer build adds here is a field in the item and the number of its format, as `store.kinds` writes it. Taking
the number away is what upgrading again comes to: the item can be read then.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from chalicelib import deps
from chalicelib.domain.model.people import Code
from chalicelib.operations import jobs
from chalicelib.operations.jobs import TRIES_MAX
from chalicelib.operations.people import retention
from chalicelib.operations.program import programs
from chalicelib.store import kinds
from chalicelib.store.items import NewerError, entity_of, item_of
from chalicelib.store.keys import Key
from memory.browser import Browser
from memory.shop import START, Shop, eur, refusal
from tests.integration.care.test_touches import LEA, told
from tests.integration.workers.test_alarms import counted


def raised(shop: Shop, mark: str) -> list[Key]:
    """Let all items of a kind be of format 2, as a newer build has written them; answers their keys."""
    found = [key for key in shop.cloud.engine.items if kinds.mark_in(key[1]) == mark]
    for key in found:
        shop.cloud.engine.items[key] |= {"format": {"N": "2"}, "split": {"N": "7"}}
    assert found, mark
    forget(shop)
    return [Key(*key) for key in found]


def lower(shop: Shop, keys: list[Key]) -> None:
    """Let a build run again that knows these items."""
    for key in keys:
        shop.cloud.engine.items[key[0], key[1]].pop("format")
    forget(shop)


def forget(shop: Shop) -> None:
    """Begin a process anew, on the same table and by the same clock."""
    programs.version.cache_clear()
    programs.sound.cache_clear()
    deps.forget()
    deps.use_clock(lambda: shop.now)


def quote(shop: Shop, code: str) -> tuple[int, str]:
    """What a checkout hears of a code."""
    answer = shop.call("POST", "/v1/quotes", {"code": code, "order": {"amount": eur(5000)}}, scope="checkout")
    return (200, "") if answer.status_code == 200 else refusal(answer)


@pytest.mark.parametrize("mark", ["V", "CODE"])
def test_a_checkout_is_asked_to_come_again(shop: Shop, capsys: pytest.CaptureFixture[str], mark: str) -> None:
    """Neither quoted nor redeemed, and nothing is stored; each refusal counts for the alarm."""
    code = shop.enrol()["code"]
    keys, before = raised(shop, mark), shop.everything()
    capsys.readouterr()
    assert quote(shop, code) == (503, "newer_format")
    answer = shop.redeem(code)
    assert (refusal(answer), answer.headers["Retry-After"]) == ((503, "newer_format"), "60")
    assert shop.everything() == before
    assert counted(capsys) == {"ItemsNewer": 2}
    lower(shop, keys)
    assert quote(shop, code) == (200, "")
    assert shop.redeem(code).status_code == 201


@pytest.mark.parametrize(("mark", "path"), [("ACCOUNT", "/me"), ("REDEMPTION", "/console/orders/o1"), ("V", "/me")])
def test_a_page_says_that_it_has_to_wait(shop: Shop, capsys: pytest.CaptureFixture[str], mark: str, path: str) -> None:
    """Not that something broke: 503 with a time to come again, and the alarm rings as for a checkout."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    browser = Browser(shop)
    browser = browser.as_ambassador(maya["id"]) if path == "/me" else browser.as_admin()
    keys = raised(shop, mark)
    capsys.readouterr()
    answer = browser.get(path)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    assert counted(capsys)["ItemsNewer"] >= 1
    lower(shop, keys)
    assert browser.get(path).status == 200


@pytest.mark.parametrize("mark", ["V", "REDEMPTION", "ACCOUNT", "FRIEND"])
def test_an_order_waits_and_is_settled_by_whoever_can_read_it(
    shop: Shop, capsys: pytest.CaptureFixture[str], mark: str
) -> None:
    """Settled or released by no half, by the stream or the schedule; and soon after the upgrade, exactly as ever."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    keys = raised(shop, mark)
    ledger = [key for key in shop.cloud.engine.items if key[0].startswith("LEDGER#")]
    capsys.readouterr()
    shop.stream()
    shop.days(0.1)
    assert [key for key in shop.cloud.engine.items if key[0].startswith("LEDGER#")] == ledger == []
    sums = counted(capsys)
    assert sums["ItemsNewer"] >= 1
    assert sums["SettlesFailed"] == 0
    lower(shop, keys)
    shop.days(0.2)
    assert shop.postings(order_id="o1") == [("hold", 450)]
    shop.days(31)
    assert shop.postings(order_id="o1") == [("hold", 450), ("release", 450)]
    assert shop.findings(maya["id"]) == []


@pytest.mark.parametrize("mark", ["V", "MSG", "PERSON"])
def test_a_letter_waits_and_goes_once(shop: Shop, capsys: pytest.CaptureFixture[str], mark: str) -> None:
    """However long that takes: no try is used up by it, and nobody gets two."""
    shop.publish(letters={"welcome": True})
    shop.enrol()
    keys = raised(shop, mark)
    capsys.readouterr()
    shop.stream()
    for _ in range(5):
        shop.days(1.5)
    assert shop.mails() == []
    sums = counted(capsys)
    assert sums["ItemsNewer"] + sums["LettersBlocked"] >= 1
    lower(shop, keys)
    shop.days(1)
    assert [to for to, _ in shop.mails()] == ["maya@example.com"]


def test_a_letter_of_other_rules_than_those_in_force_waits_too(shop: Shop) -> None:
    """It is claimed before they are read: that it was not written by half is known for sure, so it goes once."""
    shop.publish(letters={"welcome": True})
    shop.enrol()
    shop.publish()
    first, second, third = raised(shop, "V")
    lower(shop, [first, third])
    shop.stream()
    for _ in range(5):
        shop.days(1.5)
    assert shop.mails() == []
    lower(shop, [second])
    shop.days(1)
    assert len(shop.mails()) == 1


def test_nobody_is_looked_after_by_half(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A birthday comes of somebody of whom a newer build knows more: the wish is held back, and comes after all."""
    shop.publish(care={"birthday": {}})
    told(shop, birthday="1990-05-02")
    keys = raised(shop, "PERSON")
    capsys.readouterr()
    shop.now = datetime.fromisoformat("2026-05-02T09:00+00:00")
    shop.days(0)
    assert shop.mails() == []
    assert counted(capsys)["ItemsNewer"] >= 1
    lower(shop, keys)
    shop.days(0.1)
    assert [to for to, _ in shop.mails()] == [LEA]


@pytest.mark.parametrize("mark", ["REDEMPTION", "ACCOUNT", "ENTRY"])
def test_an_audit_says_what_it_can_not_judge(shop: Shop, capsys: pytest.CaptureFixture[str], mark: str) -> None:
    """One finding of an own kind, none that takes the unknown for a difference, and the others are audited."""
    maya, lea = shop.enrol(), shop.enrol("lea@example.com", "Lea")
    for whose in (maya, lea):
        shop.redeem(whose["code"], whose["id"])
    shop.stream()
    shop.days(31)
    keys = raised(shop, mark)
    own = [key for key in keys if mark != "REDEMPTION" or maya["id"] in key.pk]
    lower(shop, [key for key in keys if key not in own])
    capsys.readouterr()
    answer = shop.call("POST", "/v1/ledger/audit", {"all": True}, scope="admin:write")
    shop.stream()
    job = shop.read(shop.call("GET", f"/v1/jobs/{shop.read(answer)['id']}", scope="admin:read"))
    assert job["state"] == "done"
    findings = job["result"]["findings"]
    assert findings
    assert {it["kind"] for it in findings} == {"newer"}
    sums = counted(capsys)
    assert (sums["ItemsNewer"], sums["AuditDifferences"]) == (len(findings), 0)


def test_a_round_of_all_people_waits_however_long(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """It uses up no tries, says so each time, and goes on by itself."""
    shop.enrol()
    keys = raised(shop, "PERSON")
    shop.now += timedelta(days=1)
    job = jobs.begin_weekly(deps.table(), retention.KIND, now=shop.now)
    assert job is not None
    capsys.readouterr()
    for _ in range(TRIES_MAX + 3):
        shop.now += timedelta(minutes=16)
        shop.minute()
    sums = counted(capsys)
    assert sums["JobsFailed"] == 0
    assert sums["ItemsNewer"] >= TRIES_MAX
    lower(shop, keys)
    shop.now += timedelta(minutes=16)
    shop.minute()
    stored = deps.table().read_job(job.id)
    assert stored is not None
    assert (stored.state, stored.failure) == ("done", None)


def code(campaign: str | None = None) -> Code:
    """A code, in a campaign or in none."""
    return Code("7WRNX9XC", "amb_1", owners=("maya",), created_at=START, campaign=campaign)


@pytest.fixture
def newer() -> Iterator[None]:
    """A build that knows format 2 of codes: those that are in a campaign, say, mean something else."""
    (codes,) = (it for it in kinds.KINDS if it.mark == "CODE")
    grown = codes._replace(grown=(lambda it: it.campaign is not None,))
    with patch.dict("chalicelib.store.kinds._BY_MARK", CODE=grown), patch.object(kinds, "_kind", lambda _: grown):
        yield


@pytest.mark.usefixtures("newer")
def test_only_what_holds_the_new_is_kept_from_old_builds() -> None:
    """What does without it is written as ever, at no cost, so that a rollback loses nothing of it."""
    plain, grown = code(), code(campaign="may")
    assert "format" not in item_of(plain)
    assert item_of(grown)["format"] == {"N": "2"}
    assert [entity_of(item_of(it)) for it in (plain, grown)] == [plain, grown]


def test_what_every_build_so_far_has_written_has_no_format() -> None:
    """A kind is raised in its line of `KINDS`, with a line in the release notes; 1 is never written."""
    assert "format" not in item_of(code(campaign="may"))
    for number, known in (("1", True), ("2", False)):
        item = {**item_of(code()), "format": {"N": number}}
        if known:
            assert entity_of(item).code == "7WRNX9XC"
        else:
            with pytest.raises(NewerError, match="CODE of format 2"):
                entity_of(item)

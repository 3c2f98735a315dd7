"""The whole program as its three users meet it, over HTTP, from code to reward."""

import csv
import io

import pytest
import zxingcpp
from PIL import Image

from tests.path.live import Live, eur

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)


def test_from_the_code_to_the_reward(live: Live) -> None:
    """Enrol, welcome, share, click, quote, redeem, hold, mails, release by the clock, refund into debt: all as told."""
    maya = live.enrol("maya@path.example", "માયા").body
    code, path = maya["code"], f"/r/{maya['code']}"
    page = live.call("GET", f"{path}?ch=whatsapp", User_Agent=PHONE)
    assert (page.status, "માયા" in page.raw.decode()) == (200, True)
    picture = live.call("GET", f"{path}/qr.png?size=300", Accept="image/avif,image/webp,image/png,*/*")
    (decoded,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.raw)))
    assert decoded.text == f"{maya['share_url']}?ch=qr"

    quote = live.call("POST", "/v1/quotes", {"code": code, "order": {"amount": eur(5000)}}, key="checkout").body
    assert quote == {"usable": True, "friend_discount": eur(500), "reward_estimate": eur(450)}
    assert live.redeem(code.lower(), "path-1", "fay@path.example").status == 201
    live.wait(lambda: live.balances(maya["id"]), (450, 0))
    live.wait(lambda: len(live.mails("fay@path.example")), 1)
    live.wait(lambda: len(live.mails("maya@path.example")), 2)
    assert live.ambassador(maya["id"])["clicks"] == {"whatsapp": 1}

    live.move_clock(31)
    live.wait(lambda: live.balances(maya["id"]), (0, 450))
    live.wait(lambda: len(live.mails("maya@path.example")), 3)
    for number, (part, left) in enumerate([(1500, 300), (1500, 150), (1500, 0)]):
        assert live.refund("path-1", f"r{number}", part).status == 201
        live.wait(lambda: live.balances(maya["id"])[1], left)
    expected = [("hold", 450), ("release", 450), *[("clawback", 150)] * 3]
    assert live.postings(ambassador_id=maya["id"]) == expected
    live.move_clock(0)


def test_a_refund_before_its_redemption_counts(live: Live) -> None:
    """The shop's systems report in any order: the refund waits for its order, and the reward starts reduced."""
    maya = live.enrol("early@path.example").body
    assert live.refund("early-1", "r1", 1500).status == 201
    live.settled()
    assert live.redeem(maya["code"], "early-1", "fay@early.example").status == 201
    live.wait(lambda: live.balances(maya["id"]), (300, 0))
    assert live.postings(order_id="early-1") == [("hold", 300)]


def test_the_ledger_as_csv_equals_the_ledger_as_json(live: Live) -> None:
    """An accountant's spreadsheet shows each leg of each entry, and nothing else."""
    entries = live.call("GET", "/v1/ledger?limit=100", key="admin").body["items"]
    sheet = live.call("GET", "/v1/ledger?limit=100", key="admin", Accept="text/csv").raw.decode()
    rows = list(csv.DictReader(io.StringIO(sheet)))
    legs = [(e["id"], leg["account"], str(leg["amount"])) for e in entries for leg in e["legs"]]
    assert [(row["id"], row["account"], row["amount"]) for row in rows] == legs
    assert len(legs) >= 4


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/r", "/v1/redemptions/a/b"])
def test_an_unknown_address_is_a_problem_like_any_other(live: Live, path: str) -> None:
    """Even where no route is, the answer has the same form and an id to ask about."""
    answer = live.call("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.body["reason"] == "not_found"
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]

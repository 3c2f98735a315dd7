"""Audits over HTTP: at once as far as they come, or as a job."""

import pytest

from chalicelib.operations.audit import audit
from memory.shop import Body, Shop
from tests.integration.audit.plants import spoiled
from tests.integration.audit.story import Story, reopened


def asked(shop: Shop, query: str) -> Body:
    """An audit at once."""
    answer = shop.call("GET", f"/v1/ledger/audit?{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def job_of(shop: Shop, told: Body) -> Body:
    """An audit as a job, as it is shown when the schedule has run for a minute."""
    answer = shop.call("POST", "/v1/ledger/audit", told, scope="admin:write")
    assert answer.status_code == 202, answer.body
    path = answer.headers["Location"].removeprefix("https://friends.shop.example")
    shop.minute()
    return shop.read(shop.call("GET", path, scope="admin:read"))


def test_an_audit_over_http(story: Story) -> None:
    """One ambassador and a sample are audited within the request; a sample can be drawn again."""
    with reopened(story, story.items) as shop:
        one = asked(shop, f"ambassador_id={story.ids['maya']}")
        assert (one["complete"], one["result"]["differences"], one["result"]["findings"]) == (True, 0, [])
        assert (one["result"]["ambassadors"], one["result"]["moving"]) == (1, [])
        assert one["result"]["entries"] == sum(pk == f"LEDGER#{story.ids['maya']}" for pk, _ in story.items)
        both = asked(shop, "sample=5")
        assert (both["sample"], both["seed"], both["result"]["ambassadors"]) == (5, f"{story.now:%Y-%m-%d}", 3)
        assert asked(shop, "sample=1&seed=a") == asked(shop, "sample=1&seed=a")


def test_a_finding_over_http(story: Story) -> None:
    """A finding says of what kind it is, where, and what was expected and found; a job says the same."""
    with reopened(story, spoiled(story)) as shop:
        told = {"ambassador_id": story.ids["asha"]}
        findings = asked(shop, f"ambassador_id={told['ambassador_id']}")["result"]["findings"]
        assert {"kind": "counter", "where": f"{story.ids['asha']}/settled", "expected": 1, "found": 5} in findings
        job = job_of(shop, told)
        assert (job["state"], job["kind"], job["progress"]) == ("done", "audit", {"done": 1, "total": 1})
        assert job["result"]["findings"] == findings


def test_what_does_not_fit_into_a_request_becomes_a_job(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up the answer says so, and what to send for a job that does the whole of it."""
    monkeypatch.setattr(audit, "SECONDS", 0)
    with reopened(story, story.items) as shop:
        for query in (f"ambassador_id={story.ids['maya']}", "sample=2&seed=x"):
            cut = asked(shop, query)
            assert (cut["complete"], cut["continue"]["method"]) == (False, "POST")
            job = job_of(shop, cut["continue"]["body"])
            assert (job["state"], job["result"]["differences"]) == ("done", 0)
            assert job["result"]["ambassadors"] == cut.get("sample", 1)
        everything = job_of(shop, {"all": True})
        assert (everything["state"], everything["progress"]) == ("done", {"done": 3, "total": 3})


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({}, ""),
        ({"seed": "x"}, ""),
        ({"all": True, "sample": 3}, ""),
        ({"ambassador_id": "amb_1", "sample": 3}, ""),
        ({"all": True, "seed": "x"}, "/seed"),
    ],
)
def test_an_audit_is_of_one_a_sample_or_all(shop: Shop, told: Body, pointer: str) -> None:
    """One of the three, and a seed goes with a sample."""
    answer = shop.call("POST", "/v1/ledger/audit", told, scope="admin:write")
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == [pointer]

"""The program, published or tried: what a request about it may get wrong."""

from memory.shop import PROGRAM
from tests.integration.edge.bad.requests import GONE, Case, changed, preview, reading

CASES = [
    # --- the program ---
    Case("program-unread", "PUT", "/v1/program", "admin:write", PROGRAM, 428, "precondition_required"),
    Case(
        *("program-outdated", "PUT", "/v1/program", "admin:write", PROGRAM, 412, "outdated", None),
        {"If_Match": '"7"'},
    ),
    Case(
        *("program-flawed", "PUT", "/v1/program", "admin:write", changed(PROGRAM, {"offer__basis_points": 10_001})),
        *(400, "invalid_request", "/offer/basis_points", {"If_Match": '"1"'}),
    ),
    reading("versions-limit", "limit=0", "?limit", "/v1/program/versions"),
    reading("versions-cursor", "cursor=$REFERRALS", "?cursor", "/v1/program/versions"),
    reading("program-parameter", "version=1", "?version", "/v1/program"),
    reading("schema-parameter", "draft=7", "?draft", "/v1/program/schema"),
    preview("flawed", "/program/offer/basis_points", program__offer__basis_points=10_001),
    preview("contradictory", "/program/tiers/0/bonus", program__tiers=[{"name": "A", "threshold": 0, "bonus": 1}]),
    preview("unknown-rule", "/program/colour", program__colour="red"),
    preview("no-program", "/program", program=GONE),
    preview("program-list", "/program", program=[]),
    preview("no-period", "/period", period=GONE),
    preview("no-end", "/period/to", period__to=GONE),
    preview("no-day", "/period/from", period__from="2026-02-30"),
    preview("time", "/period/from", period__from="2026-02-01T00:00:00Z"),
    preview("backwards", "/period/to", period__to="2026-01-31"),
    preview("too-long", "/period", period__to="2027-02-02"),
    preview("long-ago", "/period", period__from="1999-12-31"),
    preview("unknown-field", "/days", days=30),
    Case(
        "letter-unknown",
        "POST",
        "/v1/messages/preview",
        "admin:read",
        {"letter": "hi"},
        400,
        "invalid_request",
        "/letter",
    ),
    preview("unknown-in-period", "/period/days", period__days=30),
]

"""What customers are worth: what a request about it may get wrong."""

from tests.integration.edge.bad.requests import GONE, Case, changed, reading

FIT = {
    "until": "2026-02-28",
    "customers": 900,
    "repeating": 300,
    "currency": "EUR",
    "buying": {"r": 0.253561, "alpha": 38.1, "a": 0.6, "b": 2.6, "log_likelihood": -9000.5},
    "spending": {"p": 4.7, "q": 4.2, "v": 2439, "log_likelihood": -4000},
}


def fit(name: str, pointer: str, **changes: object) -> Case:
    """A fit with one thing wrong."""
    body = changed(FIT, changes)
    return Case(f"fit-{name}", "PUT", "/v1/worth/model", "admin:write", body, 400, "invalid_request", pointer)


CASES = [
    fit("no-day", "/until", until=GONE),
    fit("day-that-is-none", "/until", until="2026-02-30"),
    fit("negative-customers", "/customers", customers=-1),
    fit("half-customers", "/repeating", repeating=1.5),
    fit("other-currency", "/currency", currency="USD"),
    fit("no-buying", "/buying", buying=GONE),
    fit("no-shape", "/buying/r", buying__r=GONE),
    fit("nothing", "/buying/a", buying__a=0),
    fit("negative", "/buying/b", buying__b=-2.6),
    fit("too-large", "/buying/alpha", buying__alpha=1e12),
    fit("too-often", "/buying/alpha", buying__r=1000, buying__alpha=38),
    fit("too-much", "/spending/q", spending__q=1.00001),
    fit("text", "/spending/p", spending__p="4.7"),
    fit("no-mean", "/spending/q", spending__q=1),
    fit("no-likelihood", "/spending/log_likelihood", spending__log_likelihood=GONE),
    fit("unknown-parameter", "/buying/gamma", buying__gamma=1.0),
    fit("negative-discount", "/discount", discount=-1),
    fit("unknown-field", "/horizon", horizon=365),
    reading("histories-limit", "limit=0", "?limit", "/v1/worth/histories"),
    reading("histories-cursor", "cursor=$REFERRALS", "?cursor", "/v1/worth/histories"),
    reading("model-parameter", "version=1", "?version", "/v1/worth/model"),
    reading("cohorts-parameter", "month=2026-03", "?month", "/v1/worth/cohorts"),
    reading("worth-parameter", "days=30", "?days", "/v1/people/$PERSON/worth"),
]

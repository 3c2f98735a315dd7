"""What an answer says beside its body: to caches, to clients that come too early, to whoever asks what is allowed."""

from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.aws.lines import LostError
from memory.shop import Shop, eur, refusal

PROBLEM = "application/problem+json"
SHARED = "public, max-age=0, s-maxage=60"


@pytest.mark.parametrize("known", [True, False])
def test_a_page_says_that_it_varies_by_language(shop: Shop, known: bool) -> None:
    """A cache in between must not show a reader another one's language, not even one that does not heed `Vary`."""
    code = shop.enrol()["code"] if known else "NBCDFGHJ"
    gujarati = shop.call("GET", f"/r/{code}", Accept_Language="gu")
    english = shop.call("GET", f"/r/{code}", Accept_Language="en")
    assert gujarati.body != english.body
    for answer, language in ((gujarati, "gu"), (english, "en")):
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Content-Language"] == language
        assert answer.headers["Cache-Control"] == ("no-store" if language == "gu" else SHARED)
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_a_cache_may_keep_is_the_same_for_all(shop: Shop, subtests: pytest.Subtests) -> None:
    """Whatever else a request says: what a cache may keep of one address is the same, to the letter, for whoever comes.

    So nobody can have a page of their making shown to others: no header, no query that the links take along.
    """
    code = shop.enrol()["code"]
    odd = {
        "Host": "evil.example",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "http",
        "X_Original_Url": "/v1/keys",
        "X_Http_Method_Override": "DELETE",
        "Forwarded": "host=evil.example",
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/",
        "User_Agent": "<script>",
        "Accept": "text/plain",
        "Cookie": "__Host-language=gu; __Host-me=rs_x",
        "Range": "bytes=0-9",
        "Authorization": f"Bearer {shop.keys['admin:read']}",
    }
    wanted = ("gu", "bn;q=0.3, en-US", "\x00<")
    languages: list[dict[str, str]] = [{}, *({"Accept_Language": it} for it in wanted)]
    queries = (
        "",
        "?ch=whatsapp",
        "?ch=%3Cscript%3E",
        "?lang=gu",
        "?gclid=abc",
        "?utm_source=x",
        "?x=1",
        "?ch=qr&ref=B",
    )
    for path in (f"/r/{code}", "/r/NBCDFGHJ", f"/v1/codes/{code}", "/v1/codes/NBCDFGHJ"):
        plain = shop.call("GET", path)
        assert plain.headers["Cache-Control"] == SHARED
        for query in queries:
            for language in languages:
                for sent in ({}, odd):
                    answer = shop.call("GET", path + query, **language, **sent)
                    if answer.headers["Cache-Control"] == "no-store":
                        continue
                    with subtests.test(path + query, **language, **sent):
                        assert query.partition("=")[0] in {"", "?ch"}
                        assert answer.headers["Cache-Control"] == SHARED
                        assert answer.body.decode().replace('lang="en-US"', 'lang="en"') == plain.body.decode()
                        assert answer.headers.get("Access-Control-Allow-Origin") == "*"
                        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/v1/ambassadors/me", "/me", "/me/share", "/console", "/sign-in", "/healthz", "/v1/keys"]
)
def test_what_is_somebodys_own_is_kept_by_nobody(shop: Shop, path: str) -> None:
    """Whoever asks for it, signed in or not, and whatever an address is made to look like."""
    token = shop.session(shop.enrol()["id"])
    for at in (path, f"{path}/x.css", f"{path}?x.png"):
        for sent in ({}, {"Authorization": f"Bearer {token}"}, {"Cookie": f"__Host-me={token}"}):
            answer = shop.call("GET", at, **sent)
            assert answer.headers.get("Cache-Control", "no-store") == "no-store"


def test_a_busy_table_says_when_to_come_again(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """In a second. Why it is busy is told to the log alone: a throttle and a dead network are mended differently."""
    shop.cloud.outage["GetItem"] = LostError("TimeoutError")
    answer = shop.call("GET", "/v1/redemptions/o1", scope="admin:read")
    assert refusal(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"
    assert "TimeoutError" not in answer.body.decode()
    assert [vars(line)["why"] for line in caplog.records if line.message == "busy"] == ["TimeoutError"]


def test_a_shop_without_a_program_says_when_to_come_again(shop: Shop) -> None:
    """In a minute: then whoever sets it up may have published one."""
    place = {"PK": {"S": "PROGRAM"}, "SK": {"S": "V#000001"}}
    shop.dynamodb.delete_item(TableName=deps.settings().table, Key=place)
    deps.forget()
    answer = shop.redeem("NBCDFGHJ")
    assert refusal(answer) == (503, "no_program")
    assert answer.headers["Retry-After"] == "60"


def test_a_decision_that_comes_too_early_says_when_to_come_again(shop: Shop) -> None:
    """The stream settles an order within seconds; no other refusal asks to be repeated."""
    shop.redeem(shop.enrol()["code"])
    told = {"decision": "deny", "note": "No."}
    early = shop.call("POST", "/v1/reviews/o1", told, scope="admin:write")
    assert refusal(early) == (409, "not_settled_yet")
    assert early.headers["Retry-After"] == "5"
    unknown = shop.call("POST", "/v1/reviews/o2", told, scope="admin:write")
    assert (unknown.status_code, "Retry-After" in unknown.headers) == (404, False)


def test_what_a_path_takes_is_told(shop: Shop) -> None:
    """405 names the methods there are, in the form of every problem."""
    answer = shop.call("PUT", "/v1/quotes", {}, scope="checkout")
    assert (answer.status_code, answer.headers["Allow"], answer.headers["Content-Type"]) == (405, "POST", PROBLEM)


def test_every_answer_has_an_id_and_is_taken_for_what_it_says(shop: Shop) -> None:
    """Good or bad, a page or JSON: there is an id to ask about, and no browser guesses another kind of content."""
    answers = [
        shop.call("GET", "/healthz"),
        shop.call("GET", "/r/NBCDFGHJ?lang=gu"),
        shop.call("GET", "/v1/ledger"),
        shop.call("PATCH", "/v1/quotes", {}),
    ]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_a_picture_of_a_code_is_kept_for_good(shop: Shop) -> None:
    """It never changes under its address, and whoever has it is told so: with the tag alone, weak, or any at all."""
    code = shop.enrol()["code"]
    first = shop.call("GET", f"/r/{code}/qr.svg")
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = shop.call("GET", f"/r/{code}/qr.svg", If_None_Match=known)
        assert (answer.status_code, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert shop.call("GET", f"/r/{code}/qr.svg", If_None_Match='"other"').status_code == 200
    other = shop.enrol("ravi@example.com", "Ravi")["code"]
    assert shop.call("GET", f"/r/{other}/qr.svg").headers["ETag"] != tag


# --- what is keyed ----------------------------------------------------------------------------------------------------


def repepper(monkeypatch: pytest.MonkeyPatch, pepper: str) -> None:
    """Let the secret be another one."""
    monkeypatch.setenv("PEPPER", pepper)
    deps.forget()


def test_what_was_asked_is_kept_under_the_pepper(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders and requests are stored by a hash of their content, which names people: keyed, none can be guessed.

    The same requests under another pepper leave other fingerprints, of which none is the plain hash.
    """
    maya = shop.enrol()

    def fingerprints(number: int) -> tuple[str, ...]:
        shop.keys["maya"] = shop.session(maya["id"])
        told = {"order_id": "o77", "note": "Mine."}
        claim = shop.call("POST", "/v1/ambassadors/me/claims", told, scope="maya", Idempotency_Key=f"c-{number}")
        assert claim.status_code == 202, claim.body
        order = {
            "order_id": "o1",
            "code": maya["code"],
            "customer": {"email": f"fay{number}@friends.example"},
            "amount": eur(5000),
            "placed_at": "2026-03-01T12:00:00Z",
        }
        assert shop.call("POST", "/v1/redemptions", order, scope="checkout").status_code == 201
        rows = shop.everything()
        found = [row["fingerprint"]["S"] for row in rows if row["SK"]["S"] in {"#REDEMPTION", "IDEM"}]
        for row in rows:
            if row["SK"]["S"] in {"#REDEMPTION", "IDEM", "CLAIM", "OPEN", "FRIEND"}:
                place = {name: row[name] for name in ("PK", "SK")}
                shop.dynamodb.delete_item(TableName=deps.settings().table, Key=place)
        return tuple(found)

    one = fingerprints(1)
    assert fingerprints(1) == one
    repepper(monkeypatch, "another pepper")
    other = fingerprints(1)
    assert len(one) == len(other) == 2
    assert not set(one) & set(other)


# --- when a code ends -------------------------------------------------------------------------------------------------


def test_a_code_ends_at_the_moment_that_was_meant(shop: Shop) -> None:
    """Said in the time of Kolkata, it ends at that moment everywhere: not five and a half hours later."""
    code = shop.enrol()["code"]
    told = {"expires_at": "2026-03-02T00:00:00+05:30"}
    answer = shop.call("PATCH", f"/v1/codes/{code}", told, scope="admin:write")
    assert shop.read(answer)["expires_at"] == "2026-03-01T18:30:00Z"
    shop.now = shop.now.replace(hour=18, minute=29)
    assert shop.redeem(code).status_code == 201
    shop.now += timedelta(minutes=1)
    refused = shop.redeem(code, "o2")
    assert refusal(refused) == (422, "expired_code")
    assert shop.call("GET", f"/r/{code}").status_code == 404


@pytest.mark.parametrize(
    ("at", "status"), [("2029-02-27T12:00:00Z", 200), ("2029-03-05T12:00:00Z", 400), ("9999-12-31T23:59:59Z", 400)]
)
def test_a_code_ends_within_three_years(shop: Shop, at: str, status: int) -> None:
    """Beyond that a date is a slip of the pen."""
    code = shop.enrol()["code"]
    before = shop.everything()
    answer = shop.call("PATCH", f"/v1/codes/{code}", {"expires_at": at}, scope="admin:write")
    assert answer.status_code == status
    if status == 400:
        assert [it["pointer"] for it in shop.read(answer)["errors"]] == ["/expires_at"]
        assert shop.everything() == before

"""Signing in on the local cloud, as by hand: ask, get the mail, go in once."""

import re

from tests.path.live import Live
from tests.path.test_mails import mails


def test_from_the_request_to_the_session(live: Live) -> None:
    """Whoever reads the mail is in by its link, once; whoever guesses, or nobody knows, is not."""
    email = "sign-in@path.example"
    ambassador = live.enrol(email).body["id"]
    live.wait(lambda: len(mails(live, email)), 1)
    asked = live.call("POST", "/v1/sessions", {"email": email})
    unknown = live.call("POST", "/v1/sessions", {"email": "nobody@path.example"})
    assert (asked.status, asked.body.keys()) == (202, unknown.body.keys())
    live.wait(lambda: len(mails(live, email)), 2)
    for waits in (asked, unknown):
        guess = {"pending": waits.body["pending"], "code": "0000 0000"}
        assert live.call("POST", "/v1/sessions/confirm", guess).status == 422
    found = (re.search(r"/sign-in/([\w-]+)", it.text_plain[0]) for it in mails(live, email))
    token = next(filter(None, found))
    begun = live.call("POST", "/v1/sessions/confirm", {"token": token[1]})
    assert (begun.status, begun.body["ambassador_id"]) == (201, ambassador)
    bearer = f"Bearer {begun.body['token']}"
    assert live.call("GET", "/v1/ambassadors/me", Authorization=bearer).body["id"] == ambassador
    assert live.call("POST", "/v1/sessions/confirm", {"token": token[1]}).status == 410
    assert mails(live, "nobody@path.example") == []

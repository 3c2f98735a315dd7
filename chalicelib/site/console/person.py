"""Somebody's whole story on one page, and whatever an admin can do for them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.domain.money import is_currency
from chalicelib.domain.program.program import GIFT
from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.site.console.finding import Found, find
from chalicelib.site.screens import Page
from chalicelib.web.console import people, story
from chalicelib.web.console.amounts import minor_units

PAGE = 30
EDITED = ("first_name", "last_name", "email", "customer_id", "locale", "birthday", "country")
"""What of a person stands in the form that corrects them."""

_Tool = Callable[[Page, Fields, "Who"], Response]


class Who:
    """The person, and what they are as an ambassador, if they are one."""

    def __init__(self, page: Page) -> None:
        """Read who the page is about.

        Raises:
            Problem: 404 when there is nobody.
        """
        self.person: dict[str, Any] = page.client.get(path("v1", "people", page.subject)).body
        name = self.person.get("ambassador_id")
        self.at = path("v1", "people", self.person["id"])
        self.as_ambassador = path("v1", "ambassadors", name) if name else ""
        self.ambassador: dict[str, Any] | None = page.client.get(self.as_ambassador).body if name else None

    @property
    def typed_to_erase(self) -> str:
        """What an admin types to say that they mean this person."""
        return str(self.person["email"] or self.person["customer_id"] or self.person["id"])


def show(page: Page) -> Response:
    """Show who it is, what may be done, and the story."""
    who = Who(page)
    group = page.query.get("group", "")
    group = group if group in people.groups(page.language) else ""
    asked = {"group": group, "cursor": page.query.get("cursor", ""), "lang": page.language.tag}
    told = page.client.get(f"{who.at}/story", limit=PAGE, **asked).body
    codes = page.client.get(f"{who.as_ambassador}/codes").body["items"] if who.ambassador else []
    sessions = page.client.get(f"{who.as_ambassador}/sessions").body["items"] if who.ambassador else []
    return page.render(
        "person.html",
        who=who,
        it=who.person,
        edited=EDITED,
        ambassador=who.ambassador,
        codes=codes,
        sessions=sessions,
        balances=_balances(who),
        balance_words=people.balances(page.language),
        moments=told["items"],
        next_cursor=told["next_cursor"],
        group=group,
        groups_of_story=people.groups(page.language),
        purposes=story.purposes(page.language),
        spoken=people.languages(),
        other=_other(page, who),
        units=_units(who),
        currency=page.program.currency if page.program else "",
    )


def act(page: Page, form: Fields) -> Response:
    """Do one thing for them.

    Raises:
        Problem: as the API answers it.
    """
    tool = TOOLS.get(form.text("do"))
    if tool is None:
        raise bad_field("/do", "is nothing that can be done here")
    return tool(page, form, Who(page))


def _balances(who: Who) -> list[tuple[str, list[dict[str, Any]]]]:
    """What an ambassador has, each with something in it or expected in it."""
    if who.ambassador is None:
        return []
    account = who.ambassador["account"]
    return [
        (name, [it for it in account[name] if it["amount"]] or account[name][:1])
        for name in ("available", "held", "reserved", "spent", "paid", "expired")
        if any(it["amount"] for it in account.get(name) or []) or name in {"available", "held"}
    ]


def _units(who: Who) -> list[tuple[str, str]]:
    """In what an account can be adjusted: whatever is in it, the program's currency first."""
    available = who.ambassador["account"]["available"] if who.ambassador else []
    names = [it.get("currency") or it["unit"] for it in available]
    return [(it, it.removeprefix(GIFT)) for it in names]


def _other(page: Page, who: Who) -> Found | None:
    """Who may be the same: whoever was looked for, but for the person themselves."""
    typed = page.query.get("other", "").strip()
    if not typed:
        return None
    found = find(page.client, typed)
    return Found(found.tried, [it for it in found.people if it["id"] != who.person["id"]])


# --- tools ----------------------------------------------------------------------------------------------------------


def _edit(page: Page, form: Fields, who: Who) -> Response:
    """Send what was changed in the form alone: what stands there as it was may be otherwise by now."""
    told = {name: form.text(name) or None for name in EDITED if form.text(name) != form.text(f"was-{name}")}
    if told:
        page.client.send("PATCH", who.at, told)
    return page.done("saved")


def _resend(page: Page, form: Fields, _: Who) -> Response:
    about = path("v1", "messages", form.text("id"), "resend")
    page.client.send("POST", about, {"note": form.text("note")}, key=form.once)
    return page.done("resent")


def _adjust(page: Page, form: Fields, who: Who) -> Response:
    body = {"amount": _amount(form), "reason": form.text("note")}
    made = page.client.send("POST", f"{_as_ambassador(who)}/adjustments", body, key=form.once).body
    return page.done("adjustment_waits" if made["status"] == "waiting" else "adjusted")


def _pay_out(page: Page, form: Fields, who: Who) -> Response:
    body = {"amount": _amount(form), "reference": form.text("reference") or None, "note": form.text("note") or None}
    page.client.send("POST", f"{_as_ambassador(who)}/payouts", body, key=form.once)
    return page.done("payout_begun")


def _restrict(page: Page, _form: Fields, who: Who, *, restricted: bool) -> Response:
    page.client.send("POST", f"{who.at}/restrict", {"restricted": restricted})
    return page.done("restricted" if restricted else "unrestricted")


def _export(page: Page, _: Fields, who: Who) -> Response:
    held = page.client.get(f"{who.at}/export").body
    text = msgspec.json.format(msgspec.json.encode(held), indent=2).decode()
    return page.file(f"{who.person['id']}.json", "application/json", text)


def _erase(page: Page, form: Fields, who: Who) -> Response:
    if form.text("confirm").casefold() != who.typed_to_erase.casefold():
        raise bad_field("/confirm", f"is to be {who.typed_to_erase}: whom you mean")
    page.client.remove(who.at, note=form.text("note"))
    return page.done("erased")


def _merge(page: Page, form: Fields, who: Who) -> Response:
    page.client.send("POST", f"{who.at}/merge", {"other": form.text("other"), "note": form.text("note")})
    return page.done("merged")


def _suspend(page: Page, form: Fields, who: Who) -> Response:
    body = {"note": form.text("note"), "pause_codes": bool(form.text("pause_codes"))}
    page.client.send("POST", f"{_as_ambassador(who)}/suspend", body)
    return page.done("suspended")


def _reinstate(page: Page, form: Fields, who: Who) -> Response:
    page.client.send("POST", f"{_as_ambassador(who)}/reinstate", {"note": form.text("note")})
    return page.done("reinstated")


def _code(page: Page, form: Fields, _: Who, *, state: str) -> Response:
    page.client.send("PATCH", path("v1", "codes", form.text("id")), {"state": state})
    return page.done("code_paused" if state == "paused" else "code_active")


def _end_sessions(page: Page, _: Fields, who: Who) -> Response:
    page.client.remove(f"{_as_ambassador(who)}/sessions")
    return page.done("sessions_ended")


def _note(page: Page, form: Fields, who: Who) -> Response:
    page.client.send("POST", f"{who.at}/notes", {"note_id": form.once, "text": form.text("note")})
    return page.done("noted")


TOOLS: Mapping[str, _Tool] = {
    "edit": _edit,
    "resend": _resend,
    "adjust": _adjust,
    "payout": _pay_out,
    "restrict": partial(_restrict, restricted=True),
    "unrestrict": partial(_restrict, restricted=False),
    "export": _export,
    "erase": _erase,
    "merge": _merge,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "pause_code": partial(_code, state="paused"),
    "resume_code": partial(_code, state="active"),
    "end_sessions": _end_sessions,
    "note": _note,
}
"""What an admin can do, by what the form says."""


def _as_ambassador(who: Who) -> str:
    if not who.as_ambassador:
        raise Problem(409, "no_ambassador", "They are no ambassador, so they have no account.")
    return who.as_ambassador


def _amount(form: Fields) -> dict[str, Any]:
    unit = form.text("unit")
    amount = minor_units(form.text("amount"), unit)
    if amount is None:
        raise bad_field("/amount", f"is an amount in {unit}, such as 12.50")
    return {"amount": amount, "currency" if is_currency(unit) else "unit": unit}

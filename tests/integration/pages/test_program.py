"""The rules in the console: changed in a form, looked over, published, and taken back."""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from chalicelib import deps
from chalicelib.domain.orders.admit import Reason
from chalicelib.operations.program.schema import schema
from chalicelib.web.console import rules
from chalicelib.web.console.form import NAME, USE, Entry, RulesForm
from chalicelib.web.console.lists import longer, shorter
from chalicelib.web.language import choose
from memory.browser import Browser, Form, Seen
from memory.shop import PROGRAM, Body, Shop
from tests.integration.program.test_programs import EVERYTHING

SCHEMA = schema("https://friends.shop.example/v1/program/schema")
RULES = RulesForm(SCHEMA, choose("en"))
EXAMPLES = [json.loads(it.read_text()) for it in sorted(Path("examples").glob("*.json"))]
TIMES = "2026-05-01T00:00:00Z", "2026-03-29T02:30:00.123+01:00", "2026-10-25T02:30:00+01:00"
CARE: Body = {
    **PROGRAM,
    "care": {
        "birthday": {"hold_out_percent": 10, "gift": {"rate": {"amount": 500}, "days": 14}},
        "invitation": {"after_order_days": None},
        "surprise": {"rounds": [{"since": "2027-01", "chance": 25, "budget": 50_000, "gift": {"amount": 500}}]},
        "interests": {"choices": ["Tea", "Clay"]},
        "how_to": {},
    },
    "letters": {"quiet": None, "caps": []},
    "units": {"points": {"value": 1, "per": 10, "minimum": 500}, "stars": {"value": 7}},
    "tasks": [
        {
            "name": "A picture",
            "kind": "picture",
            "reward": {"amount": 500},
            "words": {"en": "Show it.", "gu": "બતાવો."},
            "until": "2026-12-31T23:59:59.5+01:00",
        }
    ],
    "brand": {"texts": [{"letter": "welcome", "language": "en", "opening": "Hello {name}."}]},
    "time_zone": "Asia/Kolkata",
}


class Sent:
    """What a form holds."""

    def __init__(self, form: Form) -> None:
        self._fields = form.fields

    def all(self, name: str) -> list[str]:
        return [value for at, value in self._fields if at == name]


@pytest.fixture
def admin(shop: Shop) -> Browser:
    """Somebody who may change the rules."""
    return Browser(shop).as_admin("admin:read", "admin:write")


def edited(page: Seen) -> Form:
    """The form of the rules."""
    return page.form("base")


def in_force(shop: Shop) -> Body:
    """The rules in force."""
    return shop.read(shop.call("GET", "/v1/program", scope="admin:read"))


def to_review(admin: Browser, **typed: str | list[str]) -> Seen:
    """Change the rules, and go on to what it means."""
    return admin.send(edited(admin.get("/console/program/edit")), button="See what it means", **typed)


def published(admin: Browser, review: Seen, note: str = "Because.") -> Seen:
    """Put what is reviewed in force."""
    return admin.send(review.form("note"), note=note)


def test_a_reward_is_changed_and_published(shop: Shop, admin: Browser) -> None:
    """Changed as a percentage, seen as a difference and beside what the last days cost, published with a note."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    review = to_review(admin, **{"/tiers/0/reward/basis_points": "12.5"})
    told = " ".join(review.text.split())
    assert "Tiers › Starter › Reward › Percentage 10% 12.5%" in told
    assert "1 order was played again" in told
    assert "Rewards €4.50 €5.62 +€1.12" in told
    assert in_force(shop)["version"] == 1
    page = published(admin, review, "Spring is slow.")
    assert page.path == "/console/program?done=published"
    assert "12.5%" in page.text
    assert "Version 2" in page.text
    assert in_force(shop)["tiers"][0]["reward"] == {"basis_points": 1250}
    versions = admin.get("/console/program/versions").text
    assert "Spring is slow." in versions


def test_money_is_typed_as_people_write_it(shop: Shop, admin: Browser) -> None:
    """In the currency's own decimals, with a point or a comma; a limit that is left empty is none."""
    published(admin, to_review(admin, **{"/minimum": "25,5", "/budget_month": "1000", "/spend_minimum": "5.00"}))
    rules = in_force(shop)
    assert (rules["minimum"], rules["budget_month"], rules["spend_minimum"]) == (2550, 100_000, 500)
    published(admin, to_review(admin, **{"/budget_month": ""}))
    assert "budget_month" not in in_force(shop)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("/minimum", "12.505", "Type an amount"),
        ("/minimum", "a lot", "Type an amount"),
        ("/hold_days", "3.5", "Type a whole number"),
        ("/offer/basis_points", "12.345", "Type a percentage"),
        ("/shop_name", "", "is required"),
        ("/shop_url", "shop.example", "starts with"),
        ("/hold_days", "9999", "lies between 0 and 3650"),
        ("/offer/basis_points", "101", "lies between"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(shop: Shop, admin: Browser, name: str, typed: str, said: str) -> None:
    """What was typed stays, the field is named in a list on top, and nothing is tried or published."""
    before = shop.everything()
    page = to_review(admin, **{name: typed})
    assert (page.status, page.path) == (400, "/console/program/edit")
    assert said in page.html.partition(f'name="{name}"')[2][:400]
    assert dict(edited(page).fields)[name] == typed
    assert page.link(RULES.walk(name, {})[0][-1]).startswith("#f-")
    assert shop.everything() == before


def test_everything_wrong_is_said_at_once(admin: Browser) -> None:
    """What can't be read and what contradicts the rest, by what people call the fields."""
    page = to_review(admin, **{"/minimum": "much", "/hold_days": "9999", "/tiers/0/reward/amount": "5"})
    assert "Smallest order: Type an amount" in page.text
    assert "Hold for: lies between 0 and 3650" in page.text
    assert "Tiers › Starter › Reward: set either “Amount” or “Percentage” or “Gift”" in page.text


def test_lists_grow_and_shrink_without_scripts(shop: Shop, admin: Browser) -> None:
    """An element is added and taken away by buttons, with what was typed elsewhere kept."""
    page = admin.get("/console/program/edit")
    page = admin.send(edited(page), button="Add to: Tiers", **{"/minimum": "21"})
    page = admin.send(edited(page), button="Add to: Milestones")
    page = admin.send(
        edited(page),
        button="See what it means",
        **{
            "/tiers/2/name": "Gold",
            "/tiers/2/threshold": "9",
            "use:/tiers/2/reward": "yes",
            "/tiers/2/reward/amount": "7.50",
            "/milestones/0/name": "Tenth",
            "/milestones/0/every": "10",
            "/milestones/0/reward/gift": "Mug",
        },
    )
    published(admin, page)
    rules = in_force(shop)
    assert rules["tiers"][2] == {"name": "Gold", "threshold": 9, "reward": {"amount": 750}}
    assert rules["milestones"] == [{"name": "Tenth", "every": 10, "reward": {"gift": "Mug"}}]
    assert rules["minimum"] == 2100
    page = admin.send(edited(admin.get("/console/program/edit")), button="Take away: Tiers, number 2")
    published(admin, admin.send(edited(page), button="See what it means"))
    assert [it["name"] for it in in_force(shop)["tiers"]] == ["Starter", "Gold"]


def test_parts_are_used_by_a_box(shop: Shop, admin: Browser) -> None:
    """A part that may be left out is in the rules as long as its box is ticked."""
    typed: dict[str, str | list[str]] = {"use:/care/birthday": "yes", "use:/offer": []}
    published(admin, to_review(admin, **typed))
    rules = in_force(shop)
    assert rules["care"] == {"birthday": {}}
    assert "offer" not in rules


def test_rules_are_written_as_text_too(shop: Shop, admin: Browser) -> None:
    """As JSON in the same steps; a mistake in it is named with its line, and what was typed stays."""
    page = admin.send(edited(admin.get("/console/program/edit")), button="Show it as text", **{"/minimum": "30"})
    document = json.loads(dict(edited(page).fields)["text"])
    assert document == {**PROGRAM, "minimum": 3000}
    broken = admin.send(edited(page), button="See what it means", text='{\n"shop_name": }')
    assert (broken.status, dict(edited(broken).fields)["text"]) == (400, '{\n"shop_name": }')
    assert "line 2" in broken.text
    page = admin.send(edited(broken), button="See what it means", text=json.dumps({**document, "hold_days": 12}))
    published(admin, page)
    assert (in_force(shop)["hold_days"], in_force(shop)["minimum"]) == (12, 3000)


def test_who_was_slower_sees_the_new_difference(shop: Shop, admin: Browser) -> None:
    """Somebody else has published meanwhile: it is said so, nothing is lost, and the difference is to theirs."""
    review = to_review(admin, **{"/hold_days": "20"})
    shop.publish(hold_days=25, budget_month=900_00)
    page = published(admin, review)
    assert page.status == 412
    told = " ".join(page.text.split())
    assert "Somebody else has published version 2" in told
    assert "Hold for 25 days 20 days" in told
    assert "Budget of a month €900.00 not set" in told
    assert in_force(shop)["hold_days"] == 25
    published(admin, page)
    assert in_force(shop)["hold_days"] == 20


def test_nobody_publishes_unseen_by_mistake(shop: Shop, admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it is not known what it would have cost, one ticks that one does without; the page looks again."""
    monkeypatch.setattr("chalicelib.operations.whatif.preview.AT_ONCE_SECONDS", -1.0)
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    review = to_review(admin, **{"/hold_days": "20"})
    assert 'http-equiv="refresh"' in review.html
    page = published(admin, review)
    assert (page.status, in_force(shop)["version"]) == (409, 1)
    for _ in range(3):
        shop.stream()
        shop.minute()
    done = admin.get(review.path)
    assert 'http-equiv="refresh"' not in done.html
    assert "unseen" not in done.form("note").names
    assert "1 order was played again" in done.text
    page = admin.send(review.form("note"), note="I know.", unseen="yes")
    assert (page.status, in_force(shop)["version"]) == (200, 2)


def test_a_shop_without_orders_is_asked_nothing(shop: Shop, admin: Browser) -> None:
    """There is nothing to compare, and the page says so; a note is needed all the same."""
    review = to_review(admin, **{"/hold_days": "20"})
    assert "nothing to compare" in review.text
    page = admin.send(review.form("note"), note=" ")
    assert (page.status, in_force(shop)["version"]) == (400, 1)
    assert published(admin, page).status == 200


def test_what_is_hardly_meant_is_said_before(admin: Browser) -> None:
    """By what people call the field, not by its name."""
    told = " ".join(to_review(admin, **{"/minimum": ""}).text.split())
    assert "Smallest order €20.00 €0.00" in told
    review = to_review(admin, **{"/hold_days": "0"})
    assert "Hold for releases rewards at once" in " ".join(review.text.split())


def test_an_earlier_version_comes_back(shop: Shop, admin: Browser) -> None:
    """By the same steps as any change, and as a version of its own."""
    published(admin, to_review(admin, **{"/hold_days": "20"}))
    page = admin.get("/console/program/versions")
    assert "1 field changed" in page.text
    review = admin.send(page.form("Put version 1 in force again"))
    assert "Hold for 20 days 30 days" in " ".join(review.text.split())
    published(admin, review, "Back to what we had.")
    assert (in_force(shop)["version"], in_force(shop)["hold_days"]) == (3, 30)


def test_a_shop_without_rules_writes_its_first(shop: Shop, admin: Browser) -> None:
    """From a form with something to begin with; there is nothing to compare, and nobody to be faster."""
    for item in shop.everything():
        if item["PK"]["S"] == "PROGRAM":
            key = {name: item[name] for name in ("PK", "SK")}
            shop.dynamodb.delete_item(TableName=deps.settings().table, Key=key)
    deps.forget()
    deps.use_clock(lambda: shop.now)
    page = admin.get("/console/program")
    assert "No rules have been published yet" in page.text
    page = admin.get(page.link("Write the first rules"))
    page = admin.send(edited(page), button="See what it means")
    assert "Shop name: is required" in page.text or "Shop name: has 1 to 80" in page.text
    typed = {"/shop_name": "Kavya", "/shop_url": "https://kavya.example"}
    page = admin.send(edited(page), button="See what it means", **typed)
    assert "These are your first rules" in page.text
    published(admin, page, "We begin.")
    assert (in_force(shop)["version"], in_force(shop)["shop_name"]) == (1, "Kavya")


def test_the_rules_are_told_in_plain_words(shop: Shop, admin: Browser) -> None:
    """What a friend gets, what each tier earns, when it is released: for everything that rules can say."""
    for n, document in enumerate((EVERYTHING, CARE, *EXAMPLES), start=1):
        answer = shop.call("PUT", "/v1/program", document, scope="admin:write", If_Match=f'"{n}"')
        assert answer.status_code == 200
        page = admin.get("/console/program")
        assert page.status == 200
        assert all(tier["name"] in page.text for tier in document["tiers"])


@pytest.mark.parametrize("document", [PROGRAM, EVERYTHING, CARE, *EXAMPLES], ids=lambda it: it["shop_name"])
def test_a_form_that_nobody_touches_changes_nothing(shop: Shop, admin: Browser, document: Body) -> None:
    """Every field comes back from the page as it was written, left out or not, to the last fraction of a second."""
    shop.call("PUT", "/v1/program", document, scope="admin:write", If_Match='"1"')
    page = admin.get("/console/program/edit")
    form = edited(page)
    assert RULES.read(document, Sent(form)) == (document, {})
    text = admin.send(form, button="Show it as text")
    assert json.loads(dict(edited(text).fields)["text"]) == document


def test_only_who_may_changes_the_rules(shop: Shop) -> None:
    """Who may only read tries others out, and finds no way to publish them; one that they make up is refused."""
    reader, admin = Browser(shop).as_admin("admin:read"), Browser(shop).as_admin("admin:read", "admin:write")
    review = to_review(reader, **{"/hold_days": "20"})
    assert "Hold for 30 days 20 days" in " ".join(review.text.split())
    assert "note" not in {name for form in review.forms for name in form.names}
    fields = {**dict(admin.get(review.path).form("note").fields), "note": "Mine."}
    fields["guard"] = dict(review.forms[-1].fields)["guard"]
    assert reader.post(review.path, fields).status_code == 403
    assert in_force(shop)["version"] == 1
    assert "again" not in reader.get("/console/program/versions").text


class Held:
    """What a form would send that holds these fields."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._named: dict[str, list[str]] = {}
        self._hold(entries)

    def _hold(self, entries: Iterable[Entry]) -> None:
        for it in entries:
            if it.optional and it.used:
                self._named[USE + it.name] = ["yes"]
            if it.key is not None:
                self._named[it.name + NAME] = [it.key]
            if it.kind in {"yes", "checks"}:
                self._named[it.name] = list(it.chosen)
            elif it.kind == "choice":
                self._named[it.name] = [*it.chosen, ""][:1]
            elif it.kind not in {"part", "list", "map"}:
                self._named[it.name] = [it.value]
            self._hold(it.parts)

    @property
    def names(self) -> set[str]:
        """What it would send."""
        return {name for name, found in self._named.items() if found}

    def all(self, name: str) -> list[str]:
        return self._named.get(name, [])


def values(node: Body) -> SearchStrategy[Any]:
    """Whatever a schema lets a field hold, and some text that it does not."""
    resolved, nullable = RULES.resolved(node)
    found = _values(dict(resolved))
    return st.none() | found if nullable else found


def _values(node: Body) -> SearchStrategy[Any]:
    if "properties" in node:
        parts = node["properties"].items()
        written = {it: inner for it, inner in parts if not {"readOnly", "writeOnly"} & inner.keys()}
        need = {it: values(written[it]) for it in node.get("required", ())}
        may = {it: values(inner) for it, inner in written.items() if it not in need}
        return st.fixed_dictionaries(need, optional=may)
    if "enum" in node:
        return st.sampled_from(node["enum"])
    text = st.text("aZ9 é-<&\"'{}ગ", min_size=1, max_size=6)
    kinds: dict[str, Callable[[], SearchStrategy[Any]]] = {
        "array": lambda: st.lists(values(node["items"]), max_size=2, unique="enum" in node["items"]),
        "object": lambda: st.dictionaries(_names(node), values(node["additionalProperties"]), max_size=2),
        "integer": lambda: st.integers(node["minimum"], node["maximum"]) | st.integers(0, 2000),
        "boolean": st.booleans,
        "string": lambda: st.sampled_from(TIMES) if node.get("format") == "date-time" else text,
    }
    return kinds[node["type"]]()


def _names(node: Body) -> SearchStrategy[str]:
    return st.sampled_from(node.get("propertyNames", {}).get("enum", ["en", "gu-IN", "points", "a/b"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(
    document=values(SCHEMA),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    zone=st.sampled_from(["Europe/Berlin", "UTC"]),
)
def test_every_field_survives_the_form(document: Body, currency: str, zone: str) -> None:
    """Whatever rules say, in any currency and time zone, a form that nobody touches says the same."""
    document |= {"currency": currency, "time_zone": zone}
    held = Held(RULES.entries(document, {}).values())
    assert RULES.read(document, held) == (document, {})


@settings(max_examples=40, deadline=None)
@given(amount=st.integers(0, 10**12), currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]), comma=st.booleans())
def test_money_that_is_typed_is_exact(amount: int, currency: str, comma: bool) -> None:
    """An amount that was never there is read as what stands on the screen, to the last minor unit."""
    shown = RULES.entries({"currency": currency, "minimum": amount}, {})["minimum"].value
    places = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}[currency]
    assert Decimal(shown) == Decimal(amount).scaleb(-places)
    typed = Named({"/minimum": shown.replace(".", ",") if comma else shown})
    assert RULES.read({"currency": currency, "minimum": 1}, typed)[0]["minimum"] == amount


class Named(dict[str, str]):
    """A form of which only these fields were sent."""

    def all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


def test_what_stands_on_the_screen_counts() -> None:
    """An amount whose unit, currency or clock changes beside it is what it says now, not what it was."""
    held = {"currency": "EUR", "tiers": [{"name": "A", "threshold": 0, "reward": {"amount": 500}}], "minimum": 500}
    sent = Held(RULES.entries(held, {}).values())
    typed = Named({**{name: sent.all(name)[0] for name in sent.names}, "/tiers/0/reward/unit": "points"})
    assert RULES.read(held, typed)[0]["tiers"][0]["reward"] == {"amount": 5, "unit": "points"}
    typed = Named({**{name: sent.all(name)[0] for name in sent.names}, "/currency": "JPY"})
    assert RULES.read(held, typed)[0]["minimum"] == 5
    campaign = {"name": "May", "starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-06-01T00:00:00Z"}
    held = {"currency": "EUR", "tiers": [], "campaigns": [campaign]}
    sent = Held(RULES.entries(held, {}).values())
    typed = Named({**{name: sent.all(name)[0] for name in sent.names}, "/time_zone": "Asia/Kolkata"})
    assert RULES.read(held, typed)[0]["campaigns"][0]["starts_at"] == "2026-05-01T00:00:00+05:30"


def test_a_list_that_is_not_there_changes_nothing() -> None:
    """Whoever makes up the names of lists and elements gets the rules as they were."""
    document = dict(PROGRAM)
    for name in (
        "",
        "/",
        "/nothing",
        "/tiers/9",
        "/tiers/x",
        "/tiers/0/name/1",
        "/shop_name/3",
        "/units/0",
        "/care",
        "/minimum",
    ):
        for change in (longer, shorter):
            changed = change(RULES, document, name)
            assert changed == document, name


def test_every_rule_stands_in_one_section() -> None:
    """No rule is left to the last heading, or stands twice."""
    listed = [it for names in rules.SECTIONS.values() for it in names]
    assert sorted(listed) == sorted(RULES.properties())
    assert rules.headings(choose("en")).keys() - {"other"} == rules.SECTIONS.keys()


def test_every_word_of_the_rules_has_a_name() -> None:
    """Nobody reads in a form what only a program understands."""
    known = rules.choices(choose("en"))
    words = {it for kind in SCHEMA["$defs"].values() for it in _words(kind)}
    assert words - known.keys() == set()
    assert set(get_args(Reason)) == rules.refusals(choose("en")).keys()


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("enum", ())
        for it in node.values():
            yield from _words(it)
    elif isinstance(node, list):
        for it in node:
            yield from _words(it)

"""Every screen and every form on it, by whoever may come: nobody, each scope, ambassadors, and who may not any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.edge.doors import guard_of
from chalicelib.operations.access import api_keys
from chalicelib.site.console.screens import SCREENS
from chalicelib.site.screens import Screen
from memory.browser import Browser, Form
from memory.shop import Body, Shop, open_shop
from tests.scene import Scene, play
from tests.screens import addresses

SCOPES = ("admin:read", "admin:write", "admin:keys", "checkout", "enrol", "sessions", "people")


@dataclass
class Place:
    """A shop with something of everything, to which each test comes back."""

    shop: Shop
    scene: Scene
    saved: bytes


@pytest.fixture(scope="module")
def kept() -> Iterator[Place]:
    """One shop for all tests."""
    with open_shop(seed=15) as shop:
        scene = play(shop, ambassadors=2, orders=8)
        yield Place(shop, scene, shop.saved())


@pytest.fixture
def place(kept: Place) -> Place:
    """The shop as it was."""
    kept.shop.restore(kept.saved)
    return kept


def console(scene: Scene) -> list[tuple[Screen, str]]:
    """Each screen of the console with an address of it."""
    known = {it.path: it for it in SCREENS}
    found = []
    for address in addresses(scene):
        if address.startswith("/console"):
            path = address.removeprefix("/console").strip("/")
            screen = known.get(path) or known[f"{path.partition('/')[0]}/*"]
            found.append((screen, address))
    return found


def mine(scene: Scene) -> list[str]:
    """The address of each page of an ambassador."""
    return [it for it in addresses(scene) if it.startswith("/me")]


def test_every_screen_can_be_seen(place: Place, subtests: pytest.Subtests) -> None:
    """By whom it is for: no screen is in the table alone."""
    anna, maya = Browser(place.shop).as_admin(), Browser(place.shop).as_ambassador(place.scene.maya)
    for path in addresses(place.scene):
        with subtests.test(path):
            assert (maya if path.startswith("/me") else anna).get(path).status == 200


def test_every_screen_has_its_scope(place: Place, subtests: pytest.Subtests) -> None:
    """An admin with one scope sees the screens of that scope, and of the others not a word."""
    for scope in SCOPES:
        browser = Browser(place.shop).as_admin(scope)
        for screen, path in console(place.scene):
            with subtests.test(path, scope=scope):
                page = browser.get(path)
                allowed = not screen.scopes or scope in screen.scopes.split()
                assert page.status == (200 if allowed else 403)
                if not allowed:
                    assert [text for tag, text in page.headings if tag == "h1"] == ["That did not work"]


def test_nobody_else_comes_in(place: Place, subtests: pytest.Subtests) -> None:
    """Nobody, an ambassador in the console, a revoked key, a session that ended or is over: all are led to sign in."""
    shop, scene = place.shop, place.scene
    secret = api_keys.issue(deps.table(), "Bo", SCOPES[:3], shop.now)
    revoked = Browser(shop).as_admin(key=secret)
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None
    assert shop.call("DELETE", f"/v1/keys/{key.id}", scope="admin:keys").status_code == 200
    ended, over = Browser(shop).as_ambassador(scene.maya), Browser(shop).as_ambassador(scene.maya)
    assert shop.call("DELETE", f"/v1/ambassadors/{scene.maya}/sessions", scope="sessions").status_code == 200
    late = Browser(shop).as_admin()
    over.cookies = Browser(shop).as_ambassador(scene.maya).cookies
    shop.now += timedelta(hours=13)
    who = {"nobody": Browser(shop), "revoked": revoked, "ended": ended, "over": over, "late": late}
    for name, browser in who.items():
        for path in addresses(scene):
            with subtests.test(path, who=name):
                answer = shop.call("GET", path, Cookie=held(browser))
                assert (answer.status_code, answer.body) == (303, b"")
                assert answer.headers["Location"].startswith("/sign-in?")


def test_no_form_does_what_its_sender_may_not(place: Place, subtests: pytest.Subtests) -> None:
    """Each form of the console, sent by an admin who may only read, or do nothing at all, changes nothing."""
    anna = Browser(place.shop).as_admin()
    forms = [
        (path, form)
        for _, path in console(place.scene)
        for form in anna.get(path).forms
        if form.method == "post" and form.action not in {"/sign-out", "/console/language", "/console/sessions"}
    ]
    assert len(forms) > 10
    for scope in ("admin:read", "checkout"):
        other = Browser(place.shop).as_admin(scope)
        before = but_for_jobs(place.shop)
        for path, form in forms:
            with subtests.test(path, action=form.action, scope=scope):
                other.post(form.action, filled(other, form))
                assert but_for_jobs(place.shop) == before


def test_no_form_is_taken_from_elsewhere(place: Place, subtests: pytest.Subtests) -> None:
    """Each form of each screen, sent by another site's page in somebody's name, is refused and changes nothing."""
    anna, maya = Browser(place.shop).as_admin(), Browser(place.shop).as_ambassador(place.scene.maya)
    before: object = None
    for path in addresses(place.scene):
        browser = maya if path.startswith("/me") else anna
        for form in browser.get(path).forms:
            if form.method != "post":
                continue
            before = before or place.shop.everything()
            with subtests.test(path, action=form.action):
                fields = filled(browser, form)
                assert browser.post(form.action, fields, Sec_Fetch_Site="cross-site").status_code == 403
                assert browser.post(form.action, {**fields, "guard": "0" * 32}).status_code == 403
                assert place.shop.everything() == before


def test_an_ambassador_sees_nothing_of_another(place: Place, subtests: pytest.Subtests) -> None:
    """No page shows a code, a name, an order or a coupon of somebody else, and no form acts on one."""
    shop, scene = place.shop, place.scene
    other = Browser(shop).as_ambassador(scene.others[0])
    secrets = {scene.code, scene.maya, scene.person, scene.coupon, scene.claim, *scene.orders[::2]}
    for path in mine(scene):
        with subtests.test(path):
            page = other.get(path)
            assert not {it for it in secrets if it in page.text}
    maya = Browser(shop).as_ambassador(scene.maya)
    before = shop.everything()
    for path in mine(scene):
        for form in maya.get(path).forms:
            subjects = {name: value for name, value in form.fields if value in secrets}
            if subjects:
                with subtests.test(path, form=form.action):
                    other.post(form.action, filled(other, form))
                    assert shop.everything() == before


def test_who_is_suspended_sees_and_gets_nothing_out(place: Place, subtests: pytest.Subtests) -> None:
    """A suspended ambassador still sees all their pages."""
    shop, scene = place.shop, place.scene
    stopped = {"note": "We ask.", "pause_codes": True}
    assert shop.call("POST", f"/v1/ambassadors/{scene.maya}/suspend", stopped, scope="admin:write").status_code == 201
    browser = Browser(shop).as_ambassador(scene.maya)
    for path in mine(scene):
        with subtests.test(path):
            assert browser.get(path).status == 200


def but_for_jobs(shop: Shop) -> list[Body]:
    """All items, without the jobs that work something out for whoever may read: a preview changes nothing."""
    return [it for it in shop.everything() if not it["PK"]["S"].startswith("JOB#")]


def filled(browser: Browser, form: Form) -> dict[str, str]:
    """What a form holds, with something in every field that is empty, as this browser would send it."""
    token = next(iter(browser.cookies.values()))
    fields = dict.fromkeys(form.offered, "1") | {name: value or "1" for name, value in form.fields}
    pressed = {name: value for name, value, _ in form.buttons[:1] if name}
    return {**fields, **pressed, "guard": guard_of(token)}


def held(browser: Browser) -> str:
    """The cookies of a browser as it sends them."""
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

"""Reviews by the keyboard alone, with the keys that help and without them."""

from tests.browser.conftest import Open, Site


def _decided(site: Site) -> list[str]:
    order = site.shop.order(site.scene.review)
    return [it["decision"] for it in order["reviews"]]


def test_reviews_are_decided_by_keys(site: Site, opened: Open) -> None:
    """J to the first, d to deny, n for the note; the rest by Tab and Enter. Keys do nothing while one types."""
    page = opened("/console/reviews", site.admin(), width=1280)
    page.keyboard.press("?")
    assert page.locator("[data-help]").get_attribute("open") is not None
    page.keyboard.press("j")
    page.keyboard.press("d")
    assert page.locator('input[value="deny"]').first.is_checked()
    page.keyboard.press("n")
    page.keyboard.type("daj: one card")
    assert page.locator('input[value="deny"]').first.is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Decide").focus()
    page.keyboard.press("Enter")
    page.get_by_text("What became of each").wait_for()
    assert _decided(site) == ["deny"]


def test_reviews_are_decided_without_scripts(site: Site, opened: Open) -> None:
    """By the boxes and buttons that every browser has."""
    page = opened("/console/reviews", site.admin(), scripts=False)
    assert page.locator("[data-help]").is_hidden()
    page.get_by_label("Approve").first.check()
    page.get_by_label("Why").fill("They are sisters.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("What became of each").wait_for()
    assert _decided(site) == ["approve"]


def test_a_step_is_opened_and_taken_by_keys(site: Site, opened: Open) -> None:
    """What a payout leads to is said before it is confirmed."""
    page = opened("/console/payouts", site.admin())
    page.get_by_text("It was paid …").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("SEPA-99")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Noted: it was paid.").wait_for()
    assert page.get_by_text("SEPA-99").count() == 0

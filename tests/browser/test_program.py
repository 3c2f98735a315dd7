"""The main task of the editor of rules, as people do it: with scripts and without, by mouse and by keyboard alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, Site
from tests.browser.test_every_screen import found_by_axe


def opened_part(page: Page, name: str) -> None:
    """Open the part of the form that has a heading."""
    part = page.locator("details.card", has=page.get_by_role("heading", name=name))
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", [360, 1280])
def test_rules_are_changed_and_published(site: Site, opened: Open, width: int, scripts: bool) -> None:
    """Change a rule, be told what is wrong, mend it, see what it would have cost, say why, publish."""
    page = opened("/console/program", site.admin(), width=width, scripts=scripts)
    page.get_by_role("link", name="Change the rules").click()
    opened_part(page, "What the friend gets")
    page.get_by_label("Smallest order").first.fill("25.505")
    page.get_by_role("button", name="See what it means").first.click()
    assert page.get_by_role("alert").get_by_role("link", name="Smallest order").is_visible()
    page.get_by_label("Smallest order").first.fill("25.50")
    opened_part(page, "What the ambassador earns")
    page.get_by_role("button", name="Add to: Tiers").click()
    tier = page.get_by_role("group", name="Tiers", exact=True).locator("details").last
    tier.get_by_label("Name").fill("Platinum")
    tier.get_by_label("Referrals needed").fill("40")
    page.get_by_role("button", name="See what it means").first.click()
    assert "€25.50" in page.get_by_role("table").first.inner_text()
    assert page.get_by_text("orders were played again").is_visible()
    if scripts:
        assert found_by_axe(page) == []
    page.get_by_label("Why").fill("Parcels cost more.")
    page.get_by_role("button", name="Put these rules in force").click()
    assert page.get_by_role("status").inner_text().startswith("Published")
    assert page.get_by_text("The smallest order is €25.50.").is_visible()
    assert page.get_by_text("Platinum").first.is_visible()


def test_rules_are_published_by_keyboard(site: Site, opened: Open) -> None:
    """Enter in a field goes on to what it means, and never takes an element away."""
    page = opened("/console/program/edit", site.admin(), width=1280)
    page.get_by_label("Shop name").focus()
    page.keyboard.press("End")
    page.keyboard.type(" & Co")
    page.keyboard.press("Enter")
    page.wait_for_url("**/program/review?**")
    page.get_by_label("Why").focus()
    page.keyboard.type("A partner.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/program?done=published")
    assert page.get_by_text("Kavya Ceramics & Co").first.is_visible()

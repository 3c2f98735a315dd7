"""An ambassador shares, on a phone: with what the device has, by hand, by keyboard alone, without scripts."""

from playwright.sync_api import expect

from tests.browser.conftest import Open, Site

SHARES = "navigator.share = async (what) => { window.shared = what; };"
KEEPS = "navigator.clipboard.writeText = async (text) => { window.kept = text; };"


def test_the_device_shares(site: Site, opened: Open) -> None:
    """One button opens what the phone shares with, and hands it the text and the link."""
    page = opened("about:blank", site.ambassador())
    page.add_init_script(SHARES)
    page.goto("/me")
    page.get_by_role("button", name="Share with friends").click()
    shared = page.evaluate("window.shared")
    assert shared["url"].endswith(f"/r/{site.scene.code}")
    assert site.scene.code in shared["text"]


def test_the_link_is_copied_by_keyboard(site: Site, opened: Open) -> None:
    """Tab leads to the button, Enter presses it, and the button says that it is done."""
    page = opened("about:blank", site.ambassador())
    page.add_init_script(KEEPS)
    page.goto("/me")
    copy = page.get_by_role("button", name="Copy the link")
    for _ in range(20):
        page.keyboard.press("Tab")
        if copy.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("window.kept").endswith(f"/r/{site.scene.code}")


def test_without_scripts_all_is_there(site: Site, opened: Open) -> None:
    """No button that does nothing: code and link can be selected, channels are links, the QR opens large."""
    page = opened("/me", site.ambassador(), scripts=False)
    for name in ("Share with friends", "Copy the link"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    assert page.get_by_role("link", name="WhatsApp").get_attribute("href", timeout=2000)
    expect(page.locator(".ticket .code").first).to_have_text(site.scene.code)
    page.get_by_role("link", name="QR code of your link: open it large").click()
    assert page.url.endswith("/qr.svg")


def test_the_poster_fits_on_one_sheet(site: Site, opened: Open) -> None:
    """Of A4 and of letter paper, without what belongs to the screen alone."""
    page = opened("/me/poster", site.ambassador())
    for size in ("A4", "Letter"):
        assert page.pdf(format=size).count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).not_to_be_visible()
    expect(page.locator(".poster .code")).to_be_visible()


def test_a_reason_is_one_press_away(site: Site, opened: Open) -> None:
    """Each of the last rewards tells why it is what it is, by mouse or by key, with scripts or without."""
    page = opened("/me", site.ambassador(), scripts=False)
    why = page.locator(".rewards summary").first
    why.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rewards details p").first).to_be_visible()

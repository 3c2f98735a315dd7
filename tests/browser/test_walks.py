"""The main task of every screen, done as people do it: by mouse and by the keyboard alone, with and without scripts."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Open, Site
from tests.browser.walker import Walker

Walk = Callable[[Walker, Site], None]

WALKS: dict[str, tuple[str, Walk]] = {}
"""By name: where one begins, and what one does."""


def walk(start: str) -> Callable[[Walk], Walk]:
    """Let a function be walked from a screen."""

    def keep(function: Walk) -> Walk:
        WALKS[function.__name__] = start, function
        return function

    return keep


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("name", WALKS)
def test_a_task_is_done(site: Site, opened: Open, name: str, keyboard: bool, scripts: bool) -> None:
    """Whoever uses a page comes to the end, however they use it."""
    start, steps = WALKS[name]
    start = start.format(**vars(site.scene), order=site.scene.orders[0])
    who = None if start.startswith("/sign-in") else site.ambassador() if start.startswith("/me") else site.admin()
    steps(Walker(opened(start, who, width=1280 if keyboard else 360, scripts=scripts), keyboard=keyboard), site)


# --- the ambassador's pages -------------------------------------------------------------------------------------------


@walk("/sign-in")
def ask_for_a_mail(w: Walker, site: Site) -> None:
    """Whoever has signed out asks for a link, and is told that it comes."""
    w.type("Email address", "maya@example.com")
    w.button("Email me a link")
    w.sees("code")


@walk("/me")
def share(w: Walker, site: Site) -> None:
    """The code, the link and its picture are there, and the poster is a step away."""
    w.sees(site.scene.code)
    w.link("Print it as a poster")
    w.sees(site.scene.code)


@walk("/me/rewards")
def see_why(w: Walker, site: Site) -> None:
    """Each reward says why it is what it is."""
    w.sees("A friend ordered with your code")


@walk("/me/spend")
def spend(w: Walker, site: Site) -> None:
    """A part of what is there becomes a coupon."""
    w.type("How much?", "5.00")
    w.button("Make a coupon")
    w.sees("CPN")


@walk("/me/statement")
def read_a_statement(w: Walker, site: Site) -> None:
    """A month adds up, line by line."""
    w.link("April 2026")
    w.sees("CSV")


@walk("/me/codes")
def wish_for_a_code(w: Walker, site: Site) -> None:
    """A word of one's own becomes a code."""
    w.type("A word of yours", "MAYABAKES")
    w.button("Make a code")
    w.sees("MAYABAKES")


@walk("/me/tasks")
def show_a_picture(w: Walker, site: Site) -> None:
    """What was asked for is shown, and waits for the shop."""
    w.type("Link to it", "https://pictures.example/maya/2")
    w.button("Send")
    w.sees("Sent")


@walk("/me/claims")
def claim_an_order(w: Walker, site: Site) -> None:
    """An order that was missed is claimed."""
    w.type("Number of the order", "77001")
    w.button("Send")
    w.sees("77001")


@walk("/me/preferences")
def choose_letters(w: Walker, site: Site) -> None:
    """What one gets by mail is chosen."""
    w.tick("Tips")
    w.button("Save")
    w.sees("Saved")


@walk("/me/data")
def look_before_deleting(w: Walker, site: Site) -> None:
    """Before anything is deleted it is said what goes and what stays."""
    w.link("elete")
    w.sees("Yes, delete all of it")


@walk("/me/sessions")
def sign_out_elsewhere(w: Walker, site: Site) -> None:
    """Whoever was signed in on another device is not any more."""
    site.ambassador()
    w.page.reload()
    w.button("Sign out everywhere else")
    w.sees("signed out")


# --- the console ------------------------------------------------------------------------------------------------------


@walk("/console")
def begin_the_day(w: Walker, site: Site) -> None:
    """What waits leads to where it is decided."""
    w.link("1 reward waits for a decision")
    w.sees("These rewards wait")


@walk("/console/people")
def find_somebody(w: Walker, site: Site) -> None:
    """A name leads to a person's whole story."""
    w.type("Name, email address", "maya")
    w.button("Find")
    w.link("Maya Shah")
    w.sees("Their story")


@walk("/console/orders/{order}")
def explain_a_reward(w: Walker, site: Site) -> None:
    """An order says why its reward is what it is."""
    w.sees("Why")


@walk("/console/reviews")
def decide_on_a_reward(w: Walker, site: Site) -> None:
    """A reward that waits is approved, after it was said what will happen."""
    w.tick("Approve")
    w.type("Why", "Known to us.")
    w.button("Go on")
    w.button("Decide")
    w.sees("approved")


@walk("/console/claims")
def deny_a_claim(w: Walker, site: Site) -> None:
    """A claim is denied with a note."""
    w.open("Deny …")
    w.type("Why", "No such order.")
    w.button("Deny")
    w.sees("Denied. It earns nothing.")


@walk("/console/tasks/{task}")
def answer_a_customer(w: Walker, site: Site) -> None:
    """What a customer waits for is done, with a note."""
    w.open("Say that it is done …")
    w.type("What you said or did", "Sent a new mug.")
    w.button("It is done")
    w.sees("Noted: it is done.")


@walk("/console/gifts")
def send_a_gift(w: Walker, site: Site) -> None:
    """A gift is on its way."""
    w.open("It is on its way …")
    w.type("Note", "DHL 4711")
    w.button("It is on its way")
    w.sees("Noted: it is on its way.")


@walk("/console/payouts")
def pay(w: Walker, site: Site) -> None:
    """A payout was made."""
    w.open("It was paid …")
    w.type("What your bank calls the payment", "SEPA-77")
    w.button("It was paid")
    w.sees("Noted: it was paid.")


@walk("/console/ledger")
def narrow_the_ledger(w: Walker, site: Site) -> None:
    """The entries of one order are shown."""
    w.type("Order", site.scene.orders[0])
    w.button("Show")
    w.sees(site.scene.orders[0])


@walk("/console/liability")
def read_what_is_owed(w: Walker, site: Site) -> None:
    """A month's figures, and the file for the bookkeeper."""
    w.sees("CSV")


@walk("/console/audit")
def audit_all(w: Walker, site: Site) -> None:
    """An audit of everything begins."""
    w.tick("Everything")
    w.button("Begin")
    w.sees("Begun.")


@walk("/console/program")
def publish_other_rules(w: Walker, site: Site) -> None:
    """The rules are changed, looked at with what they would have cost, and published."""
    w.link("Change the rules")
    w.sees("See what it means")


@walk("/console/program/versions")
def go_back(w: Walker, site: Site) -> None:
    """A former version is looked at before it is put in force again."""
    w.button("Put version 1 in force again")
    w.sees("Before you publish")


@walk("/console/letters")
def read_a_letter(w: Walker, site: Site) -> None:
    """Each letter is shown as it looks now."""
    w.link("elcome")
    w.sees("Subject")


@walk("/console/guides")
def keep_a_guide(w: Walker, site: Site) -> None:
    """A how-to link is kept."""
    w.type("Id", "care-of-mugs")
    w.type("Title", "How a mug stays whole")
    w.type("Address", "https://shop.example/films/care")
    w.type("Goods", "MUG-BLUE")
    w.button("Keep the guide")
    w.sees("The guide is kept.")


@walk("/console/insight")
def compare_periods(w: Walker, site: Site) -> None:
    """Figures by tier."""
    w.choose("By", "Tier")
    w.button("Show")
    w.sees("Silver")


@walk("/console/touches")
def read_results(w: Walker, site: Site) -> None:
    """What occasions are good for."""
    w.sees("Birthday")


@walk("/console/worth")
def read_worth(w: Walker, site: Site) -> None:
    """What customers are worth."""
    w.sees("customers")


@walk("/console/surprises")
def read_surprises(w: Walker, site: Site) -> None:
    """What the month's draw has given."""
    w.sees("Month")


@walk("/console/keys")
def make_a_key(w: Walker, site: Site) -> None:
    """A key is made, and its secret shown once."""
    w.open("Make a key")
    w.type("What it is for", "Web shop")
    w.type("Who answers for it", "Anna")
    w.tick("checkout")
    w.button("Make the key")
    w.sees("rk_")


@walk("/console/admins")
def invite_somebody(w: Walker, site: Site) -> None:
    """A second admin is invited."""
    w.open("Invite somebody")
    w.type("Mail address", "bea@shop.example")
    w.type("Name", "Bea")
    w.button("Invite them")
    w.sees("Bea")


@walk("/console/stores")
def see_what_is_connected(w: Walker, site: Site) -> None:
    """How a shop's own server connects."""
    w.sees("connect")


@walk("/console/sessions")
def end_other_sessions(w: Walker, site: Site) -> None:
    """Other browsers are signed out."""
    site.admin()
    w.page.reload()
    w.button("Sign out everywhere else")
    w.sees("All others are signed out.")

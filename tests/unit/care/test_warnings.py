"""What of sound settings of care hardly anybody can mean: named where it is, and nothing said of what is meant."""

from dataclasses import replace

import pytest

from chalicelib.domain.care.flaws import flaws_of_care
from chalicelib.domain.care.occasion import Present, Variant
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.invitation import Invitation
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.settings import Care
from chalicelib.domain.care.warnings import warnings_of_care, warnings_of_guides
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.program.brand import Brand, Text
from chalicelib.domain.program.program import Rate
from tests.unit.book import at, program

LEARNING = Birthday(hold_out_percent=10)
GIFT = Present(Rate(amount=500))
GENEROUS = replace(LEARNING, variants=(Variant("generous", 50, GIFT),))
WORDY = replace(LEARNING, variants=(Variant("wordy", 50),))
BIRTHDAY = Text("birthday", "en", opening="Hello.")
GUIDE = Guide("g1", "Steeping", "https://shop.example/steep", "en", at(0), skus=("POT",))


@pytest.mark.parametrize(
    ("care", "texts", "named"),
    [
        (Care(), (), []),
        (Care(birthday=LEARNING), (BIRTHDAY,), []),
        (Care(birthday=LEARNING), (Text("welcome", "en", opening="Hello."),), []),
        # Sentences that nobody reads.
        (Care(), (BIRTHDAY,), ["/brand/texts/0/letter"]),
        (Care(social=Social(hold_out_percent=10)), (BIRTHDAY,), ["/brand/texts/0/letter"]),
        (Care(birthday=WORDY), (replace(BIRTHDAY, variant="wordy"),), []),
        (
            Care(birthday=WORDY),
            (replace(BIRTHDAY, variant="wordy"), replace(BIRTHDAY, variant="wordier")),
            ["/brand/texts/1/variant"],
        ),
        (
            Care(birthday=LEARNING),
            (Text("welcome", "en", opening="Hello.", variant="wordy"),),
            ["/brand/texts/0/variant"],
        ),
        # Variants that differ in nothing, or that nobody gets.
        (Care(birthday=GENEROUS), (), []),
        (Care(birthday=WORDY), (), ["/care/birthday/variants/0"]),
        (Care(birthday=WORDY), (BIRTHDAY,), ["/care/birthday/variants/0"]),
        (
            Care(birthday=replace(LEARNING, variants=(Variant("nobody", 0, GIFT),))),
            (),
            ["/care/birthday/variants/0/percent"],
        ),
        # Nobody learns what it is worth.
        (Care(birthday=Birthday()), (), ["/care"]),
        (Care(birthday=Birthday(), social=Social(hold_out_percent=1)), (), []),
    ],
)
def test_what_is_hardly_meant_of_care_is_named(care: Care, texts: tuple[Text, ...], named: list[str]) -> None:
    """What nobody reads, what differs in nothing, and care of which nobody learns whether it is worth it."""
    assert list(flaws_of_care(care)) == []
    assert [pointer for pointer, _ in warnings_of_care(program(brand=Brand(texts=texts)), care)] == named


def test_an_invitation_into_a_closed_program_is_named() -> None:
    """It goes to nobody, and is kept for when the program is open again."""
    care = Care(invitation=Invitation(hold_out_percent=10))
    assert [it for it, _ in warnings_of_care(program(open=False), care)] == ["/care/invitation"]
    assert list(warnings_of_care(program(), care)) == []


@pytest.mark.parametrize(
    ("guides", "languages", "told"),
    [
        ((GUIDE,), (), []),
        ((GUIDE,), ("en-GB",), []),
        ((), (), ["is never sent: there is no guide that it could show"]),
        ((replace(GUIDE, retired_at=at(1)),), (), ["is never sent: there is no guide that it could show"]),
        ((GUIDE,), ("en", "gu"), ["is never sent in gu, one of `languages`: no guide is in it"]),
        ((GUIDE, replace(GUIDE, language="gu-IN")), ("en", "gu"), []),
    ],
)
def test_letters_without_a_guide_to_show_are_named(
    guides: tuple[Guide, ...], languages: tuple[str, ...], told: list[str]
) -> None:
    """Nobody gets a letter that has nothing to show, in no language or in one of those that the shop speaks."""
    rules = program(languages=languages)
    found = list(warnings_of_guides(rules, Care(how_to=HowTo()), guides))
    assert found == [("/care/how_to", it) for it in told]
    assert list(warnings_of_guides(rules, Care(), guides)) == []

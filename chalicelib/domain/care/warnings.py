"""What of sound settings of care hardly anybody can mean: what nobody gets, or what nothing comes of."""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from chalicelib.domain.care.occasion import Occasion
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.program.flaws import Flaw
from chalicelib.domain.program.languages import said_in
from chalicelib.domain.program.program import Program

_LETTERS = frozenset(field.name for field in fields(Care))
"""The letters of occasions are called as these are."""


def warnings_of_care(program: Program, care: Care) -> Iterator[Flaw]:
    """Yield what to think over, as (JSON pointer, reason) pairs. The program is sound."""
    on: dict[str, Occasion] = {occasion.LETTER: occasion for occasion in care.occasions() if occasion.LETTER}
    ours = {occasion.NAME for occasion in care.occasions()}
    for n, text in enumerate(program.brand.texts):
        occasion = on.get(text.letter)
        if text.letter in _LETTERS and occasion is None:
            yield f"/brand/texts/{n}/letter", f"is never sent: {text.letter} is not on in `care`"
        elif text.variant and text.variant not in {it.name for it in (occasion.variants if occasion else ())}:
            yield f"/brand/texts/{n}/variant", f"is no variant of {text.letter}: nobody reads it"
    said = {(text.letter, text.variant) for text in program.brand.texts}
    for occasion in care.occasions():
        for n, variant in enumerate(occasion.variants):
            here = f"/care/{occasion.NAME}/variants/{n}"
            if variant.percent == 0:
                yield f"{here}/percent", "is nobody: this variant is never sent"
            elif variant.gift is None and (occasion.LETTER, variant.name) not in said:
                yield here, "is as the usual one: give it a gift, or sentences of its own in `brand`"
    if "invitation" in ours and not program.open:
        yield "/care/invitation", "invites nobody as long as the program is not open"
    if program.letters.hold_out_percent == 0 and all(it.hold_out_percent == 0 for it in care.occasions()) and ours:
        yield "/care", "holds nobody out, so that nobody learns what care is worth: set a hold-out of some percent"


def warnings_of_guides(program: Program, care: Care, guides: Iterable[Guide]) -> Iterator[Flaw]:
    """Yield what the letters that show guides lack, as (JSON pointer, reason) pairs."""
    if care.how_to is None:
        return
    by_tag = {guide.language: guide for guide in guides if guide.retired_at is None}
    if not by_tag:
        yield "/care/how_to", "is never sent: there is no guide that it could show"
        return
    for tag in program.languages:
        if said_in(by_tag, [tag]) is None:
            yield "/care/how_to", f"is never sent in {tag}, one of `languages`: no guide is in it"

"""Why a reward is what it is, when it is released, or why there is none: the steps of a trace as plain sentences.

Two readers get two tellings. An admin is told everything, with the figures. An ambassador is told kindly what concerns
them: nothing about the friend but that one bought and what went back, and nothing that says what looked suspicious.
"""

from typing import Literal

from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.explain import PaymentState, trace
from chalicelib.domain.program.program import Program
from chalicelib.web.language import Language
from chalicelib.web.tellers.admin import ToAdmin
from chalicelib.web.tellers.ambassador import ToAmbassador
from chalicelib.web.tellers.teller import Teller

Audience = Literal["admin", "ambassador"]

TELLERS: dict[Audience, type[Teller]] = {"admin": ToAdmin, "ambassador": ToAmbassador}


def explain(
    redemption: Redemption, reader: Audience, language: Language, program: Program, payment: PaymentState | None = None
) -> list[str]:
    """Return what a reader is told of a reward: first what it is and when it is released, then what led there.

    Days are by the clocks of the `program`.
    """
    teller = TELLERS[reader](redemption, language, program)
    steps = sorted(trace(redemption, payment), key=teller.is_background)
    return [sentence for step in steps for sentence in teller.tell(step)]


def not_available_now(language: Language) -> str:
    """What an ambassador reads whose account lets nothing out for now: nothing that accuses."""
    return language.translations.gettext("This isn’t available right now; please ask the shop.")

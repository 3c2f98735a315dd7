"""Several operations after each other, along the links of the contract, while time passes and the workers work."""

from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from schemathesis import Response

from chalicelib.edge.routes import ROUTES
from tests.fuzz.callers import Caller, caller_of
from tests.fuzz.cases import OFTEN, SELDOM, settle
from tests.fuzz.schema import Case, schema
from tests.fuzz.town import Town
from tests.fuzz.trial import Outcome, send

ROUTE = {route.name: route for route in ROUTES}


def walk(walks: int, steps: int, town: Town, outcome: Outcome, chance: int = 0) -> None:
    """Go so many ways of so many steps, each from the same beginning."""

    class Walk(schema().as_state_machine()):  # type: ignore[misc]  # it is made at run time
        """One way through the contract."""

        def setup(self) -> None:
            town.begin()
            self.known = town.copy()

        @initialize(drawn=st.integers(0, 2**64 - 1))
        def begin(self, drawn: int) -> None:
            """Choose whatever the contract leaves open, the same whenever Hypothesis goes this way again."""
            self.random = Random(f"{chance} {drawn}")

        @rule(days=st.sampled_from([0.1, 1, 7, 31]))
        def let_time_pass(self, days: float) -> None:
            """Let the schedule work until nothing is due."""
            try:
                town.shop.days(days)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                outcome.failures.setdefault(f"the schedule fails: {type(error).__name__} {error}", "")

        def call(self, case: Case, **_: Any) -> Response:
            """Send a request as somebody whom it suits."""
            route = ROUTE[case.operation.definition.raw["operationId"]]
            share = OFTEN if case.meta is None or case.meta.generation.mode.is_positive else SELDOM
            settle(self.random, case, self.known, share, path=False)
            caller = caller_of(self.random, route, self.known)
            own = self.known.tokens.get(str((case.path_parameters or {}).get("ambassador_id")))
            if own and "session" in route.scopes and self.random.random() < OFTEN:
                caller = Caller("their session", f"Bearer {own}")
            answer = send(route, case, caller, self.known, outcome)
            if answer.status_code < 400:
                self.known.learn(route.name, answer.content)
            return answer

        def validate_response(self, *_: Any, **__: Any) -> None:
            """`send` has done so."""

    limits = settings(
        max_examples=walks,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(chance)(Walk).run(settings=limits)

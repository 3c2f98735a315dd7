"""Operations under trial: so many requests, and what was wrong with the answers."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests.structures import CaseInsensitiveDict
from schemathesis import GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks as rules

from chalicelib.edge.routes import Route
from contract.check import UnknownAnswerError, checker
from tests.fuzz.callers import Caller, caller_of
from tests.fuzz.cases import OFTEN, SELDOM, cases, settle
from tests.fuzz.schema import Case
from tests.fuzz.spared import errors_of, spared
from tests.fuzz.town import Town
from tests.fuzz.wire import FROM_GATEWAY, HOST, session

CHECKS = [
    not_a_server_error,
    rules.status_code_conformance,
    rules.content_type_conformance,
    rules.response_headers_conformance,
    rules.response_schema_conformance,
    rules.positive_data_acceptance,
    rules.negative_data_rejection,
]
WIRE = session()


@dataclass
class Outcome:
    """How a trial went.

    Attributes:
        statuses: How often each status was answered.
        failures: By what was wrong, the first request for which it was.
        cpu: Seconds of CPU.
    """

    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    cpu: float = 0.0

    @property
    def examples(self) -> int:
        """How many requests were sent."""
        return self.statuses.total()

    def fail(self, what: str, case: Case, caller: Caller, answer: Response | None = None) -> None:
        """Note what is wrong, with the request as somebody may send it again, unless the same is known."""
        got = f"{answer.status_code} {answer.content[:500]!r}" if answer else ""
        self.failures.setdefault(what, f"{case.as_curl_command()}\n    as {caller.name}: {got}")


def attempt(route: Route, examples: int, town: Town, outcome: Outcome, chance: int = 0) -> None:
    """Send a route so many requests, half of them as the contract allows and half of them not quite."""
    for mode, share in ((GenerationMode.POSITIVE, OFTEN), (GenerationMode.NEGATIVE, SELDOM)):
        _run(route, mode, share, max(1, examples // 2), town, outcome, chance)


def _run(
    route: Route, mode: GenerationMode, share: float, examples: int, town: Town, outcome: Outcome, chance: int
) -> None:
    random = Random(f"{route.name} {mode.name} {chance}")  # Hypothesis would draw some of them over and over

    @seed(chance)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(route.name, mode))
    def run(case: Case) -> None:
        town.begin()
        settle(random, case, town, share)
        send(route, case, caller_of(random, route, town), town, outcome)

    try:
        run()
    except Unsatisfiable:  # there is nothing about this operation that could be wrong
        assert mode.is_negative


def send(route: Route, case: Case, caller: Caller, town: Town, outcome: Outcome) -> Response:
    """Send a request, hold the answer against the contract, and let the workers take up what it has left them."""
    named = {} if caller.authorization is None else {"Authorization": caller.authorization.encode()}
    answer = case.call(base_url=HOST, session=WIRE, headers=named)
    outcome.statuses[answer.status_code] += 1
    if FROM_GATEWAY.lower() in answer.headers:
        return answer
    for wrong in _wrongs(route, case, caller, answer):
        outcome.fail(wrong, case, caller, answer)
    if route.method != "GET" and answer.status_code < 400:
        try:
            town.shop.stream()
            town.shop.minute()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told beside its request
            outcome.fail(f"a worker fails: {type(error).__name__} {error}", case, caller, answer)
    return answer


def _wrongs(route: Route, case: Case, caller: Caller, answer: Response) -> list[str]:
    found: list[str] = []
    if not caller.is_taken and answer.status_code not in {401, 403, 415}:
        found.append(f"Whoever may not gets {answer.status_code}")
    try:
        headers = CaseInsensitiveDict({name: values[0] for name, values in answer.headers.items()})
        kind = headers.get("Content-Type", "")
        checker().check(route.method, route.path, answer.status_code, kind, answer.content, headers)
    except UnknownAnswerError as error:
        found.append(str(error))
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        found += [_told(it, answer) for it in group.exceptions if not spared(route, case, answer, it)]
    except Failure as failure:
        if not spared(route, case, answer, failure):
            found.append(_told(failure, answer))
    return found


def _told(failure: BaseException, answer: Response) -> str:
    """Say what is wrong, alike for what is alike."""
    detail = "; ".join(it["detail"] for it in errors_of(answer)) or " ".join(str(failure).split())[:300]
    return f"{type(failure).__name__} {answer.status_code}: {detail}"

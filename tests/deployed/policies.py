"""The policies of the functions, as they are written: what each grants, and what it refuses in any case."""

import json
from fnmatch import fnmatchcase

from infra.local.home import ROOT
from tests.path.live import Body

FUNCTIONS = {
    "APIHandler": "api",
    "OnTableChange": "stream",
    "EveryMinute": "schedule",
    "EveryMinuteJobs": "jobs",
    "OnMessage": "message",
    "EveryMinuteMail": "mail",
    "OnMailEvent": "event",
    "EveryDay": "day",
    "EveryFiveMinutes": "watch",
}
THE_TABLE = {"Fn::GetAtt": ["Table", "Arn"]}
POLICIES: dict[str, Body] = {
    function: json.loads((ROOT / ".chalice" / f"policy-{name}.json").read_text())
    for function, name in FUNCTIONS.items()
}
GRANTS = [
    (function, statement["Sid"], action)
    for function, policy in POLICIES.items()
    for statement in policy["Statement"]
    for action in statement["Action"]
    if statement["Effect"] == "Allow"
]
"""Every action of every statement that allows something: function, statement, action."""


def granted(function: str) -> set[str]:
    """All that a function may do."""
    return {action for name, _, action in GRANTS if name == function}


def may(function: str, action: str, leading_key: str) -> bool:
    """Whether a function's policy lets it do something to a partition of the table, or in one of its indexes."""
    policy = POLICIES[function]
    return not denied(policy, action, leading_key) and any(
        action in statement["Action"] and _is_about(statement, leading_key)
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
    )


def denied(policy: Body, action: str, leading_key: str) -> bool:
    """Whether a policy explicitly refuses an action on a partition of the table, as IAM reads our denials."""
    return any(
        action in statement["Action"] and statement["Resource"] == THE_TABLE and _is_about(statement, leading_key)
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny"
    )


def _is_about(statement: Body, leading_key: str) -> bool:
    """Whether a statement's condition holds for one partition: each of ours is about the leading keys alone."""
    for operator, (told,) in ((name, it.items()) for name, it in statement.get("Condition", {}).items()):
        if told[0] != "dynamodb:LeadingKeys":
            continue
        like = any(fnmatchcase(leading_key, pattern) for pattern in told[1])
        if like == operator.endswith("NotLike"):
            return False
    return True

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
}
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


def denied(policy: Body, action: str, leading_key: str) -> bool:
    """Whether a policy explicitly refuses an action on a partition of the table, as IAM reads our denials."""
    return any(
        action in statement["Action"]
        and statement["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}
        and any(
            fnmatchcase(leading_key, pattern)
            for pattern in statement["Condition"]["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"]
        )
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny"
    )

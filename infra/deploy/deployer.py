"""The least that whoever deploys a stage has to be allowed, and the most that its functions can be.

Both are made out to one stage: infra/deployer.json and infra/boundary.json.
"""

import json
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

_INFRA = Path(__file__).parents[1]
_KEPT_OF_NAMES = 24
"""CloudFormation makes up names of a stack's name, a resource's and chance. Where a service takes 64 characters, it
cuts the stack's name at so many."""

_MAKES_ROLES = "Roles"
_GRANTS = {"iam:CreateRole", "iam:PutRolePolicy"}
"""What gives a role rights."""


class Place(NamedTuple):
    """Where a stage is. Names that begin alike can't be told apart: who deploys `prod` may deploy `prod-two`, too."""

    stage: str
    account: str
    region: str
    bucket: str
    partition: str = "aws"


def boundary(place: Place) -> dict[str, Any]:
    """The policy beyond which no function of the stage gets, whatever its role says."""
    return _made_out("boundary.json", place)


def policy(place: Place, *, within: str = "") -> dict[str, Any]:
    """The policy of a role that deploys this stage, and removes it.

    `within` is the ARN of a boundary: the roles that it makes have to have that one. Without one it can give them any
    right, and so can get any itself.
    """
    told = _made_out("deployer.json", place)
    if within:
        told["Statement"] = [it for statement in told["Statement"] for it in _bound(statement, within)]
    return told


def _bound(statement: dict[str, Any], within: str) -> list[dict[str, Any]]:
    if statement["Sid"] != _MAKES_ROLES:
        return [statement]
    grants = sorted({*_GRANTS, "iam:PutRolePermissionsBoundary"})
    only = {"StringEquals": {"iam:PermissionsBoundary": within}}
    rest = [action for action in statement["Action"] if action not in _GRANTS]
    return [
        {**statement, "Action": rest},
        {**statement, "Sid": "RolesWithinTheBoundary", "Action": grants, "Condition": only},
    ]


def _made_out(file: str, place: Place) -> dict[str, Any]:
    stack = f"referrals-{place.stage}-"
    filled = Template((_INFRA / file).read_text()).substitute(
        Partition=place.partition,
        Region=place.region,
        Account=place.account,
        Stage=place.stage,
        Bucket=place.bucket,
        Names=f"{stack[:_KEPT_OF_NAMES]}*",
    )
    found: dict[str, Any] = json.loads(filled)
    return found

"""The least that whoever deploys a stage has to be allowed: infra/deployer.json, made out to one stage."""

import json
from pathlib import Path
from string import Template
from typing import Any

POLICY = Path(__file__).parents[1] / "deployer.json"
_KEPT_OF_NAMES = 24
"""CloudFormation makes up names of a stack's name, a resource's and chance. Where a service takes 64 characters, it
cuts the stack's name at so many."""


def policy(*, stage: str, account: str, region: str, bucket: str, partition: str = "aws") -> dict[str, Any]:
    """The policy of a role that deploys this stage, and removes it.

    Names that begin alike can't be told apart: who may deploy `prod` may also deploy `prod-two`.
    """
    stack = f"referrals-{stage}-"
    filled = Template(POLICY.read_text()).substitute(
        Partition=partition,
        Region=region,
        Account=account,
        Stage=stage,
        Bucket=bucket,
        Names=f"{stack[:_KEPT_OF_NAMES]}*",
    )
    found: dict[str, Any] = json.loads(filled)
    return found

"""What a stage has beside what Chalice makes: each file of this folder is a part of one CloudFormation template.

An alarm says in what it is unlike the usual one, which rings at the first event and not without one.
"""

import json
from pathlib import Path
from typing import Any

PARTS = sorted(Path(__file__).parent.glob("*.json"))

_USUAL_ALARM = {
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "Threshold": 1,
    "TreatMissingData": "notBreaching",
    "AlarmActions": [{"Ref": "Alarms"}],
    "OKActions": [{"Ref": "Alarms"}],
}
_USUAL_COUNT = {"Statistic": "Sum", "Period": 300}
"""Of an alarm that watches one metric; others say it of each."""


def read_resources() -> dict[str, Any]:
    """The whole template: parameters and conditions, the resources of all parts, and their outputs."""
    whole: dict[str, Any] = {}
    for part in PARTS:
        for section, entries in json.loads(part.read_text()).items():
            whole.setdefault(section, {}).update(entries)
    for resource in whole["Resources"].values():
        if resource.get("Type") == "AWS::CloudWatch::Alarm":
            own = resource["Properties"]
            resource["Properties"] = _USUAL_ALARM | ({} if "Metrics" in own else _USUAL_COUNT) | own
    return whole

"""What a deployment would change, and what it keeps unasked: decided before anything is touched."""

import json
from typing import Any

import pytest

from infra.deploy import adopted
from infra.deploy.parameters import chosen, kept, let_go, read
from infra.deploy.plan import Plan
from infra.deploy.problem import DeployError
from infra.deploy.stack import Change
from infra.resources import read_resources
from tests.deployed.policies import POLICIES

RESOURCES: dict[str, Any] = read_resources()
DECLARED = RESOURCES["Parameters"]
BEFORE = {
    "Stage": "prod",
    "Sender": "friends@shop.example",
    "PublicUrl": "https://friends.shop.example",
    "AlarmEmail": "ops@shop.example",
    "AlarmsByShare": "yes",
    "GoneSinceThen": "1",
}


def test_a_plan_says_first_what_would_be_lost() -> None:
    """Whoever is asked for a yes sees at the top which data would go; a function that is replaced loses nothing."""
    changes = [
        Change("Modify", "APIHandler", "AWS::Lambda::Function", replaced=True),
        Change("Modify", "Table", "AWS::DynamoDB::Table", replaced=True),
        Change("Remove", "ApiLog", "AWS::Logs::LogGroup", replaced=False),
        Change("Modify", "StreamFailures", "AWS::SQS::Queue", replaced=True),
        Change("Modify", "StreamLog", "AWS::Logs::LogGroup", replaced=False),
        Change("Add", "Alarms", "AWS::SNS::Topic", replaced=False),
    ]
    plan = Plan(changes, running=True, adopts=False)
    lines = str(plan).split("\n")[1:-1]
    lost, rest = ["StreamFailures", "Table", "ApiLog"], ["Alarms", "APIHandler", "StreamLog"]
    assert [line.split()[1] for line in lines] == [*lost, *rest]
    assert ["LOSES" in line for line in lines] == [True] * 3 + [False] * 3
    assert {change.resource for change in plan.losses()} == {*lost}


@pytest.mark.parametrize("change", [("Modify", True), ("Remove", False)])
def test_a_table_that_stays_but_is_left_behind_is_a_loss_too(change: tuple[str, bool]) -> None:
    """The stage would know nobody any more; unless it was told of another table to run on."""
    action, replaced = change
    left = Change(action, "Table", "AWS::DynamoDB::Table", replaced, retained=True)
    assert Plan([left], running=True, adopts=False).losses() == [left]
    assert Plan([left], running=True, adopts=True).losses() == []


def test_an_empty_table_for_a_stage_that_runs_is_a_loss() -> None:
    """Back from a table that was adopted, say: a new one knows nobody. For a first deployment it is as it should be."""
    new = Change("Add", "Table", "AWS::DynamoDB::Table", replaced=False)
    assert Plan([new], running=True, adopts=False).losses() == [new]
    assert Plan([new], running=False, adopts=False).losses() == []


def test_what_is_not_said_stays() -> None:
    """A deployment without ALARM_EMAIL takes no alarm away, and one is told what stays, and how to take it back."""
    values = chosen(DECLARED, {"Sender": "new@shop.example"}, BEFORE)
    assert values["AlarmEmail"] == "ops@shop.example"
    assert values["Sender"] == "new@shop.example"
    assert "GoneSinceThen" not in values
    told = "\n".join(kept(DECLARED, {"Sender": "new@shop.example"}, BEFORE))
    assert "AlarmEmail = ops@shop.example   (to take it back: ALARM_EMAIL=none)" in told
    assert "PublicUrl = https://friends.shop.example" in told
    assert "AlarmsByShare" not in told
    assert "Sender" not in told


def test_what_an_older_build_does_not_know_is_told_before_it_is_forgotten() -> None:
    """A rollback and another upgrade would bring back the template's own value: one is told what to say again."""
    assert let_go(DECLARED, BEFORE) == ['  SET="GoneSinceThen=1"']
    assert let_go(DECLARED, {"Stage": "prod"}) == []


def test_what_is_taken_back_is_as_if_it_had_never_been_said() -> None:
    """`none` leads back to the template's own value, and only where it has one."""
    assert chosen(DECLARED, {"AlarmEmail": "none"}, BEFORE)["AlarmEmail"] == ""
    with pytest.raises(DeployError, match="SENDER=…"):
        chosen(DECLARED, {"Sender": "none"}, BEFORE)


def test_a_first_deployment_asks_for_what_nobody_can_guess() -> None:
    """All of it at once."""
    with pytest.raises(DeployError, match="make deploy SENDER=… PUBLIC_URL=…"):
        chosen(DECLARED, {"Stage": "prod"}, {})


def test_other_parameters_are_set_by_their_names() -> None:
    """A name that the template does not know is no parameter, and is not passed over."""
    assert read(["A=1", "B=x=y", "C="]) == {"A": "1", "B": "x=y", "C": ""}
    with pytest.raises(DeployError, match="not 'A'"):
        read(["A"])
    with pytest.raises(DeployError, match="There is no parameter AlarmMail"):
        chosen(DECLARED, {"AlarmMail": "ops@shop.example"}, BEFORE)


def test_a_stage_on_another_table_speaks_of_that_one_alone() -> None:
    """Environment, stream, permissions and outputs: nowhere is the stack's own table left, and nothing else differs."""
    template = {**RESOURCES, "Policies": POLICIES}
    changed = adopted.adopting(template)
    said = json.dumps(changed)
    for word in ('"Ref": "Table"', '"Fn::GetAtt": ["Table"', "${Table"):
        assert word in json.dumps(template)
        assert word not in said
    assert "Table" in template["Resources"]
    assert template["Resources"].keys() - changed["Resources"].keys() == {"Table"}
    assert changed["Outputs"]["TableName"] == {"Value": {"Ref": "ExistingTable"}}
    stream = {"Ref": "ExistingStream"}
    assert [it for it in _values(changed, "Stream") if isinstance(it, dict)] == [stream] * said.count('"Stream": {')
    settle, lists = changed["Policies"]["OnTableChange"]["Statement"][:2]
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ExistingTable}"
    assert settle["Resource"] == {"Fn::Sub": arn}
    assert {"Fn::Sub": f"{arn}/index/list"} in lists["Resource"]


def _values(part: Any, name: str) -> list[Any]:
    """All values under a name, wherever they stand."""
    if isinstance(part, dict):
        here = [part[name]] if name in part else []
        return here + [found for value in part.values() for found in _values(value, name)]
    if isinstance(part, list):
        return [found for value in part for found in _values(value, name)]
    return []

"""With SnapStart the gateway calls an alias of a version, and without it the function, as ever."""

import json
from typing import Any

import pytest

from infra.deploy.snapshots import with_snapshots

Body = dict[str, Any]
URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${APIHandler.Arn}/invocations"


def template() -> Body:
    """What Chalice and our resources make, as far as it is of interest here."""
    method = {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": URI}, "type": "aws_proxy"}}
    variables = {"TABLE_NAME": {"Ref": "Table"}, "KEY": {"Fn::Sub": "/referrals/${Stage}/key:${KeyVersion}"}}
    function = {"CodeUri": "./deployment.zip", "MemorySize": 1024, "Environment": {"Variables": variables}}
    permission = {"FunctionName": {"Ref": "APIHandler"}, "Principal": "apigateway.amazonaws.com"}
    worker = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "app.every_minute"}}
    return {
        "Parameters": {"Stage": {"Type": "String"}, "KeyVersion": {"Type": "String"}, "AlarmEmail": {"Type": "String"}},
        "Resources": {
            "APIHandler": {"Type": "AWS::Serverless::Function", "Properties": function},
            "EveryMinute": worker,
            "RestAPI": {"Properties": {"DefinitionBody": {"paths": {"/v1/quotes": {"post": method}}}}, "Type": "Api"},
            "Allowed": {"Type": "AWS::Lambda::Permission", "Properties": permission},
        },
    }


def resolved(part: Any, *, snapshots: bool) -> Any:
    """What a part comes to with or without snapshots: intrinsics of the condition are carried out."""
    if isinstance(part, list):
        return [resolved(it, snapshots=snapshots) for it in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == {"Fn::If"}:
        name, one, other = part["Fn::If"]
        assert name == "IsSnapStarted"
        return resolved(one if snapshots else other, snapshots=snapshots)
    return {name: resolved(it, snapshots=snapshots) for name, it in part.items()}


@pytest.mark.parametrize("snapshots", [False, True])
def test_the_gateway_calls_what_is_restored(snapshots: bool) -> None:
    """A snapshot is of a version: whoever calls the function itself waits for a whole start."""
    made = with_snapshots(template(), "digest")
    assert made["Parameters"]["SnapStart"]["Default"] == "no"
    told = resolved(made, snapshots=snapshots)["Resources"]
    method = told["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/v1/quotes"]["post"]
    text, names = method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert text == URI.replace("APIHandler.Arn", "Called")
    called = {"Ref": "ApiAlias"} if snapshots else {"Fn::GetAtt": ["APIHandler", "Arn"]}
    assert names == {"Called": called}
    assert told["Allowed"]["Properties"]["FunctionName"] == {"Ref": "ApiAlias" if snapshots else "APIHandler"}
    applied = told["APIHandler"]["Properties"]["SnapStart"]
    assert applied == {"ApplyOn": "PublishedVersions" if snapshots else "None"}
    assert {told[name]["Condition"] for name in ("ApiVersion", "ApiAlias")} == {"IsSnapStarted"}
    assert told["EveryMinute"] == template()["Resources"]["EveryMinute"]


def test_a_version_is_published_for_whatever_changes_the_function_and_for_nothing_else() -> None:
    """Lambda keeps a version as it was, and refuses a second one of an unchanged function."""

    def description(digest: str = "digest", **properties: Any) -> str:
        changed = template()
        changed["Resources"]["APIHandler"]["Properties"] |= properties
        made = with_snapshots(changed, digest)["Resources"]["ApiVersion"]["Properties"]["Description"]
        return json.dumps(made)

    usual = description()
    assert json.loads(usual)["Fn::Join"][1][1:] == [{"Ref": "KeyVersion"}, {"Ref": "Stage"}]
    assert usual == description(Tags={"a": "b"})
    assert len({usual, description("another"), description(MemorySize=512), description(Timeout=3)}) == 4

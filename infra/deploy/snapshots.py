"""SnapStart for the API: a started function is kept as a snapshot, and each further one is restored from that.

A snapshot belongs to a published version, so the gateway calls an alias of the version instead of the function. The
workers have no part in it: nobody waits for them.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

API, VERSION, ALIAS = "APIHandler", "ApiVersion", "ApiAlias"
PARAMETER, CONDITION = "SnapStart", "IsSnapStarted"

_PUBLISHED = ("CodeUri", "Handler", "Runtime", "MemorySize", "Timeout", "Architectures", "Environment", "LoggingConfig")
"""What of a function a version keeps, as far as it is set here."""

Template = dict[str, Any]


def with_snapshots(template: Template, digest: str) -> Template:
    """Return the template with a parameter `SnapStart` that is `no` at first. `digest` is the code's.

    Published versions never change, and Lambda publishes none where nothing has changed. So there is another one where
    its description is another: of other code, other properties, or another value of a parameter that these refer to.
    """
    changed: Template = json.loads(json.dumps(template))
    resources = changed["Resources"]
    function = resources[API]["Properties"]
    kept = {name: function[name] for name in _PUBLISHED if name in function}
    told = hashlib.sha256(json.dumps([digest, kept], sort_keys=True).encode()).hexdigest()[:32]
    named = sorted({name for name in _names_in(kept) if name in changed["Parameters"]})
    changed["Parameters"][PARAMETER] = {
        "Type": "String",
        "AllowedValues": ["no", "yes"],
        "Default": "no",
        "Description": "Whether the API's functions are restored from a snapshot, which costs by the hour.",
    }
    changed.setdefault("Conditions", {})[CONDITION] = {"Fn::Equals": [{"Ref": PARAMETER}, "yes"]}
    function["SnapStart"] = {"ApplyOn": _if("PublishedVersions", "None")}
    resources[VERSION] = {
        "Type": "AWS::Lambda::Version",
        "Condition": CONDITION,
        "Properties": {
            "FunctionName": {"Ref": API},
            "Description": {"Fn::Join": [" ", [told, *({"Ref": name} for name in named)]]},
        },
    }
    resources[ALIAS] = {
        "Type": "AWS::Lambda::Alias",
        "Condition": CONDITION,
        "Properties": {
            "Name": "live",
            "FunctionName": {"Ref": API},
            "FunctionVersion": {"Fn::GetAtt": [VERSION, "Version"]},
        },
    }
    _call_alias(resources)
    return changed


def _call_alias(resources: Template) -> None:
    """Let the gateway call the alias, where there is one, and let it."""
    called = _if({"Ref": ALIAS}, {"Fn::GetAtt": [API, "Arn"]})
    for method in _methods(resources):
        integration = method["x-amazon-apigateway-integration"]
        text = integration["uri"]["Fn::Sub"]
        integration["uri"] = {"Fn::Sub": [text.replace(f"${{{API}.Arn}}", "${Called}"), {"Called": called}]}
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission" and properties["FunctionName"] == {"Ref": API}:
            properties["FunctionName"] = _if({"Ref": ALIAS}, {"Ref": API})


def _methods(resources: Template) -> Iterator[Template]:
    """Whatever of the gateway calls the function."""
    for path in resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values():
        for method in path.values():
            if isinstance(method.get("x-amazon-apigateway-integration", {}).get("uri"), dict):
                yield method


def _names_in(part: Any) -> Iterator[str]:
    """The names that a part of a template refers to."""
    if isinstance(part, list):
        for element in part:
            yield from _names_in(element)
    elif isinstance(part, dict):
        for key, inner in part.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::Sub":
                text = inner if isinstance(inner, str) else inner[0]
                yield from (it.partition("}")[0] for it in text.split("${")[1:])
            yield from _names_in(inner)


def _if(snapshots: Any, otherwise: Any) -> Template:
    return {"Fn::If": [CONDITION, snapshots, otherwise]}

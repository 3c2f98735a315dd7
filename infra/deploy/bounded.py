"""The stack of a stage whose roles are bounded: whatever they are granted, they do no more than the boundary says."""

from typing import Any

NAME = "Boundary"
_PARAMETER = {
    "Type": "String",
    "Description": "The policy that bounds what the roles of the functions may do.",
    "AllowedPattern": "arn:[^:]+:iam::.+:policy/.+",
}


def bounded(template: dict[str, Any]) -> dict[str, Any]:
    """The template with a boundary around each of its roles."""

    def within(resource: dict[str, Any]) -> dict[str, Any]:
        if resource["Type"] != "AWS::IAM::Role":
            return resource
        return {**resource, "Properties": {**resource["Properties"], "PermissionsBoundary": {"Ref": NAME}}}

    resources = {name: within(resource) for name, resource in template["Resources"].items()}
    return {**template, "Parameters": {**template["Parameters"], NAME: _PARAMETER}, "Resources": resources}

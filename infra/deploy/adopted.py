"""The stack of a stage that runs on a table which is there already: restored from a backup, or kept by another stack.

Wherever the template speaks of its table, it then speaks of the parameters `ExistingTable` and `ExistingStream`.
"""

from typing import Any

Json = Any

NAME, STREAM = "ExistingTable", "ExistingStream"
_ARN = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{{NAME}}}"
_PARAMETERS = {
    NAME: {
        "Type": "String",
        "Description": "The table that this deployment runs on; it is not part of the stack.",
        "AllowedPattern": "[a-zA-Z0-9_.-]{3,255}",
    },
    STREAM: {"Type": "String", "Description": "The ARN of its stream.", "AllowedPattern": "arn:.+/stream/.+"},
}


def adopting(template: dict[str, Any]) -> dict[str, Any]:
    """The template without a table of its own."""
    changed: dict[str, Any] = _told_of_another({**template, "Resources": {**template["Resources"]}})
    del changed["Resources"]["Table"]
    changed["Parameters"] = {**template["Parameters"], **_PARAMETERS}
    return changed


def _told_of_another(part: Json) -> Json:
    """A part of the template in which each word about the table is one about the existing table."""
    match part:
        case {"Ref": "Table"}:
            part = {"Ref": NAME}
        case {"Fn::GetAtt": ["Table", "Arn"] | "Table.Arn"}:
            part = {"Fn::Sub": _ARN}
        case {"Fn::GetAtt": ["Table", "StreamArn"] | "Table.StreamArn"}:
            part = {"Ref": STREAM}
        case {"Fn::Sub": str(text)}:
            part = {"Fn::Sub": _spelled(text)}
        case {"Fn::Sub": [str(text), values]}:
            part = {"Fn::Sub": [_spelled(text), _told_of_another(values)]}
        case dict():
            part = {name: _told_of_another(value) for name, value in part.items()}
        case list():
            part = [_told_of_another(value) for value in part]
    return part


def _spelled(text: str) -> str:
    known = {"${Table.Arn}": _ARN, "${Table.StreamArn}": f"${{{STREAM}}}", "${Table}": f"${{{NAME}}}"}
    for word, other in known.items():
        text = text.replace(word, other)
    return text

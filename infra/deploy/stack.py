"""One CloudFormation stack: what a deployment would change, shown before it does."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.deploy.problem import DeployError

_WAIT = {"Delay": 2, "MaxAttempts": 900}
_HUSK = "ROLLBACK_COMPLETE"
"""A first deployment failed: the stack is there, and nothing is in it."""
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one resource.

    `replaced`: its successor gets another identity. `retained`: CloudFormation leaves what goes out of the stack alone.
    """

    action: str
    resource: str
    kind: str
    replaced: bool
    retained: bool = False


class Stack:
    """A stack by its name."""

    def __init__(self, cloudformation: Any, name: str) -> None:
        self._client = cloudformation
        self.name = name

    def is_there(self) -> bool:
        """Whether it has been deployed before."""
        return self._status() not in {None, "REVIEW_IN_PROGRESS", _HUSK}

    def parameters(self) -> dict[str, str]:
        """The parameters that it has now; none if it has not been deployed."""
        if not self.is_there():
            return {}
        told = self._described().get("Parameters", [])
        return {it["ParameterKey"]: it["ParameterValue"] for it in told}

    def resources(self) -> list[tuple[str, str, str]]:
        """All that it holds: the name in the template, the kind, the name in the account."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [
            (it["LogicalResourceId"], it["ResourceType"], it.get("PhysicalResourceId", ""))
            for page in pages
            for it in page["StackResourceSummaries"]
            if it["ResourceStatus"] != "DELETE_COMPLETE"
        ]

    def protect(self) -> None:
        """Let nobody delete it by a slip."""
        self._client.update_termination_protection(StackName=self.name, EnableTerminationProtection=True)

    def remove(self) -> None:
        """Delete it, protected or not, and wait until it is gone; what its template retains stays.

        Raises:
            DeployError: something could not be deleted; says what.
        """
        since = time.time()
        if self._described().get("EnableTerminationProtection"):
            self._client.update_termination_protection(StackName=self.name, EnableTerminationProtection=False)
        self._client.delete_stack(StackName=self.name)
        try:
            self._client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=_WAIT)
        except WaiterError:
            raise DeployError(f"Not all of {self.name} could be deleted: {self._first_failure(since)}") from None

    def plan(self, template_url: str, parameters: Mapping[str, str]) -> str | None:
        """Make a change set and return its name; None when there is nothing to change.

        Raises:
            DeployError: CloudFormation does not take the template, or the stack is in a state in which it takes none.
        """
        self._make_usable(self._status())
        change_set = f"deploy-{time.time_ns()}"
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE" if self.is_there() else "CREATE",
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": key, "ParameterValue": text} for key, text in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        names = {"StackName": self.name, "ChangeSetName": change_set}
        try:
            self._client.get_waiter("change_set_create_complete").wait(**names, WaiterConfig=_WAIT)
        except WaiterError:
            reason = self._client.describe_change_set(**names).get("StatusReason", "")
            self.drop(change_set)
            if any(words in reason for words in _NOTHING):
                return None
            raise DeployError(f"CloudFormation does not take the template: {reason}") from None
        return change_set

    def changes(self, change_set: str) -> Iterator[Change]:
        """What a change set would do."""
        pages = self._client.get_paginator("describe_change_set")
        for page in pages.paginate(StackName=self.name, ChangeSetName=change_set):
            for change in page["Changes"]:
                told = change["ResourceChange"]
                replaced = told.get("Replacement", "False") != "False"
                retained = told.get("PolicyAction", "").endswith("Retain")
                yield Change(told["Action"], told["LogicalResourceId"], told["ResourceType"], replaced, retained)

    def drop(self, change_set: str) -> None:
        """Forget a change set, and the empty stack that a first one leaves."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set)
        if self._status() == "REVIEW_IN_PROGRESS":
            self._client.delete_stack(StackName=self.name)

    def execute(self, change_set: str) -> None:
        """Carry out a change set and wait until it is done.

        What a first deployment leaves that failed is an empty stack, which goes as well.

        Raises:
            DeployError: it failed, and was rolled back; says what failed first.
        """
        since = time.time()
        kind = "update" if self.is_there() else "create"
        self._client.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        try:
            self._client.get_waiter(f"stack_{kind}_complete").wait(StackName=self.name, WaiterConfig=_WAIT)
        except WaiterError:
            reason = self._first_failure(since)
            if self._status() == _HUSK:
                self.remove()
                raise DeployError(f"The stack {self.name} was not made, and nothing is left of it: {reason}") from None
            raise DeployError(f"The stack {self.name} was not changed: {reason}") from None

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._described().get("Outputs", [])}

    def _described(self) -> dict[str, Any]:
        (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        found: dict[str, Any] = stack
        return found

    def _status(self) -> str | None:
        try:
            status: str = self._described()["StackStatus"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if status == "DELETE_COMPLETE" else status

    def _make_usable(self, status: str | None) -> None:
        """Clear away the empty stack of a first deployment that failed; stop where nothing can be done just now."""
        if status == _HUSK:
            self.remove()
            return
        if status and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            raise DeployError(f"The stack {self.name} is being changed right now ({status}). Wait, then try again.")
        if status and status.endswith("_FAILED"):
            raise DeployError(
                f"The stack {self.name} is stuck ({status}): see its events in the CloudFormation console."
            )

    def _first_failure(self, since: float) -> str:
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        reasons = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for page in pages
            for event in page["StackEvents"]
            if event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"].timestamp() >= since - 5
        ]
        return reasons[-1] if reasons else "see its events in the CloudFormation console."

"""One CloudFormation stack: what a deployment would change, shown before it does."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.deploy.problem import DeployError

_WAIT = {"Delay": 2, "MaxAttempts": 900}
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one resource. `replaced`: its successor gets another identity, and what is in it is lost."""

    action: str
    resource: str
    kind: str
    replaced: bool


class Stack:
    """A stack by its name."""

    def __init__(self, cloudformation: Any, name: str) -> None:
        self._client = cloudformation
        self.name = name

    def is_there(self) -> bool:
        """Whether it has been deployed before."""
        return self._status() not in {None, "REVIEW_IN_PROGRESS"}

    def plan(self, template_url: str, parameters: Mapping[str, str]) -> str | None:
        """Make a change set and return its name; None when there is nothing to change.

        Raises:
            DeployError: CloudFormation does not take the template, or the stack is in a state in which it takes none.
        """
        self._check_usable(self._status())
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
                yield Change(told["Action"], told["LogicalResourceId"], told["ResourceType"], replaced)

    def drop(self, change_set: str) -> None:
        """Forget a change set, and the empty stack that a first one leaves."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set)
        if self._status() == "REVIEW_IN_PROGRESS":
            self._client.delete_stack(StackName=self.name)

    def execute(self, change_set: str) -> None:
        """Carry out a change set and wait until it is done.

        Raises:
            DeployError: it failed, and was rolled back; says what failed first.
        """
        since = time.time()
        kind = "update" if self.is_there() else "create"
        self._client.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        try:
            self._client.get_waiter(f"stack_{kind}_complete").wait(StackName=self.name, WaiterConfig=_WAIT)
        except WaiterError:
            raise DeployError(f"The stack {self.name} was not changed: {self._first_failure(since)}") from None

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _status(self) -> str | None:
        try:
            (stack,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        status: str = stack["StackStatus"]
        return None if status == "DELETE_COMPLETE" else status

    def _check_usable(self, status: str | None) -> None:
        if status == "ROLLBACK_COMPLETE":
            raise DeployError(
                f"The first deployment of {self.name} failed and left an empty stack. Remove it, then deploy again:\n"
                f"  aws cloudformation delete-stack --stack-name {self.name}"
            )
        if status and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            raise DeployError(f"The stack {self.name} is being changed right now ({status}). Wait, then try again.")
        if status and status.endswith("_FAILED"):
            raise DeployError(
                f"The stack {self.name} is stuck ({status}): see its events in the CloudFormation console."
            )

    def _first_failure(self, since: float) -> str:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in events
            if event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"].timestamp() >= since - 5
        ]
        return reasons[-1] if reasons else "see its events in the CloudFormation console."

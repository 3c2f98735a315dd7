"""Take a stage away: all that can be made again, and the data only for whoever says so twice."""

import sys
from collections import Counter
from dataclasses import dataclass

from infra.deploy.account import Account
from infra.deploy.adopted import NAME, STREAM
from infra.deploy.bucket import Bucket
from infra.deploy.deployment import Agree, bucket_of, stack_of
from infra.deploy.parameters import WORDS, how_to_set
from infra.deploy.problem import DeployError
from infra.deploy.secrets import Secrets
from infra.deploy.stack import Stack
from infra.deploy.table import StoredTable
from infra.deploy.template import template

BACK = """
The stage can come back as it was:
  make deploy STAGE={stage} {words}"""
LOST = {
    "AWS::Logs::LogGroup": ", and what was logged",
    "AWS::SQS::Queue": ", and the failures that wait there",
}
_NOT_SAID = {"Stage", "CursorKeyVersion", "LinkKeyVersion", NAME, STREAM}


@dataclass(frozen=True, slots=True)
class Farewell:
    """What is to go. `confirmed`: the stage's name, given beforehand by whoever can't be asked for it."""

    stage: str
    bucket: str | None
    agree: Agree
    may_lose: bool
    confirmed: str


def destroy(wish: Farewell) -> None:
    """Remove a stage. Its table and its secrets stay, unless they may be lost and the stage's name is typed.

    Raises:
        DeployError: there is no such stage, nobody agreed, or something could not be deleted.
    """
    account = Account()
    stack = Stack(account.client("cloudformation"), stack_of(wish.stage))
    if not stack.is_there():
        raise DeployError(f"There is no stack {stack.name} in account {account.id}, {account.region}.")
    secrets, bucket = Secrets(account.client("ssm"), wish.stage), bucket_of(account, wish.bucket)
    before, name = stack.parameters(), stack.outputs().get("TableName")
    table = StoredTable(account.client("dynamodb"), name) if name else None
    objects = bucket if bucket.is_there() else None
    _tell(stack, table, secrets, objects, wish)
    _confirm(stack, wish)
    stack.remove()
    print(f"The stack {stack.name} is gone.")
    if objects:
        objects.empty(wish.stage)
    if wish.may_lose:
        if table:
            table.delete()
        secrets.delete()
        print("So are its table and its secrets. AWS keeps a last backup of the table for 35 days.")
    elif table:
        words = [f"TABLE={table.name}", *_words(before)]
        print(BACK.format(stage=wish.stage, words=" ".join(words)))


def _tell(stack: Stack, table: StoredTable | None, secrets: Secrets, bucket: Bucket | None, wish: Farewell) -> None:
    """Say what goes and what stays."""
    held = [it for it in stack.resources() if table is None or it[2] != table.name]
    print(f"Of the stage {wish.stage} this goes: the stack {stack.name} with")
    for kind, count in sorted(Counter(kind for _, kind, _ in held).items()):
        print(f"  {count:3} {kind}{LOST.get(kind, '')}")
    if bucket:
        print(f"  {len(list(bucket.keys(wish.stage))):3} objects in the bucket {bucket.name}, which stays")
    data = [f"the table {table.name}"] if table else []
    data += [f"the secret {path}" for path in secrets.paths()]
    print("With all that is in it, for ever, this goes, too:" if wish.may_lose else "This stays:")
    for what in data:
        print(f"  {what}")


def _confirm(stack: Stack, wish: Farewell) -> None:
    """Go on if the operator agrees; where data go, by typing the name of the stage."""
    if not wish.may_lose:
        if not wish.agree(f"Remove {stack.name}?"):
            raise DeployError("Nothing was changed.")
        return
    typed = wish.confirmed or _typed(wish.stage)
    if typed != wish.stage:
        raise DeployError(f"Nothing was changed: {typed!r} is not the name of the stage.")


def _typed(stage: str) -> str:
    if not sys.stdin.isatty():
        raise DeployError(f"There is nobody to type the name of the stage: say CONFIRM={stage} to mean it beforehand.")
    return input("All data of its people go. Type the name of the stage: ").strip()


def _words(before: dict[str, str]) -> list[str]:
    """What was said to deployments beyond what the template has by itself, to be said again."""
    declared = template()["Parameters"]
    by_itself = {name: str(told.get("Default", "")) for name, told in declared.items()}
    said = {name: text for name, text in sorted(before.items()) if text != by_itself.get(name, "")}
    said = {name: text for name, text in said.items() if name not in _NOT_SAID}
    others = " ".join(f"{name}={text}" for name, text in said.items() if name not in WORDS)
    return [
        *(how_to_set(name, text) for name, text in said.items() if name in WORDS),
        *([f'SET="{others}"'] * bool(others)),
    ]

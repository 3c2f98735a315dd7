"""Bring a stage to what the tree says: package, plan, ask, change."""

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.deploy import adopted, alarms, bounded, sender
from infra.deploy.account import Account
from infra.deploy.bucket import Bucket
from infra.deploy.package import Package, package
from infra.deploy.parameters import NONE, chosen, kept, let_go
from infra.deploy.plan import Plan
from infra.deploy.problem import DeployError
from infra.deploy.secrets import CURSOR_KEY, LINK_KEY, Secrets
from infra.deploy.stack import Stack
from infra.deploy.table import STREAM, StoredTable

DEPLOYED = """
The stage {stage} answers at {url}

Next:
  export TABLE_NAME={table}
{program}  .venv/app/bin/python -m infra.manage key --name "web shop" --scopes checkout enrol
  curl {url}healthz
"""
PUBLISH = "  .venv/app/bin/python -m infra.manage program examples/program.json --author you    # the rules: none yet\n"
DOMAIN = "Let {name} lead to the API: a CNAME (or an alias of Route 53) to {target}"

Agree = Callable[[str], bool]
"""Asked whether something may be done."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asks for. `given`: parameters of the stack by name; the rest stays as it is."""

    stage: str
    given: Mapping[str, str]
    bucket: str | None
    build: Path
    architecture: str
    runtime: str
    agree: Agree
    may_lose: bool


def deploy(wish: Wish) -> None:
    """Carry out a deployment.

    Raises:
        DeployError: something stands against it, or failed; says what.
    """
    account = Account()
    secrets = Secrets(account.client("ssm"), wish.stage)
    stack = Stack(account.client("cloudformation"), stack_of(wish.stage))
    print(f"Deploying {stack.name} to account {account.id}, {account.region}")
    before, running = stack.parameters(), stack.is_there()
    table = _existing_table(account, stack, wish, before)
    if running or table:
        secrets.check()
    made = package(wish.stage, folder=wish.build, architecture=wish.architecture, runtime=wish.runtime)
    if table:
        made = replace(made, template=adopted.adopting(made.template))
    if (wish.given.get(bounded.NAME) or before.get(bounded.NAME, NONE)) != NONE:
        made = replace(made, template=bounded.bounded(made.template))
    given = {**_given(wish, before), **_known(wish.stage, secrets, table)}
    declared = made.template["Parameters"]
    values = chosen(declared, given, before)
    url = _upload(account, wish, made)
    change_set = stack.plan(url, values)
    _tell("Kept from before:", kept(declared, given, before))
    _tell("Not known to this build, and forgotten; say it again to one that knows it:", let_go(declared, before))
    if change_set is None:
        print("Nothing has changed.")
    else:
        plan = Plan(list(stack.changes(change_set)), running=running, adopts=table is not None)
        print(plan)
        _confirm(stack, change_set, plan, wish)
    for path in secrets.make_missing():
        print(f"Made the secret {path}")
    if change_set is not None:
        stack.execute(change_set)
    stack.protect()
    outputs = stack.outputs()
    _complete(StoredTable(account.client("dynamodb"), outputs["TableName"]), stack.name)
    _tell_what_is_next(account, wish.stage, values, outputs, is_new=not running and not table)


def stack_of(stage: str) -> str:
    """The name of a stage's stack."""
    return f"referrals-{stage}"


def bucket_of(account: Account, named: str | None) -> Bucket:
    """The bucket that is named, or else the one that deployments share."""
    s3 = account.client("s3")
    return Bucket(s3, named or f"referrals-deploy-{account.id}-{account.region}", account.id)


def ask(question: str) -> bool:
    """Ask a human.

    Raises:
        DeployError: there is none.
    """
    if not sys.stdin.isatty():
        raise DeployError(f"{question} There is nobody to ask: say YES=1 to agree beforehand.")
    return input(f"{question} [yes/no] ").strip().lower() in {"y", "yes"}


def _existing_table(account: Account, stack: Stack, wish: Wish, before: Mapping[str, str]) -> StoredTable | None:
    """The table that is there already and that the stage shall run on, with a stream; None if it has one of its own."""
    name = wish.given.get(adopted.NAME) or before.get(adopted.NAME)
    if name in {None, NONE}:
        return None
    table = StoredTable(account.client("dynamodb"), str(name))
    table.check()
    for other in table.user() - {stack.name}:
        there = Stack(account.client("cloudformation"), other)
        if there.is_there() and there.outputs().get("TableName") == table.name:
            raise DeployError(f"The table {table.name} is in use by the stack {other}. No two stages share a table.")
    lacking = table.lacking()
    if lacking:
        print(f"The table {table.name} lacks {', '.join(lacking)}.")
        if STREAM in lacking and not wish.agree("Turn that on?"):
            raise DeployError("Nothing was changed.")
        _tell("Turned on:", table.complete())
    return table


def _given(wish: Wish, before: Mapping[str, str]) -> dict[str, str]:
    """What the operator gives. A stage of which only the domain is known has its links there."""
    given = dict(wish.given)
    for name in (adopted.NAME, bounded.NAME):
        if given.get(name) == NONE:
            del given[name]
    domain = given.get("DomainName", NONE)
    if domain != NONE and "PublicUrl" not in {*given, *before}:
        given["PublicUrl"] = f"https://{domain}"
    if "PublicUrl" in given:
        given["PublicUrl"] = given["PublicUrl"].rstrip("/")
    return given


def _known(stage: str, secrets: Secrets, table: StoredTable | None) -> dict[str, str]:
    """The parameters that nobody has to give."""
    return {
        "Stage": stage,
        "CursorKeyVersion": str(secrets.version(CURSOR_KEY) or 1),
        "LinkKeyVersion": str(secrets.version(LINK_KEY) or 1),
        **({adopted.NAME: table.name, adopted.STREAM: table.stream()} if table else {}),
    }


def _upload(account: Account, wish: Wish, made: Package) -> str:
    """Put code and template where CloudFormation finds them; return the template's address."""
    bucket = bucket_of(account, wish.bucket)
    if not bucket.is_there():
        if not wish.agree(f"There is no bucket {bucket.name} for what is deployed. Make it?"):
            raise DeployError("Nothing was changed. To use a bucket of yours: BUCKET=…")
        bucket.make(account.region)
        bucket.close()
    elif not wish.bucket:
        bucket.close()
    code = f"{wish.stage}/{made.digest}.zip"
    bucket.put(code, made.code.read_bytes())
    template = made.template_with(f"s3://{bucket.name}/{code}").encode()
    name = f"{wish.stage}/{hashlib.sha256(template).hexdigest()[:32]}.json"
    bucket.put(name, template)
    return bucket.address(name)


def _confirm(stack: Stack, change_set: str, plan: Plan, wish: Wish) -> None:
    """Go on if nothing is lost that may not be, and the operator agrees; otherwise forget the plan."""
    losses = ", ".join(change.resource for change in plan.losses())
    if losses and not wish.may_lose:
        stack.drop(change_set)
        raise DeployError(f"Nothing was changed: see what would be lost ({losses}). If that is meant: ALLOW_LOSS=1")
    try:
        agreed = wish.agree(f"Change the stack {stack.name} like this?")
    except DeployError:
        stack.drop(change_set)
        raise
    if not agreed:
        stack.drop(change_set)
        raise DeployError("Nothing was changed.")


def _complete(table: StoredTable, stack: str) -> None:
    """See that the table has all that it should have.

    The stack does not protect it from the start: a first deployment that fails could not be taken back then.
    """
    _tell(f"Turned on for the table {table.name}:", [f"  {what}" for what in table.complete()])
    if stack not in table.user():
        table.tag(stack)


def _tell(title: str, lines: list[str]) -> None:
    if lines:
        print("\n".join([title, *lines]))


def _tell_what_is_next(
    account: Account, stage: str, values: Mapping[str, str], outputs: Mapping[str, str], *, is_new: bool
) -> None:
    program = PUBLISH if is_new else ""
    print(DEPLOYED.format(stage=stage, url=outputs["EndpointURL"], table=outputs["TableName"], program=program))
    if outputs.get("DomainTarget"):
        print(DOMAIN.format(name=values["DomainName"], target=outputs["DomainTarget"]))
    ses = account.client("sesv2")
    for text in (*sender.hindrances(ses, values["Sender"], account.region), sender.quota(ses)):
        if text:
            print(text)
    for text in alarms.unheard(account.client("sns"), outputs["AlarmTopic"]):
        print(text)

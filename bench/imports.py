"""What a cold start spends until its first quote is answered, in fresh interpreters, beside a floor.

The floor is what no function of this kind goes without: Chalice, a DynamoDB client of boto3, and the logger and metrics
of Powertools, with nothing answered yet. The compiled code of all modules is in the cache; the interpreter's own start
is not counted.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.played import played
from bench.progress import Say

ROOT = Path(__file__).parents[1]
RUNS = 9
WARM_RUNS = 1
AIM = 0.5
SHOWN = 14

FLOOR = """
from time import perf_counter, process_time
begun = perf_counter(), process_time()
import boto3
from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config
from chalice.app import Chalice
Chalice(app_name="floor")
Logger(service="floor")
Metrics(namespace="Floor", service="floor")
boto3.client("dynamodb", config=Config(max_pool_connections=32))
wall, cpu = 1000 * (perf_counter() - begun[0]), 1000 * (process_time() - begun[1])
import json, sys
print(json.dumps(dict(wall=wall, cpu=cpu, modules=len(sys.modules))))
"""

OWNERS = """
import json
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from time import process_time
spent, within = {}, []
def timed(exec_module):
    def run(self, module):
        within.append(0.0)
        begun = process_time()
        try:
            return exec_module(self, module)
        finally:
            taken = process_time() - begun
            spent[module.__name__] = taken - within.pop()
            if within:
                within[-1] += taken
    return run
for loader in (ExtensionFileLoader, SourceFileLoader):
    loader.exec_module = timed(loader.exec_module)
"""
"""Notes what running each module takes, without those that it imports. `-X importtime` knows wall time alone."""

ENVIRONMENT = {
    "TABLE_NAME": "referrals",
    "PUBLIC_URL": "https://friends.shop.example",
    "SENDER": "thanks@shop.example",
    "PEPPER": "pepper",
    "CURSOR_KEY": "cursor",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}

COLD, BESIDE = ("-c", "from bench.cold import main; main()"), ("-c", FLOOR)
Run = dict[str, float]


def run(say: Say) -> dict[str, Any]:
    """Measure both in turns, then tell which packages the time belongs to."""
    say(f"{RUNS} fresh interpreters for each of program and floor, in turns")
    runs: dict[str, list[Run]] = {"app": [], "floor": []}
    environment = asked("quote")
    for turn in range(-WARM_RUNS, RUNS):
        for name, program in (("app", COLD), ("floor", BESIDE)):
            taken = start(program, environment)
            if turn >= 0:
                runs[name].append(taken)
    say("which package it is")
    return {
        "aim": AIM,
        **{name: _summary(taken) for name, taken in runs.items()},
        "ratio_best": _best(runs["app"], "cpu") / _best(runs["floor"], "cpu"),
        "ratio_median": median(a["cpu"] / b["cpu"] for a, b in zip(runs["app"], runs["floor"], strict=True)),
        "packages": {"app": packages(COLD, environment), "floor": packages(BESIDE, environment)},
    }


def asked(request: str) -> dict[str, str]:
    """The environment of a function that is asked `quote` or `redemption`."""
    return {**ENVIRONMENT, "PLAYED": played(request)}


def start(program: Sequence[str], environment: Mapping[str, str]) -> Any:
    """Run a program in a fresh interpreter: its ms of wall and CPU time, its modules, and what else it tells."""
    return json.loads(python(program, environment).stdout.splitlines()[-1])


def packages(program: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    """CPU ms that importing takes by top-level package, the most expensive first, each without what it imports itself.

    Noting slows imports down, so only the shares count.
    """
    noted = f"{OWNERS}{program[-1]}\nprint(json.dumps(spent))"
    spent: Counter[str] = Counter()
    for module, taken in start(["-c", noted], environment).items():
        spent[_package(module)] += 1000 * taken
    return dict(spent.most_common(SHOWN))


def _package(module: str) -> str:
    top = module.partition(".")[0]
    if top in {"app", "chalicelib"}:
        return "the program itself"
    return "standard library" if top in sys.stdlib_module_names else top


def _summary(runs: list[Run]) -> Run:
    fields = ("wall", "cpu", "modules")
    return {
        **{f"{name}_best": _best(runs, name) for name in fields},
        **{f"{name}_median": median(run[name] for run in runs) for name in fields},
    }


def _best(runs: list[Run], field: str) -> float:
    return min(run[field] for run in runs)


def python(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python on the project's tree with nothing of the user's own AWS settings."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=True)  # noqa: S603

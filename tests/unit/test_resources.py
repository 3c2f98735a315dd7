"""What is deployed, value for value: the table, the alarms, what each function may reach; and the local cloud."""

import json
import re
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.domain.model.access import Session
from chalicelib.store.kinds import index_keys
from chalicelib.store.wire import WRITE_SECONDS
from chalicelib.workers import mail
from infra.local import cloud
from infra.local.home import ROOT, Home, RunnerError
from infra.local.run import claim
from infra.resources import read_resources
from memory.shop import START

RESOURCES: dict[str, Any] = read_resources()["Resources"]
TABLE: dict[str, Any] = RESOURCES["Table"]
ALL_ALARMS: dict[str, dict[str, Any]] = {
    name: it["Properties"] for name, it in RESOURCES.items() if it.get("Type") == "AWS::CloudWatch::Alarm"
}
ALARMS = {name: it for name, it in ALL_ALARMS.items() if "Metrics" not in it}
RATES = {name: it for name, it in ALL_ALARMS.items() if "Metrics" in it}
FUNCTIONS = {
    "APIHandler": "api",
    "OnTableChange": "stream",
    "EveryMinute": "schedule",
    "EveryMinuteJobs": "jobs",
    "OnMessage": "message",
    "EveryMinuteMail": "mail",
    "OnMailEvent": "event",
    "EveryDay": "day",
    "EveryFiveMinutes": "watch",
}
LOGS = {
    "api": "ApiLog",
    "stream": "StreamLog",
    "schedule": "ScheduleLog",
    "jobs": "ScheduleLog",
    "message": "MailLog",
    "mail": "MailLog",
    "event": "MailLog",
    "day": "ScheduleLog",
    "watch": "ScheduleLog",
}
THE_TABLE = {"Fn::GetAtt": ["Table", "Arn"]}
SECRETS = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/referrals/${Stage}/*"
MAILS = {"PEPPER_PARAMETER", "LINK_KEY_PARAMETER"}
"""The secrets that whoever sends mails needs: to know addresses that are stopped, and to sign links."""

OF_THE_STAGE = [{"Name": "service", "Value": {"Fn::Sub": "referrals-${Stage}"}}]
"""The dimension of all metrics of ours: the service's name, which each stage has of its own."""

QUIET_MILLISECONDS = 5 * 60 * 1000
PATIENT = {
    "StreamIsLate": (QUIET_MILLISECONDS, 2),
    "MailStreamIsLate": (QUIET_MILLISECONDS, 2),
    "WorkIsLate": (15 * 60, 2),
    "LettersRefused": (1, 6),
    "LettersUnsure": (1, 2),
    "MailsBounce": (2, 1),
    "MailsComplainedOf": (0.05, 1),
    "ApiBreaks": (3, 2),
    "ApiIsBusy": (10, 2),
    "ManyUnauthorised": (60, 2),
    "ManyRefused": (3000, 2),
    "GatewayThrottles": (300, 2),
    "TableThrottles": (100, 2),
    "FunctionsThrottled": (1, 2),
}
"""How much it takes, in how many periods of five minutes, of what is no harm once."""


def policy(name: str) -> list[dict[str, Any]]:
    """The statements of a function's policy."""
    return list(json.loads((ROOT / ".chalice" / f"policy-{name}.json").read_text())["Statement"])


def index(name: str) -> dict[str, str]:
    """An index of this stage's table."""
    return {"Fn::Sub": f"${{Table.Arn}}/index/{name}"}


# --- the table --------------------------------------------------------------------------------------------------------


def test_what_nobody_needs_any_more_goes_by_itself() -> None:
    """DynamoDB cleans up by the attribute in which a session stores its end, in seconds since 1970."""
    session = Session("ses_1", "amb_1", "d" * 64, START, expires_at=START, made_by="key_1")
    told = TABLE["Properties"]["TimeToLiveSpecification"]
    assert told["Enabled"] is True
    assert index_keys(session)[told["AttributeName"]] == int(START.timestamp())


def test_the_books_cannot_be_lost_by_accident() -> None:
    """Any second of the last 35 days can be brought back, and no stack deletes the table, unless its making failed.

    The deployment protects it against a click, too, once the stack stands: what is protected could not be taken back.
    """
    assert TABLE["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert (TABLE["DeletionPolicy"], TABLE["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert "DeletionProtectionEnabled" not in TABLE["Properties"]


def test_what_a_stack_may_delete_holds_no_books() -> None:
    """Everything else that goes with a stack, goes; only the table stays."""
    kept = {name for name, it in RESOURCES.items() if it.get("DeletionPolicy", "").startswith("Retain")}
    assert kept == {"Table"}


def test_the_table_costs_what_is_used() -> None:
    """No capacity to guess; indexes hold keys alone, so that a change which moves none of them writes none."""
    assert TABLE["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    indexes = {it["IndexName"]: it for it in TABLE["Properties"]["GlobalSecondaryIndexes"]}
    assert indexes.keys() == {"due", "list", "day"}
    assert {it["Projection"]["ProjectionType"] for it in indexes.values()} == {"KEYS_ONLY"}
    assert TABLE["Properties"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}


def test_what_was_lost_on_the_way_is_kept_as_long_as_it_can_be() -> None:
    """Fourteen days, encrypted."""
    queue = RESOURCES["StreamFailures"]["Properties"]
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert queue["SqsManagedSseEnabled"] is True


def test_who_bounced_or_complained_is_not_written_to_again() -> None:
    """SES keeps both lists for the set of mails that the program names."""
    assert RESOURCES["MailEvents"]["Properties"]["SuppressionOptions"]["SuppressedReasons"] == ["BOUNCE", "COMPLAINT"]
    for function in FUNCTIONS:
        told = RESOURCES[function]["Properties"]["Environment"]["Variables"]
        assert told["CONFIGURATION_SET"] == {"Ref": "MailEvents"}


def test_a_scheduled_run_is_not_repeated_by_lambda() -> None:
    """The next one comes in a minute, or tomorrow; two at once would only meet. Nor does it come after the next one.

    But for the day's: that may be hours late.
    """
    for function in ("EveryMinute", "EveryMinuteJobs", "EveryMinuteMail"):
        asked = RESOURCES[function]["Properties"]["EventInvokeConfig"]
        assert asked == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    watch = RESOURCES["EveryFiveMinutes"]["Properties"]["EventInvokeConfig"]
    assert watch == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 300}
    assert RESOURCES["EveryDay"]["Properties"]["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}


@pytest.mark.parametrize(("function", "parts"), [("EveryMinute", 8), ("EveryMinuteMail", 4)])
def test_the_parts_of_a_schedule_make_up_the_whole(function: str, parts: int) -> None:
    """Each run is told which part it is of how many: every shard is in one of them, and in no second one."""
    events = RESOURCES[function]["Properties"]["Events"]
    told = [CloudWatchEvent(json.loads(it["Properties"]["Input"]), None).detail for it in events.values()]
    assert told == [{"part": part, "of": parts} for part in range(parts)]
    assert {it["Properties"].get("Schedule", "rate(1 minute)") for it in events.values()} == {"rate(1 minute)"}


def test_the_stream_has_two_readers_and_nothing_goes_to_both() -> None:
    """More than two are throttled (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html)."""
    mappings = [
        event["Properties"]
        for it in RESOURCES.values()
        for event in it.get("Properties", {}).get("Events", {}).values()
        if "Stream" in event["Properties"]
    ]
    assert [it["Stream"] for it in mappings] == [{"Fn::GetAtt": ["Table", "StreamArn"]}] * 2
    patterns = [json.loads(it["Pattern"]) for mapping in mappings for it in mapping["FilterCriteria"]["Filters"]]
    prefixes = [it["prefix"] for pattern in patterns for it in pattern["dynamodb"]["Keys"]["PK"]["S"]]
    assert sorted(prefixes) == ["JOB#", "LEDGER#", "MSG#", "ORDER#", "SIGNIN#"]


def test_a_mail_service_that_hangs_ends_no_run_of_ours() -> None:
    """A run begins no mail so late that its last one would outlast the function, whoever hangs."""
    settings = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    slowest = 2 + 10 + 2 * WRITE_SECONDS
    for function in ("on_message", "every_minute_mail"):
        assert mail.SECONDS + slowest <= settings[function]["lambda_timeout"]


# --- the alarms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_ALARMS)
def test_an_alarm_rings_at_the_first_event_and_not_without_one(name: str) -> None:
    """Of what breaks one is enough, and silence is good; where silence is the trouble, it rings.

    What passes by itself, or comes from outside, rings when there is much of it for a while.
    """
    alarm = ALL_ALARMS[name]
    silent = name in {"ScheduleStands", "JobsStand", "MailStands", "WorkIsLate"}
    assert alarm["TreatMissingData"] == ("breaching" if silent else "notBreaching")
    below = alarm["ComparisonOperator"] == "LessThanThreshold"
    assert below == (silent and name != "WorkIsLate")
    assert below or alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    periods = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    assert (alarm["Threshold"], periods) == PATIENT.get(name, (1, 1))
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
    if "Metrics" not in alarm:
        highest = alarm["MetricName"] in {"IteratorAge", "ApproximateNumberOfMessagesVisible", "DueAge"}
        assert (alarm["Statistic"], alarm["Period"]) == ("Maximum" if highest else "Sum", 300)


def test_every_count_of_what_breaks_has_an_alarm() -> None:
    """By name, namespace and dimension as the program writes them."""
    sources = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    counted = set(re.findall(r'(?:add_metric\(name=|_count\(|_each\(\w+, )"(\w+)"', sources))
    assert counted >= {"SettlesFailed", "JobsFailed", "LedgerTampered", "AuditDifferences"}
    counted.discard("Due")  # how much waits is no harm by itself
    ours = {it["MetricName"]: it["Dimensions"] for it in ALARMS.values() if it["Namespace"] == "Referrals"}
    assert ours.keys() == counted | {
        "LettersFailed",
        "LettersBlocked",
        "LettersRefused",
        "LettersUnsure",
        "LettersUndeliverable",
        "LettersAbandoned",
        "MailsRejected",
    }
    assert all(it == OF_THE_STAGE for it in ours.values())


@pytest.mark.parametrize(
    ("name", "metric", "percent"), [("MailsBounce", "MailsBounced", 2), ("MailsComplainedOf", "MailsComplained", 0.05)]
)
def test_what_harms_the_senders_name_is_told_by_its_share(name: str, metric: str, percent: float) -> None:
    """Of what SES has sent in a day; below fifty mails, or of so few that chance may be the cause, it says nothing."""
    alarm = RATES[name]
    told = {it["Id"]: it for it in alarm["Metrics"]}
    ours = {
        key: (it["MetricStat"]["Metric"], it["MetricStat"]["Period"], it["MetricStat"]["Stat"])
        for key, it in told.items()
        if key != "rate"
    }
    of_service = {"Namespace": "Referrals", "Dimensions": OF_THE_STAGE}
    assert ours == {
        "sent": ({**of_service, "MetricName": "MailsSent"}, 86_400, "Sum"),
        "bad": ({**of_service, "MetricName": metric}, 86_400, "Sum"),
    }
    assert [key for key, it in told.items() if it["ReturnData"]] == ["rate"]
    assert alarm["Threshold"] == percent
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("GreaterThanOrEqualToThreshold", "notBreaching")

    def rings(sent: int, bad: int) -> bool:
        enough, share, other = re.fullmatch(r"IF\((.*), (.*), (.*)\)", told["rate"]["Expression"]).groups()  # type: ignore[union-attr]
        values = {"sent": sent, "bad": bad}
        holds = eval(enough.replace("AND", "and"), values)  # noqa: S307 - it is our own
        return bool(eval(share if holds else other, values) >= alarm["Threshold"])  # noqa: S307

    least = {"MailsBounced": 3, "MailsComplained": 2}[metric]
    assert not rings(49, 49)
    assert not rings(1000, least - 1)
    assert rings(50, least)
    many = 100_000
    edge = round(many * percent / 100)
    assert rings(many, edge)
    assert not rings(many, edge - 1)


def test_what_becomes_of_mails_is_told_by_ses_to_a_function_of_ours() -> None:
    """All that counts, of this configuration set alone; nobody else may publish, and what can't be noted is kept."""
    destination = RESOURCES["MailEventsToTopic"]["Properties"]
    assert destination["ConfigurationSetName"] == {"Ref": "MailEvents"}
    told = destination["EventDestination"]
    assert (told["Enabled"], told["SnsDestination"]) == (True, {"TopicARN": {"Ref": "MailNews"}})
    assert set(told["MatchingEventTypes"]) == {"send", "reject", "delivery", "deliveryDelay", "bounce", "complaint"}
    (may,) = RESOURCES["MailNewsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (may["Principal"], may["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")
    assert may["Condition"]["StringEquals"] == {"AWS:SourceAccount": {"Ref": "AWS::AccountId"}}
    function = RESOURCES["OnMailEvent"]["Properties"]
    assert function["Events"]["OnMailEventSnsSubscription"]["Properties"]["Topic"] == {"Ref": "MailNews"}
    kept = {"Type": "SQS", "Destination": {"Fn::GetAtt": ["MailEventFailures", "Arn"]}}
    assert function["EventInvokeConfig"] == {"MaximumRetryAttempts": 2, "DestinationConfig": {"OnFailure": kept}}
    queue = RESOURCES["MailEventFailures"]["Properties"]
    assert (queue["MessageRetentionPeriod"], queue["SqsManagedSseEnabled"]) == (14 * 24 * 60 * 60, True)
    assert ALARMS["MailEventsLost"]["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["MailEventFailures", "QueueName"]}}
    ]


def test_every_function_that_ends_in_errors_is_an_alarm() -> None:
    """The API's errors that no function sees, too."""
    watched = {it["Dimensions"][0]["Value"]["Ref"] for it in ALARMS.values() if it["MetricName"] == "Errors"}
    assert watched == FUNCTIONS.keys()
    metrics = {it["Id"]: it.get("MetricStat", {}).get("Metric") for it in RATES["ApiBreaks"]["Metrics"]}
    gateway = metrics["errors"]
    assert (gateway["Namespace"], gateway["MetricName"]) == ("AWS/ApiGateway", "5XXError")
    assert RESOURCES["RestAPI"]["Properties"]["Name"] == gateway["Dimensions"][0]["Value"]
    assert metrics["busy"] == {"Namespace": {"Fn::Sub": "Referrals/${Stage}"}, "MetricName": "RequestsBusy"}
    turned_away = [it["MetricStat"]["Metric"] for it in RATES["FunctionsThrottled"]["Metrics"] if "MetricStat" in it]
    assert {it["Dimensions"][0]["Value"]["Ref"] for it in turned_away} == FUNCTIONS.keys()
    assert {it["MetricName"] for it in turned_away} == {"Throttles"}


def test_the_stream_and_the_schedule_are_watched_where_they_run() -> None:
    """Late, given up, standing still: each of its own function or queue."""
    assert ALARMS["StreamIsLate"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "OnTableChange"}}]
    assert ALARMS["ScheduleStands"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "EveryMinute"}}]
    assert ALARMS["MailStreamIsLate"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "OnMessage"}}]
    assert ALARMS["MailStands"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "EveryMinuteMail"}}]
    assert ALARMS["JobsStand"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "EveryMinuteJobs"}}]
    queue = {"Fn::GetAtt": ["StreamFailures", "QueueName"]}
    assert ALARMS["StreamGaveUp"]["Dimensions"] == [{"Name": "QueueName", "Value": queue}]
    assert (ALARMS["ScheduleStands"]["MetricName"], ALARMS["StreamIsLate"]["MetricName"]) == (
        "Invocations",
        "IteratorAge",
    )


def test_no_stage_counts_what_happens_in_another_one() -> None:
    """Every function names its metrics and log lines after its stage, as the alarms do; nothing else does."""
    for function in FUNCTIONS:
        told = RESOURCES[function]["Properties"]["Environment"]["Variables"]
        assert told["POWERTOOLS_SERVICE_NAME"] == OF_THE_STAGE[0]["Value"]
    assert "POWERTOOLS_SERVICE_NAME" not in (ROOT / ".chalice" / "config.json").read_text()
    script = "from chalicelib.telemetry import logger, metrics; print(logger.service, metrics.service)"
    environment = {"POWERTOOLS_SERVICE_NAME": "referrals-try", "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["referrals-try", "referrals-try"]


# --- what each function may reach -------------------------------------------------------------------------------------


THE_STREAM = {
    "ReadStream": {"Fn::GetAtt": ["Table", "StreamArn"]},
    "FindStream": {"Fn::Sub": "${Table.Arn}/stream/*"},
    "KeepFailures": {"Fn::GetAtt": ["StreamFailures", "Arn"]},
}
REACH: dict[str, dict[str, Any]] = {
    "api": {"ReadAndAppend": THE_TABLE, "ReadLists": index("*"), "ReadSecrets": {"Fn::Sub": SECRETS}},
    "stream": {
        "Settle": THE_TABLE,
        "ReadLists": [index("list"), index("day")],
        **THE_STREAM,
    },
    "schedule": {
        "Settle": THE_TABLE,
        "FindWhatIsDue": index("due"),
        "ReadLists": index("list"),
    },
    "jobs": {
        "CarryOn": THE_TABLE,
        "FindWhatIsDue": index("due"),
        "ReadLists": [index("list"), index("day")],
    },
    "message": {
        "Deliver": THE_TABLE,
        "ReadLists": index("list"),
        "ReadSecrets": [{"Fn::Sub": SECRETS[:-1] + name} for name in ("pepper*", "link-key*")],
        "SendMail": "*",
        **THE_STREAM,
    },
    "mail": {
        "Deliver": THE_TABLE,
        "FindWhatIsDue": index("due"),
        "ReadLists": index("list"),
        "ReadSecrets": [{"Fn::Sub": SECRETS[:-1] + name} for name in ("pepper*", "link-key*")],
        "SendMail": "*",
    },
    "event": {
        "Note": THE_TABLE,
        "NoteOnMailsAndPeople": THE_TABLE,
        "ReadLists": index("list"),
        "KeepFailures": {"Fn::GetAtt": ["MailEventFailures", "Arn"]},
    },
    "day": {"BeginTheRounds": THE_TABLE, "PutJobs": THE_TABLE, "CountAmbassadors": index("list"), "CountQuotes": "*"},
    "watch": {"LookForTheAudit": THE_TABLE, "MeasureWhatIsDue": index("due")},
}
"""What each statement that allows something is about: this stage's own, and nothing beside it."""


@pytest.mark.parametrize("name", REACH)
def test_a_function_reaches_what_is_its_stages_own(name: str) -> None:
    """Its table, its lists, its own log, and for the API the secrets of its own stage: nothing of another one."""
    allowed = {it["Sid"]: it["Resource"] for it in policy(name) if it["Effect"] == "Allow"}
    assert allowed == {**REACH[name], "Log": {"Fn::GetAtt": [LOGS[name], "Arn"]}}


@pytest.mark.parametrize("name", REACH)
def test_a_function_writes_to_the_log_that_it_may_write_to(name: str) -> None:
    """The log that a function is told of is the one that its policy names."""
    (function,) = [it for it, named in FUNCTIONS.items() if named == name]
    assert RESOURCES[function]["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": LOGS[name]}}


@pytest.mark.parametrize("name", REACH)
def test_nothing_stands_against_the_denial(name: str) -> None:
    """On the ledger's partitions nothing is ever updated, removed, or written in a way that has no condition."""
    denials = {it["Sid"]: it for it in policy(name) if it["Effect"] == "Deny"}
    assert all(it["Resource"] == THE_TABLE for it in denials.values())
    denial = denials["LedgerStandsAsWritten"]
    assert denial["Condition"] == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["LEDGER#*"]}}
    ways = ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
    assert set(denial["Action"]) == {f"dynamodb:{way}" for way in ways}
    for sid, other in denials.items():
        if sid != "LedgerStandsAsWritten":
            assert set(other["Action"]) == {f"dynamodb:{way}" for way in (*ways, "PutItem")}


@pytest.mark.parametrize("name", REACH)
def test_mails_go_out_as_the_sender_alone(name: str) -> None:
    """SES names no resource for an address: the condition narrows what the wildcard opens. Raw mails ask for both."""
    mails = [it for it in policy(name) if "ses:" in str(it["Action"])]
    if name not in {"message", "mail"}:
        assert not mails, "only who sends mails may"
        return
    (mail,) = mails
    assert mail["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert mail["Condition"] == {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "Sender"}}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_where_the_secrets_lie_that_it_needs(function: str) -> None:
    """The pepper in its first version for good, the keys in the version that the deployment names; and no others."""
    lie = {
        "PEPPER_PARAMETER": "/referrals/${Stage}/pepper:1",
        "CURSOR_KEY_PARAMETER": "/referrals/${Stage}/cursor-key:${CursorKeyVersion}",
        "LINK_KEY_PARAMETER": "/referrals/${Stage}/link-key:${LinkKeyVersion}",
    }
    needed = {"APIHandler": set(lie), "OnMessage": MAILS, "EveryMinuteMail": MAILS}.get(function, set())
    told = RESOURCES[function]["Properties"]["Environment"]["Variables"]
    assert {name: told[name] for name in lie if name in told} == {name: {"Fn::Sub": lie[name]} for name in needed}


# --- the local cloud --------------------------------------------------------------------------------------------------


def test_the_local_cloud_is_reached_from_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It listens on 127.0.0.1, knows nothing of the user's own AWS or Docker, and keeps to its folder."""
    told_file, program = tmp_path / "told", tmp_path / "cloud"
    program.write_text(f"#!/bin/sh\nenv > {told_file}\n")
    program.chmod(0o755)
    monkeypatch.setenv("CLOUD_BIN", str(program))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the user's own")
    monkeypatch.setenv("DOCKER_HOST", "unix:///var/run/docker.sock")
    home = Home(tmp_path / "home")
    with (
        home.locked() as lock,
        pytest.raises(RunnerError),
        cloud.running(home, claim("127.0.0.1", 0, ""), lock, Event()),
    ):
        pass
    told = dict(line.split("=", 1) for line in told_file.read_text().splitlines())
    assert (told["BIND_HOST"], told["PERSIST_STATE"]) == ("127.0.0.1", "1")
    assert not [name for name in told if name.startswith("AWS_")]
    own = {name: told[name] for name in ("STATE_DIR", "TMPDIR", "DOCKER_HOST")}
    assert all(str(home.path) in path for path in own.values()), own

"""Each function may do what it does, and nothing more.

No engine at hand checks everything that IAM does, so three tests share the work:

- The local cloud checks every call of the functions to DynamoDB (each part of a transaction by itself), SSM and SES. So
  each of those permissions is taken away in turn, and something has to break.
- It does not check what Lambda does in a role's name (reading the stream, keeping failures, writing logs). Those
  permissions are compared with the list that AWS documents.
- It does not know `dynamodb:LeadingKeys`: see test_policies.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from chalicelib.domain.people.mail_events import Mark
from infra.local.mail_service import notification, published
from tests.deployed.policies import FUNCTIONS, GRANTS, granted
from tests.deployed.stage import NAME, SCHEDULED, Role, Stage, metrics_in
from tests.path.live import Answer, Body, Live

pytestmark = pytest.mark.long  # `make test-deployed` runs them all

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
STREAM = {
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    "sqs:SendMessage",
}
IN_LAMBDAS_HANDS = {
    **dict.fromkeys(FUNCTIONS, LOGS),
    "OnTableChange": LOGS | STREAM,
    "OnMessage": LOGS | STREAM,
    "OnMailEvent": LOGS | {"sqs:SendMessage"},
}
"""What Lambda does under a function's role, by AWS's own guides to stream sources, failure queues and logs."""

NOT_HERE = {"ses:SendRawEmail"}
"""What AWS asks for beside `ses:SendEmail` if the content is a raw mail, and the local cloud does not."""

AFTER_YEARS = {("EveryMinuteJobs", "dynamodb:UpdateItem"), ("EveryMinuteJobs", "dynamodb:ConditionCheckItem")}
"""What letting people go takes whom nobody has seen for years: nobody here is as old."""

ENFORCED = [
    grant
    for grant in GRANTS
    if grant[2] not in IN_LAMBDAS_HANDS[grant[0]] | NOT_HERE and (grant[0], grant[2]) not in AFTER_YEARS
]
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"
NUMBERS = count(1)
GIVEN = {"amount": {"amount": 500, "currency": "EUR"}, "reason": "A parcel was lost."}
LONG_AGO = "2026-01-01T00:00:00.000Z"


class Exercise:
    """Everything that a function does, once, on new people and orders. Each method tells what went wrong."""

    def __init__(self, stage: Stage, live: Live) -> None:
        self.stage = stage
        self.live = live

    def api(self) -> list[str]:
        """Call every kind of route."""
        self.stage.start_anew("APIHandler")
        n, live = next(NUMBERS), self.live
        new = live.enrol(f"exercise{n}@deployed.example")
        if new.status != 201:
            return [f"enrol {new.status}"]
        code, path = new.body["code"], f"/v1/ambassadors/{new.body['id']}"
        sent = {
            "redeem": live.redeem(code, f"x{n}", f"x{n}@friends.example"),
            "refund": live.refund(f"x{n}", "r1", 100),
            "pause": live.call("PATCH", f"/v1/codes/{code}", {"state": "active"}, key="admin"),
            "landing": live.call("GET", f"/r/{code}", User_Agent=PHONE, Accept="text/html"),
            "order": live.call("GET", f"/v1/redemptions/{self.seen()}", key="admin"),
            "ambassador": live.call("GET", path, key="admin"),
            "referrals": live.call("GET", f"{path}/referrals", key="admin"),
            "ledger": live.call("GET", "/v1/ledger?limit=1", key="admin"),
            "key": self.keys(n),
            "adjustment": live.call("POST", f"{path}/adjustments", GIVEN, key="admin", Idempotency_Key=f"{n}"),
            "audit": live.call("GET", f"/v1/ledger/audit?ambassador_id={new.body['id']}", key="admin"),
            "health": live.call("GET", "/healthz", key="admin"),
        }
        return [f"{name} {answer.status}" for name, answer in sent.items() if answer.status not in {200, 201}]

    def keys(self, n: int) -> Answer:
        """Make a key and revoke it."""
        told = {"name": f"desk {n}", "owner": "Bea", "scopes": ["admin:read"]}
        made = self.live.call("POST", "/v1/keys", told, key="admin", Idempotency_Key=f"exercise {n}")
        if made.status != 201:
            return made
        return self.live.call("DELETE", f"/v1/keys/{made.body['id']}", key="admin")

    def seen(self) -> str:
        """An order that has been settled once, so that there is a ledger to read."""
        settled = [item for item in self.stage.items("LEDGER#") if "order_id" in item]
        if not settled:
            assert self.stream() == []
            return self.seen()
        found: str = settled[0]["order_id"]["S"]
        return found

    def stream(self) -> list[str]:
        """Bring facts as the stream does."""
        return self._settled("OnTableChange", self._stream_event)

    def schedule(self) -> list[str]:
        """Let the time of facts come, and of somebody who wants to be forgotten."""
        return self._settled("EveryMinute", self._overdue) or self._erased()

    def jobs(self) -> list[str]:
        """Let the time of long work come: an audit goes through lists."""
        self.stage.start_anew("EveryMinuteJobs")
        maya, order = self.live.enrol(f"exercise{next(NUMBERS)}@deployed.example").body, f"j{next(NUMBERS)}"
        assert self.live.redeem(maya["code"], order, f"{order}@friends.example").status == 201
        self.stage.invoke("OnTableChange", self._stream_event(f"ORDER#{order}"))
        return [text for text in [self._audited("EveryMinuteJobs", self._overdue, maya["id"])] if text]

    def message(self) -> list[str]:
        """Bring messages as the stream does."""
        return self._sent("OnMessage", self._stream_event)

    def mail(self) -> list[str]:
        """Let the time of messages come, and of a surprise, which takes of a budget."""
        return self._sent("EveryMinuteMail", self._overdue) or self._surprised()

    def event(self) -> list[str]:
        """Tell of a mail that came back, as SES does: one that told of several messages, which lie in a list."""
        self.stage.start_anew("OnMailEvent")
        n = next(NUMBERS)
        maya, order = self.live.enrol(f"exercise{n}@deployed.example").body, f"o{n}"
        assert self.live.redeem(maya["code"], order, f"o{n}@friends.example").status == 201
        self.stage.invoke("OnTableChange", self._stream_event(f"ORDER#{order}"))
        self._note(f"order:{order}#2", "carried_by", {"S": f"order:{order}#2"})
        path = f"/v1/people?email=exercise{n}@deployed.example"
        (person,) = self.live.call("GET", path, key="admin").body["items"]
        request = {
            "FromEmailAddress": "friends@kavya-ceramics.example",
            "Destination": {"ToAddresses": ["gone@deployed.example"]},
            "Content": {"Raw": {"Data": b"Subject: x\r\nTo: gone@deployed.example\r\n\r\nx"}},
            "ConfigurationSetName": "mails",
            "EmailTags": [
                {"Name": name, "Value": value}
                for name, value in Mark(f"order:{order}#2", person["id"], "0" * 32).tags().items()
            ],
        }
        told = published(request, "mail-1", datetime.now(UTC), "bounce")
        broken = [self._failure("OnMailEvent", notification(it)) for it in told]
        own = f"MSG#order:{order}#2"
        message: Body = next((it for it in self.stage.items(own) if it["PK"]["S"] == own), {})
        (after,) = self.live.call("GET", path, key="admin").body["items"]
        if "arrival" not in message:
            broken.append("nothing is noted on the message")
        if not after["stops"]:
            broken.append("the address is not stopped")
        return [text for text in broken if text]

    def day(self) -> list[str]:
        """Begin the audit and the figures of a day that has none yet."""
        self.stage.start_anew("EveryDay")
        for item in (*self.stage.items("JOB#job_audit-"), *self.stage.items("JOB#job_stats-")):
            self.stage.dynamodb.delete_item(TableName=self.stage.table, Key={"PK": item["PK"], "SK": item["SK"]})
        broken = self._failure("EveryDay", SCHEDULED)
        begun = [len(self.stage.items(f"JOB#job_{kind}-")) for kind in ("audit", "stats")]
        return [*([broken] if broken else []), *([] if begun == [1, 1] else [f"{begun} audits and figures begun"])]

    def watch(self) -> list[str]:
        """Measure what is due, and look for the audit of yesterday."""
        self.stage.start_anew("EveryFiveMinutes")
        return [text for text in [self._failure("EveryFiveMinutes", SCHEDULED)] if text]

    def _settled(self, function: str, bring: Callable[[str], Body]) -> list[str]:
        """Settle an early refund and an order with a card, and carry an audit on."""
        self.stage.start_anew(function)
        n = next(NUMBERS)
        maya, early, order = self.live.enrol(f"exercise{n}@deployed.example").body, f"early{n}", f"o{n}"
        assert self.live.refund(early, "r1", 100).status == 201
        friend, card = f"o{n}@friends.example", f"card{n}"
        assert self.live.redeem(maya["code"], order, friend, payment_fingerprint=card).status == 201
        broken = [self._failure(function, bring(f"ORDER#{key}")) for key in (early, order)]
        broken += [f"{early} is still due" for item in self.stage.items(f"ORDER#{early}") if "due_at" in item]
        if self.live.balances(maya["id"]) != (450, 0):
            return [*filter(None, broken), f"{order} is not settled"]
        if function == "OnTableChange":
            broken.append(self._audited(function, bring, maya["id"]))
        return [text for text in broken if text]

    def _erased(self) -> list[str]:
        """Forget somebody, whose letters are found in a list. It ends later, with a last look; one step puts it off."""
        n = next(NUMBERS)
        maya, order = self.live.enrol(f"exercise{n}@deployed.example").body, f"e{n}"
        assert self.live.redeem(maya["code"], order, f"e{n}@friends.example").status == 201
        self.stage.invoke("OnTableChange", self._stream_event(f"ORDER#{order}"))
        (person,) = self.live.call("GET", f"/v1/people?email=exercise{n}@deployed.example", key="admin").body["items"]
        asked = self.live.call("DELETE", f"/v1/people/{person['id']}?note=asked", key="admin")
        assert asked.status in {200, 202}, asked
        broken = self._failure("EveryMinute", self._overdue("ERASURE#"))
        left = [it for it in self.stage.items("ERASURE#") if it.get("due_at") == {"S": LONG_AGO}]
        return [*([broken] if broken else []), *(["an erasure was not carried on"] if left else [])]

    def _sent(self, function: str, bring: Callable[[str], Body]) -> list[str]:
        """Send what an order causes. News that was moved looks for others to go with, in the list of its reader."""
        self.stage.start_anew(function)
        n = next(NUMBERS)
        maya, order, friend = self.live.enrol(f"exercise{n}@deployed.example").body, f"o{n}", f"o{n}@friends.example"
        assert self.live.redeem(maya["code"], order, friend).status == 201
        self.stage.invoke("OnTableChange", self._stream_event(f"ORDER#{order}"))
        assert self.live.balances(maya["id"]) == (450, 0)
        self._note(f"order:{order}#2", "why", {"L": [{"S": "quiet_hours"}]})
        broken = self._failure(function, bring(f"MSG#order:{order}"))
        news = [it for it in self.live.mails(f"exercise{n}@deployed.example") if "A friend of yours" in it]
        mails = [*self.live.mails(friend), *news]
        return [*([broken] if broken else []), *([] if len(mails) == 2 else [f"{len(mails)} mails for {order}"])]

    def _surprised(self) -> list[str]:
        """Look after somebody who is surprised: everybody is, and the moment of last month has passed."""
        n, live, now = next(NUMBERS), self.live, datetime.now(UTC)
        rules = live.call("GET", "/v1/program", key="admin").body
        since, gift = f"{now - timedelta(days=65):%Y-%m}", {"amount": 100}
        rounds = [{"since": since, "chance": 10_000, "budget": 10**6, "gift": gift}]
        if "care" not in rules:
            rules["care"] = {"surprise": {"rounds": rounds, "known_days": 0, "within_days": 60}}
            rules["letters"] = {**rules.get("letters", {}), "quiet": None, "caps": []}
            published = live.call("PUT", "/v1/program", rules, key="admin", If_Match=f'"{rules["version"]}"')
            assert published.status == 200, published
            for function in ("APIHandler", "OnTableChange", "EveryMinuteMail"):
                self.stage.start_anew(function)
        maya = live.enrol(f"exercise{n}@deployed.example").body
        path = f"/v1/people?email=exercise{n}@deployed.example"
        (person,) = live.call("GET", path, key="admin").body["items"]
        agreed = {"consents": {"wishes": {"given": True}}}
        assert live.call("PATCH", f"/v1/people/{person['id']}", agreed, key="admin").status == 200
        order = {
            "order_id": f"s{n}",
            "customer": {"email": f"exercise{n}@deployed.example"},
            "amount": {"amount": 4200, "currency": "EUR"},
            "placed_at": (now - timedelta(days=90)).isoformat(),
        }
        assert live.call("POST", "/v1/orders", order, key="checkout").status == 201
        self.stage.invoke("OnTableChange", self._stream_event(f"ORDER#s{n}"))
        broken = self._failure("EveryMinuteMail", self._overdue(f"PERSON#{person['id']}"))
        given = live.balances(maya["id"])[1]
        return [*([broken] if broken else []), *([] if given >= 100 else [f"nobody was surprised: {given}"])]

    def _note(self, message_id: str, name: str, value: Body) -> None:
        """Note something on a message, as if it had come to that."""
        self.stage.dynamodb.update_item(
            TableName=self.stage.table,
            Key={"PK": {"S": f"MSG#{message_id}"}, "SK": {"S": "MSG"}},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )

    def _audited(self, function: str, bring: Callable[[str], Body], ambassador_id: str) -> str:
        """Carry an audit on, which goes through lists; answers what went wrong."""
        begun = self.live.call("POST", "/v1/ledger/audit", {"ambassador_id": ambassador_id}, key="admin")
        assert begun.status == 202
        failure = self._failure(function, bring(f"JOB#{begun.body['id']}"))
        job = self.live.call("GET", f"/v1/jobs/{begun.body['id']}", key="admin").body
        sound = job["state"] == "done" and job["result"]["differences"] == 0
        return failure or ("" if sound else f"the audit is {job['state']}: {job['result']}")

    def _failure(self, function: str, event: Body) -> str:
        return str(self.stage.invoke(function, event).get("errorMessage", ""))

    def _stream_event(self, prefix: str) -> Body:
        keys = [{"PK": item["PK"], "SK": item["SK"]} for item in self.stage.items(prefix)]
        records = [
            {
                "eventID": str(n),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": key, "SequenceNumber": str(n), "StreamViewType": "KEYS_ONLY"},
            }
            for n, key in enumerate(keys)
        ]
        return {"Records": records}

    def _overdue(self, prefix: str) -> Body:
        for item in self.stage.items(prefix):
            self.stage.dynamodb.update_item(
                TableName=self.stage.table,
                Key={"PK": item["PK"], "SK": item["SK"]},
                UpdateExpression="SET due_at = :then",
                ExpressionAttributeValues={":then": {"S": LONG_AGO}},
            )
        return SCHEDULED


@pytest.fixture(scope="module")
def exercises(stage: Stage, live: Live) -> Iterator[dict[str, Callable[[], list[str]]]]:
    """What each function does, while nothing else in the stage moves."""
    with stage.only_by_hand():
        exercise = Exercise(stage, live)
        yield {
            "OnTableChange": exercise.stream,
            "EveryMinute": exercise.schedule,
            "EveryMinuteJobs": exercise.jobs,
            "OnMessage": exercise.message,
            "EveryMinuteMail": exercise.mail,
            "OnMailEvent": exercise.event,
            "EveryDay": exercise.day,
            "EveryFiveMinutes": exercise.watch,
            "APIHandler": exercise.api,
        }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_granted_is_enough(exercises: dict[str, Callable[[], list[str]]], function: str) -> None:
    """With the policy as it is, everything that a function does works."""
    assert exercises[function]() == []


@pytest.mark.long
@pytest.mark.parametrize(("function", "sid", "action"), ENFORCED)
def test_no_grant_is_idle(
    stage: Stage, exercises: dict[str, Callable[[], list[str]]], function: str, sid: str, action: str
) -> None:
    """Without any single action of any single statement something breaks."""
    with Role(stage, function).without(sid, action):
        assert exercises[function]() != []


@pytest.mark.long
def test_with_all_grants_back_nothing_breaks(exercises: dict[str, Callable[[], list[str]]]) -> None:
    """So what broke above broke by the missing permission, and by nothing else that had gone wrong meanwhile."""
    assert {function: exercise() for function, exercise in exercises.items()} == {
        function: [] for function in FUNCTIONS
    }


@pytest.mark.long
@pytest.mark.usefixtures("exercises")
def test_failures_are_counted_where_the_alarms_look(stage: Stage) -> None:
    """What broke above reached the metrics by the very names, namespace and dimension that the alarms watch."""
    alarms = stage.cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    watched = {
        (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"][0]["Value"])
        for alarm in alarms
        if alarm["Namespace"] == "Referrals"
    }
    emitted = metrics_in(stage.log("stream")) | metrics_in(stage.log("schedule")) | metrics_in(stage.log("mail"))
    assert ("Referrals", "SettlesFailed", f"referrals-{NAME}") in watched & emitted
    assert ("Referrals", "LettersFailed", f"referrals-{NAME}") in watched & emitted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_lambda_does_in_a_functions_name_is_granted(stage: Stage, function: str) -> None:
    """Reading the stream, keeping failures and writing logs: what AWS asks for, on resources of this stage only."""
    needed = IN_LAMBDAS_HANDS[function]
    assert granted(function) >= needed
    for statement in Role(stage, function).document["Statement"]:
        if needed & set(statement["Action"]):
            assert re.search(r"[:/]referrals[-/]test[-/]", statement["Resource"])

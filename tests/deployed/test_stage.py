"""The main path on a deployed stage: gateway, functions under their own roles, table, stream, schedule, mail."""

import base64
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from infra.deploy import throttles
from infra.deploy.template import template
from tests.deployed.conftest import BUILD, Built
from tests.deployed.policies import FUNCTIONS
from tests.deployed.stage import NAME, PUBLIC_URL, SCHEDULED, Cloud, Stage, metrics_in
from tests.path.live import Answer, Live, eur

pytestmark = pytest.mark.long  # `make test-deployed` runs them all

BROWSER = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"
SOON = timedelta(seconds=20)
WARM_UP = 60.0


def placed(ends: timedelta) -> str:
    """A time of purchase whose thirty days of hold end so long from now: how a Lambda's clock is overtaken."""
    return (datetime.now(UTC) - timedelta(days=30) + ends).isoformat()


def redeem(live: Live, code: str, order_id: str, placed_at: str) -> Answer:
    """Use a code on an order of 50.00 EUR."""
    customer = {"email": f"{order_id}@friends.example", "first_name": "Fay"}
    order = {"order_id": order_id, "code": code, "customer": customer, "amount": eur(5000), "placed_at": placed_at}
    return live.call("POST", "/v1/redemptions", order, key="checkout")


def test_what_the_operator_is_told(built: Built) -> None:
    """The plan names every resource, and the end says where the API is and what to do next."""
    for words in ("Add     Table ", "Add     APIHandler ", f"Made the secret /referrals/{NAME}/pepper", "/api/\n"):
        assert words in built.told
    assert "infra.manage program examples/program.json" in built.told
    assert "SES may not send" not in built.told
    assert "LOSES" not in built.told


def test_from_the_code_to_the_reward(stage: Stage, live: Live) -> None:
    """Enrol, redeem, replay; the stream settles and thanks; the schedule releases; a refund takes back."""
    maya = live.enrol("maya@deployed.example").body
    assert maya["share_url"] == f"{PUBLIC_URL}/r/{maya['code']}"
    at = placed(SOON)
    first, again = redeem(live, maya["code"], "d1", at), redeem(live, maya["code"], "d1", at)
    assert (first.status, again.status, again.headers["Idempotent-Replayed"]) == (201, 200, "true")
    assert first.raw == again.raw
    live.wait(lambda: live.balances(maya["id"]), (450, 0), WARM_UP)
    live.wait(lambda: len(live.mails("d1@friends.example")), 1, WARM_UP)
    live.wait(lambda: len(live.mails("maya@deployed.example")), 2, WARM_UP)

    live.wait(lambda: datetime.now(UTC) >= datetime.fromisoformat(at) + timedelta(days=30), wanted=True)
    assert stage.invoke("EveryMinute", SCHEDULED) == {}
    assert live.balances(maya["id"]) == (0, 450)
    live.wait(lambda: len(live.mails("maya@deployed.example")), 3, WARM_UP)

    assert live.refund("d1", "r1", 5000).status == 201
    live.wait(lambda: live.balances(maya["id"]), (0, 0), WARM_UP)
    assert live.postings(order_id="d1") == [("hold", 450), ("release", 450), ("clawback", 450)]
    assert ("Referrals", "LettersSent", f"referrals-{NAME}") in metrics_in(stage.log("mail"))


def test_whoever_tampers_with_the_ledger_is_noticed(stage: Stage, live: Live) -> None:
    """Somebody with all rights changes and removes an entry: the stream brings both to the metric of the alarm."""
    key = {"PK": {"S": "LEDGER#amb_tampered"}, "SK": {"S": "ENTRY#00000001-001"}}
    for cause in ("redemption", "another"):
        stage.dynamodb.put_item(TableName=stage.table, Item={**key, "cause": {"S": cause}})
    stage.dynamodb.delete_item(TableName=stage.table, Key=key)
    live.wait(lambda: tampering(stage, "amb_tampered"), ["MODIFY", "REMOVE"], WARM_UP)
    found = stage.cloud.client("cloudwatch").describe_alarms(AlarmNames=[stage.ids["LedgerTampered"]])
    (alarm,) = found["MetricAlarms"]
    watched = (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"][0]["Value"])
    assert watched in metrics_in(stage.log("stream"))


def test_the_ledger_as_json_and_csv(live: Live) -> None:
    """Both forms pass the gateway, which takes every type as binary, as text."""
    maya = live.enrol("ledger@deployed.example").body
    redeem(live, maya["code"], "d2", placed(-SOON))
    path = f"/v1/ledger?ambassador_id={maya['id']}"
    live.wait(lambda: len(live.call("GET", path, key="admin").body["items"]), 2, WARM_UP)
    sheet = live.call("GET", path, key="admin", Accept="text/csv")
    assert sheet.headers["Content-Type"] == "text/csv; charset=utf-8"
    amounts = [row["amount"] for row in csv.DictReader(io.StringIO(sheet.raw.decode()))]
    assert amounts == ["-450", "450", "-450", "450"]
    page = live.call("GET", f"{path}&limit=1", key="admin")
    assert live.call("GET", f"{path}&cursor={page.body['next_cursor']}", key="admin").status == 200


@pytest.mark.parametrize("accept", [BROWSER, "image/png", "*/*"])
def test_the_qr_as_a_browser_gets_it(live: Live, accept: str) -> None:
    """PNG and SVG come through the gateway as they are, whatever kind of image the client would like best."""
    code = live.enrol("maya@deployed.example").body["code"]
    picture = live.call("GET", f"/r/{code}/qr.png", Accept=accept)
    assert picture.headers["Content-Type"] == "image/png"
    (decoded,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.raw)))
    assert decoded.text == f"{PUBLIC_URL}/r/{code}?ch=qr"
    drawing = live.call("GET", f"/r/{code}/qr.svg", Accept=accept)
    assert (drawing.headers["Content-Type"], drawing.raw[:4]) == ("image/svg+xml", b"<svg")


def test_the_qr_for_a_client_that_accepts_nothing_in_particular(live: Live) -> None:
    """Without an Accept header the local gateway hands out the picture in base64; the app has drawn it all the same."""
    code = live.enrol("maya@deployed.example").body["code"]
    picture = live.call("GET", f"/r/{code}/qr.png")
    assert picture.status == 200
    assert base64.b64decode(picture.raw)[:4] == b"\x89PNG" or picture.raw[:4] == b"\x89PNG"


def test_the_page_behind_a_share_link(live: Live) -> None:
    """A visit shows who recommends, and is counted by its channel."""
    maya = live.enrol("visited@deployed.example").body
    page = live.call("GET", f"/r/{maya['code']}?ch=whatsapp", User_Agent=PHONE, Accept="text/html,*/*;q=0.8")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Maya recommends" in page.raw.decode()
    assert live.ambassador(maya["id"])["clicks"] == {"whatsapp": 1}


def test_the_picture_of_a_preview(live: Live) -> None:
    """The library that draws it is in the zip, and works where the functions run."""
    code = live.enrol("visited@deployed.example").body["code"]
    picture = live.call("GET", f"/r/{code}/card.png", Accept="image/png")
    assert Image.open(io.BytesIO(picture.raw)).size == (1200, 630)


def test_pages_and_heads(live: Live) -> None:
    """The gateway lets HEAD and a browser's questions through, and its answers as well as its own may be read."""
    code = live.enrol("visited@deployed.example").body["code"]
    head = live.call("HEAD", f"/r/{code}", User_Agent=PHONE)
    assert (head.status, head.raw) == (200, b"")
    asked = {"Origin": "https://kavya-ceramics.example", "Access_Control_Request_Method": "GET"}
    for path, allowed in ((f"/v1/codes/{code}", "*"), ("/v1/ambassadors/me", asked["Origin"])):
        before = live.call("OPTIONS", path, **asked)
        assert (before.status, before.headers["Access-Control-Allow-Origin"]) == (204, allowed)
        answer = live.call("GET", path, Origin=asked["Origin"])
        assert answer.headers["Access-Control-Allow-Origin"] == allowed
    assert live.call("GET", "/nothing").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/redemptions/a/b"])
def test_an_unknown_address_is_a_problem_like_any_other(live: Live, path: str) -> None:
    """The gateway's own answers have the app's form, and an id to ask about."""
    answer = live.call("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert (answer.body["reason"], answer.body["status"]) == ("not_found", 404)
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]


def test_bad_requests_are_answered_by_the_app(live: Live) -> None:
    """What the gateway lets through carries the same form and the same id."""
    answer = live.call("POST", "/v1/ambassadors", {"email": "x"}, key="enrol")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(("function", "parts"), [("EveryMinute", 8), ("EveryMinuteJobs", 1), ("EveryMinuteMail", 4)])
def test_the_schedule_calls_its_functions(stage: Stage, function: str, parts: int) -> None:
    """Each rule is on, fires each minute, and has its function as its target, which it tells its part of the whole."""
    events, found = stage.cloud.client("events"), []
    for part in range(parts):
        rule = stage.ids[f"{function}{function}Event{part or ''}"]
        described = events.describe_rule(Name=rule)
        assert (described["State"], described["ScheduleExpression"]) == ("ENABLED", "rate(1 minute)")
        (target,) = events.list_targets_by_rule(Rule=rule)["Targets"]
        assert target["Arn"].endswith(f":{stage.ids[function]}")
        found.append(json.loads(target.get("Input", "{}")).get("detail"))
    assert found == ([{"part": part, "of": parts} for part in range(parts)] if parts > 1 else [None])


def test_the_daily_audit_is_begun_every_night(stage: Stage) -> None:
    """The rule is on, fires once a day, and has its own function as its target."""
    events, rule = stage.cloud.client("events"), stage.ids["EveryDayEveryDayEvent"]
    described = events.describe_rule(Name=rule)
    assert (described["State"], described["ScheduleExpression"]) == ("ENABLED", "cron(17 2 * * ? *)")
    (target,) = events.list_targets_by_rule(Rule=rule)["Targets"]
    assert target["Arn"].endswith(f":{stage.ids['EveryDay']}")


@pytest.mark.usefixtures("live")
def test_a_second_deployment_changes_nothing(cloud: Cloud, architecture: str) -> None:
    """Equal code is equal, whenever it is packaged; the secrets stay what they are, and the program is there."""
    before = secrets(cloud)
    done = cloud.deploy(BUILD, architecture, "--yes")
    assert (done.returncode, "Nothing has changed." in done.stdout) == (0, True), done.stdout + done.stderr
    assert "Made the secret" not in done.stdout
    assert secrets(cloud) == before
    assert "infra.manage program" not in done.stdout


def test_nothing_is_changed_without_a_yes(cloud: Cloud, built: Built, architecture: str) -> None:
    """With nobody to ask, the plan is shown and dropped."""
    done = cloud.deploy(BUILD, architecture, "--alarm-email", "ops@deployed.example")
    assert done.returncode == 1
    assert "YES=1" in done.stderr
    assert "AlarmsMail" in done.stdout
    parameters = stack(cloud)["Parameters"]
    assert {"ParameterKey": "AlarmEmail", "ParameterValue": ""} in parameters


def test_a_rotated_cursor_key_ends_old_cursors_only(cloud: Cloud, live: Live, architecture: str) -> None:
    """After the next deployment an old cursor is told to start again; people are who they were."""
    maya = live.enrol("rotated@deployed.example").body
    redeem(live, maya["code"], "d3", placed(-SOON))
    path = f"/v1/ledger?ambassador_id={maya['id']}&limit=1"
    live.wait(lambda: len(live.call("GET", path, key="admin").body["items"]), 1, WARM_UP)
    old = live.call("GET", path, key="admin").body["next_cursor"]
    pepper, key = secrets(cloud)
    assert cloud.run("infra.deploy", "rotate", "--stage", NAME).returncode == 0
    assert live.call("GET", f"{path}&cursor={old}", key="admin").status == 200
    assert cloud.deploy(BUILD, architecture, "--yes").returncode == 0
    assert secrets(cloud) == (pepper, key + 1)
    refused = live.call("GET", f"{path}&cursor={old}", key="admin")
    assert refused.status == 400
    assert "ask for its first page again" in refused.body["errors"][0]["detail"]
    assert live.enrol("rotated@deployed.example").body["id"] == maya["id"]


@pytest.mark.usefixtures("stage")
def test_a_lost_pepper_is_not_replaced(cloud: Cloud, architecture: str) -> None:
    """A stage that has people never gets another pepper unasked: the operator is told to put the old one back."""
    pepper, _ = secrets(cloud)
    ssm, name = cloud.client("ssm"), f"/referrals/{NAME}/pepper"
    ssm.delete_parameter(Name=name)
    done = cloud.deploy(BUILD, architecture, "--yes")
    ssm.put_parameter(Name=name, Value=pepper, Type="SecureString")
    assert done.returncode == 1
    assert f"put-parameter --type SecureString --name {name}" in done.stderr
    assert secrets(cloud)[0] == pepper


@pytest.mark.parametrize(
    ("missing", "told"),
    [("AWS_DEFAULT_REGION", "export AWS_DEFAULT_REGION="), ("AWS_ACCESS_KEY_ID", "export AWS_PROFILE=")],
)
def test_what_is_missing_is_named(cloud: Cloud, tmp_path: Path, missing: str, told: str) -> None:
    """Without region or credentials nothing is tried, and the answer says what to set."""
    done = cloud.run("infra.deploy", "rotate", "--stage", NAME, **{missing: ""})
    assert done.returncode == 1
    assert told in done.stderr


def test_what_anyone_may_call_is_throttled_sooner(stage: Stage) -> None:
    """The public routes have limits of their own, below everybody's: those of the template, as numbers."""
    found = stage.cloud.client("apigateway").get_stage(restApiId=stage.api_id, stageName="api")["methodSettings"]
    rates = {path.removeprefix("/"): settings["throttlingRateLimit"] for path, settings in found.items()}
    asked = [rates.pop(path) for path in ("*/*", "~1v1~1quotes/POST", "~1v1~1redemptions/POST")]
    assert asked == [200] * 3
    public = {"PublicRate": 50, "FormRate": 20}
    assert rates == {
        f"{it['ResourcePath'].removeprefix('/')}/{it['HttpMethod']}": public[it["ThrottlingRateLimit"]["Ref"]]
        for it in throttles.settings()
    }


def test_every_alarm_listens_to_something(stage: Stage) -> None:
    """Each alarm tells the topic, and names resources of this stack."""
    pages = stage.cloud.client("cloudwatch").get_paginator("describe_alarms")
    alarms = [it for page in pages.paginate(AlarmNamePrefix=f"referrals-{NAME}-") for it in page["MetricAlarms"]]
    every = [it for it in template()["Resources"].values() if it.get("Type") == "AWS::CloudWatch::Alarm"]
    assert len(alarms) == len([it for it in every if "Condition" not in it])
    names = set(stage.ids.values()) | {f"referrals-{NAME}", "api"}
    for alarm in alarms:
        assert alarm["AlarmActions"] == [stage.ids["Alarms"]]
        assert {dimension["Value"].rpartition("/")[2] for dimension in alarm.get("Dimensions", [])} <= {
            name.rpartition("/")[2] for name in names
        }


def test_the_dashboard_is_there(stage: Stage) -> None:
    """All names of the stack in it are filled in, and what the log is filtered for is counted."""
    told = stage.cloud.client("cloudwatch").list_dashboards(DashboardNamePrefix=f"referrals-{NAME}")
    (listed,) = told["DashboardEntries"]
    assert listed["DashboardName"] == f"referrals-{NAME}"
    body = stage.cloud.client("cloudwatch").get_dashboard(DashboardName=listed["DashboardName"])["DashboardBody"]
    assert "${" not in body
    assert stage.table in body
    filters = stage.cloud.client("logs").describe_metric_filters(logGroupName=f"/referrals/{NAME}/api")
    assert len(filters["metricFilters"]) == 2


def test_logs_end_after_ninety_days(stage: Stage) -> None:
    """Each function writes to a group of its own, which forgets."""
    groups = stage.cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"/referrals/{NAME}/")["logGroups"]
    assert {group["logGroupName"].rpartition("/")[2]: group["retentionInDays"] for group in groups} == {
        "api": 90,
        "stream": 90,
        "schedule": 90,
        "mail": 90,
    }
    configured = {stage.function(name)["LoggingConfig"]["LogGroup"] for name in FUNCTIONS}
    assert configured == {group["logGroupName"] for group in groups}


def secrets(cloud: Cloud) -> tuple[str, int]:
    """The pepper itself, and the version of the cursor key."""
    ssm = cloud.client("ssm")
    pepper = ssm.get_parameter(Name=f"/referrals/{NAME}/pepper", WithDecryption=True)["Parameter"]
    assert (pepper["Type"], pepper["Version"]) == ("SecureString", 1)
    return pepper["Value"], ssm.get_parameter(Name=f"/referrals/{NAME}/cursor-key")["Parameter"]["Version"]


def tampering(stage: Stage, ambassador_id: str) -> list[str]:
    """What the stream's function has told of an ambassador's ledger."""
    lines = [json.loads(line) for line in stage.log("stream").splitlines() if f'"LEDGER#{ambassador_id}"' in line]
    return [line["change"] for line in lines]


def stack(cloud: Cloud) -> dict[str, list[dict[str, str]]]:
    """The stack as CloudFormation describes it."""
    (found,) = cloud.client("cloudformation").describe_stacks(StackName=f"referrals-{NAME}")["Stacks"]
    return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]

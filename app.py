"""The Chalice app: it registers blueprints and middleware, nothing else."""

from chalice.app import Chalice

from chalicelib.api import (
    access,
    admin,
    ambassadors,
    audit,
    browsers,
    checkout,
    claims,
    codes,
    corrections,
    friends,
    jobs,
    links,
    problems,
    program,
    reviews,
    withdrawals,
)
from chalicelib.workers import schedule, stream

app = Chalice(app_name="referrals")
app.register_middleware(browsers.answer, event_type="http")
app.register_middleware(problems.answer, event_type="http")

REQUESTS = (
    access,
    admin,
    ambassadors,
    audit,
    checkout,
    claims,
    codes,
    corrections,
    friends,
    jobs,
    links,
    program,
    reviews,
    withdrawals,
)

for part in (*REQUESTS, schedule, stream):
    app.register_blueprint(part.blueprint)

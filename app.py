"""The Chalice app: it registers blueprints and middleware, nothing else."""

from chalice.app import Chalice

from chalicelib.api import (
    adjustments,
    ambassadors,
    audit,
    checkout,
    claims,
    codes,
    friends,
    gifts,
    health,
    jobs,
    keys,
    ledger,
    program,
    reviews,
    sessions,
    suspensions,
    withdrawals,
)
from chalicelib.edge import browsers, problems
from chalicelib.site import share_page
from chalicelib.workers import schedule, stream

app = Chalice(app_name="referrals")
app.register_middleware(browsers.answer, event_type="http")
app.register_middleware(problems.answer, event_type="http")

REQUESTS = (
    adjustments,
    ambassadors,
    audit,
    checkout,
    claims,
    codes,
    friends,
    gifts,
    health,
    jobs,
    keys,
    ledger,
    program,
    reviews,
    sessions,
    suspensions,
    withdrawals,
    share_page,
)

for part in (*REQUESTS, schedule, stream):
    app.register_blueprint(part.blueprint)

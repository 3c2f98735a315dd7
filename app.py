"""The Chalice app: it registers blueprints and middleware, nothing else."""

from chalice.app import Chalice

from chalicelib.api import access, admin, ambassadors, checkout, jobs, links, problems
from chalicelib.workers import schedule, stream

app = Chalice(app_name="referrals")
app.register_middleware(problems.answer, event_type="http")

for part in (access, admin, ambassadors, checkout, jobs, links, schedule, stream):
    app.register_blueprint(part.blueprint)

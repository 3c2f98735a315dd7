"""The Chalice app: it registers blueprints and middleware, nothing else."""

from chalice.app import Chalice

from chalicelib.api import admin, ambassadors, checkout, links, problems, program
from chalicelib.workers import schedule, stream

app = Chalice(app_name="referrals")
app.register_middleware(problems.answer, event_type="http")

for part in (admin, ambassadors, checkout, links, program, schedule, stream):
    app.register_blueprint(part.blueprint)

"""The Chalice app: it registers routes, workers and middleware; in a Lambda it makes ready what they need."""

from chalice.app import Chalice

from chalicelib import start
from chalicelib.edge import browsers, problems, routes
from chalicelib.workers import mail, schedule, stream, watch

app = Chalice(app_name="referrals")
app.register_middleware(browsers.answer, event_type="http")
app.register_middleware(problems.answer, event_type="http")
routes.register(app)
app.register_blueprint(schedule.blueprint)
app.register_blueprint(stream.blueprint)
app.register_blueprint(mail.blueprint)
app.register_blueprint(watch.blueprint)
start.prepare()

"""The Chalice app: it registers routes, workers and middleware; in a Lambda it makes ready what they need.

What is imported stays, so nothing is collected meanwhile, and nothing of it is looked through later.
"""

import gc

gc.disable()

from chalice.app import Chalice  # noqa: E402

from chalicelib import start  # noqa: E402
from chalicelib.edge import browsers, problems, routes  # noqa: E402
from chalicelib.edge.answers import PNG  # noqa: E402
from chalicelib.workers import mail, schedule, stream, watch  # noqa: E402

app = Chalice(app_name="referrals")
app.api.binary_types = [PNG]
app.register_middleware(browsers.answer, event_type="http")
app.register_middleware(problems.answer, event_type="http")
routes.register(app)
app.register_blueprint(schedule.blueprint)
app.register_blueprint(stream.blueprint)
app.register_blueprint(mail.blueprint)
app.register_blueprint(watch.blueprint)
start.prepare()
gc.freeze()
gc.enable()

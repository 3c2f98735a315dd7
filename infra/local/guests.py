"""Let whoever runs an instance look around at once: as an admin in the console, and as an ambassador on their pages.

Their links are those that a mail would hold: each opens once, within 15 minutes, and nothing secret is stored.
"""

from collections.abc import Iterable

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import SignIn
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.domain.people.sign_in import LASTS, PREFIX, url
from chalicelib.operations.access import admins
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.store import keys

ADMIN, ADMIN_NAME = "you@kavya-ceramics.example", "You"
SAMPLE = Enrolment(email="sample@example.com", first_name="Asha", last_name="Rao", locale="en")
LOOKED_AT = 100
"""Among so many ambassadors the one is chosen who has brought most friends."""


def console_link() -> str:
    """Return a link that opens the console, for an admin with all scopes who is made at the first time."""
    mailbox, now = pseudonym_of_email(deps.settings().pepper, ADMIN), deps.now()
    wanted = admins.Wanted(ADMIN, ADMIN_NAME, admins.SCOPES)
    admins.issue(deps.table(), wanted, pepper=deps.settings().pepper, now=now)
    return _link(SignIn(new_id(PREFIX, now, deps.chance()), "console", now, now + LASTS, mailbox, mailed=True))


def ambassador_link() -> str:
    """Return a link that opens the pages of an ambassador: who has brought most friends, or a newcomer if nobody is."""
    now = deps.now()
    accounts = deps.table().read_accounts(_ambassadors()).values()
    busiest = max(accounts, key=lambda it: it.referrals, default=None)
    ambassador_id = busiest.ambassador_id if busiest else _newcomer()
    made_by, sign_in_id = "operator", new_id(PREFIX, now, deps.chance())
    return _link(SignIn(sign_in_id, "me", now, now + LASTS, ambassador_id=ambassador_id, made_by=made_by))


def _ambassadors() -> Iterable[str]:
    rows = deps.table().list_keys(keys.AMBASSADORS, None, LOOKED_AT)
    return [key.pk.removeprefix(keys.ambassador("")) for _, key in rows]


def _newcomer() -> str:
    program, now = deps.program(), deps.now()
    return enrol(deps.table(), SAMPLE, program, deps.outlook(), now=now, chance=deps.chance()).ambassador_id


def _link(wanted: SignIn) -> str:
    deps.table().commit([Create(wanted)])
    return url(deps.settings().public_url, wanted.id, deps.settings().link_keys[0])

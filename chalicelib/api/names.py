"""Who some ambassadors are: what a list that knows their ids shows of them."""

from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.paging import Page
from chalicelib.edge.views import view
from chalicelib.operations.people.merged import profiles_of

IDS_MAX = 100
_ID = r"[A-Za-z0-9_]{1,128}"


class Named(Answer):
    """An ambassador in a few words.

    Attributes:
        id: The id that was asked for; after a merger it may be a former one.
        person_id: Who they are as a person.
        code: The code that they began with.
        counted: How many referrals count, as in their account.
    """

    id: str
    person_id: str
    code: str
    counted: int
    first_name: str | None
    last_name: str | None


_IDS = Annotated[
    str,
    Meta(
        description=f"The ids of up to {IDS_MAX} ambassadors, with commas between; former ones lead on.",
        pattern=rf"^{_ID}(,{_ID}){{0,{IDS_MAX - 1}}}\Z",
    ),
]


@view({200: Page[Named]}, query={"ids": _IDS})
def get_names(call: Call) -> Response:
    """Say who some ambassadors are, each once, in the order in which they were asked for.

    Whoever is not there is left out. It takes a few reads of the table, however many they are.
    """
    query, table = call.query(), deps.table()
    wanted = fields.queried("ids", query["ids"], _IDS).split(",") if "ids" in query else []
    profiles = profiles_of(table, dict.fromkeys(wanted))
    accounts = table.read_accounts(it.ambassador_id for it in profiles.values())
    people = table.read_people(it.person_id for it in profiles.values())
    items = [
        Named(
            id=name,
            person_id=people[it.person_id].id,
            code=it.code,
            counted=accounts[it.ambassador_id].referrals,
            first_name=people[it.person_id].first_name,
            last_name=people[it.person_id].last_name,
        )
        for name, it in profiles.items()
    ]
    return json(200, Page(items=items, next_cursor=None))

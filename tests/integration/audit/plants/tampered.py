"""A copy of the history, and the ways of somebody who writes into its table."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.integration.audit.story import Item, Story


class Tampered:
    """A copy of the story's items, and the ways of somebody who writes into the table."""

    def __init__(self, story: Story) -> None:
        self.items = story.copy()
        self.ids = story.ids
        self.maya, self.asha = story.ids["maya"], story.ids["asha"]

    def at(self, pk: str, sk: str) -> Item:
        """An item."""
        return self.items[pk, sk]

    def order(self, order_id: str) -> Item:
        """A redemption."""
        return self.items[f"ORDER#{order_id}", "#REDEMPTION"]

    def account(self) -> Item:
        """Maya's account."""
        return self.items[f"AMB#{self.maya}", "ACCOUNT"]

    def entries(self, kind: str, whose: str = "maya") -> list[Item]:
        """The entries of a kind in order of posting."""
        found = [it for (pk, _), it in self.items.items() if pk == f"LEDGER#{self.ids[whose]}"]
        return [it for it in sorted(found, key=lambda it: it["number"]["S"]) if it["kind"]["S"] == kind]

    def last(self, kind: str) -> Item:
        """The last entry of a kind."""
        return self.entries(kind)[-1]

    def put(self, item: Item, pk: str = "", sk: str = "", **fields: Any) -> Item:
        """Put a changed copy of an item somewhere else."""
        copied = deepcopy(item)
        for name, value in fields.items():
            put_into(copied, name, value)
        copied["PK"], copied["SK"] = {"S": pk or item["PK"]["S"]}, {"S": sk or item["SK"]["S"]}
        self.items[copied["PK"]["S"], copied["SK"]["S"]] = copied
        return copied

    def post(self, entry: Item, number: str, **fields: Any) -> str:
        """Put a copy of an entry under another number; answers its id."""
        self.put(entry, sk=f"ENTRY#{number}", number=number, **fields)
        copied = self.items[entry["PK"]["S"], f"ENTRY#{number}"]
        copied["day_sk"] = {"S": f"{copied['at']['S']}#{entry_id(copied)}"}
        return entry_id(copied)

    def free(self) -> str:
        """A number that follows on the account's last, of a version that it has then had."""
        version = int(self.account()["version"]["N"]) + 1
        put_into(self.account(), "version", version)
        return f"{version:08d}-001"


def put_into(item: Item, path: str, value: Any) -> None:
    """Set a field of an item, or with None take it away; `__` leads into maps, a number into a list."""
    *way, last = path.split("__")
    place: Any = item
    for step in way:
        inner = place[int(step)] if isinstance(place, list) else place[step]
        place = next(iter(inner.values()))
    if value is None:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = (
            value if isinstance(value, dict) else {"N": str(value)} if isinstance(value, int) else {"S": value}
        )


def entry_id(entry: Item) -> str:
    """An entry's public id."""
    return f"ent_{entry['ambassador_id']['S'].removeprefix('amb_')}_{entry['number']['S']}"


Plant = Callable[[Tampered], str]
PLANTS: list[tuple[str, Plant]] = []


def plants(kind: str) -> Callable[[Plant], Plant]:
    """What is planted by a function, and how the audit has to call it; the function answers where."""

    def note(plant: Plant) -> Plant:
        PLANTS.append((kind, plant))
        return plant

    return note

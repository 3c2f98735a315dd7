"""What is planted in tasks, in what they keep people from, and in what they earn."""

from chalicelib.store import keys
from tests.integration.audit.plants.gifts import richer
from tests.integration.audit.plants.tampered import Tampered, entry_id, plants, put_into
from tests.integration.audit.story import Item


def task(it: Tampered, name: str) -> Item:
    """A task of the story."""
    return it.at(*keys.task_of(it.ids[name]))


def rewarded(it: Tampered) -> Item:
    """The entry of the one that was approved."""
    return it.entries("task", "uma")[0]


@plants("cause")
def rewarded_twice(it: Tampered) -> str:
    """A proof is rewarded again, and the balance with it."""
    richer(it, 500)
    version = int(it.at(f"AMB#{it.ids['uma']}", "ACCOUNT")["version"]["N"])
    return f"{it.post(rewarded(it), f'{version:08d}-001')}/cause"


@plants("cause")
def rewarded_for_no_task(it: Tampered) -> str:
    """A reward for what nobody has done."""
    put_into(rewarded(it), "cause", f"task:{it.ids['approved']}0")
    return f"{entry_id(rewarded(it))}/cause"


@plants("cause")
def a_reward_that_no_program_offers(it: Tampered) -> str:
    """More than was offered: the task, the entry and the letter agree on it."""
    for number, sign in ((0, -1), (1, 1)):
        put_into(rewarded(it), f"legs__{number}__amount", sign * 900)
    put_into(task(it, "approved"), "reward__amount", 900)
    return f"{entry_id(rewarded(it))}/cause"


@plants("task")
def rewarded_by_more(it: Tampered) -> str:
    """More was posted than the task earns."""
    for number, sign in ((0, -1), (1, 1)):
        put_into(rewarded(it), f"legs__{number}__amount", sign * 900)
    return f"task/{it.ids['approved']}/amount"


@plants("task")
def rewarded_though_denied(it: Tampered) -> str:
    """An admin has said no, and the entry is there."""
    put_into(task(it, "approved"), "decision", "deny")
    return f"task/{it.ids['approved']}/decision"


@plants("task")
def rewarded_by_another(it: Tampered) -> str:
    """Somebody else than the task says."""
    put_into(task(it, "approved"), "by", "key_other")
    return f"task/{it.ids['approved']}/by"


@plants("task")
def approved_and_not_rewarded(it: Tampered) -> str:
    """A proof was approved, and nothing came of it."""
    put_into(task(it, "denied_proof"), "decision", "approve")
    return f"task/{it.ids['denied_proof']}/decision"


@plants("message")
def denied_and_not_told(it: Tampered) -> str:
    """A proof was denied, and its ambassador waits for a word."""
    del it.items[f"MSG#task:{it.ids['denied_proof']}#1", "MSG"]
    return f"task/{it.ids['denied_proof']}/decision"


@plants("message")
def rewarded_and_not_told(it: Tampered) -> str:
    """A reward that its ambassador does not hear of."""
    del it.items[f"MSG#account:{it.ids['uma']}#{int(rewarded(it)['number']['S'][:8])}", "MSG"]
    return f"{entry_id(rewarded(it))}/message"


@plants("task")
def asked_while_a_task_is_open(it: Tampered) -> str:
    """Somebody has written and waits, and letters that promote go on."""
    del it.at(f"PERSON#{it.ids['zoe']}", "PERSON")["complaints"]
    return f"task/{it.ids['note']}/about"

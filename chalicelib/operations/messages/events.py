"""Note what the mail service tells of a mail: on the person, whose address may take none any more; on the message."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.effects import Replace
from chalicelib.domain.model.messages import Message
from chalicelib.domain.people.mail_events import MailEvent, fold, fold_mailbox, noted
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.store.table import Table

LISTED = 100
"""Among so many of somebody's newest messages those are found that one mail told of."""


def note(table: Table, event: MailEvent, outlook: Outlook, *, now: datetime) -> bool:
    """Note an event, and return whether it was news: it may come late, again, and in any order.

    It counts for whoever the mail was sent to; what it tells of the address, for whoever has that now as well. Of a
    person or a message that nobody knows there is nothing to note.

    Raises:
        BusyError: the table did not answer in time; the event has to come again.
    """
    mark, is_news = event.mark, _note_on_message(table, event, now)
    people = table.read_people([mark.person_id])
    recipients = {it.id for it in people.values()}
    holders = {it.id for it in table.read_known([mark.mailbox]).values()} - recipients
    for person_id in recipients:
        is_news |= _change(table, person_id, event, outlook, now, to_them=True)
    for person_id in holders:
        _change(table, person_id, event, outlook, now, to_them=False)
    return is_news


def _note_on_message(table: Table, event: MailEvent, now: datetime) -> bool:
    """Note what became of a mail on the message under whose id it went out, and on those that it carried."""

    def look() -> Plan[bool]:
        message = table.read_message(event.mark.message_id)
        told = [(it, noted(it, event, now)) for it in _carried(table, message)] if message else []
        return Plan(
            any(after != it for it, after in told),
            [Replace(replace(after, version=it.version + 1)) for it, after in told if after != it],
        )

    return decide(table, look)


def _carried(table: Table, message: Message) -> list[Message]:
    """All messages that one mail told of, which went out under the id of this one."""
    if message.carried_by != message.id:
        return [message]
    listed = [it for _, it in table.list_messages([message.to], None, LISTED)]
    return [message, *(it for it in listed if it.carried_by == message.id and it.id != message.id)]


def _change(table: Table, person_id: str, event: MailEvent, outlook: Outlook, now: datetime, *, to_them: bool) -> bool:
    def look() -> Plan[bool]:
        person = table.read_person(person_id)
        assert person is not None, "nobody is ever removed"
        after = fold(person, event) if to_them else fold_mailbox(person, event)
        if after == person:
            return Plan(False)
        return Plan(True, [Replace(replace(outlook.ahead(after, now), version=person.version + 1))])

    return decide(table, look)

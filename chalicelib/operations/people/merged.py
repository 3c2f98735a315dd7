"""Where an id leads: an ambassador who was merged into another one is that one from then on."""

from collections.abc import Iterable

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.people import Person, Profile
from chalicelib.store.table import Table


def account_of(table: Table, ambassador_id: str) -> Account:
    """Read the account of an ambassador who exists, or of whom they were merged into.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = table.read_account(ambassador_id)
    if account is None:
        raise LookupError(f"{ambassador_id} has no account")
    return account_of(table, account.merged_into) if account.merged_into else account


def accounts_of(table: Table, ambassador_ids: Iterable[str]) -> dict[str, Account]:
    """Read the accounts of some ambassadors who exist, by the ids that were asked for.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = table.read_accounts(ambassador_ids)
    return {name: account_of(table, it.merged_into) if it.merged_into else it for name, it in found.items()}


def person_of(table: Table, profile: Profile) -> Person:
    """Read who an ambassador is as a person.

    Raises:
        BusyError: the table did not answer in time.
    """
    person = table.read_person(profile.person_id)
    if person is None:
        raise LookupError(f"{profile.ambassador_id} is nobody")
    return person


def profile_of(table: Table, ambassador_id: str) -> Profile | None:
    """Read the profile of an ambassador, or of whom they were merged into; None if there is no such ambassador.

    Raises:
        BusyError: the table did not answer in time.
    """
    profile = table.read_profile(ambassador_id)
    return profile_of(table, profile.merged_into) if profile and profile.merged_into else profile


def profiles_of(table: Table, ambassador_ids: Iterable[str]) -> dict[str, Profile]:
    """Read the profiles of some ambassadors as `profile_of` does, by the ids that were asked for, in their order.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = {it.ambassador_id: it for it in table.read_profiles(ambassador_ids)}
    while leads := {it.merged_into for it in found.values() if it.merged_into}:
        heads = {it.ambassador_id: it for it in table.read_profiles(sorted(leads))}
        found = {name: heads[it.merged_into] if it.merged_into else it for name, it in found.items()}
    return found

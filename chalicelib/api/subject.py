"""The ambassador, or the person, whom a path is about."""

from chalicelib import deps
from chalicelib.domain.model.people import Person, Profile
from chalicelib.edge import fields
from chalicelib.edge.call import Call
from chalicelib.edge.language import language_of
from chalicelib.edge.problems import Problem, unknown_ambassador, unknown_person
from chalicelib.operations.people.merged import person_of, profile_of
from chalicelib.web.explain import not_available_now


def stopped(call: Call, ambassador_id: str) -> Problem:
    """A 409 about what an account does not let out for now: an admin is told why, the ambassador kindly whom to ask."""
    if call.session is None:
        detail = "This ambassador is suspended, so nothing leaves the account until somebody reinstates it."
        return Problem(409, "not_available_now", detail)

    language = language_of({}, person_of(deps.table(), known_ambassador(ambassador_id)).locale or "")
    return Problem(409, "not_available_now", not_available_now(language))


def known_ambassador(ambassador_id: str) -> Profile:
    """Read the profile of the ambassador whom a path names, or of whom they were merged into.

    Raises:
        Problem: 404 when there is no such ambassador.
    """
    profile = profile_of(deps.table(), fields.path_id("id", ambassador_id))
    if profile is None:
        raise unknown_ambassador()
    return profile


def known_person(person_id: str) -> Person:
    """Read the person whom a path names, or who that one has turned out to be.

    Raises:
        Problem: 404 when there is no such person.
    """
    person = deps.table().read_person(fields.path_id("id", person_id))
    if person is None:
        raise unknown_person()
    return person

"""Who sends a request: everybody whom its route takes, and some whom it does not."""

from random import Random
from typing import NamedTuple

from chalicelib.edge.routes import Route
from chalicelib.edge.scopes import ANYONE, SESSION
from memory.shop import HELD
from tests.fuzz.town import Town

UNKNOWN = (None, "", "Bearer", "Bearer rk_unknown", "Bearer rs_unknown", "Basic Zm9v", "bearer \x7f", "Bearer ٣")


class Caller(NamedTuple):
    """What stands in `Authorization`, and whether the route takes that."""

    name: str
    authorization: str | None
    is_taken: bool = True


def caller_of(chance: Random, route: Route, town: Town) -> Caller:
    """Choose somebody: in nine of ten cases one whom the route takes."""
    if ANYONE in route.scopes:
        return chance.choice([Caller("anyone", None), Caller("somebody unknown", "Basic Zm9v")])
    return chance.choice(_taken(route, town) if chance.random() < 0.9 else _not_taken(route, town))


def _taken(route: Route, town: Town) -> list[Caller]:
    found = [Caller(it, f"Bearer {town.shop.keys[it]}") for it in route.scopes if it in town.shop.keys]
    if {"admin:read", "admin:write"} & set(route.scopes):
        found.append(Caller("another admin", f"Bearer {town.admin}"))
    if SESSION in route.scopes:
        found += [Caller("session", f"Bearer {it}") for it in town.sessions]
    return found


def _not_taken(route: Route, town: Town) -> list[Caller]:
    keys = town.shop.keys
    found = [Caller(it, f"Bearer {keys[it]}", is_taken=False) for it in HELD if not {*HELD[it]} & {*route.scopes}]
    if SESSION not in route.scopes:
        found += [Caller("session", f"Bearer {it}", is_taken=False) for it in town.sessions]
    return [*found, *(Caller(f"{it!r}", it, is_taken=False) for it in UNKNOWN)]

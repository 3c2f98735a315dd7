"""Visits to people where they are: tasks for the shop, but for those who are held out."""

from chalicelib import deps
from memory.shop import Shop, eur

PEOPLE = 12


def test_who_is_held_out_is_not_visited(shop: Shop) -> None:
    """The shop has a task for each of the others. With whom none is made it is done as well: nobody stays due."""
    shop.publish(care={"social": {"hold_out_percent": 50}})
    ids = []
    for number in range(PEOPLE):
        told = {"email": f"p{number}@example.com", "handles": {"instagram": f"p{number}"}}
        ids.append(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])
        order = {"order_id": f"o{number}", "customer": {"email": told["email"]}, "amount": eur(2000)}
        assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
    for days in (1, 11):
        shop.days(days)
    tasks = shop.read(shop.call("GET", "/v1/tasks?kind=social", scope="admin:read"))["items"]
    people = deps.table().read_people(ids).values()
    visited = [it for it in people if it.touches and not it.touches[0].held_out]
    assert {it["who"]["person_id"] for it in tasks} == {it.id for it in visited}
    assert 0 < len(tasks) < PEOPLE
    assert all(len(it.touches) == 1 and it.due_at is None for it in people)

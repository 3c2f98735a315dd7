"""A shop in the middle of its life, for whoever looks at pages: something of everything, and something waiting."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from memory.shop import Body, Shop, eur

NAMES = (
    ("Maya", "Shah", "en"),
    ("માયા", "પટેલ", "gu-IN"),
    ("মায়া", "চট্টোপাধ্যায়", "bn"),
    ("माया", "शर्मा", "hi"),
    ("José", "Muñoz", "es-MX"),
    ("Asha", "Rao", "en"),
    ("Zoë", "de Vries", "en-GB"),
    ("Lena", "Sørensen", "en"),
)

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"

RULES: Body = {
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 3, "reward": {"basis_points": 1200}, "bonus": 500},
        {"name": "Gold", "threshold": 12, "reward": {"basis_points": 1500}},
    ],
    "watch": {"review_at": 30},
    "adjustment_limit": 2000,
    "milestones": [{"name": "Four friends", "at": 4, "reward": {"gift": "A blue mug"}}],
    "care": {
        "birthday": {"gift": {"rate": {"amount": 500}}, "hold_out_percent": 20},
        "check_in": {"after_delivery_days": 14},
        "surprise": {"rounds": [{"since": "2026-04", "chance": 5000, "budget": 20000, "gift": {"amount": 500}}]},
    },
    "leaderboard": {},
    "tasks": [
        {
            "name": "A picture", "kind": "picture", "reward": {"amount": 500}, "times": 2, "days": 365,
            "words": {"en": "Show your mug where you drink from it."},
        }
    ],
}  # fmt: skip


@dataclass
class Scene:
    """What the shop holds, by what it is called."""

    maya: str
    person: str
    code: str
    orders: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    review: str = ""
    coupon: str = ""
    claim: str = ""
    task: str = ""
    gift: str = ""
    payout: str = ""
    adjustment: str = ""
    job: str = ""


def play(shop: Shop, *, ambassadors: int = 4, orders: int = 24, days: int = 70) -> Scene:
    """Let a shop live for some months, and leave something waiting wherever admins look."""
    shop.publish(**RULES)
    chance = Random(15)
    people = [_enrolled(shop, number) for number in range(ambassadors)]
    scene = Scene(people[0]["id"], "", people[0]["code"], others=[it["id"] for it in people[1:]])
    for number in range(orders):
        shop.now += _days(days / orders)
        by = people[0] if number % 2 else people[number // 2 % ambassadors]
        order = f"10{number:02d}"
        shop.redeem(by["code"], order, 2500 + chance.randrange(120) * 100, customer={"first_name": f"Friend {number}"})
        scene.orders.append(order)
        shop.call("GET", f"/r/{by['code']}?ch=whatsapp", User_Agent=PHONE)
        shop.stream()
        if number % 7 == 3:
            shop.refund(order, f"r-{number}", 1500)
            shop.stream()
        shop.days(0)
        if number % 6 == 0:
            shop.day()
    shop.days(1)
    found = shop.call("GET", "/v1/people?email=maya@example.com", scope="admin:read")
    scene.person = shop.read(found)["items"][0]["id"]
    _waiting(shop, scene)
    shop.day()
    audits = shop.read(shop.call("GET", "/v1/jobs?kind=audit", scope="admin:read"))["items"]
    scene.job = audits[0]["id"] if audits else ""
    return scene


def _enrolled(shop: Shop, number: int) -> Body:
    first, last, locale = NAMES[number % len(NAMES)]
    address = "maya@example.com" if number == 0 else f"ambassador{number}@example.com"
    return shop.enrol(
        address, first, last_name=last, locale=locale, birthday="04-17", consents=["care", "tips", "wishes"]
    )


def _waiting(shop: Shop, scene: Scene) -> None:
    """Leave a review, a coupon, a claim, tasks, a payout and an adjustment open."""
    fay = {"email": "fay@mailinator.com", "first_name": "Fay"}
    scene.review = "2001"
    shop.redeem(scene.code, scene.review, 9000, customer=fay)
    shop.stream()
    token = shop.session(scene.maya)
    own = {"Authorization": f"Bearer {token}"}
    me = "/v1/ambassadors/me"
    spend = shop.call("POST", f"{me}/spends", {"amount": eur(300)}, Idempotency_Key="s-1", **own)
    scene.coupon = shop.read(spend)["code"]
    claimed = {"order_id": "3001", "note": "My neighbour forgot the code."}
    shop.call("POST", f"{me}/claims", claimed, Idempotency_Key="c-1", **own)
    scene.claim = shop.read(shop.call("GET", "/v1/claims", scope="admin:read"))["items"][0]["id"]
    proof = {"task": "A picture", "link": "https://pictures.example/maya/1", "note": "By the lake!"}
    shop.call("POST", f"{me}/proofs", proof, Idempotency_Key="t-1", **own)
    note = {"note_id": "T-311", "text": "The handle came off when I washed it."}
    opened = shop.call("POST", f"/v1/people/{scene.person}/notes", note, scope="people")
    scene.task = shop.read(opened)["id"]
    payout = {"amount": eur(100), "reference": "bank transfer"}
    by_hand = f"/v1/ambassadors/{scene.maya}"
    made = shop.call("POST", f"{by_hand}/payouts", payout, scope="admin:write", Idempotency_Key="p-1")
    scene.payout = shop.read(made)["id"]
    small = {"amount": eur(500), "reason": "Sorry for the late answer."}
    shop.call("POST", f"{by_hand}/adjustments", small, scope="admin:write", Idempotency_Key="a-1")
    large = {"amount": eur(5000), "reason": "A reader of her blog bought for the whole office."}
    asked = shop.call("POST", f"{by_hand}/adjustments", large, scope="admin:write", Idempotency_Key="a-2")
    scene.adjustment = shop.read(asked)["id"]
    guide = {
        "id": "mug-glaze", "title": "How a glaze stays bright", "link": "https://shop.example/films/glaze",
        "language": "en", "skus": ["MUG-BLUE"],
    }  # fmt: skip
    shop.call("PUT", "/v1/guides", guide, scope="admin:write")
    gifts = shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
    scene.gift = gifts[0]["id"] if gifts else ""
    shop.stream()
    shop.days(0)


def _days(number: float) -> timedelta:
    return timedelta(days=number)

"""The organisation tree of the demo county, and the scene of one matter: its places, parties and people."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from .bank import Slot, fill, load, places_in
from .county import Account, Unit

CENTRE = "C00"


def units() -> list[Unit]:
    """Centre, departments, utilities, towns and villages, parents before children."""
    data = load("county")
    county = data["county"]
    tree = [Unit(CENTRE, county["centre"], "县指挥中心", "centre", "", "formal", 0.8)]
    for kind in ("department", "utility"):
        tree += [Unit(u["id"], u["name"], u["short"], kind, CENTRE, u["tone"], u["care"]) for u in data[kind]]
    for town in data["town"]:
        tree.append(Unit(town["id"], town["name"], town["name"], "town", CENTRE, town["tone"], town["care"]))
        for number, village in enumerate(town["villages"], 1):
            tree.append(
                Unit(f"{town['id']}V{number:02d}", village, village, "village", town["id"], town["tone"])
            )
    return tree


def accounts() -> list[Account]:
    """One account a role at the centre, and a handler for every department, utility and town."""
    people = [
        Account("analyst", "演示研判员", "analyst", CENTRE),
        Account("leader", "演示领导", "leader", CENTRE),
        Account("admin", "演示管理员", "administrator", CENTRE),
    ]
    return people + [
        Account(f"unit-{u.id.lower()}", f"{u.short}经办人", "handler", u.id)
        for u in units()
        if u.kind in ("department", "utility", "town")
    ]


@dataclass(slots=True)
class Caller:
    """A fictional caller: a surname, how they are addressed, and a phone from a range that does not exist."""

    name: str
    phone: str
    temper: str


@dataclass(slots=True)
class Scene:
    """One real-world problem: what it is about, where, who answers for it, and the slots that texts draw on."""

    id: str
    topic: dict[str, Any]
    town: Unit
    unit: Unit
    co_units: list[Unit]
    slots: dict[str, Slot]
    allowed: frozenset[str]
    address: str
    longitude: float
    latitude: float
    callers: list[Caller] = field(default_factory=list)


def new_caller(rng: Random, serial: int) -> Caller:
    """The `serial`-th caller of the county; four digits are enough for a county of this size."""
    surname = rng.choice(load("county")["names"]["surname"])
    title = rng.choice(["先生", "女士"])
    temper = rng.choice(["first", "first", "operator", "operator", "angry"])
    return Caller(surname + title, f"199-0000-{serial % 10000:04d}", temper)


def _aliases(full: str, *others: str) -> list[str]:
    return [full, full, full, *others]


def _names(rng: Random) -> dict[str, Slot]:
    """One name for every kind of place and party; most have a second form that people use as well."""
    pool: dict[str, list[str]] = load("county")["names"]
    head, tail = rng.choice(pool["estate_head"]), rng.choice(pool["estate_tail"])
    firm, trade = rng.choice(pool["company_head"]), rng.choice(pool["company_tail"])
    shop = rng.choice(pool["shop_head"])
    club = rng.choice(pool["shop_head"]) + rng.choice(pool["club_tail"])
    developer = rng.choice(pool["developer_head"])
    road = rng.sample(pool["road_head"], 2)
    return {
        "estate": _aliases(head + tail, head),
        "company": _aliases(f"{firm}{trade}", f"{firm}厂", f"{firm}公司", f"汀禾{firm}{trade}有限公司"),
        "shop": shop + rng.choice(pool["eatery_tail"]),
        "club": club,
        "dev": _aliases(f"{developer}置业", f"{developer}公司"),
        "prop": rng.choice(pool["property_head"]),
        "road": road[0] + rng.choice(pool["road_tail"]),
        "road2": road[1] + "路",
        "river": rng.choice(pool["river"]),
        "school": rng.choice(pool["school"]),
        "clinic": rng.choice(pool["clinic"]),
        "bus": rng.choice(pool["bus"]),
        "surname": list(pool["surname"]),
    }


def _responsible(topic: dict[str, Any], town: Unit, by_id: dict[str, Unit], rng: Random) -> list[Unit]:
    """The unit in charge first, then any others that must act with it."""
    order = [0, 0, 0, 1, 1, 2]
    names = topic["units"]
    lead = names[min(rng.choice(order), len(names) - 1)]
    shared = 0.72 if topic.get("crossing") else 0.1
    others = [c for c in topic["co"] if c != lead] if rng.random() < shared else []
    chosen = [lead, *rng.sample(others, min(len(others), rng.choice([1, 1, 2])))]
    return [town if name == "town" else by_id[name] for name in chosen]


def new_scene(number: int, topic: dict[str, Any], by_id: dict[str, Unit], rng: Random) -> Scene:
    """The scene of matter `number`: places that belong together, in one town."""
    town = rng.choice([u for u in by_id.values() if u.kind == "town"])
    villages = [u.name for u in by_id.values() if u.parent == town.id]
    unit, *others = _responsible(topic, town, by_id, rng)
    slots = _names(rng)
    if topic["id"] == "wages":  # the employer and the developer are one party there
        slots["company"] = slots["dev"]
    village, village2 = rng.sample(villages, 2)
    other = others[0] if others else rng.choice([town if unit is not town else by_id["D02"], by_id["D12"]])
    slots |= {
        "town": town.short,
        "village": village,
        "village2": village2,
        "a": str(rng.randint(2, 9)),
        "b": str(rng.randint(1, 28)),
        "c": str(rng.randint(3, 260)),
        "l2": topic["l2"],
        "dept": unit.short,
        "co": other.short,
        "self": _self_name(unit),
    }
    topic = _one_facet(topic, rng)
    place = rng.choice(topic["place"])
    slots["place"] = place
    county = load("county")["county"]
    return Scene(
        id=f"DM{number:05d}",
        topic=topic,
        town=town,
        unit=unit,
        co_units=others,
        slots=slots,
        allowed=places_in(place) | frozenset(topic.get("keys", ())),
        address=county["name"] + town.name + fill(place, slots, rng),
        longitude=round(county["longitude"] + rng.uniform(-0.2, 0.2), 6),
        latitude=round(county["latitude"] + rng.uniform(-0.15, 0.15), 6),
    )


def _one_facet(topic: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The topic cut down to one of its facets, so that all callers of a matter, and the answers, mean one problem.

    A facet lists, by key, which entries of the topic's banks belong to it; a key it does not name stays whole.
    """
    facets = topic.get("facets")
    if not facets:
        return topic
    chosen = rng.choice(facets)
    return {**topic, **{key: [topic[key][i] for i in places] for key, places in chosen.items()}}


def _self_name(unit: Unit) -> str:
    """What a unit calls itself: 我局, 我镇, 我公司."""
    words: list[tuple[str, str]] = [
        ("局", "局"),
        ("镇", "镇"),
        ("街道", "街道"),
        ("公司", "公司"),
        ("集团", "公司"),
    ]
    words += [("中心", "中心"), ("大队", "大队"), ("委", "委")]
    return next((word for tail, word in words if unit.short.endswith(tail)), "单位")

"""`build_county`: all the matters of the demo county, the story among them, within a fixed span of months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from .bank import load, topics
from .county import County, DemoOrder, Truth
from .dates import add_months, is_workday
from .desk import Desk
from .life import Case, live, matter_size, surge
from .places import accounts, new_scene, units
from .story import tell

MONTHS = 26
UNTIL = date(2026, 10, 31)
#: A county of fewer orders has no room for a matter that grows; its topic, and when people call: days back, hour.
_ROOM, _SURGE = 1000, "elevator"
_CALLED = ((24, 9), (12, 8), (10, 18), (9, 9), (7, 20), (6, 8), (4, 19), (3, 10), (2, 9), (1, 12), (0, 9))
#: Calls by hour of day, from 7 to 21: busy mornings, a second hill after work.
_HOURS = (2, 6, 11, 12, 9, 5, 5, 8, 9, 8, 7, 6, 6, 4, 2)


def build_county(seed: int = 2026, until: date = UNTIL, orders: int = 3000) -> County:
    """The demo county up to and including `until`, with exactly `orders` orders over 26 months.

    The same arguments always give the same county. `until` should be the last day of a month, so that the first month
    is whole as well. ValueError when `orders` is less than the story alone needs.
    """
    tree = units()
    since = add_months(until.replace(day=1), 1 - MONTHS)
    desk = Desk(Random(seed), {u.id: u for u in tree}, since, until)
    story = tell(desk)
    rows, truth = list(story.orders), dict(story.truth)
    if orders < len(rows):
        raise ValueError(f"the story alone has {len(rows)} orders; orders={orders} is too few")
    if orders >= _ROOM:
        for case in _surge(seed, desk):
            rows.append(case.order)
            truth[case.order.number] = case.truth
    _fill_up(desk, orders, rows, truth)
    data = load("county")["county"]
    county = County(data["name"], data["notice"], seed, since, until, story.story, tree, accounts())
    county.orders = sorted(rows, key=lambda o: (o.called_at, o.number))
    county.events = sorted(desk.events, key=lambda e: e.at)  # stable: what was noted first stays first
    county.truth = {o.number: truth[o.number] for o in county.orders}
    return county


def _surge(seed: int, desk: Desk) -> list[Case]:
    """The matter that is growing on the county's last day: a handful of calls, then a neighbour almost every day.

    With dice of its own, so that the rest of the county is what it would be without it.
    """
    own = replace(desk, rng=Random(f"{seed} surge"))
    topic = next(topic for topic in topics() if topic["id"] == _SURGE)
    scene = new_scene(99_999, topic, desk.by_id, own.rng)
    hours = (datetime.combine(desk.until - timedelta(days=back), time(hour, 20)) for back, hour in _CALLED)
    return surge(own, scene, [at + timedelta(minutes=own.rng.randint(0, 39)) for at in hours])


def _fill_up(desk: Desk, orders: int, rows: list[DemoOrder], truth: dict[str, Truth]) -> None:
    """Matter after matter until the county has its orders; the last matter is cut off where they are enough."""
    number = 0
    while len(rows) < orders:
        number += 1
        first = _first_call(desk)
        scene = new_scene(number, _topic(desk.rng, first.month), desk.by_id, desk.rng)
        size = min(matter_size(desk.progress(first.date()), desk.rng), orders - len(rows))
        for case in live(desk, scene, first, size):
            rows.append(case.order)
            truth[case.order.number] = case.truth


def _first_call(desk: Desk) -> datetime:
    """A moment between the first and the last day: weekends are quieter, and so are the small hours."""
    rng, days = desk.rng, (desk.until - desk.since).days
    while True:
        day = desk.since + timedelta(days=rng.randint(0, days))
        if is_workday(day) or rng.random() < 0.5:
            break
    hour = rng.choices(range(7, 22), _HOURS)[0]
    return datetime(day.year, day.month, day.day, hour, rng.randint(0, 59), rng.randint(0, 59))


def _topic(rng: Random, month: int) -> dict[str, Any]:
    """A topic by its weight, three times as likely in its season."""
    pool = topics()
    return rng.choices(pool, [t["weight"] * (3 if month in t["months"] else 1) for t in pool])[0]

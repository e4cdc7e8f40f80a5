"""The life of one matter: call after call, until it is really solved or people give up calling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from . import desk as work
from .bank import load, say
from .calls import Before, call_text
from .county import DemoOrder, Promise, Truth
from .places import CENTRE, Caller, Scene, new_caller

_SIZES = ((1, 46), (2, 17), (3, 13), (4, 8), (5, 6), (7, 4), (9, 3), (13, 2), (17, 1))
#: How an order that is not really solved is closed: [class, weight, what the caller finds].
_UNSOLVED = (
    ("procedural", 40, "paper"),
    ("staged_dated", 31, "staged"),
    ("staged_undated", 17, "staged"),
    ("unclear", 6, "paper"),
    ("substantive", 6, "false"),
)


@dataclass(slots=True)
class Case:
    """One order of a matter with its truth, and what the next caller will know."""

    order: DemoOrder
    truth: Truth
    solved: bool
    broken: Promise | None = None


def matter_size(progress: float, rng: Random) -> int:
    """How many calls a matter may draw at most. `progress` runs 0 to 1: the county gets better at it."""
    size = rng.choices([s for s, _ in _SIZES], [w for _, w in _SIZES])[0]
    return 1 if size > 1 and rng.random() < 0.8 * progress else size


def live(desk: work.Desk, scene: Scene, first: datetime, size: int) -> list[Case]:
    """Every order of the matter, in the order of the calls."""
    rng = desk.rng
    cases: list[Case] = []
    at = first
    while len(cases) < size and at <= desk.end - timedelta(hours=6):
        case = _one_call(desk, scene, at, cases, size)
        cases.append(case)
        if case.solved and rng.random() > 0.05:
            break
        at = _next_call(case, size, rng)
    return cases


def surge(desk: work.Desk, scene: Scene, calls: Sequence[datetime]) -> list[Case]:
    """A matter that grows: at each of these moments somebody else calls about it."""
    cases: list[Case] = []
    for at in calls:
        scene.callers.append(new_caller(desk.rng, len(desk.numbers)))
        cases.append(_one_call(desk, replace(scene, callers=scene.callers[-1:]), at, cases, len(calls)))
    return cases


def _caller(desk: work.Desk, scene: Scene) -> Caller:
    """The same person again, or a neighbour: two in five of the later calls are somebody new."""
    if scene.callers and desk.rng.random() < 0.6:
        return desk.rng.choice(scene.callers)
    scene.callers.append(new_caller(desk.rng, len(desk.numbers)))
    return scene.callers[-1]


def _before(at: datetime, cases: list[Case]) -> Before:
    if not cases:
        return Before()
    last, order = cases[-1], cases[-1].order
    is_open = order.closed_at is None or order.closed_at > at
    promised = last.broken.text if last.broken and not is_open else ""
    day = f"{order.called_at.month}月{order.called_at.day}日"
    return Before("chase" if is_open else "repeat", order.number, day, promised)


def _one_call(desk: work.Desk, scene: Scene, at: datetime, cases: list[Case], size: int) -> Case:
    rng, caller, before = desk.rng, _caller(desk, scene), _before(at, cases)
    order = work.open_order(desk, scene, caller, at, call_text(scene, caller, before, rng))
    if cases and rng.random() < 0.4:
        order.previous = before.number
    if before.relation == "chase":
        _chase(desk, cases[-1].order, at)
    replied, _ = work.work_on(desk, scene, order)
    if replied > desk.end:
        return Case(order, _truth(scene, order, before, "", None, []), solved=False)
    closure, finds = _decide(scene, desk, at.date(), size, len(cases))
    reply = work.answer(desk, scene, order, caller, closure, replied)
    work.call_back(desk, scene, order, finds)
    if order.satisfaction == "不满意" and rng.random() < 0.4:
        again = work.send_back(desk, scene, order)
        if again:
            closure, finds = _decide(scene, desk, at.date(), size, len(cases) + 1)
            reply = work.answer(desk, scene, order, caller, closure, again)
            work.call_back(desk, scene, order, finds)
    _flag(desk, scene, order, len(cases), finds)
    chance = _promise_chance(desk, scene, at.date()) * (0.3 + 0.7 * _yielding(size, len(cases)))
    promises = work.keep_or_break(desk, scene, order, reply, chance)
    return _settle(desk, scene, order, before, (closure, finds), promises)


def _chase(desk: work.Desk, order: DemoOrder, at: datetime) -> None:
    order.chases += 1
    desk.note(order, at, "chased", desk.by_id[CENTRE], say(load("callbacks")["chase"]["any"], {}, desk.rng))


def _decide(scene: Scene, desk: work.Desk, day: date, size: int, nth: int) -> tuple[str, str]:
    """How the order is closed and what the caller will find; better units, later years and easy matters fare better."""
    rng, care = desk.rng, scene.unit.care + 0.36 * desk.progress(day)
    chance = 0.22 + 0.64 * care + (0.12 if scene.topic.get("consult") else 0.0)
    chance *= _yielding(size, nth)
    if rng.random() < min(chance, 0.96):
        if rng.random() < 0.05:
            return "unclear", "solved"
        return ("refused" if rng.random() < (0.3 if size == 1 else 0.03) else "substantive"), "solved"
    weights = [w * (1.6 - care) if name != "staged_dated" else w for name, w, _ in _UNSOLVED]
    name, _, finds = rng.choices(_UNSOLVED, weights)[0]
    return name, finds


def _yielding(size: int, nth: int) -> float:
    """A matter with many calls is one that does not yield to the first answers."""
    return 1.0 if size <= 2 else 0.5 + 0.3 * nth / size if size <= 5 else 0.06 + 0.5 * (nth / size) ** 2


def _flag(desk: work.Desk, scene: Scene, order: DemoOrder, nth: int, finds: str) -> None:
    """The platform above marks hard orders, the centre takes some under supervision."""
    rng, owed = desk.rng, finds != "solved"
    order.is_hard = rng.random() < (0.45 if owed and nth >= 2 else 0.18 if scene.co_units and owed else 0.012)
    order.is_supervised = rng.random() < (0.35 if owed and nth >= 2 else 0.01)
    if order.is_supervised and order.signed_at:
        text = say(load("callbacks")["supervise"]["any"], {}, rng)
        desk.note(order, order.signed_at + timedelta(minutes=5), "supervised", desk.by_id[CENTRE], text)


def _promise_chance(desk: work.Desk, scene: Scene, day: date) -> float:
    return 0.3 + 0.5 * scene.unit.care + 0.1 * desk.progress(day)


def _settle(
    desk: work.Desk,
    scene: Scene,
    order: DemoOrder,
    before: Before,
    closing: tuple[str, str],
    promises: list[Promise],
) -> Case:
    """The truth of a closed order, the columns that follow from it, and whether the matter is over."""
    rng, (closure, finds) = desk.rng, closing
    solved = finds == "solved" or (bool(promises) and all(p.kept for p in promises))
    dated = [p.due for p in promises if p.due]
    if closure.startswith("staged"):
        order.is_final = None if rng.random() < 0.4 else rng.random() < 0.25
        order.planned_finish = max(dated) if dated and order.is_final is False else None
        order.status = rng.choice(["已办结", "阶段性办结"])
    elif rng.random() < 0.7:
        order.is_final = True
    kind = "substantive" if closure == "refused" else closure
    truth = _truth(scene, order, before, kind, int(finds != "solved"), promises)
    broken = next((p for p in promises if p.kept is False), None)
    return Case(order, truth, solved, broken)


def _truth(
    scene: Scene,
    order: DemoOrder,
    before: Before,
    closure: str,
    unresolved: int | None,
    promises: list[Promise],
) -> Truth:
    holds = {
        "commitment": bool(promises),
        "enforcement": bool(scene.topic.get("enforcement")),
        "repeat": before.relation == "repeat",
        "crossing": bool(scene.co_units),
        "flagged": order.is_hard,
        "dissatisfied": order.satisfaction == "不满意" or order.resolved == "未解决",
    }
    kinds = tuple(kind for kind, true in holds.items() if true)
    topic = str(scene.topic["id"])
    return Truth(order.number, scene.id, topic, closure, unresolved, kinds, before.relation, tuple(promises))


def _next_call(case: Case, size: int, rng: Random) -> datetime:
    """Many callers come quickly; a broken promise is called about soon after its day; some chase while it is open."""
    order, mean = case.order, 9.0 if size > 8 else 32.0
    start = order.closed_at or order.called_at + timedelta(days=3)
    if rng.random() < (0.3 if size > 8 else 0.1):
        start = order.called_at + timedelta(hours=rng.randint(4, 60))
        mean = 0.3
    elif case.broken and case.broken.due:
        start, mean = max(start, datetime.combine(case.broken.due, start.time()) + timedelta(days=1)), 9.0
    else:
        start += timedelta(days=2)
    day = start + timedelta(days=rng.expovariate(1 / mean))
    return max(day.replace(hour=rng.randint(7, 21), minute=rng.randint(0, 59)), start + timedelta(minutes=30))

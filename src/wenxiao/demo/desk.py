"""The way of one order from the call to the rating: who moves it when, and the events that this leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from .bank import load, say
from .county import DemoOrder, Event, Promise, Unit
from .dates import add_workdays, next_workday, office_time
from .places import CENTRE, Caller, Scene
from .replies import Reply, write_reply

_CHANNELS = (
    "热线电话",
    "热线电话",
    "热线电话",
    "热线电话",
    "微信小程序",
    "政务网站",
    "省平台转办",
    "人民网留言",
)
_LIMIT = {"咨询": 3, "求助": 5, "投诉": 5, "举报": 7, "建议": 5}


@dataclass(slots=True)
class Desk:
    """What all orders of one county share while it is made: the dice, the units, the last day, the event log."""

    rng: Random
    by_id: dict[str, Unit]
    since: date
    until: date
    events: list[Event] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)

    @property
    def end(self) -> datetime:
        """The last moment of the county; nothing is written after it."""
        return datetime.combine(self.until, time(23, 59, 59))

    def progress(self, day: date) -> float:
        """How far the county has come by `day`: 0 at its first day, 1 at its last."""
        return min(1.0, (day - self.since).days / max(1, (self.until - self.since).days))

    def number(self, at: datetime) -> str:
        """A number that no order has yet: the moment of the call and four digits that mean nothing."""
        while True:
            number = f"{at:%Y%m%d%H%M%S}{self.rng.randint(0, 9999):04d}"
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def note(self, order: DemoOrder, at: datetime, kind: str, unit: Unit, text: str = "") -> bool:
        """Appends an event unless it lies after the county's last moment; says whether it did."""
        if at > self.end:
            return False
        desk = {"dispatched": "派单员", "called_back": "回访员", "rated": "回访员", "called": "话务员"}
        actor = f"{unit.short} {desk.get(kind, '督办员' if unit.kind == 'centre' else '联络员')}"
        self.events.append(Event(order.number, at, kind, unit.id, actor, text))
        return True


def open_order(desk: Desk, scene: Scene, caller: Caller, at: datetime, text: tuple[str, str]) -> DemoOrder:
    """The order that a call becomes, called and dispatched."""
    rng, topic = desk.rng, scene.topic
    order = DemoOrder(
        number=desk.number(at),
        called_at=at,
        caller=caller.name,
        phone=caller.phone,
        channel=rng.choice(_CHANNELS),
        request_type=_request_type(topic, rng),
        category1=topic["l1"],
        category2=topic["l2"],
        title=text[0],
        content=text[1],
        address=scene.address if rng.random() < 0.93 else "",
        town=scene.town.id,
        unit=scene.unit.id,
        co_units=tuple(u.id for u in scene.co_units),
        longitude=round(scene.longitude + rng.uniform(-4e-4, 4e-4), 6),
        latitude=round(scene.latitude + rng.uniform(-4e-4, 4e-4), 6),
        dispatched_at=at + timedelta(minutes=rng.randint(6, 200)),
    )
    desk.note(order, at, "called", desk.by_id[CENTRE], order.channel)
    desk.note(order, order.dispatched_at, "dispatched", desk.by_id[CENTRE], f"派至{scene.unit.short}")
    return order


def _request_type(topic: dict[str, object], rng: Random) -> str:
    if topic.get("consult"):
        return rng.choice(["咨询", "咨询", "咨询", "求助"])
    if topic.get("enforcement"):
        return rng.choice(["投诉", "投诉", "举报", "求助"])
    return rng.choice(["投诉", "求助", "求助", "建议"])


def work_on(desk: Desk, scene: Scene, order: DemoOrder) -> tuple[datetime, Unit]:
    """Signing, returns and extensions; gives the moment of the reply and the unit that writes it."""
    rng, unit = desk.rng, scene.unit
    at = office_time(next_workday(order.dispatched_at.date() + timedelta(days=rng.choice([0, 0, 1]))), rng)
    at = max(at, order.dispatched_at + timedelta(minutes=rng.randint(5, 50)))
    if rng.random() < 0.08:
        at, unit = _return(desk, scene, order, at)
    if desk.note(order, at, "signed", unit, "已签收"):
        order.signed_at = at
    limit = add_workdays(order.dispatched_at.date(), _LIMIT[order.request_type])
    order.due_at = datetime.combine(limit, time(17, 30))
    if rng.random() < 0.06:
        order.extensions = 2 if rng.random() < 0.15 else 1
        asked = max(at + timedelta(hours=1), office_time(next_workday(limit - timedelta(days=1)), rng))
        desk.note(order, asked, "extended", unit, say(load("callbacks")["extend"]["any"], scene.slots, rng))
        limit = add_workdays(limit, 5 * order.extensions)
        order.due_at, at = datetime.combine(limit, time(17, 30)), asked
    # Most close in the last days of their limit, a few after it.
    day = (
        limit - timedelta(days=rng.choice([0, 0, 1, 1, 2, 3]))
        if rng.random() < 0.985
        else add_workdays(limit, 2)
    )
    return max(office_time(next_workday(day), rng), at + timedelta(minutes=rng.randint(20, 300))), unit


def _return(desk: Desk, scene: Scene, order: DemoOrder, at: datetime) -> tuple[datetime, Unit]:
    """The unit sends the order back; another one gets it, or the same one again."""
    rng, unit = desk.rng, scene.unit
    slots = {**scene.slots, "other": scene.slots["co"]}
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if not desk.note(order, at, "returned", unit, say(load("callbacks")["return"]["any"], slots, rng)):
            break
        order.returns += 1
        at += timedelta(minutes=rng.randint(30, 240))
        others = [u for u in (*scene.co_units, scene.town) if u is not unit]
        unit = rng.choice(others) if others and rng.random() < 0.5 else scene.unit
        if desk.note(order, at, "reassigned", desk.by_id[CENTRE], f"改派至{unit.short}"):
            order.unit = unit.id
            order.co_units = tuple(c for c in order.co_units if c != unit.id)
        at += timedelta(minutes=rng.randint(20, 300))
    return at, desk.by_id[order.unit]


def answer(desk: Desk, scene: Scene, order: DemoOrder, caller: Caller, closure: str, at: datetime) -> Reply:
    """The unit's reply of `at`, written into the order and the log, and the order closed with it."""
    unit = desk.by_id[order.unit]
    reply = write_reply(scene, unit, caller, closure, (order.called_at.date(), at.date()), desk.rng)
    order.reply, order.replied_at, order.status = reply.text, at, "已办结"
    desk.note(order, at, "replied", unit, reply.text)
    order.closed_at = min(at + timedelta(minutes=desk.rng.randint(1, 400)), desk.end)
    desk.note(order, order.closed_at, "closed", desk.by_id[CENTRE], "审核通过，办结")
    return reply


@dataclass(frozen=True, slots=True)
class Mood:
    """How a caller takes an answer: chances of 不满意 and 满意 (the rest is 基本满意), and what they would say."""

    dissatisfied: float
    satisfied: float
    section: str
    words: tuple[str, ...]


MOODS = {
    "solved": Mood(0.015, 0.88, "solved", ("good", "good", "good", "fair")),
    "staged": Mood(0.12, 0.5, "unsolved", ("waiting", "waiting", "same")),
    "paper": Mood(0.3, 0.4, "unsolved", ("same", "runaround", "nobody")),
    "false": Mood(0.75, 0.15, "unsolved", ("nobody", "same")),
}


def call_back(desk: Desk, scene: Scene, order: DemoOrder, finds: str) -> None:
    """The centre calls the caller back, if it does, and writes down whether it was solved and how they liked it."""
    rng, bank, closed, mood = desk.rng, load("callbacks"), order.closed_at, MOODS[finds]
    assert closed is not None
    at = office_time(next_workday(closed.date() + timedelta(days=rng.randint(1, 5))), rng)
    if rng.random() > 0.62 or at > desk.end:
        return
    centre = desk.by_id[CENTRE]
    if rng.random() < 0.13:
        order.callback = say(bank["unreached"]["any"], scene.slots, rng)
        desk.note(order, at, "called_back", centre, order.callback)
        return
    dice = rng.random()
    patience = 1.35 - 0.8 * desk.progress(order.called_at.date())  # people grow milder as the county improves
    order.satisfaction = (
        "不满意"
        if dice < mood.dissatisfied * patience
        else "满意"
        if dice > 1 - mood.satisfied
        else "基本满意"
    )
    solved = mood.section == "solved"
    order.resolved = ("解决" if solved else "未解决") if order.satisfaction != "基本满意" else "基本解决"
    if order.satisfaction == "满意" and not solved:
        order.resolved = rng.choice(["解决", "基本解决", ""])  # people are polite on the phone
    slots = {**scene.slots, "problem": scene.topic["problem"], "impact0": ""}
    words = rng.choice(mood.words) if order.satisfaction != "满意" or solved else "waiting"
    section = "unsolved" if order.satisfaction == "不满意" else mood.section
    words = words if words in bank[section] else "same"
    order.callback = say(bank[section][words], slots, rng)
    if order.satisfaction == "不满意":
        order.dissatisfied_reason = rng.choice(bank["reason"]["any"])
    desk.note(order, at, "called_back", centre, order.callback)
    desk.note(order, at + timedelta(minutes=1), "rated", centre, order.satisfaction)


def send_back(desk: Desk, scene: Scene, order: DemoOrder) -> datetime | None:
    """After a bad call-back the order may go to the unit again; gives the moment of the second answer."""
    rng = desk.rng
    last = desk.events[-1].at  # the rating
    at = last + timedelta(minutes=rng.randint(20, 300))
    again = office_time(next_workday(add_workdays(at.date(), rng.randint(2, 5))), rng)
    if again + timedelta(days=1) > desk.end:
        return None
    desk.note(
        order,
        at,
        "rehandled",
        desk.by_id[CENTRE],
        say(load("callbacks")["rehandle"]["any"], scene.slots, rng),
    )
    order.rehandled += 1
    order.satisfaction = order.resolved = order.callback = order.dissatisfied_reason = ""
    return again


def keep_or_break(desk: Desk, scene: Scene, order: DemoOrder, reply: Reply, chance: float) -> list[Promise]:
    """What became of each dated promise, with the event that shows it; those still running stay undecided."""
    settled = []
    for promise in reply.promises:
        checked = promise.due and next_workday(promise.due + timedelta(days=desk.rng.randint(1, 4)))
        if checked is None or checked > desk.until:
            settled.append(promise)
            continue
        kept = desk.rng.random() < chance
        kind = "kept" if kept else "broken"
        text = say(load("callbacks")[kind]["any"], scene.slots, desk.rng)
        desk.note(order, office_time(checked, desk.rng), f"commitment_{kind}", desk.by_id[CENTRE], text)
        settled.append(replace(promise, kept=kept))
    return settled

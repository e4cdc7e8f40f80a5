"""The acceptance story of the demo county, told from `data/story.toml` on the calendar of the county's last day.

Days in the file are counted from the story's first Monday, so that weekdays stay what they are whatever `until` is.
`<45>` in a text is that day as 3月5日, `<45y>` with its year, `<45Y>` its year alone; what a clerk promised stands between `{{` and `}}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from .bank import load
from .county import DemoOrder, Milestone, Promise, Story, Truth
from .dates import add_workdays, chinese_date
from .desk import Desk
from .places import CENTRE

_DAY = re.compile(r"<(\d+)([yY]?)>")
_PROMISE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
#: Days from the story's first Monday to the county's last day, at the least.
SPAN = 400
MATTER = "DM00000"


@dataclass(slots=True)
class StoryPart:
    """The story with its orders and their truth, ready to go in among the others."""

    story: Story
    orders: list[DemoOrder] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)


def tell(desk: Desk) -> StoryPart:
    """The story's orders, events and milestones; the events go to the desk."""
    data = load("story")
    start = desk.until - timedelta(days=SPAN)
    start -= timedelta(days=start.weekday())
    orders: list[DemoOrder] = []
    truth: dict[str, Truth] = {}
    milestones = [
        Milestone(m["key"], start + timedelta(days=m["day"]), m["title"], _dated(m["text"], start))
        for m in data["milestone"]
    ]
    for call in data["call"]:
        order = _order(desk, call, start, orders)
        truth[order.number] = _work(desk, call, order, start, orders)
        orders.append(order)
        if "key" in call:
            day = start + timedelta(days=call[call.get("on", "day")])
            milestones.append(Milestone(call["key"], day, call["heading"], order.title, order.number))
    milestones.sort(key=lambda m: m.day)
    numbers = tuple(o.number for o in orders)
    return StoryPart(
        Story(data["title"], MATTER, tuple(data["units"]), numbers, tuple(milestones)), orders, truth
    )


def _dated(text: str, start: date) -> str:
    def words(match: re.Match[str]) -> str:
        day = start + timedelta(days=int(match[1]))
        return {"y": chinese_date(day), "Y": str(day.year)}.get(match[2], f"{day.month}月{day.day}日")

    return _DAY.sub(words, text)


def _at(start: date, day: int, clock: str) -> datetime:
    return datetime.combine(start + timedelta(days=day), time.fromisoformat(clock))


def _order(desk: Desk, call: dict[str, Any], start: date, earlier: list[DemoOrder]) -> DemoOrder:
    data = load("story")
    at = _at(start, call["day"], call.get("time", "09:20"))
    caller = data["caller"][call["caller"]]
    closed_before = [o for o in earlier if o.closed_at and o.closed_at < at]
    order = DemoOrder(
        number=desk.number(at),
        called_at=at,
        caller=caller["name"],
        phone=caller["phone"],
        channel=call.get("channel", "热线电话"),
        request_type=call.get("type", "投诉"),
        category1="生态环境",
        category2="水污染",
        title=call["title"],
        content=_dated(call["content"], start),
        address=call.get("address", data["address"]),
        town=data["town"],
        unit=call["unit"],
        co_units=tuple(call.get("co", ())),
        longitude=data["longitude"] + call["day"] % 7 * 1e-5,
        latitude=data["latitude"] - call["day"] % 5 * 1e-5,
        dispatched_at=at + timedelta(minutes=35),
        previous=closed_before[-1].number if call.get("names_old") and closed_before else "",
    )
    order.signed_at = order.dispatched_at + timedelta(hours=2)
    order.due_at = datetime.combine(add_workdays(at.date(), 5), time(17, 30))
    for name in ("is_hard", "is_supervised", "is_final", "rehandled", "returns"):
        setattr(order, name, call.get(name, getattr(order, name)))
    return order


def _work(desk: Desk, call: dict[str, Any], order: DemoOrder, start: date, earlier: list[DemoOrder]) -> Truth:
    """Everything after the call: events, reply, call-back; gives the truth."""
    centre, unit = desk.by_id[CENTRE], desk.by_id[order.unit]
    replied = _at(start, call["replied"], "16:10")
    desk.note(order, order.called_at, "called", centre, order.channel)
    desk.note(order, order.dispatched_at, "dispatched", centre, f"派至{unit.short}")
    for turn in range(order.returns):
        back = order.dispatched_at + timedelta(minutes=30 + 40 * turn)
        desk.note(order, back, "returned", unit, "水质化验非镇级职责，申请退回改派")
        desk.note(
            order, back + timedelta(minutes=20), "reassigned", centre, f"驳回，仍由{unit.short}牵头办理"
        )
    if order.signed_at:
        desk.note(order, order.signed_at, "signed", unit, "已签收")
    if order.is_supervised:
        desk.note(order, _at(start, call["day"], "14:30"), "supervised", centre, "同一事项多次来电，列入督办")
    order.reply, promises = _reply(call, start)
    order.replied_at, order.status = replied, "已办结"
    order.closed_at = replied + timedelta(minutes=40)
    if order.is_final is False:
        order.planned_finish = max((p.due for p in promises if p.due), default=None)
    desk.note(order, replied, "replied", unit, order.reply)
    desk.note(order, order.closed_at, "closed", centre, "审核通过，办结")
    _call_back(desk, call, order)
    for promise in promises:
        if promise.due and promise.kept is not None:
            kind, text = _fate(promise.kept, call)
            checked = datetime.combine(promise.due + timedelta(days=1), time(10))
            desk.note(order, checked, kind, centre, text)
    return _truth(call, order, tuple(promises), earlier)


def _fate(kept: bool, call: dict[str, Any]) -> tuple[str, str]:
    if kept:
        return "commitment_kept", call.get("proof", "到期核查：承诺事项已完成，照片入档")
    return "commitment_broken", call.get("proof", "到期核查：现场无施工，承诺未兑现")


def _reply(call: dict[str, Any], start: date) -> tuple[str, list[Promise]]:
    """The reply without its marks, and the promises that stood between them, in order of the `promise` tables."""
    marked = _dated(call["reply"], start)
    plain, spans, last = "", [], 0
    for match in _PROMISE.finditer(marked):
        plain += marked[last : match.start()]
        spans.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        last = match.end()
    plain += marked[last:]
    promises = []
    for (begin, end), fate in zip(spans, call.get("promise", []), strict=True):
        due = start + timedelta(days=fate["due"]) if "due" in fate else None
        words = _dated(fate.get("words", ""), start)
        certainty = "stated" if due else ("fuzzy" if words else "none")
        promises.append(Promise(begin, end, plain[begin:end], words, due, certainty, fate.get("kept")))
    return plain, promises


def _call_back(desk: Desk, call: dict[str, Any], order: DemoOrder) -> None:
    if "callback" not in call or order.closed_at is None:
        return
    centre, at = desk.by_id[CENTRE], order.closed_at + timedelta(days=1, hours=-6)
    order.callback, order.satisfaction, order.resolved = call["callback"], call["rated"], call["resolved"]
    order.dissatisfied_reason = call.get("reason", "")
    desk.note(order, at, "called_back", centre, order.callback)
    desk.note(order, at + timedelta(minutes=2), "rated", centre, order.satisfaction)


def _truth(
    call: dict[str, Any], order: DemoOrder, promises: tuple[Promise, ...], earlier: list[DemoOrder]
) -> Truth:
    last = earlier[-1] if earlier else None
    still_open = last is not None and (last.closed_at is None or last.closed_at > order.called_at)
    relation = "first" if last is None else "chase" if still_open else "repeat"
    holds = {
        "commitment": bool(promises),
        "enforcement": True,
        "repeat": relation == "repeat",
        "crossing": bool(order.co_units),
        "flagged": order.is_hard,
        "dissatisfied": order.satisfaction == "不满意" or order.resolved == "未解决",
    }
    kinds = tuple(kind for kind, true in holds.items() if true)
    return Truth(
        order.number, MATTER, "factory_sewage", call["closure"], call["unresolved"], kinds, relation, promises
    )

"""What units answer: a reply of a given closure class, with the promises that it holds and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from .bank import Slot, fill, fitting, load, pick, say
from .county import Promise, Unit
from .dates import Due, chinese_date, fuzzy_due, past_day, stated_due
from .places import Caller, Scene

#: Private-use characters around a promise while the text is still being put together.
_OPEN, _SHUT = "\ue000", "\ue001"
#: How often a clerk of this tone signs a reply with unit and date.
_SIGNS = {"formal": 0.7, "warm": 0.4, "plain": 0.3, "terse": 0.1}
_TOPIC_SLOTS = (
    "problem",
    "detail",
    "impact",
    "want",
    "found",
    "done",
    "partial",
    "refuse",
    "obstacle",
    "promise",
    "act",
)


@dataclass(slots=True)
class Reply:
    """The text, its promises (kept is not known yet) and the day that relative dates in it count from."""

    text: str
    promises: list[Promise]
    signed: date


@dataclass(slots=True)
class _Draft:
    """A reply in the making: the parts in order, the dues of the marked spans in order."""

    scene: Scene
    unit: Unit
    slots: dict[str, Slot]
    signed: date
    parts: list[str]
    dues: list[Due]
    bank: dict[str, Any]
    rng: Random
    signs: bool

    def add(self, section: str, key: str = "any", **more: Slot) -> None:
        self.parts.append(say(self.bank[section][key], {**self.slots, **more}, self.rng))


def write_reply(
    scene: Scene, unit: Unit, caller: Caller, closure: str, days: tuple[date, date], rng: Random
) -> Reply:
    """A reply given on `days[1]` to a call of `days[0]`, closing as `closure` says; "refused" is substantive too."""
    draft = _draft(scene, unit, caller, closure, days, rng)
    if closure == "unclear":
        draft.parts.append(say(draft.bank["unclear"]["any"], draft.slots, rng))
        return _finish(draft)
    draft.parts.append(say(draft.bank["greet"][unit.tone], draft.slots, rng))
    if rng.random() < 0.35:
        draft.add("quote")
    _BODIES[closure](draft)
    if scene.co_units and rng.random() < 0.8:
        draft.add("other", "cross")
    if rng.random() < 0.12:
        draft.parts.insert(2, say(draft.bank["policy"]["any"], draft.slots, rng))
    draft.add("noise", "thanks")
    if draft.signs:
        date_text = rng.choice([chinese_date(draft.signed), draft.signed.strftime("%Y-%m-%d")])
        draft.parts.append(
            f"\n{unit.name}\n{date_text}" if rng.random() < 0.6 else f"（{unit.short} {date_text}）"
        )
    return _finish(draft)


def _draft(
    scene: Scene, unit: Unit, caller: Caller, closure: str, days: tuple[date, date], rng: Random
) -> _Draft:
    bank, (called, replied) = load("replies"), days
    signs = closure != "unclear" and rng.random() < _SIGNS[unit.tone]
    # A letter is often signed a day or two before the system takes it; its dates count from the signature.
    signed = max(called, replied - timedelta(days=rng.choice([0, 0, 0, 0, 0, 1, 2]))) if signs else replied
    slots: dict[str, Slot] = {
        **scene.slots,
        **{k: fitting(scene.topic[k], scene.allowed) for k in _TOPIC_SLOTS if k in scene.topic},
        "caller": rng.choice([caller.name, caller.name, "市民朋友", caller.name[0] + "**"]),
        "subject": fitting(scene.topic["title"], scene.allowed),
        "dept": unit.short,
        "other": bank["other"]["other"],
        "third": bank["other"]["third"],
        "act0": bank["other"]["act0"],
        "year": str(replied.year),
        "when": lambda r: past_day(called, signed, r),
        "when2": past_day(max(called, signed - timedelta(days=2)), signed, rng),
    }
    return _Draft(scene, unit, slots, signed, [], [], bank, rng, signs)


def _substantive(draft: _Draft) -> None:
    if not draft.scene.topic.get("consult") or draft.rng.random() < 0.2:  # a question needs no visit
        draft.add("check")
    if "act" in draft.scene.topic and draft.rng.random() < 0.3:
        draft.add("enforce")
    draft.add("substantive")
    draft.add("substantive", "tail")


def _refused(draft: _Draft) -> None:
    if not draft.slots["refuse"]:  # this facet knows no lawful refusal
        return _substantive(draft)
    if draft.rng.random() < 0.5:
        draft.add("check")
    draft.add("refused")
    return None


def _staged(draft: _Draft, dated: bool) -> None:
    rng = draft.rng
    draft.add("check", rng.choice(["any", "any", "soft"]))
    if "act" in draft.scene.topic and rng.random() < 0.55:
        draft.add("enforce")
    draft.add("staged", "partial")
    draft.parts.append(say(draft.bank["noise"]["excuse"], draft.slots, rng))
    if not dated:
        _promise(draft, None if rng.random() < 0.4 else fuzzy_due(rng))
    elif rng.random() < 0.22 and len(fitting(draft.scene.topic["promise"], draft.scene.allowed)) > 1:
        _two_promises(draft)
    else:
        _promise(draft, stated_due(draft.signed, rng))
    if rng.random() < 0.25:
        draft.add("procedural", "measures")


def _marked(text: str) -> str:
    return f"{_OPEN}{text}{_SHUT}"


def _promise(draft: _Draft, due: Due | None) -> None:
    action = fill("{promise}", draft.slots, draft.rng)
    frames = draft.bank["promise"]["none" if due is None else "fuzzy" if due.day is None else "frame"]
    frame = pick(draft.rng, frames)
    words = due.text if due else ""
    # The shortest clause that names the day and the deed; where words stand between the two, from one to the other.
    start, end = frame.find("{due}"), frame.find("{promise}") + len("{promise}")
    start = min([i for i in (start, frame.find("{fuzzy}"), frame.find("{promise}")) if i >= 0])
    frame = frame[:start] + _marked(frame[start:end]) + frame[end:]
    slots = {**draft.slots, "due": words, "fuzzy": words, "promise": action}
    draft.parts.append(fill(frame, slots, draft.rng))
    draft.dues.append(due or Due("", None, "none"))


def _two_promises(draft: _Draft) -> None:
    actions = list(fitting(draft.scene.topic["promise"], draft.scene.allowed))
    first, second = (fill(t, draft.slots, draft.rng) for t in draft.rng.sample(actions, 2))
    dues = sorted((stated_due(draft.signed, draft.rng) for _ in range(2)), key=lambda d: d.day or date.max)
    frame = pick(draft.rng, draft.bank["promise"]["pair"])
    frame = frame.replace("{due}{promise}", _marked("{due}{promise}")).replace(
        "{due2}{promise2}", _marked("{due2}{promise2}")
    )
    slots = {**draft.slots, "due": dues[0].text, "due2": dues[1].text, "promise": first, "promise2": second}
    draft.parts.append(fill(frame, slots, draft.rng))
    draft.dues += dues


def _procedural(draft: _Draft) -> None:
    rng, bank = draft.rng, draft.bank["procedural"]
    if rng.random() < 0.65:
        draft.add("check", rng.choice(["any", "soft", "soft"]))
    if "act" in draft.scene.topic and rng.random() < 0.15:
        draft.add("enforce")
    ways = rng.sample(sorted(bank), rng.choice([1, 1, 2, 2, 3]))
    for way in ways:
        draft.add("procedural", way, company=draft.slots["company"])


_BODIES = {
    "substantive": _substantive,
    "refused": _refused,
    "staged_dated": lambda draft: _staged(draft, dated=True),
    "staged_undated": lambda draft: _staged(draft, dated=False),
    "procedural": _procedural,
}


def _finish(draft: _Draft) -> Reply:
    """Joins the parts, makes the small mistakes that clerks make, and takes the marks out again."""
    rng = draft.rng
    joint = rng.choice(["", "", "", "", "", "\n", "\n    "])
    text = joint.join(p for p in draft.parts if p)
    if rng.random() < 0.12:
        wrong = pick(rng, [f"{a}>{b}" for a, b in draft.bank["noise"]["typos"]]).split(">")
        text = text.replace(wrong[0], wrong[1], 1)
    if rng.random() < 0.06:
        text = text.replace("，", ",")
    if rng.random() < 0.05:
        text = text.replace("。", "．", 1)
    text = text.replace("。。", "。").replace("，。", "。")
    return _unmarked(text, draft)


def _unmarked(text: str, draft: _Draft) -> Reply:
    plain: list[str] = []
    promises, start, dues = [], 0, iter(draft.dues)
    for char in text:
        if char == _OPEN:
            start = len(plain)
        elif char == _SHUT:
            due = next(dues)
            clause = "".join(plain[start:])
            promises.append(Promise(start, len(plain), clause, due.text, due.day, due.certainty))
        else:
            plain.append(char)
    return Reply("".join(plain), promises, draft.signed)

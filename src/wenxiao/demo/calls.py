"""What callers say: the title and the text of an order, in the caller's or the operator's words."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .bank import Slot, fill, fitting, load, say
from .places import Caller, Scene


@dataclass(frozen=True, slots=True)
class Before:
    """What happened on this matter before this call, as the caller remembers it. `promised` is "" for no promise."""

    relation: str = "first"
    number: str = ""
    day: str = ""
    promised: str = ""


def call_text(scene: Scene, caller: Caller, before: Before, rng: Random) -> tuple[str, str]:
    """Title and content of one call; the content has 60 to 500 characters."""
    bank, topic = load("calls"), scene.topic
    slots: dict[str, Slot] = {
        **scene.slots,
        **{k: fitting(topic[k], scene.allowed) for k in ("problem", "detail", "impact")},
        **_wishes(topic["want"], rng),
        "caller": caller.name,
        "old": before.number,
        "oldday": before.day,
        "promised": before.promised,
    }
    parts = [say(bank["open"][caller.temper], slots, rng)]
    problem = fill("{problem}", slots, rng)
    place = say(bank["where"]["any"], slots, rng)
    parts += [place, problem + "，"] if rng.random() < 0.4 else [problem + rng.choice("。，；"), place]
    parts.append(say(bank["since"]["any"], slots, rng))
    parts += _history(bank["history"], before, slots, rng)
    if rng.random() < 0.15:
        parts.append(say(bank["more"]["group"], slots, rng))
    parts += [say(bank["want"]["any"], slots, rng), say(bank["end"]["any"], slots, rng)]
    text = _joined(parts, rng)
    while len(text) < 60:
        text += say(bank["more"]["lines"], slots, rng)
    return say(fitting(topic["title"], scene.allowed), slots, rng), text[:500]


def _wishes(wants: list[str], rng: Random) -> dict[str, Slot]:
    """Two different wishes: the second is for an answer where the topic knows only one."""
    first, second = rng.sample(wants, 2) if len(wants) > 1 else (wants[0], "给个书面答复")
    return {"want": first, "want2": second}


def _history(bank: dict[str, list[str]], before: Before, slots: dict[str, Slot], rng: Random) -> list[str]:
    if before.relation == "first":
        return []
    if before.promised and rng.random() < 0.75:
        return [say(bank["promise"], slots, rng)]
    # Some callers do not know or do not say that it was reported before.
    return [say(bank[before.relation], slots, rng)] if rng.random() < 0.8 else []


def _joined(parts: list[str], rng: Random) -> str:
    text = "".join(p for p in parts if p)
    for wrong, right in (
        ("，。", "。"),
        ("。。", "。"),
        ("，，", "，"),
        ("，（", "（"),
        ("，位置", "。位置"),
    ):
        text = text.replace(wrong, right)
    text = text.replace("，，", "，")
    noise = rng.random()
    if noise < 0.08:
        text = text.replace("，", ",")
    elif noise < 0.14:
        text = text.replace("。", "。\n", 1)
    elif noise < 0.18:
        text = "\t" + text
    return text

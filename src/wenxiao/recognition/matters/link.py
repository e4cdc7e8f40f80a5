"""Why two orders are one matter, or only related, or not: in words that an analyst can check.

What each kind of evidence contributed is measured on the model itself: the log-odds as they are, less the log-odds
with that kind made neutral (as it is between two orders that have nothing to do with each other).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

import numpy as np

from wenxiao.recognition.matters.facts import Facts, Mark
from wenxiao.recognition.matters.model import Model
from wenxiao.recognition.matters.pairs import Features

SAME, RELATED, DIFFERENT = "same", "related", "different"

#: The features that speak for each kind of evidence, by how their names begin. What is left over is wording.
KINDS = {
    "name": ("name", "renamed", "core"),
    "problem": ("problem", "head_problem", "topic"),
    "wish": ("wish",),
    "identifier": ("same_", "other_", "clash_"),
    "area": ("area_",),
    "place": ("near", "far"),
    "caller": ("same_caller",),
    "time": ("gap", "soon"),
}
#: Reasons that moved the log-odds less than this are not worth a line.
SMALL = 0.15
#: A shorter run of shared characters says nothing.
SHORT_PHRASE = 4
_MARKS = {
    "route": "公交线路",
    "metro": "地铁线路",
    "plate": "车牌",
    "train": "车次",
    "document": "文号",
    "house": "楼栋",
    "phase": "期数",
    "year": "年度",
    "number": "门牌",
    "unit": "单元",
    "group": "村组",
    "town": "乡镇街道",
    "village": "村（社区）",
    "road": "道路",
    "junction": "路口",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of evidence: what it added to the log-odds of "one matter", and the words that show it.

    `kind` is one of KINDS, "wording" or "bare" (an order without text); `a` and `b` are what each order says.
    """

    kind: str
    weight: float
    text: str
    a: tuple[str, ...] = ()
    b: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Two orders: how likely they are one matter (`probability`), one matter or related (`tie`), what that makes them
    (`verdict`), and why: the reasons for and against, the weightiest first. `matter` is that of `b`, where known."""

    a: str
    b: str
    probability: float
    tie: float
    verdict: str
    reasons: tuple[Reason, ...]
    matter: str = ""


def verdict(judge: Model, probability: float, tie: float) -> str:
    """One of SAME, RELATED, DIFFERENT."""
    if probability >= judge.one:
        return SAME
    return RELATED if tie >= judge.link else DIFFERENT


@cache
def kind_of(feature: str) -> str:
    """The kind of evidence that a feature belongs to."""
    if feature == "same_caller":
        return "caller"
    found = [kind for kind, starts in KINDS.items() if feature.startswith(starts)]
    return found[0] if found else "wording"


def contributions(judge: Model, found: Features) -> dict[str, np.ndarray]:
    """For each kind of evidence, what it added to the log-odds of each pair."""
    count = len(next(iter(found.values())))
    kinds = sorted({kind_of(name) for name in found})
    # Every pair once as it is and once for each kind made neutral, judged together.
    tried = {
        name: np.concatenate(
            [
                values,
                *(
                    np.full(count, judge.neutral.get(name, 0.0)) if kind_of(name) == kind else values
                    for kind in kinds
                ),
            ]
        )
        for name, values in found.items()
    }
    logit = judge.logit(tried).reshape(len(kinds) + 1, count)
    return {kind: logit[0] - logit[k] for k, kind in enumerate(kinds, 1)}


def reasons(a: Facts, b: Facts, added: dict[str, float], found: dict[str, float]) -> tuple[Reason, ...]:
    """The evidence of one pair in words, the weightiest first."""
    told = [_tell(kind, weight, a, b, found) for kind, weight in added.items()]
    kept = [reason for reason in told if reason and abs(reason.weight) >= SMALL]
    return tuple(sorted(kept, key=lambda reason: -abs(reason.weight)))


def bare_reasons(a: Facts, b: Facts, probability: float, metres: float) -> tuple[Reason, ...]:
    """Why two orders without text are, or are not, one matter."""
    weight = float(np.log(max(probability, 1e-6) / (1 - probability)))
    parts = ["类别相同" if a.category == b.category else "类别不同"]
    if a.address and a.address.casefold() == b.address.casefold():
        parts.append("地址相同")
    elif not np.isnan(metres):
        parts.append(f"相距约{metres:.0f}米")
    if a.day is not None and b.day is not None:
        parts.append(_gap(a, b))
    return (Reason("bare", weight, "，".join(parts), (a.category,), (b.category,)),)


def _tell(kind: str, weight: float, a: Facts, b: Facts, found: dict[str, float]) -> Reason | None:
    tellers = {
        "name": _names,
        "problem": _problems,
        "wish": _wishes,
        "identifier": _marks,
        "area": _areas,
    }
    if kind in tellers:
        text, of_a, of_b = tellers[kind](a, b)
        if kind == "problem" and not text:
            text = f"除地点和主体外，所说的事相近程度 {max(found['topic'], 0):.0%}"
        return Reason(kind, weight, text, of_a, of_b) if text else None
    plain = {
        "caller": "同一来电人" if found["same_caller"] else "不是同一来电人",
        "time": _gap(a, b),
        "place": "坐标相近" if found["near"] else "坐标相距很远" if found["far"] else "",
        "wording": f"全文措辞相近程度 {found['cos_full']:.0%}，标题在对方文中出现 {found['head_in_max']:.0%}",
    }
    return Reason(kind, weight, plain[kind]) if plain[kind] else None


def _names(a: Facts, b: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    of_a, of_b = _all_names(a), _all_names(b)
    shared = [(x, y) for x in of_a for y in of_b if _alike(x, y)]
    if shared:
        told = [x if x == y else f"{x}（{y}）" for x, y in _best(shared)]
        return f"都提到{_quoted(told)}", tuple(x for x, _ in shared), tuple(y for _, y in shared)
    one_sided = [n for n in of_a if n in b.full] or [n for n in of_b if n in a.full]
    if one_sided:
        return f"都提到{_quoted(one_sided[:3])}", of_a, of_b
    heads = tuple(n.text for n in a.names), tuple(n.text for n in b.names)
    phrase = _phrase(a.head, b.head)
    if phrase and not all(heads):
        return f"都提到“{phrase}”", of_a, of_b
    if all(heads):
        return f"地点或主体不同：{_quoted(heads[0][:3])}与{_quoted(heads[1][:3])}", *heads
    return "没有写明共同的地点或主体", *heads


def _phrase(x: str, y: str) -> str:
    """The longest run of words that both titles have, from SHORT_PHRASE characters on."""
    match = SequenceMatcher(None, x, y, autojunk=False).find_longest_match()
    found = x[match.a : match.a + match.size].strip(" 市区县的，。！？")
    return found if len(found) >= SHORT_PHRASE else ""


def _all_names(facts: Facts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.text for n in (*facts.names, *facts.body_names)))


def _alike(x: str, y: str) -> bool:
    """One name written two ways: contained, or most of the neighbouring characters shared whatever their order."""
    if x in y or y in x:
        return min(len(x), len(y)) > 1
    pairs_x, pairs_y = _pairs(x), _pairs(y)
    return len(pairs_x & pairs_y) * 3 >= 2 * min(len(pairs_x), len(pairs_y)) > 0


def _pairs(name: str) -> set[str]:
    return {"".join(sorted(name[i : i + 2])) for i in range(len(name) - 1)}


def _best(shared: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Three at most, written the same before written two ways, longer before shorter."""
    return sorted(dict.fromkeys(shared), key=lambda pair: (pair[0] != pair[1], -len(pair[0])))[:3]


def _problems(a: Facts, b: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return _sets(
        "问题", a.problems & b.problems, a.head_problems or a.problems, b.head_problems or b.problems
    )


def _wishes(a: Facts, b: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return _sets("诉求", a.wishes & b.wishes, a.wishes, b.wishes)


def _areas(a: Facts, b: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return _sets("区域", a.areas & b.areas, a.areas, b.areas)


def _sets(
    what: str, both: Iterable[str], of_a: Iterable[str], of_b: Iterable[str]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    shared, in_a, in_b = sorted(both), tuple(sorted(of_a)), tuple(sorted(of_b))
    if shared:
        return f"{what}相同：{'、'.join(shared[:4])}", in_a, in_b
    if in_a and in_b:
        return f"{what}不同：{'、'.join(in_a[:3])}与{'、'.join(in_b[:3])}", in_a, in_b
    return "", in_a, in_b


def _marks(a: Facts, b: Facts) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    told, of_a, of_b = [], [], []
    for kind, label in _MARKS.items():
        x, y = _values(a.marks, kind), _values(b.marks, kind)
        if not x or not y:
            continue
        of_a += x
        of_b += y
        both = [value for value in x if value in y]
        told.append(f"{label}相同（{both[0]}）" if both else f"{label}不同（{x[0]}与{y[0]}）")
    return "，".join(told), tuple(of_a), tuple(of_b)


def _values(marks: tuple[Mark, ...], kind: str) -> list[str]:
    return [mark.value for mark in marks if mark.kind == kind]


def _gap(a: Facts, b: Facts) -> str:
    if a.day is None or b.day is None:
        return ""
    days = round(abs(a.day - b.day))
    return "同一天前后" if days < 1 else f"相隔{days}天"


def _quoted(names: Iterable[str]) -> str:
    return "".join(f"“{name}”" for name in names)

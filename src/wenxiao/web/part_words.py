"""The lines that verdicts move, as people read them: what each is called, what was learned of it, what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wenxiao.library.training import Readiness
from wenxiao.recognition.commitments.words import default_words
from wenxiao.recognition.learning import PARTS
from wenxiao.reporting import words
from wenxiao.web.reading import NOTICEABLE, english

#: Words that stand for their class.
_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line on the page of the models: answers in so many words, corrections, corrections that it takes."""

    label: str
    said: int
    corrected: int
    needed: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """One line in the report of a version. `figures` are (label, figures) of the lines as shipped, as used when it was
    trained, and as it has them; `missing` says what is too few, "" where something could be learned."""

    label: str
    asks: str
    report: dict[str, Any]
    figures: list[tuple[str, dict[str, Any]]]
    learned: list[tuple[str, float]]
    units: list[tuple[str, dict[str, Any], dict[str, Any]]]
    missing: str
    stays: bool


def part_label(part: str) -> tuple[str, str]:
    """What a line is called, and the question that it answers."""
    return {
        "enforcement": (_("执法类"), _("工单是不是执法类")),
        "crossing": (_("三跨"), _("工单是不是三跨")),
        "commitment": (_("承诺"), _("一句话是不是承诺")),
        "concrete": (_("能核对的承诺"), _("承诺能不能核对")),
    }[part]


def wanted(ready: Readiness) -> list[Wanted]:
    """What people have said of each line."""
    return [
        Wanted(part_label(part)[0], *ready.parts.get(part, (0, 0)), ready.corrections_needed)
        for part in PARTS
    ]


def part_rows(report: Mapping[str, Any]) -> list[PartRow]:
    """The report of each line; none for a version from before there were any."""
    return [
        _row(part, report["parts"][part], report["policy"])
        for part in PARTS
        if part in report.get("parts", {})
    ]


def _row(part: str, report: dict[str, Any], policy: Mapping[str, Any]) -> PartRow:
    label, asks = part_label(part)
    figures = [
        (_("出厂模型"), report["shipped"]),
        (_("训练时在用的模型"), report["present"]),
        (_("这个模型"), report["trained"]),
    ]
    before = report["present"]["by_unit"]
    return PartRow(
        label,
        asks,
        report,
        figures,
        [
            (trait_words(row["signal"]), row["added"])
            for row in report["learned"]
            if abs(row["added"]) >= NOTICEABLE
        ],
        [(unit, before[unit], one) for unit, one in report["trained"]["by_unit"].items() if unit in before],
        missing_words(report["too_few"], policy) if report["too_few"] else "",
        not report["too_few"]
        and not report["learned"]
        and (report["scale"], report["constant"]) == (1.0, 0.0),
    )


def missing_words(few: Mapping[str, int], policy: Mapping[str, Any]) -> str:
    """What is too few to move a line by, with the numbers that it takes."""
    return _(
        "太少，没有学：可学的回答 %(have)d 条（较少的一边 %(side)d 条），其中更正 %(corrected)d 条；"
        "至少要 %(least)d 条、两边各 %(each)d 条、更正 %(needed)d 条。"
    ) % {
        "have": few["have"],
        "side": few["least_side"],
        "corrected": few["corrected"],
        "least": policy["least"],
        "each": policy["least_each"],
        "needed": policy["least_corrected"],
    }


def trait_words(name: str) -> str:
    """What a trait of a case is called: a field or act of enforcement, what bodies are named, a class of words, a time."""
    sort, _slash, rest = name.partition("/")
    if sort in ("field", "act"):
        return (
            (_("执法领域") if sort == "field" else _("执法动作"))
            + pgettext("punctuation", "：")
            + (words.enforcement_label(rest, english()))
        )
    if sort == "word":
        return _("有这类词：%(words)s") % {"words": _sample(rest)}
    if sort == "time":
        return _times().get(rest, rest)
    if name.startswith("bodies_"):
        return _("点名的单位至少 %(n)s 家") % {"n": name.removeprefix("bodies_")}
    if name == "joint":
        return words.kind_label("crossing/joint", english())
    return pgettext("crossing", "跨%(what)s") % {"what": words.across_label(name, english())}


def _sample(name: str) -> str:
    listed = default_words().lists.get(name)
    return (
        pgettext("punctuation", "、").join(sorted(listed, key=lambda w: (len(w), w))[:_SAMPLE])
        if listed
        else name
    )


def _times() -> dict[str, str]:
    return {
        "future": _("写明以后的日期"),
        "now": _("日期就是答复当天"),
        "passed": _("写明过去的日期"),
        "far": _("三年以后的日期"),
        "hanging": _("从某件事之后算起"),
        "fuzzy": _("时间含糊（尽快、近期）"),
        "none": _("没有写时间"),
    }

"""The words that people read for what the engine writes: kinds, classes, signals, missing evidence, fields.

The English words are those of the findings format; the Chinese ones are the glossary's. One word for one thing.
"""

from __future__ import annotations

from functools import cache

from wenxiao.display.harmless import one_line
from wenxiao.orders.intake.problems import Problem
from wenxiao.recognition.closure import MissingEvidence
from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.lexicon import read_data
from wenxiao.recognition.signals import Signal, TextSignals
from wenxiao.scanning.result import ScanResult, SourceNote

KINDS = {
    "commitment": "承诺件",
    "enforcement": "执法类",
    "repeat": "多次来电",
    "crossing": "三跨",
    "flagged": "标注疑难复杂",
    "dissatisfied": "不满意",
}
CLASSES = {
    "substantive": "实质性办结",
    "staged_dated": "阶段性（有期限）",
    "staged_undated": "阶段性（无期限）",
    "procedural": "程序性办结",
    "unclear": "无法判断",
}
CERTAINTY = {"stated": "写明日期", "fuzzy": "时间含糊", "none": "没写时间"}
FIELDS = {
    "title": "标题",
    "content": "诉求内容",
    "reply": "答复",
    "handling": "办理情况",
    "callback": "回访",
    "matter": "同一事项",
    "commitments": "承诺",
    "resolved": "是否解决",
    "satisfaction": "满意度",
    "returns": "退回次数",
    "extensions": "延期次数",
    "rehandled": "重新办理次数",
    "chases": "催办次数",
    "is_supervised": "是否督办",
    "is_hard": "是否疑难",
    "is_final": "是否最终办理结果",
    "is_repeat": "是否重复",
    "previous_order": "前次工单",
    "planned_finish": "计划完成时间",
    "closed_at": "办结时间",
    "collection": "全部工单里的件数",
}
WORDING = "这句话的说法"
WORDING_EXPLAIN = "这样的说法，在已标注的答复里多见于没有办成的工单。"


@cache
def signals() -> dict[str, Signal]:
    """Every named signal, by name."""
    return {**TextSignals().signals, **ColumnSignals().signals}


@cache
def missing() -> dict[str, tuple[str, str]]:
    """Chinese and English words for each piece of missing evidence."""
    return MissingEvidence().labels


def missing_labels() -> dict[str, str]:
    """Chinese words for each piece of missing evidence."""
    return {name: label for name, (label, _) in missing().items()}


def signal_label(name: str) -> str:
    """The Chinese name of a signal; a signal that is not in the data files is shown by its own name."""
    if name == "wording":
        return WORDING
    known = signals().get(name)
    return known.label if known else kind_label(name)


#: What evidence for a kind is called: Chinese and English. Acts of enforcement go by their own names after it.
KIND_EVIDENCE = {
    "crossing/body": ("涉及的单位", "body concerned"),
    "crossing/joint": ("多家共同办理", "several act together"),
    "crossing/several": ("多家单位，未点名", "several bodies, not named"),
}


def kind_label(name: str, in_english: bool = False) -> str:
    """What evidence for a kind is called; a name that is not known is shown as it stands."""
    if name in KIND_EVIDENCE:
        return KIND_EVIDENCE[name][in_english]
    kind, _, act = name.partition("/")
    if kind == "enforcement" and act:
        return f"enforcement: {act_labels().get(act, act)}" if in_english else f"执法：{act}"
    return name


@cache
def act_labels() -> dict[str, str]:
    """The English names of the acts of enforcement."""
    return {row["name"]: row["label_en"] for row in read_data("enforcement.toml")["act"]}


@cache
def _field_labels() -> dict[str, str]:
    """The English names of the fields of enforcement."""
    return {row["name"]: row["label_en"] for row in read_data("enforcement.toml")["field"]}


def enforcement_label(name: str, in_english: bool = False) -> str:
    """What a field or an act of enforcement is called; one that a centre added has its own name only."""
    return _field_labels().get(name) or act_labels().get(name, name) if in_english else name


#: What a crossing order crosses: Chinese and English.
ACROSS = {
    "departments": ("部门", "departments"),
    "areas": ("区域", "areas"),
    "levels": ("层级", "levels"),
    "unnamed": ("多个单位，正文没有都写明", "several bodies, not all of them named"),
    "wording": ("没有点名，按说法判断", "no body named, judged by the wording"),
}


def across_label(name: str, in_english: bool = False) -> str:
    """What is crossed, in words; a name that is not known is shown as it stands."""
    return ACROSS[name][in_english] if name in ACROSS else name


def field_label(name: str) -> str:
    return FIELDS.get(name, name)


def place(problem: Problem) -> str:
    """Where a problem stands, for a person who opens the file: its name, sheet, row and column, harmless."""
    parts = problem.file, problem.sheet, f"第 {problem.row} 行", problem.column
    return one_line("，".join(part for part in parts if part))


def nobody_listed(result: ScanResult) -> str:
    """Why there is no list of orders most likely not resolved."""
    if result.untold == result.orders:
        return "没有答复可读，所以不列名单；类别、承诺和同一事项照常识别。"
    return (
        f"没有一件的可能性达到 {result.listing.likely:.0%}（最高 {percent(result.highest)}），"
        "所以不列名单；逐件都有判断。"
    )


def caution(note: SourceNote) -> str:
    """That a file's figures are less reliable, and by what that is seen; "" where nothing says so."""
    if note.known is None:
        return ""
    usual = read_data("report.toml")["likeness"]
    shares = zip(("诉求", "答复"), note.known, (usual["usual_messages"], usual["usual_replies"]), strict=True)
    said = "，".join(
        f"{what} {known:.0%}（训练所用的约 {all_:.0%}）" for what, known, all_ in shares if known < 1
    )
    return (
        f"请留意：这份文件的用词与训练模型所用的留言差别较大，两字组合见过的比例是{said}。"
        "可能性和件数不如公布的准确率可靠，请先抽几十件由人核对，再使用这些数字。"
    )


def percent(probability: float) -> str:
    """A probability for people. Never 0 % or 100 %: the machine is not certain of anything."""
    return f"{min(0.99, max(0.01, probability)):.0%}"

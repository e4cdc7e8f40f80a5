"""One order as one row of a sheet, in the words of people: the columns that the workbook and the CSV share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from wenxiao.display.harmless import one_line
from wenxiao.display.masking import mask
from wenxiao.recognition.headline import headline, without_headline
from wenxiao.recognition.schema import TEXT_FIELDS, Commitment, Evidence, Finding, Order
from wenxiao.reporting import words

Cell = str | int | float | date | None

#: Evidence worth a line in a sheet: the strongest few that speak for "not resolved".
SHOWN_EVIDENCE = 5

#: Promises in one cell, and code points of each; the ledger sheet and the JSON Lines have them all and whole.
SHOWN_PROMISES, SHOWN_LENGTH = 5, 80


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters, how it is written, and where its value comes from."""

    header: str
    width: int
    form: str
    value: Callable[[Order, Finding], Cell]


def evidence_in_words(finding: Finding) -> str:
    """Numbered lines: the signal's name, where it stands, and the words themselves."""
    speaking = telling_first(finding)[:SHOWN_EVIDENCE]
    if speaking:
        return "\n".join(f"{n}. {_in_words(e)}" for n, e in enumerate(speaking, 1))
    silent = any(e.signal == "no_reply_column" for e in finding.evidence)
    if silent or finding.unresolved < 0.5:
        return words.signal_label("no_reply_column") if silent else ""
    return without_headline(finding.missing, words.missing_labels())


def telling_first(finding: Finding) -> list[Evidence]:
    """What speaks for "not resolved", the headline before the rest; nothing where no reason is strong enough to lead."""
    first = headline(finding.evidence)
    if first is None:
        return []
    return [first, *(e for e in finding.evidence if e.weight > 0 and e is not first)]


def _in_words(evidence: Evidence) -> str:
    label, where = words.signal_label(evidence.signal), words.field_label(evidence.field)
    if not evidence.text.strip():
        return label
    if evidence.field in TEXT_FIELDS:
        return f"{label}（{where}）：{mask(one_line(evidence.text))}"
    return f"{label}（{where}：{evidence.text}）"


def earlier_in_words(finding: Finding) -> str:
    """What is known of the calls before this one, a line each: which orders and when, what a column says, what is told."""
    return "\n".join(_EARLIER[e.signal](e) for e in finding.evidence if e.signal in _EARLIER)


def _marked_repeat(evidence: Evidence) -> str:
    if evidence.field == "previous_order":
        return f"来源写明前次工单：{evidence.text.strip()}"
    return "来源标注为重复来电"


_EARLIER: dict[str, Callable[[Evidence], str]] = {
    "repeat_earlier": lambda e: e.text,
    "repeat_marked": _marked_repeat,
    "repeat_said": lambda e: f"文中说：{mask(one_line(e.text))}",
}


def missing_in_words(finding: Finding) -> str:
    return "；".join(words.missing()[name][0] for name in finding.missing)


def commitments_in_words(finding: Finding) -> str:
    """Numbered lines: the promise, its last day and how that was worked out; the first few, and how many more there are."""
    promises = concrete(finding)
    lines = [
        f"{n}. {_short(mask(one_line(c.text)))}{_due_in_words(c)}"
        for n, c in enumerate(promises[:SHOWN_PROMISES], 1)
    ]
    if (more := len(promises) - len(lines)) > 0:
        lines.append(f"另有 {more} 条")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _due_in_words(commitment: Commitment) -> str:
    if commitment.due is None:
        return f"（{words.CERTAINTY[commitment.certainty]}）"
    return f"（{commitment.due.isoformat()}；{commitment.basis}）"


def concrete(finding: Finding) -> list[Commitment]:
    """The commitments that somebody could later check."""
    return [c for c in finding.commitments if c.concrete]


def next_due(finding: Finding) -> date | None:
    return min((c.due for c in concrete(finding) if c.due), default=None)


COLUMNS = (
    Column("工单编号", 18, "text", lambda o, f: f.order),
    Column("未实质性办结可能性", 12, "percent", lambda o, f: f.unresolved),
    Column("标题", 28, "wrap", lambda o, f: mask(o.title.strip())),
    Column("办结性质", 16, "text", lambda o, f: words.CLASSES[f.closure_class]),
    Column("类别", 18, "text", lambda o, f: "、".join(words.KINDS[k] for k in f.kinds)),
    Column("依据（信号与原文）", 60, "wrap", lambda o, f: evidence_in_words(f)),
    Column("缺少的证据", 24, "wrap", lambda o, f: missing_in_words(f)),
    Column("承诺", 44, "wrap", lambda o, f: commitments_in_words(f)),
    Column("最近到期日", 12, "date", lambda o, f: next_due(f)),
    Column("前次来电", 40, "wrap", lambda o, f: earlier_in_words(f)),
    Column("同一事项", 11, "text", lambda o, f: f.matter),
    Column("承办单位", 16, "text", lambda o, f: o.unit),
    Column("来电时间", 12, "date", lambda o, f: o.called_at.date() if o.called_at else None),
    Column(
        "答复时间",
        12,
        "date",
        lambda o, f: t.date() if (t := o.replied_at or o.closed_at) else None,
    ),
    Column("诉求内容", 50, "text", lambda o, f: mask(o.content.strip())),
    Column("答复", 50, "text", lambda o, f: mask((o.reply or o.handling).strip())),
    Column("来源文件", 16, "text", lambda o, f: f.file),
    Column("工作表", 10, "text", lambda o, f: f.sheet),
    Column("行", 7, "number", lambda o, f: f.row),
)

#: The first sheet of a workbook: what an analyst needs to take up the orders at the top.
RANKED = tuple(
    next(column for column in COLUMNS if column.header == header)
    for header in (
        "未实质性办结可能性",
        "工单编号",
        "标题",
        "依据（信号与原文）",
        "缺少的证据",
        "承诺",
        "最近到期日",
        "办结性质",
        "类别",
        "承办单位",
        "来电时间",
        "答复时间",
        "前次来电",
        "同一事项",
        "来源文件",
        "工作表",
        "行",
    )
)

"""Findings as one self-contained page, evidence highlighted in the texts, to read on a screen and on paper."""

from __future__ import annotations

import heapq
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from wenxiao.recognition.schema import TEXT_FIELDS, Evidence, Finding, Order
from wenxiao.reporting import words
from wenxiao.reporting.highlight import Segment, Span, segments
from wenxiao.reporting.masking import mask
from wenxiao.reporting.rows import concrete
from wenxiao.scanning.result import ScanResult

#: A page with more orders than this is slow to open and nobody reads it; the most likely ones are kept.
PAGE_ORDERS = 5000
#: Code points of a quotation in the list of reasons; the whole stands highlighted in the text below.
QUOTED = 60


class PageWriter:
    """Keeps the `PAGE_ORDERS` orders most likely not resolved, as HTML, and writes the page at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heap: list[tuple[float, int, str]] = []
        self._seen = 0

    def add(self, order: Order, finding: Finding) -> None:
        self._seen += 1
        key = (finding.unresolved, -self._seen)
        if len(self._heap) < PAGE_ORDERS:
            heapq.heappush(self._heap, (*key, _article(order, finding)))
        elif key > self._heap[0][:2]:
            heapq.heapreplace(self._heap, (*key, _article(order, finding)))

    def finish(self, result: ScanResult) -> None:
        template = Template((files("wenxiao.reporting") / "data" / "report.html").read_text("utf-8"))
        names = "、".join(source.name for source in result.sources)
        articles = [html for _, _, html in sorted(self._heap, reverse=True)]
        page = template.substitute(
            title=escape(f"识别结果：{names}"),
            heading="识别结果：哪些工单还欠着",
            subtitle=escape(f"{names}　数据截止 {result.as_of.isoformat()}"),
            figures="".join(
                f"<li><b>{n}</b><span>{escape(what)}</span></li>" for what, n in _figures(result)
            ),
            class_options=_options(words.CLASSES),
            kind_options=_options(words.KINDS),
            articles="".join(articles),
            footer=escape(self._footer(result)),
        )
        self._path.write_text(page, encoding="utf-8", errors="replace")

    def _footer(self, result: ScanResult) -> str:
        cut = (
            f"本页列出可能性最高的 {PAGE_ORDERS} 件，共 {self._seen} 件。" if self._seen > PAGE_ORDERS else ""
        )
        return (
            f"{cut}“可能性”是机器给出的参考，不是结论，由人研判。手机号、身份证号已遮盖，文中姓名无法可靠识别。"
            f"识别模型 {result.model}。"
        )


def _figures(result: ScanResult) -> list[tuple[str, int]]:
    figures = [("工单", result.orders), ("疑似未实质性办结", result.unresolved)]
    figures += [(words.KINDS[k], n) for k, n in result.kinds.most_common()]
    return [*figures, ("承诺已逾期（条）", result.commitments["overdue"])]


def _options(labels: dict[str, str]) -> str:
    return "".join(f'<option value="{key}">{escape(label)}</option>' for key, label in labels.items())


def _article(order: Order, finding: Finding) -> str:
    high = " high" if finding.unresolved >= 0.5 else ""
    kinds = "".join(f'<span class="kind">{words.KINDS[k]}</span>' for k in finding.kinds)
    about = [finding.order, order.unit, f"{order.called_at:%Y-%m-%d}来电" if order.called_at else ""]
    return (
        f'<article data-c="{finding.closure_class}" data-k="{" ".join(finding.kinds)}"><header>'
        f'<span class="p{high}" title="未实质性办结可能性">{words.percent(finding.unresolved)}</span>'
        f"<h2>{escape(mask(order.title.strip()) or '（无标题）')}</h2></header>"
        f'<p class="meta">{words.CLASSES[finding.closure_class]}　{kinds}　'
        f"{escape('　'.join(a for a in about if a))}{_matter(finding)}</p>"
        f"{_why(finding)}{_texts(order, finding)}{_promises(finding)}</article>"
    )


def _matter(finding: Finding) -> str:
    return f"　同一事项 {escape(finding.matter)}" if finding.matter else ""


def _why(finding: Finding) -> str:
    speaking = [e for e in finding.evidence if e.weight > 0][:6]
    lines = [f"<li>{_signal(e)}</li>" for e in speaking]
    if finding.missing:
        lines.append(
            "<li>缺少：" + escape("；".join(words.missing()[m][0] for m in finding.missing)) + "</li>"
        )
    return f'<ul class="why">{"".join(lines)}</ul>' if lines else ""


def _signal(evidence: Evidence) -> str:
    known = words.signals().get(evidence.signal)
    explain = known.explain if known else words.WORDING_EXPLAIN
    where = words.field_label(evidence.field)
    is_text = evidence.field in TEXT_FIELDS
    said = f"“{_short(evidence.text)}”" if is_text else f"（{where}：{evidence.text}）"
    return (
        f"<b>{escape(words.signal_label(evidence.signal))}</b>{escape(said)}　{escape(explain)}"
        f'<span class="w">（+{evidence.weight:.1f}）</span>'
    )


def _short(text: str) -> str:
    line = mask(" ".join(text.split()))
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def _texts(order: Order, finding: Finding) -> str:
    parts = []
    for name in TEXT_FIELDS[1:]:
        text = getattr(order, name)
        if text.strip():
            spans = _spans(finding, name)
            body = "".join(_marked(piece) for piece in segments(mask(text), spans)).strip()
            parts.append(f'<p class="text"><b>{words.field_label(name)}</b>{body}</p>')
    return "".join(parts)


def _spans(finding: Finding, name: str) -> list[Span]:
    found = [
        Span(e.start, e.end or e.start, ("" if e.weight >= 0 else "less:") + words.signal_label(e.signal))
        for e in finding.evidence
        if e.field == name and e.start is not None
    ]
    return found + [
        Span(c.start, c.end or c.start, f"promise:承诺 {c.due or ''}")
        for c in finding.commitments
        if c.field == name and c.start is not None
    ]


def _marked(piece: Segment) -> str:
    if not piece.names:
        return escape(piece.text)
    kinds = {name.partition(":")[0] for name in piece.names if ":" in name}
    plain = [name for name in piece.names if ":" not in name]
    style = "" if plain else f' class="{"promise" if "promise" in kinds else "less"}"'
    title = "；".join(name.partition(":")[2] or name for name in piece.names)
    return f'<mark{style} title="{escape(title)}">{escape(piece.text)}</mark>'


def _promises(finding: Finding) -> str:
    lines = [
        f"<li>{escape(mask(c.text))}：<b>{c.due or words.CERTAINTY[c.certainty]}</b>　{escape(c.basis)}</li>"
        for c in concrete(finding)
    ]
    return f'<p class="meta">承诺</p><ul class="due">{"".join(lines)}</ul>' if lines else ""

"""Findings as one self-contained page, evidence highlighted in the texts, to read on a screen and on paper."""

from __future__ import annotations

import heapq
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from wenxiao.display.harmless import harmless, one_line
from wenxiao.display.highlight import Piece, Span, pieces, promise_number
from wenxiao.display.masking import mask
from wenxiao.recognition.collection import is_untold
from wenxiao.recognition.schema import TEXT_FIELDS, Evidence, Finding, Order
from wenxiao.reporting import words
from wenxiao.reporting.rows import concrete, earlier_in_words, evidence_in_words, telling_first
from wenxiao.reporting.workbook import REJECTED, WARNED
from wenxiao.scanning.result import Listing, ScanResult

#: A page with more orders than this is slow to open and nobody reads it; the most likely ones are kept.
PAGE_ORDERS = 5000
#: Reasons that are listed; more would be read by nobody.
SHOWN_EVIDENCE = 6
#: Code points of a quotation in the list of reasons; the whole stands highlighted in the text below.
QUOTED = 60


class PageWriter:
    """Keeps the `PAGE_ORDERS` orders most likely not resolved, as HTML, and writes the page at the end."""

    def __init__(self, path: Path, listing: Listing) -> None:
        self._path, self._likely = path, listing.likely
        self._heap: list[tuple[float, int, str]] = []
        self._seen = 0

    def add(self, order: Order, finding: Finding) -> None:
        self._seen += 1
        key = (finding.unresolved, -self._seen)
        if len(self._heap) < PAGE_ORDERS:
            heapq.heappush(self._heap, (*key, _article(order, finding, self._likely)))
        elif key > self._heap[0][:2]:
            heapq.heapreplace(self._heap, (*key, _article(order, finding, self._likely)))

    def finish(self, result: ScanResult) -> None:
        template = Template((files("wenxiao.reporting") / "data" / "report.html").read_text("utf-8"))
        names = one_line("、".join(source.name for source in result.sources))
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
            cautions="".join(
                f'<p class="caution"><b>{escape(one_line(note.name))}</b>　{escape(words.caution(note))}</p>'
                for note in result.sources
                if note.known
            ),
            problems=_problems(result),
            articles="".join(articles),
            footer=escape(self._footer(result)),
        )
        self._path.write_text(harmless(page), encoding="utf-8")  # whatever was put in above

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


def _problems(result: ScanResult) -> str:
    """What did not get in and what to know of what did: counts by sort, with the first place of each."""
    parts = []
    for title, log in (("没有读入的行", result.rejected), ("读入了、但请留意", result.warned)):
        lines = [
            f"<li><b>{n}</b> 处　{escape(one_line(e.message))}（如 {escape(words.place(e))}）</li>"
            for code, n in log.counts.most_common()
            if (e := log.examples[code])
        ]
        if lines:
            parts.append(f"<p>{title}：{len(log)}</p><ul>{''.join(lines)}</ul>")
    sheets = "".join(
        f"“{name}”" for name, log in ((REJECTED, result.rejected), (WARNED, result.warned)) if len(log)
    )
    where = f"<p>逐行清单在工作簿（--out …xlsx）的{sheets}页。</p>"
    return (
        f'<details class="problems"><summary>读表情况</summary>{"".join(parts)}{where}</details>'
        if parts
        else ""
    )


def _options(labels: dict[str, str]) -> str:
    return "".join(f'<option value="{key}">{escape(label)}</option>' for key, label in labels.items())


def _article(order: Order, finding: Finding, likely: float) -> str:
    high = " high" if finding.unresolved >= likely and not is_untold(finding.evidence) else ""
    kinds = "".join(f'<span class="kind">{words.KINDS[k]}</span>' for k in finding.kinds)
    about = [finding.order, order.unit, f"{order.called_at:%Y-%m-%d}来电" if order.called_at else ""]
    return (
        f'<article data-c="{finding.closure_class}" data-k="{" ".join(finding.kinds)}"><header>'
        f'<span class="p{high}" title="未实质性办结可能性">{words.percent(finding.unresolved)}</span>'
        f"<h2>{_html(order.title) or '（无标题）'}</h2></header>"
        f'<p class="meta">{words.CLASSES[finding.closure_class]}　{kinds}　'
        f"{escape('　'.join(one_line(a) for a in about if a))}{_matter(finding)}</p>"
        f"{_why(finding)}{_texts(order, finding)}{_promises(finding)}</article>"
    )


def _html(text: str) -> str:
    """One line of a stranger's text: masked, harmless, escaped."""
    return escape(mask(one_line(text)))


def _matter(finding: Finding) -> str:
    return f"　同一事项 {escape(finding.matter)}" if finding.matter else ""


def _speaking(finding: Finding) -> list[Evidence]:
    return telling_first(finding)[:SHOWN_EVIDENCE]


def _why(finding: Finding) -> str:
    lines = [f"<li>{_signal(n, e)}</li>" for n, e in enumerate(_speaking(finding), 1)]
    if not lines and (none := evidence_in_words(finding)):
        lines.append(f"<li>{_html(none)}</li>")
    if earlier := earlier_in_words(finding):
        # Masked where it quotes people; numbers of orders, long as an identity number, are there to be looked up.
        lines.append(f"<li><b>前次来电</b>　{escape(one_line(earlier.replace(chr(10), '；')))}</li>")
    if finding.missing:
        missing = "；".join(words.missing()[m][0] for m in finding.missing)
        lines.append(f"<li><b>缺少</b>　{escape(missing)}</li>")
    return f'<ul class="why">{"".join(lines)}</ul>' if lines else ""


def _signal(number: int, evidence: Evidence) -> str:
    known = words.signals().get(evidence.signal)
    explain = known.explain if known else words.WORDING_EXPLAIN
    where = words.field_label(evidence.field)
    is_text = evidence.field in TEXT_FIELDS
    said = f"“{_short(evidence.text)}”" if is_text else f"（{where}：{one_line(evidence.text)}）"
    return (
        f'<span class="no">{number}</span><b>{escape(words.signal_label(evidence.signal))}</b>'
        f'{escape(said if evidence.text else "")}　<span class="w">{escape(explain)}（+{evidence.weight:.1f}）</span>'
    )


def _short(text: str) -> str:
    line = mask(one_line(text))
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def _texts(order: Order, finding: Finding) -> str:
    spans = _spans(finding)
    parts = []
    for name in TEXT_FIELDS[1:]:
        text = getattr(order, name)
        if text.strip():
            body = "".join(_marked(piece) for piece in pieces(mask(text), spans[name]))
            parts.append(f'<p class="text"><b>{words.field_label(name)}</b>{body}</p>')
    return "".join(parts)


def _spans(finding: Finding) -> dict[str, list[Span]]:
    """What to mark in each text: the numbered reasons, what speaks for a real closing, the lettered promises."""
    spans: dict[str, list[Span]] = {name: [] for name in TEXT_FIELDS}
    numbers = {id(e): str(n) for n, e in enumerate(_speaking(finding), 1)}
    for e in finding.evidence:
        if e.field in spans and e.start is not None and e.end is not None and e.weight:
            kind = "up" if e.weight > 0 else "down"
            spans[e.field].append(Span(e.start, e.end, numbers.get(id(e), ""), kind))
    for n, c in enumerate(concrete(finding), 1):
        if c.field in spans and c.start is not None and c.end is not None:
            spans[c.field].append(Span(c.start, c.end, promise_number(n), "promise"))
    return spans


def _marked(piece: Piece) -> str:
    if not piece.spans:
        return escape(piece.text)
    numbers = "".join(f"<sup>{span.number}</sup>" for span in piece.opens if span.number)
    return f'<mark class="{piece.kind}">{numbers}{escape(piece.text)}</mark>'


def _promises(finding: Finding) -> str:
    lines = [
        f'<li><span class="no">{promise_number(n)}</span>{_html(c.text)}：'
        f"<b>{c.due or words.CERTAINTY[c.certainty]}</b>　{_html(c.basis)}</li>"
        for n, c in enumerate(concrete(finding), 1)
    ]
    return f'<p class="meta">承诺</p><ul class="due">{"".join(lines)}</ul>' if lines else ""

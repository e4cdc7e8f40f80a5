"""Cutting a text at the borders of evidence: nothing is lost, nothing is moved, whatever the spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wenxiao.display.highlight import Span, pieces

TEXTS = st.text(alphabet="县局已转交，。\n\t 𠮷😀ab1", max_size=60)
SPANS = st.lists(
    st.builds(
        Span,
        st.integers(-3, 70),
        st.integers(-3, 70),
        st.sampled_from(["1", "2", "3", "A"]),
        st.sampled_from(["up", "down", "promise"]),
    ),
    max_size=8,
)


def test_it_works() -> None:
    text = "\n\t已转交镇里，将于月底前完成。"
    found = pieces(text, [Span(2, 7, "1", "up"), Span(8, 15, "A", "promise")])
    assert [(p.text, p.numbers, p.kind) for p in found] == [
        ("已转交镇里", "1", "up"),
        ("，", "", ""),
        ("将于月底前完成", "A", "promise"),
        ("。", "", ""),
    ]


def test_overlapping_spans_share_the_piece_between() -> None:
    found = pieces("甲乙丙丁戊", [Span(0, 3, "1", "up"), Span(2, 5, "A", "promise")])
    assert [(p.text, p.numbers, p.kind) for p in found] == [
        ("甲乙", "1", "up"),
        ("丙", "1 A", "both"),
        ("丁戊", "A", "promise"),
    ]
    assert [[s.number for s in p.opens] for p in found] == [["1"], ["A"], []]


def test_offsets_count_code_points() -> None:
    assert pieces("𠮷😀甲乙", [Span(2, 3, "1", "up")])[1].text == "甲"


@given(TEXTS, SPANS)
def test_the_pieces_are_the_text(text: str, spans: list[Span]) -> None:
    assert "".join(p.text for p in pieces(text, spans)) == text.strip()


@given(TEXTS, SPANS)
def test_each_character_has_the_spans_that_cover_it(text: str, spans: list[Span]) -> None:
    first = len(text) - len(text.lstrip())
    fitting = [s for s in spans if 0 <= s.start < s.end <= len(text)]
    at = first
    for piece in pieces(text, spans):
        for _ in piece.text:
            assert set(piece.spans) == {s for s in fitting if s.start <= at < s.end}
            at += 1


@given(TEXTS, SPANS)
def test_a_span_opens_once(text: str, spans: list[Span]) -> None:
    opened = [s for p in pieces(text, list(set(spans))) for s in p.opens]
    assert len(opened) == len(set(opened))

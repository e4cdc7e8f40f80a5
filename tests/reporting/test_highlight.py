"""Overlapping evidence is cut at its edges; no character is lost or doubled."""

from hypothesis import given
from hypothesis import strategies as st

from wenxiao.reporting.highlight import Span, segments


def test_spans_that_overlap_are_cut_at_their_edges():
    pieces = segments("甲乙丙丁戊", [Span(1, 4, "a"), Span(2, 5, "b")])
    assert [(p.text, p.names) for p in pieces] == [
        ("甲", ()),
        ("乙", ("a",)),
        ("丙丁", ("a", "b")),
        ("戊", ("b",)),
    ]


def test_a_text_without_evidence_is_one_piece():
    assert [p.text for p in segments("甲乙", [])] == ["甲乙"]
    assert segments("", []) == []


SPANS = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30)), max_size=8)


@given(st.text(max_size=25), SPANS)
def test_the_pieces_make_the_text(text, edges):
    spans = [Span(start, end, str(n)) for n, (start, end) in enumerate(edges)]
    pieces = segments(text, spans)
    assert "".join(p.text for p in pieces) == text
    assert all(p.text for p in pieces)

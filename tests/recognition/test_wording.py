"""Clauses and n-gram weights: places in the text as given, and sums that do not depend on company."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.recognition.wording import Wording, split

WORDS = Wording(["已", "已转", "转交", "已转交", "整改到", "整改到位", "路"], np.arange(1, 15).reshape(7, 2))
ANY = st.text(alphabet="已转交整改到位路，。：,:;0 12\n\t\u3000A\U00020000①", max_size=60)


def sums(texts: list[str]) -> list[list[int]]:
    return WORDS.weigh(split(texts), len(texts)).sums.tolist()


def test_clauses_are_where_they_stand_in_each_text() -> None:
    texts = ["您好：已转交，请等待。", "", "整改到位"]
    pieces = split(texts)
    found = [texts[o][s:e] for o, s, e in zip(pieces.owners, pieces.starts, pieces.ends, strict=True)]
    assert found == ["您好", "已转交", "请等待", "整改到位"]


def test_figures_with_a_comma_or_a_colon_stay_whole() -> None:
    pieces = split(["共1,500元，8:30开门: 好"])
    assert (pieces.ends - pieces.starts).tolist() == [7, 6, 2]


def test_an_n_gram_counts_once_in_a_text_where_it_first_stands() -> None:
    assert sums(["路，路"]) == [[13, 14], [0, 0]]


def test_a_clause_gets_the_sum_of_its_n_grams() -> None:
    assert sums(["已转交"]) == [[1 + 3 + 5 + 7, 2 + 4 + 6 + 8]]


def test_n_grams_do_not_cross_marks_or_spaces() -> None:
    assert sums(["已 转，交"]) == [[1, 2], [0, 0]]


def test_full_width_and_traditional_writing_weigh_the_same() -> None:
    assert sums(["已轉交"]) == sums(["已转交"])


@given(st.lists(ANY, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_company_changes_nothing(texts: list[str]) -> None:
    assert sums(texts) == [row for text in texts for row in sums([text])]


@given(ANY)
@settings(max_examples=100, deadline=None)
def test_every_clause_is_a_non_empty_piece_of_its_text(text: str) -> None:
    pieces = split([text])
    spans = list(zip(pieces.starts.tolist(), pieces.ends.tolist(), strict=True))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)

"""Clauses and n-gram weights: places in the text as given, and sums that do not depend on company."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.recognition.wordclasses import WordClasses, sorts
from wenxiao.recognition.wording import Table, Wording, gram_of, key_of, split

GRAMS = ["已", "已转", "转交", "已转交", "整改到", "整改到位", "路"]
WORDS = Wording(GRAMS, np.arange(1, 15).reshape(7, 2), np.arange(7)[:, None])
NO_CLASSES = WordClasses({"other": []})
ANY = st.text(alphabet="已转交整改到位路，。：,:;0 12\n\t\u3000A\U00020000①", max_size=60)


def sums(texts: list[str]) -> list[list[int]]:
    clauses = split(texts)
    found, _ = WORDS.clause_sums(WORDS.hits(sorts(clauses, NO_CLASSES)), len(clauses.owners))
    return found.tolist()


def test_clauses_are_where_they_stand_in_each_text() -> None:
    texts = ["您好：已转交，请等待。", "", "整改到位"]
    pieces = split(texts)
    found = [texts[o][s:e] for o, s, e in zip(pieces.owners, pieces.starts, pieces.ends, strict=True)]
    assert found == ["您好", "已转交", "请等待", "整改到位"]


def test_figures_with_a_comma_or_a_colon_stay_whole() -> None:
    pieces = split(["共1,500元，8:30开门: 好"])
    assert (pieces.ends - pieces.starts).tolist() == [7, 6, 2]


def test_in_a_text_an_n_gram_counts_once_where_it_first_stands() -> None:
    clauses = split(["路，已，路", "路"])
    hits = WORDS.hits(sorts(clauses, NO_CLASSES))
    total, number = WORDS.text_sums(hits, clauses.owners, 2)
    assert (total.tolist(), number.tolist()) == ([[6], [6]], [2, 1])
    assert WORDS.text_sums_by_clause(hits, clauses.owners, 2, 0).tolist() == [6, 0, 0, 6]


def test_words_are_read_by_their_classes_the_longest_first() -> None:
    classes = WordClasses({"other": ["已婚"], "past": ["已"], "build": ["更换", "更换灯具"]})
    words = classes.find(split(["已婚，已更换灯具"]))
    assert [classes.names[number - 1] for number in words.classes] == ["past", "build"]
    assert words.clauses.tolist() == [1, 1]


def test_class_n_grams_stay_within_their_clause() -> None:
    classes = WordClasses({"other": [], "past": ["已"], "build": ["更换"]})
    found = {gram_of(int(key)) for keys, _ in sorts(split(["已，更换"]), classes) for key in keys}
    assert "\ue002\ue003" not in found
    found = {gram_of(int(key)) for keys, _ in sorts(split(["已更换"]), classes) for key in keys}
    assert "\ue002\ue003" in found


def test_a_table_finds_what_it_holds_and_nothing_else() -> None:
    grams = [chr(0x4E00 + i) + chr(0x5000 + j) for i in range(40) for j in range(40)]
    at, rows = Table(grams).find(np.array([key_of(g) for g in ["不有", *grams, "无"]], dtype=np.uint64))
    assert at.tolist() == list(range(1, len(grams) + 1))
    assert rows.tolist() == list(range(1, len(grams) + 1))


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

"""Clauses and n-gram weights: places in the text as given, and sums that do not depend on company."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.recognition.weights import Wording
from wenxiao.recognition.wordclasses import WordClasses, sorts
from wenxiao.recognition.wording import Table, gram_of, key_of, keys, split

GRAMS = ["已", "已转", "转", "转交", "已转交", "整", "整改", "整改到", "整改到位", "路"]
WORDS = Wording(GRAMS, np.arange(1, 21).reshape(10, 2), np.arange(1, 11)[:, None])
CLASSES = WordClasses({"other": ["已婚"], "past": ["已"], "build": ["更换", "更换灯具"]})
ANY = st.text(alphabet="已转交整改到位路婚更换灯具，。：,:;0 12\n\t\u3000A\U00020000①", max_size=60)


def sums(texts: list[str]) -> list[list[int]]:
    clauses = split(texts)
    return WORDS.clause_sums(WORDS.hits(clauses), len(clauses.owners))[0].tolist()


def class_grams(text: str) -> set[str]:
    return {gram_of(int(key)) for found, _ in sorts(split([text]), CLASSES)[4:] for key in found}


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
    hits = WORDS.once(WORDS.hits(clauses), clauses.owners)
    for total, number, *first in (
        WORDS.text_sums(hits, clauses.owners, 2),
        WORDS.shared_sums(hits, clauses.owners, 2),
    ):
        assert (total.tolist(), number.tolist()) == ([[11], [10]], [2, 1])
        assert not first or first[0].tolist() == [10, 1, 0, 10]


def test_words_are_read_by_their_classes_the_longest_first() -> None:
    clauses = split(["已婚，已更换灯具"])
    words = CLASSES.find(clauses, keys(clauses.codes))
    assert [CLASSES.names[number - 1] for number in words.classes] == ["past", "build"]
    assert words.clauses.tolist() == [1, 1]


def test_class_n_grams_stay_within_their_clause() -> None:
    pair = "\ue002\ue003"
    assert pair in class_grams("已更换")
    assert pair not in class_grams("已，更换")


def test_a_table_finds_what_it_holds_and_nothing_else() -> None:
    grams = [chr(0x4E00 + i) + chr(0x5000 + j) for i in range(40) for j in range(40)]
    at, rows = Table(grams).find(np.array([key_of(g) for g in ["不有", *grams, "无"]], dtype=np.uint64))
    assert at.tolist() == list(range(1, len(grams) + 1))
    assert rows.tolist() == list(range(1, len(grams) + 1))


@given(st.lists(ANY, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_looking_up_step_by_step_finds_what_looking_up_everything_finds(texts: list[str]) -> None:
    clauses = split(texts)
    every = sorts(clauses, CLASSES)
    known = {gram_of(int(key)) for found, _ in every for key in found}
    known |= {gram[:n] for gram in known if not gram[0] >= "\ue000" for n in range(1, 4)}
    grams = sorted(known) or ["路"]
    ones = np.ones((len(grams), 1))
    _, number = Wording(grams, ones, ones, CLASSES).clause_sums(
        Wording(grams, ones, ones, CLASSES).hits(clauses), len(clauses.owners)
    )
    wanted = sum(np.bincount(clause, minlength=len(clauses.owners)) for _, clause in every)
    assert number.tolist() == wanted.tolist()


def test_a_clause_gets_the_sum_of_its_n_grams() -> None:
    assert sums(["已转交"]) == [[1 + 3 + 5 + 7 + 9, 2 + 4 + 6 + 8 + 10]]


def test_n_grams_do_not_cross_marks_or_spaces() -> None:
    assert sums(["已 转，交"]) == [[1 + 5, 2 + 6], [0, 0]]


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

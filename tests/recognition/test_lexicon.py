"""Word lists with gaps, found in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.lexicon import GAP, Lexicon, expanded


def test_a_plain_term_is_found_wherever_it_stands():
    assert Lexicon({"a": ["转交"]}).find("已转交，再转交") == {"a": [(1, 3), (5, 7)]}


def test_a_term_may_be_on_several_lists():
    assert set(Lexicon({"a": ["转交"], "b": ["转交", "批转"]}).find("转交")) == {"a", "b"}


def test_a_gap_spans_a_few_characters_and_no_more():
    lexicon = Lexicon({"a": ["待…到位"]})
    assert lexicon.find("待资金到位") == {"a": [(0, 5)]}
    assert lexicon.find("待" + "一" * GAP + "到位")
    assert not lexicon.find("待" + "一" * (GAP + 1) + "到位")
    assert not lexicon.find("到位待")


def test_a_term_of_three_parts_needs_them_in_order():
    lexicon = Lexicon({"a": ["说…来…没来"]})
    assert lexicon.find("说周五来，又没来") == {"a": [(0, 8)]}
    assert not lexicon.find("没来，说来")


def test_a_term_with_choices_stands_for_every_one_of_them():
    assert expanded("{已|已经}{修复|恢复}了") == ["已修复了", "已恢复了", "已经修复了", "已经恢复了"]
    assert expanded("{|不}满意") == ["满意", "不满意"]
    assert expanded("已修复") == ["已修复"]


@pytest.mark.parametrize("term", ["{已|已经修复", "已}修复", "{已{经}}"])
def test_a_brace_without_its_partner_is_refused(term):
    with pytest.raises(ValueError, match="花括号"):
        Lexicon({"a": [term]})


def test_terms_that_begin_alike_are_found_each_by_its_own_end():
    found = Lexicon({"a": ["已…修复"], "b": ["已…完毕", "已"]}).find("已将路灯修复完毕")
    assert found == {"b": [(0, 1), (0, 8)], "a": [(0, 6)]}


def test_nothing_is_found_in_nothing():
    assert Lexicon({}).find("转交") == {}
    assert Lexicon({"a": ["转交"]}).find("") == {}


@given(st.text(alphabet="甲乙丙丁", max_size=60))
def test_gaps_find_what_a_plain_search_finds(text):
    found = bool(Lexicon({"a": ["甲…乙"]}).find(text))
    wanted = any(text[i] == "甲" and "乙" in text[i + 1 : i + 2 + GAP] for i in range(len(text)))
    assert found == wanted


def test_work_grows_in_line_with_length():
    """A hostile text must not make hits breed: at most one open hit a part of a term."""
    lexicon = Lexicon({"a": ["甲…甲…甲"]})
    hits = [len(lexicon.find("甲" * n)["a"]) for n in (2_000, 20_000, 200_000)]
    assert hits == [1_998, 19_998, 199_998]

"""No character that acts gets through, and no other is touched or moved."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.display.harmless import harmless, one_line

ACTING = "\x00\x07\x08\x1b\x7f\x9b\u202a\u202e\u2066\u2069\ud800\uffff"


@pytest.mark.parametrize("character", ACTING)
def test_an_acting_character_is_shown_as_a_box(character):
    assert harmless(f"甲{character}乙") == "甲\ufffd乙"


def test_what_only_shows_stays():
    assert harmless("甲\t乙\n丙 Ａ１😀\u3000") == "甲\t乙\n丙 Ａ１😀\u3000"


def test_line_ends_of_every_kind_make_one_line():
    assert one_line(" 甲\r\n乙\u2028丙\r丁\x1b[2J ") == "甲 乙 丙 丁\ufffd[2J"


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_nothing_acts_and_nothing_moves(text):
    shown = harmless(text)
    assert len(shown) == len(text)
    assert {unicodedata.category(c) for c in shown if c not in "\t\n"}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert unicodedata.bidirectional("\u202e") not in {unicodedata.bidirectional(c) for c in shown}

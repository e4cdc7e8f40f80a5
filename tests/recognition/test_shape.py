"""Facts about a reply and its message as wholes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.shape import BITS, FACTS, Shapes, pack, rarity, unpack
from wenxiao.recognition.wording import split

SHAPES = Shapes(np.full(1 << BITS, 3))
TEXTS = st.lists(
    st.tuples(st.text("路灯不亮已修复2年，？《》\n", max_size=40), st.text("路灯坏了？3。", max_size=40))
)


def facts(reply: str, message: str) -> dict[str, float]:
    row = SHAPES.read([reply], [message], split([reply]), split([message]))[0]
    return dict(zip(FACTS, row.tolist(), strict=True))


def test_figures_titles_and_questions_are_counted() -> None:
    found = facts("依《条例》第12条，3月5日已修。", "为什么不修？何时修?")
    assert np.expm1([found["figures"], found["titles"], found["questions"]]) == pytest.approx([3, 1, 2])


def test_a_reply_in_the_callers_words_takes_all_of_them_up() -> None:
    found = facts("南门路灯不亮，已修复", "南门路灯不亮")
    assert found["taken_up"] == 1
    assert 0 < found["own_words"] < 1


def test_a_reply_about_something_else_takes_up_nothing() -> None:
    found = facts("感谢来信", "南门路灯不亮")
    assert (found["taken_up"], found["own_words"]) == (0, 1)


def test_empty_texts_have_facts_too() -> None:
    assert facts("", "") == {name: (1.0 if name == "own_words" else 0.0) for name in FACTS}


def test_common_pairs_are_less_rare() -> None:
    said = split(["路灯坏了", "路灯很暗", "井盖松动"])
    asked = split(["路灯"] * 3)
    rare = rarity([said, asked], 3, 3)
    weigh = Shapes(rare)
    row = weigh.read(
        ["井盖", "路灯"], ["路灯井盖", "路灯井盖"], split(["井盖", "路灯"]), split(["路灯井盖"] * 2)
    )
    taken = row[:, FACTS.index("taken_up")]
    assert taken[0] > taken[1]
    assert (unpack(pack(rare)) == rare).all()


@given(TEXTS)
def test_company_changes_nothing(texts: list[tuple[str, str]]) -> None:
    replies, messages = [a for a, _ in texts], [b for _, b in texts]
    together = SHAPES.read(replies, messages, split(replies), split(messages))
    for row, (reply, message) in zip(together, texts, strict=True):
        assert row.tolist() == list(facts(reply, message).values())

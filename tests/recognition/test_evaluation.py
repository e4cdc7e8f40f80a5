"""What the words of evaluation columns mean."""

from __future__ import annotations

from importlib.resources import files

import pytest

from wenxiao.recognition.columns import ColumnSignals
from wenxiao.recognition.evaluation import Evaluation, HeaderScale
from wenxiao.recognition.schema import Order

RULES = Evaluation()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("满意", "satisfied"),
        (" 非常 满意 ", "satisfied"),
        ("一般", "neutral"),
        ("基本不满意", "dissatisfied"),
        ("很差", "dissatisfied"),
        ("办理满意；过程不满意", "satisfied"),
        ("过程满意,结果不满意", "dissatisfied"),
        ("办理结果：不满意", "dissatisfied"),
        ("过程不满意", "none"),
        ("未接通", "none"),
        ("不满意（2）", "dissatisfied"),
        ("", ""),
        ("5", None),
        ("5分", None),
        ("满意/不满意", None),
        ("凑合吧", None),
    ],
)
def test_satisfaction(value, said) -> None:
    assert RULES.satisfaction(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("没解决", "no"),
        ("部分解决", "partly"),
        ("已解决", "yes"),
        ("已解决，满意", "yes"),
        ("1", None),
        ("在弄", None),
    ],
)
def test_resolved(value, said) -> None:
    assert RULES.resolved(value) == said


@pytest.mark.parametrize(
    ("header", "figure", "said"),
    [
        ("满意度（1非常满意 2满意 3一般 4不满意）", "4", "dissatisfied"),
        ("满意度（1非常满意 2满意 3一般 4不满意）", "5", None),
        ("满意度（1-5分，5分最满意）", "1", "dissatisfied"),
        ("满意度（1-5分，1分最满意）", "1", "satisfied"),
        ("评分（满分10）", "8", "satisfied"),
        ("满意度", "5", None),
        ("满意度（5分制）", "5", None),
    ],
)
def test_a_figure_means_what_the_header_says_and_nothing_else(header, figure, said) -> None:
    assert HeaderScale("satisfaction", header, RULES).read(figure) == said


def test_an_administrator_can_teach_words_and_figures(tmp_path) -> None:
    own = (files("wenxiao.recognition") / "data" / "evaluation.toml").read_text("utf-8")
    own = own.replace("satisfaction = {}", 'satisfaction = { 1 = "dissatisfied" }').replace(
        '"差评"', '"差评", "凑合吧"'
    )
    (tmp_path / "evaluation.toml").write_text(own, "utf-8")
    rules = ColumnSignals(tmp_path)
    assert rules.is_dissatisfied(Order(satisfaction="凑合吧")) and rules.is_dissatisfied(
        Order(satisfaction="1分")
    )
    assert not ColumnSignals().is_dissatisfied(Order(satisfaction="1"))

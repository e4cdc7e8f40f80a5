"""Learning: few verdicts change little, many change what they speak about, and every part still adds up."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.learning import Adjustment, Case, Policy, Target, TooFewCases, case_of, figures, fit
from wenxiao.recognition.learning.adjustment import BadAdjustment
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

LEANS = {"chased": "unresolved", "said_resolved": "resolved", "only_forwarded": "unresolved"}
POLICY = Policy.load()
START = datetime(2026, 1, 5, 9)


def _case(number: int, unresolved: bool, text: float = 0.0, weight: float = 1.0, **changes: object) -> Case:
    target = Target(f"N{number}", unresolved, weight, START + timedelta(hours=number), unit=f"U{number % 3}")
    given: dict[str, object] = {"texts": (), "columns": (), **changes}
    return Case(target, text, **given)  # type: ignore[arg-type]


def _chased(count: int, right: int) -> list[Case]:
    """`count` orders that somebody chased, `right` of them really unresolved, among as many others."""
    chased = [_case(n, n < right, 0.0, columns=(("chased", 1.0),)) for n in range(count)]
    return chased + [_case(count + n, n % 2 == 0, 0.0) for n in range(count)]


def test_a_column_that_tells_much_gains_weight() -> None:
    learned = fit(_chased(200, 196), "base", LEANS, POLICY)
    assert learned.signals["chased"] > 1.0
    assert figures(_chased(100, 98), learned, 0.5).auroc > 0.6  # type: ignore[operator]


def test_a_column_that_tells_nothing_loses_its_weight_but_never_argues_against_its_name() -> None:
    learned = fit(_chased(400, 40), "base", LEANS, POLICY)
    assert -1.0 <= learned.signals["chased"] < -0.8


def test_few_verdicts_change_less_than_many() -> None:
    few, many = (fit(_chased(n, n), "base", LEANS, POLICY).signals["chased"] for n in (35, 700))
    assert 0 < few < many


def test_an_overconfident_model_is_scaled_down() -> None:
    draw = random.Random(5)
    cases = [_case(n, draw.random() < (0.7 if n % 2 else 0.3), 3.0 if n % 2 else -3.0) for n in range(600)]
    learned = fit(cases, "base", LEANS, POLICY)
    assert 0.2 < learned.scale < 0.5
    before, after = figures(cases, None, 0.5), figures(cases, learned, 0.5)
    assert after.calibration_error < 0.05 < before.calibration_error
    assert after.auroc == before.auroc


def test_outcomes_alone_are_not_enough() -> None:
    cases = [Case(Target(f"N{n}", n % 2 == 0, 0.3, START, is_outcome=True), 0.0, (), ()) for n in range(500)]
    with pytest.raises(TooFewCases) as refused:
        fit(cases, "base", LEANS, POLICY)
    assert refused.value.have == 0


def test_one_sided_verdicts_are_refused() -> None:
    with pytest.raises(TooFewCases):
        fit([_case(n, True) for n in range(200)], "base", LEANS, POLICY)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_cases_does_not_matter(shuffle: random.Random) -> None:
    cases = _chased(50, 40)
    expected = fit(cases, "base", LEANS, POLICY)
    shuffle.shuffle(cases)
    assert fit(cases, "base", LEANS, POLICY) == expected


def test_an_adjustment_survives_being_written_down() -> None:
    one = Adjustment("base", 0.8, -0.2, {"chased": 0.5})
    assert Adjustment.parse(one.content()) == one
    assert one.key == Adjustment.parse(one.content()).key != Adjustment("base").key
    with pytest.raises(BadAdjustment):
        Adjustment.parse({"format": "something"})
    with pytest.raises(BadAdjustment):
        Adjustment.parse({**one.content(), "signals": ["chased"]})


ORDER = Order(
    order="N1",
    content="柳岸村东头的路灯坏了半个月，晚上看不见路，请尽快维修。",
    reply="您好，您反映的问题已转交河口镇处理，我局将尽快安排人员维修。感谢您的来电。",
    chases=2,
    returns=4,
)


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine(Settings(as_of=date(2026, 11, 24)))


def test_the_engine_says_what_the_case_says(shipped: Engine) -> None:
    """One formula in two places: what is fitted is what the engine then does."""
    case = case_of(Target("N1", True, 1.0, START), shipped.read(ORDER))
    fired = [*case.texts, *(name for name, _ in case.columns)]
    assert "chased" in fired and "only_forwarded" in fired
    learned = Adjustment(shipped.name, 0.7, -0.3, dict.fromkeys(fired, 0.25))
    adjusted = Engine(Settings(as_of=date(2026, 11, 24), adjustment=learned))
    assert adjusted.read(ORDER).logit == pytest.approx(case.logit(learned), abs=0.01)
    assert adjusted.name == f"{shipped.name}+{learned.key}"


def test_shares_still_add_up(shipped: Engine) -> None:
    learned = Adjustment(shipped.name, 0.5, 0.4, {"chased": 1.5, "only_forwarded": 0.6})
    before = shipped.read(ORDER)
    after = Engine(Settings(as_of=date(2026, 11, 24), adjustment=learned)).read(ORDER)
    rest_before = before.logit - sum(e.weight for e in before.evidence)
    rest_after = after.logit - sum(e.weight for e in after.evidence)
    assert rest_after == pytest.approx(0.5 * rest_before + 0.4, abs=0.02)
    weights = {e.signal: e.weight for e in after.evidence}
    assert weights["chased"] == pytest.approx(
        next(e.weight for e in before.evidence if e.signal == "chased") + 1.5, abs=0.001
    )


def test_nothing_answered_nothing_adjusted(shipped: Engine) -> None:
    silent = Order(order="N2", content="路灯不亮，请维修。", chases=1)
    learned = Adjustment(shipped.name, 0.5, 2.0, {})
    case = case_of(Target("N2", True, 1.0, START), shipped.read(silent))
    adjusted = Engine(Settings(as_of=date(2026, 11, 24), adjustment=learned)).read(silent)
    assert adjusted.logit == pytest.approx(case.logit(learned), abs=0.001) == shipped.read(silent).logit


def test_an_outcome_teaches_only_what_was_written_before_it(shipped: Engine) -> None:
    told = Order(**{**{f: getattr(ORDER, f) for f in ORDER.__slots__}, "resolved": "未解决"})
    case = case_of(Target("N1", True, 0.3, START, is_outcome=True), shipped.read(told))
    assert case.columns == () and "only_forwarded" in case.texts


def test_the_call_back_is_not_learned_from_where_it_tells_the_answer(shipped: Engine) -> None:
    told = replace(ORDER, callback="问题仍未解决，没人来过。", satisfaction="不满意")
    outcome, verdict = (
        case_of(Target("N1", True, 1.0, START, is_outcome=known), shipped.read(told))
        for known in (True, False)
    )
    assert outcome.text == pytest.approx(case_of(outcome.target, shipped.read(ORDER)).text, abs=0.001)
    assert outcome.columns == () and "callback_not_done" in dict(verdict.columns)
    learned = Adjustment(shipped.name, 0.7, -0.3, {"callback_not_done": 0.5, "rated_dissatisfied": -0.2})
    adjusted = Engine(Settings(as_of=date(2026, 11, 24), adjustment=learned))
    assert adjusted.read(told).logit == pytest.approx(verdict.logit(learned), abs=0.01)


def test_figures_count_by_kind_and_unit() -> None:
    cases = [
        Case(Target("A", True, 1, START, unit="甲", kinds=("commitment",)), 2.0, (), ()),
        Case(Target("B", False, 1, START, unit="甲"), 2.0, (), ()),
        Case(Target("C", True, 1, START, unit="乙"), -2.0, (), ()),
        Case(Target("D", False, 1, START, unit="乙"), -2.0, (), ()),
    ]
    said = figures(cases, None, 0.5)
    assert (said.total.hits, said.total.false_alarms, said.total.misses, said.total.true_negatives) == (
        1,
        1,
        1,
        1,
    )
    assert said.by_unit["甲"].precision == 0.5 and said.by_unit["乙"].recall == 0.0
    assert said.by_kind["commitment"].recall == 1.0
    assert said.auroc == 0.5
    assert sum(row[0] for row in said.calibration) == 4


def test_figures_of_one_side_only() -> None:
    said = figures([_case(1, True, -1.0)], None, 0.5)
    assert said.auroc is None and said.total.precision is None and said.total.recall == 0.0

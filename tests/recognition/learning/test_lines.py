"""Lines of kinds and commitments: moved by what people correct, held where they correct little, the same in any batch."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from wenxiao.recognition.engine import Engine
from wenxiao.recognition.learning import (
    AS_SHIPPED,
    Adjustment,
    BadAdjustment,
    Example,
    Policy,
    Shift,
    TooFewExamples,
    fit_shift,
    part_figures,
)
from wenxiao.recognition.learning.lessons import read_lessons
from wenxiao.recognition.schema import Order, orders_to_batch
from wenxiao.recognition.settings import Settings

POLICY = Policy.load()
START = datetime(2026, 1, 5, 9)
DAY = date(2026, 11, 24)


def _year(
    count: int, refused: str, rate: float = 1.0, seed: int = 3, left: float = POLICY.left_weight
) -> list[Example]:
    """`count` orders over a year, a third of each field. The people of this centre hold that those of the field `refused` are
    not of the kind, and say so in `rate` of them; everything else they leave as the engine read it."""
    draw = random.Random(seed)
    found = []
    for n in range(count):
        field = ("noise", "stalls", "plain")[n % 3]
        above = draw.gauss(-3 if field == "plain" else 2.0, 1.2)
        corrected = field == refused and above >= 0 and draw.random() < rate
        found.append(
            Example(
                f"N{n:05d}",
                above >= 0 and not corrected,
                START + timedelta(days=365 * n / count),
                above,
                (f"field/{field}",),
                1.0 if corrected else left,
                corrected,
                unit=f"U{n % 4}",
            )
        )
    return found


def test_a_view_that_differs_systematically_is_learned_and_nothing_else() -> None:
    year = _year(600, "noise")
    learn, apart = year[:450], year[450:]
    moved = fit_shift(learn, POLICY)
    before, after = part_figures(apart, AS_SHIPPED), part_figures(apart, moved)
    assert before["corrected"] > 30 and before["right"] == 0
    assert after["right"] >= 0.9 * after["corrected"]
    assert after["total"]["precision"] > before["total"]["precision"] + 0.3
    assert after["total"]["recall"] >= 0.9
    assert moved.signals["field/noise"] < -1 < moved.signals.get("field/stalls", 0.0)


def test_few_corrections_are_refused_with_their_number() -> None:
    with pytest.raises(TooFewExamples) as refused:
        fit_shift(_year(30, "noise"), POLICY)
    assert refused.value.have == 30 < POLICY.least
    with pytest.raises(TooFewExamples) as refused:
        fit_shift(_year(600, ""), POLICY)  # everything was left: that only repeats what was read
    assert refused.value.corrected == 0


def test_what_is_corrected_at_random_hardly_moves_the_line() -> None:
    year = [one for field in ("noise", "stalls") for one in _year(300, field, 0.06, seed=len(field))]
    moved = fit_shift(year, POLICY)
    said = [one.said(moved) == one.said(AS_SHIPPED) for one in year]
    assert sum(said) >= 0.97 * len(said)


def test_more_corrections_move_more() -> None:
    few, many = (fit_shift(_year(n, "noise", 0.7), POLICY).moved(0.0, ("field/noise",)) for n in (90, 900))
    assert many < few <= 0


def test_the_order_of_the_answers_does_not_matter() -> None:
    year = _year(240, "noise", 0.8)
    expected = fit_shift(year, POLICY)
    random.Random(7).shuffle(year)
    assert fit_shift(year, POLICY) == expected


def test_what_a_rule_rules_out_is_neither_learned_from_nor_found() -> None:
    one = Example("N1", True, START, 3.0, decided=True)
    assert part_figures([one], Shift(1.0, 5.0))["total"]["misses"] == 1
    with pytest.raises(TooFewExamples) as refused:
        fit_shift([replace(one, order=f"N{n}") for n in range(200)], POLICY)
    assert refused.value.have == 0


def test_an_adjustment_from_before_there_were_lines_keeps_its_key_and_loads() -> None:
    old = {
        "format": "wenxiao.adjustment/1",
        "base": "closure-5-00000000",
        "scale": 0.8,
        "constant": -0.2,
        "signals": {"chased": 0.5},
    }
    one = Adjustment.parse(old)
    assert one.content() == old and one.part("enforcement") == AS_SHIPPED
    moved = replace(one, parts={"crossing": Shift(0.9, -0.4, {"joint": 0.7})})
    assert Adjustment.parse(moved.content()) == moved and moved.key != one.key
    for wrong in ({"enforcement": 3}, {"enforcement": {"scale": 1, "constant": float("nan"), "signals": {}}}):
        with pytest.raises(BadAdjustment):
            Adjustment.parse({**moved.content(), "parts": wrong})


ENFORCED = Order(
    order="N1",
    title="工地夜间施工噪音扰民",
    content="建设路工地每天半夜打桩，噪音很大，要求查处。",
    reply="您好，经生态环境分局执法人员现场检查，该工地夜间施工噪音超标，已责令改正并立案查处。",
    replied_at=datetime(2026, 9, 3, 10),
)
SEVERAL = Order(
    order="N2",
    content="河边既有人违章搭建又有人排污，请处理。",
    reply="您好，县生态环境局会同县水利局、河口镇联合处置，县城管局配合拆除违建。",
    replied_at=datetime(2026, 9, 3, 10),
)
PROMISED = Order(
    order="N3",
    content="路灯坏了。",
    reply="您好，我局将于2026年12月15日前完成维修。下一步，我局将进一步加强日常巡查。我局工作人员已到现场查看。",
    replied_at=datetime(2026, 9, 3, 10),
)
PLAIN = Order(order="N4", content="想问社保怎么办理。", reply="您好，请携带身份证到社保大厅办理。")
ALL = [ENFORCED, SEVERAL, PROMISED, PLAIN]


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine(Settings(as_of=DAY))


def _with(**parts: Shift) -> Engine:
    return Engine(Settings(as_of=DAY, adjustment=Adjustment("base", parts=parts)))


def test_the_engine_says_of_a_kind_what_the_lesson_says(shipped: Engine) -> None:
    """One formula in two places: what is fitted is what the engine then does."""
    lessons = read_lessons(shipped, orders_to_batch(ALL))
    assert "enforcement" in shipped.read(ENFORCED).kinds and "crossing" in shipped.read(SEVERAL).kinds
    for kind in ("enforcement", "crossing"):
        for traits in ((), ("field/环保", "joint")):
            shift = Shift(0.8, -0.1, dict.fromkeys(traits, -9.0))
            engine = _with(**{kind: shift})
            for order, lesson in zip(ALL, lessons, strict=True):
                asked = lesson.kinds[kind]
                expected = shift.moved(asked.above, asked.traits) >= 0 and not asked.nothing
                assert (kind in engine.read(order).kinds) == expected


def test_a_kind_that_a_column_states_is_not_moved(shipped: Engine) -> None:
    stated = replace(SEVERAL, is_joint=True)
    assert "crossing" in _with(crossing=Shift(1.0, -20.0)).read(stated).kinds
    assert read_lessons(shipped, orders_to_batch([stated]))[0].kinds["crossing"].stated is True


def _words(engine: Engine, order: Order) -> list[tuple[str, bool]]:
    return [(one.text, one.concrete) for one in engine.read(order).commitments]


def test_clauses_come_off_and_onto_the_list_as_the_lines_move(shipped: Engine) -> None:
    assert [c for _, c in _words(shipped, PROMISED)] == [True, False]
    assert _words(_with(commitment=Shift(1.0, -30.0)), PROMISED) == []
    strict = _words(_with(commitment=Shift(1.0, 0.0, {"word/vague": -30.0})), PROMISED)
    assert [text for text, _ in strict] == [text for text, _ in _words(shipped, PROMISED)][:1]
    assert [c for _, c in _words(_with(concrete=Shift(1.0, 30.0)), PROMISED)] == [True, True]
    wide = _words(_with(commitment=Shift(1.0, 30.0)), PROMISED)
    assert len(wide) >= 2 and any(
        "身份证" in text for text, _ in _words(_with(commitment=Shift(1.0, 30.0)), PLAIN)
    )


def test_a_clause_is_listed_as_its_lesson_says(shipped: Engine) -> None:
    lesson = read_lessons(shipped, orders_to_batch([PROMISED]))[0]
    for shift in (AS_SHIPPED, Shift(0.9, -0.5, {"word/vague": -1.5}), Shift(0.6, 1.0, {"time/none": 0.4})):
        listed = {text for text, _ in _words(_with(commitment=shift), PROMISED)}
        expected = {
            PROMISED.reply[one.start : one.end]
            for one in lesson.clauses
            if shift.moved(one.listed, one.traits) >= 0 and not one.ruled_out
        }
        assert all(any(text in whole for whole in listed) for text in expected)
        assert len(listed) == len(expected)


def test_moved_lines_read_the_same_in_any_batch() -> None:
    parts = {
        "enforcement": Shift(0.7, 0.2, {"field/环保": -1.0}),
        "crossing": Shift(0.9, 0.1, {"joint": 0.3}),
        "commitment": Shift(0.8, 0.6, {"word/soon": 0.37, "word/will": 0.11, "time/none": -0.2}),
        "concrete": Shift(0.9, 0.4, {"word/watch": -0.13}),
    }
    engine = _with(**parts)
    together = engine.read_orders(ALL * 3)
    alone = [engine.read(order) for order in ALL * 3]
    assert together == alone
    assert all(one.model == engine.name and "+" in one.model for one in together)

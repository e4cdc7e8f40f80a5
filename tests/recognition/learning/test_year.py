"""A year of the demo county, judged by people who see some things otherwise than the engine, forget to say so one time in
five, and are wrong one time in fifty: what is learned is nearer to what they hold, on the newest quarter of the orders."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from wenxiao.demo.build import UNTIL, build_county
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.learning import (
    AS_SHIPPED,
    Example,
    Policy,
    Shift,
    TooFewExamples,
    fit_shift,
    part_figures,
)
from wenxiao.recognition.learning.lessons import Lesson, read_lessons
from wenxiao.recognition.schema import Order, orders_to_batch
from wenxiao.recognition.settings import Settings

POLICY = Policy.load()
ORDERS = 900
Judged = list[tuple[str, datetime, Lesson]]


@pytest.fixture(scope="module")
def year() -> Judged:
    """The last orders that were closed, as the shipped engine sees them."""
    closed = [o for o in build_county().orders if o.reply and o.closed_at][-ORDERS:]
    orders = [
        Order(order=o.number, title=o.title, content=o.content, reply=o.reply, replied_at=o.replied_at)
        for o in closed
    ]
    lessons = read_lessons(Engine(Settings(as_of=UNTIL)), orders_to_batch(orders))
    return [(o.number, o.closed_at, one) for o, one in zip(closed, lessons, strict=True) if o.closed_at]


@dataclass(frozen=True, slots=True)
class People:
    """They hold that what has the trait `refused` is not so. `said`: how often they put it right; `wrong`: how often they put
    right what was right."""

    refused: str
    said: float = 0.8
    wrong: float = 0.02

    def answers(self, asked: Sequence[Example]) -> Iterator[tuple[Example, bool]]:
        """The answers of the record, each with what they really hold."""
        draw = random.Random(1)
        for one in asked:
            read = one.said(AS_SHIPPED)
            held = read and self.refused not in one.traits
            corrected = draw.random() < (self.said if held != read else self.wrong)
            weight = 1.0 if corrected else POLICY.left_weight
            yield replace(one, yes=read != corrected, corrected=corrected, weight=weight), held


def _enforcement(year: Judged) -> list[Example]:
    asked = ((number, at, one.kinds["enforcement"]) for number, at, one in year)
    return [Example(number, False, at, one.above, one.traits) for number, at, one in asked]


def _clauses(year: Judged) -> list[Example]:
    return [
        Example(number, False, at, one.listed, one.traits)
        for number, at, lesson in year
        for one in lesson.clauses
        if not one.ruled_out
    ]


def _learned(people: People, asked: Sequence[Example]) -> tuple[Shift, dict[str, float], dict[str, float]]:
    """The shift, and how the line as shipped and as moved does by what people really hold, on the newest quarter."""
    answers = list(people.answers(asked))
    orders = list(dict.fromkeys(one.order for one, _ in answers))
    apart = set(orders[round(len(orders) * (1 - POLICY.holdout)) :])
    shift = fit_shift([one for one, _ in answers if one.order not in apart], POLICY)
    held = [replace(one, yes=yes) for one, yes in answers if one.order in apart]
    return shift, part_figures(held, AS_SHIPPED)["total"], part_figures(held, shift)["total"]


def test_a_field_that_is_no_enforcement_here_is_learned(year: Judged) -> None:
    for field in ("field/城管", "field/环保"):
        _, before, after = _learned(People(field), _enforcement(year))
        assert after["precision"] > before["precision"] + 0.2
        assert after["recall"] > 0.85 and after["f1"] > before["f1"] + 0.08


def test_what_is_no_commitment_here_is_learned(year: Judged) -> None:
    _, before, after = _learned(People("time/none"), _clauses(year))
    assert after["precision"] > before["precision"] + 0.3 and after["f1"] > before["f1"] + 0.2
    _, before, after = _learned(People("word/soon"), _clauses(year))
    assert after["precision"] > before["precision"] + 0.1 and after["f1"] >= before["f1"]


def test_people_who_agree_and_are_sometimes_wrong_move_nothing(year: Judged) -> None:
    careless = People("", wrong=0.05)
    for asked in (_enforcement(year), _clauses(year)):
        shift, _, after = _learned(careless, asked)
        assert shift == AS_SHIPPED or after["f1"] > 0.97


def test_a_few_weeks_are_too_few(year: Judged) -> None:
    with pytest.raises(TooFewExamples) as refused:
        _learned(People("field/环保"), _enforcement(year[-80:]))
    assert refused.value.corrected < POLICY.least_corrected

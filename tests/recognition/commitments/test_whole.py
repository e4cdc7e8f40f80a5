"""Commitments as wholes: which day, which clauses and which party are an undertaking's own. All texts are our own."""

from __future__ import annotations

from datetime import date

import pytest

from wenxiao.recognition.commitments import find_commitments
from wenxiao.recognition.schema import Commitment

REPLIED = date(2026, 5, 11)


def found(text: str) -> list[Commitment]:
    commitments = find_commitments(text, reference=REPLIED)
    assert all(one.text == text[one.start : one.end] for one in commitments)
    return commitments


def dues(text: str) -> list[date | None]:
    return [one.due for one in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "待幼儿园2026年9月开园时，我局将安装护栏。",
        "我司将在2026年9月开学前后的客流中增加两台车。",
    ],
)
def test_the_day_of_something_else_is_not_the_due_day(text: str) -> None:
    (one,) = found(text)
    assert (one.due, one.certainty) == (None, "fuzzy")
    assert "说的是另一件事的时间" in one.basis


def test_the_day_of_something_else_heads_nothing() -> None:
    assert dues("小学将于9月1日开学，我局将为校门安装护栏。")[-1] is None


def test_an_opening_that_is_the_undertaking_keeps_its_day() -> None:
    assert dues("新校区预计2027年9月开学。") == [date(2027, 9, 30)]


@pytest.mark.parametrize(
    "text",
    [
        "一、我局将在一周内修好护栏；二、将对井盖进行更换。",
        "一、一周内，我局将修好护栏；二、将对井盖进行更换。",
        "（1）我局将在一周内修好护栏；（2）我局将更换井盖。",
        "下一步：一是一周内修好护栏；二是更换井盖。",
    ],
)
def test_an_item_does_not_inherit_the_time_of_the_one_before(text: str) -> None:
    first, second = found(text)
    assert (first.due, first.due_text) == (date(2026, 5, 18), "一周内")
    assert (second.due, second.due_text) == (None, "")


def test_a_time_that_heads_the_list_is_that_of_each_item() -> None:
    assert dues("我司将于12月底前：一是修好护栏；二是更换井盖。") == [date(2026, 12, 31)] * 2


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("后续我司将按照客流情况，对停靠站进行调整。", "后续我司将按照客流情况，对停靠站进行调整"),
        ("该路计划从2027年－2028年，分两期改造。", "该路计划从2027年－2028年，分两期改造"),
    ],
)
def test_a_clause_that_has_only_begun_is_listed_with_what_completes_it(text: str, whole: str) -> None:
    assert [one.text for one in found(text)][-1] == whole


def test_a_clause_that_says_what_by_what_stands_by_itself() -> None:
    first, *_ = found("我局将根据检测结果更换水管，费用由我局承担。")
    assert first.text == "我局将根据检测结果更换水管"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("我司正对沿街居民用水需求进行走访，将根据走访情况对管网进行相应改造。", "本单位"),
        ("我局与物业公司协商后，将于5月底前更换门禁。", "本单位"),
        ("我局向物业公司下达通知，要求5月底前更换门禁。", "物业公司"),
        ("我局已责成开发商5月底前更换门禁。", "开发商"),
        ("物业公司将于5月底前更换门禁。", "物业公司"),
    ],
)
def test_who_is_spoken_to_or_of_promises_nothing_unless_it_was_ordered(text: str, who: str) -> None:
    assert [one.promisor for one in found(text)][-1] == who


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("换管工程推迟到6月底。", date(2026, 6, 30)),
        ("交付使用延期至7月10日。", date(2026, 7, 10)),
        ("整改自签收之日起15个工作日内完成。", None),
    ],
)
def test_a_plain_limit_is_an_undertaking(text: str, due: date | None) -> None:
    (one,) = found(text)
    assert one.concrete and one.due == due and one.due_text


@pytest.mark.parametrize(
    "text",
    [
        "当事人应自收到决定之日起15日内完成拆除。",
        "按规定，自受理申请之日起20个工作日内完成审核。",
        "家长可以推迟到下半年报名。",
        "工程曾推迟到2026年3月底。",
    ],
)
def test_a_rule_or_a_report_with_a_limit_is_none(text: str) -> None:
    assert not [one for one in found(text) if one.concrete]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("护栏将于2027年2月29日前换好。", "2027年2月29日前"),
        ("我局将于6月31日前更换护栏。", "6月31日前"),
        ("我局将于14月10日前更换护栏。", "14月10日前"),
    ],
)
def test_a_day_that_does_not_exist_is_kept_and_said(text: str, words: str) -> None:
    (one,) = found(text)
    assert (one.due, one.certainty, one.due_text) == (None, "fuzzy", words)
    assert "不是真实的日期" in one.basis

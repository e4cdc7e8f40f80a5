"""One form of writing with a way back, sentences and clauses, boilerplate, and the date of signature."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.commitments.batch import Batch
from wenxiao.recognition.numerals import number, year_number
from wenxiao.recognition.text import (
    boilerplate,
    clauses,
    normalise,
    sentences,
    signatures,
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("２０２６年８月底前", "2026年8月底前"),
        ("我局將儘快處理", "我局将尽快处理"),
        ("５０㎡", "50m2"),
        ("第⑩标段", "第10标段"),
        ("已修复，请放心！", "已修复，请放心！"),
        ("ＡＢＣ：１２：３０", "ABC：12：30"),
    ],
)
def test_one_form_of_writing(written: str, plain: str) -> None:
    assert normalise(written).text == plain


def test_plain_text_comes_back_as_it_is() -> None:
    text = "您好：经核查，该路段已修复（2026年5月6日）。"
    normal = normalise(text)
    assert normal.text is text and normal.offsets is None


@given(st.text(alphabet=st.sampled_from("㎡⑩ﷺ１Ａ將已的，。 　😀a1\u0301ﬁ"), min_size=1, max_size=40))
def test_the_offset_map_leads_back(text: str) -> None:
    normal = normalise(text)
    assert normal.span(0, len(normal.text)) == (0, len(text))
    for i in range(len(normal.text)):
        start, end = normal.span(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert normal.text[i] in normalise(text[start:end]).text
    assert normalise(normal.text).text == normal.text


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing_more_for_any_text(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.offsets if normal.offsets is not None else text)


def test_sentences_keep_their_mark_and_lose_their_margins() -> None:
    text = "　您好！来信收悉；\n现答复如下："
    assert [text[a:b] for a, b in sentences(text)] == ["您好！", "来信收悉；", "现答复如下："]


def test_clauses_end_at_commas_but_not_inside_numbers() -> None:
    text = "投入1,500万元，每天8:30开工：约3，4人、5台车。"
    assert [text[a:b] for a, b in clauses(text)] == ["投入1,500万元", "每天8:30开工", "约3", "4人、5台车"]


@given(st.lists(st.text(alphabet="，。,:：；\n 　字a1、…!", max_size=20), max_size=4))
def test_many_texts_are_cut_as_each_alone(texts: list[str]) -> None:
    batch = Batch.of(texts)
    for i, text in enumerate(texts):
        mine = batch.reply == i
        places = zip(
            (batch.starts[mine] - batch.base[i]).tolist(),
            (batch.ends[mine] - batch.base[i]).tolist(),
            strict=True,
        )
        assert list(places) == clauses(text)


@given(st.text(alphabet="，。,:：；\n 　字a1、…!", max_size=60))
def test_clauses_cover_everything_but_marks_and_margins(text: str) -> None:
    covered = "".join(text[a:b] for a, b in clauses(text))
    rest = "".join(char for char in text if char.isalnum() or char == "、")
    assert "".join(char for char in covered if char.isalnum() or char == "、") == rest
    for start, end in clauses(text):
        assert text[start:end] == text[start:end].strip() != ""


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("尊敬的网友：", ["greeting"]),
        ("您好！", ["greeting"]),
        ("您反映的问题已收悉，现回复如下：", ["opening"]),
        ("感谢您对我们工作的关心、支持与监督！", ["thanks"]),
        ("如有疑问，请拨打0513-00000000咨询。", ["contact"]),
        ("特此回复。", ["closing"]),
        ("我局已修复该路段。", []),
        ("特此回复。2026年5月6日", ["closing", "signature"]),
    ],
)
def test_form_is_told_from_content(text: str, kinds: list[str]) -> None:
    assert [part.kind for part in boilerplate(text)] == kinds


def test_signatures_say_where_they_stand() -> None:
    text = "已转办。2026年5月6日网友：您好！已修复。2026年5月9日"
    assert [text[s.start : s.end] for s in signatures(text)] == ["2026年5月6日", "2026年5月9日"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15", 15),
        ("十", 10),
        ("十五", 15),
        ("二十三", 23),
        ("廿三", 23),
        ("两", 2),
        ("一百二十", 120),
        ("二〇二六", 2026),
        ("", None),
        ("百分", None),
        ("123456", None),
        ("x", None),
    ],
)
def test_numbers_as_officials_write_them(text: str, value: int | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("26", 2026), ("二〇二六", 2026), ("2026", 2026), ("3026", None), ("6", None)]
)
def test_years(text: str, value: int | None) -> None:
    assert year_number(text) == value


@pytest.mark.parametrize(
    "unit", ["2026年5月6日", "您好", "（", "网友", "现", " ", "2026年 ", "欢迎请您", "１"]
)
def test_hostile_text_costs_no_more_than_in_line_with_its_length(unit: str) -> None:
    def cost(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        spent = []
        for _ in range(2):
            began = time.process_time()
            normalise(text), boilerplate(text), signatures(text), clauses(text)
            spent.append(time.process_time() - began)
        return min(spent)

    cost(1_000)
    assert cost(200_000) <= 3.2 * cost(100_000) + 0.1

"""Personal data is hidden character for character, so that offsets still point at the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.orders.masking import mask_address, mask_name, mask_phone, mask_text


def test_it_works() -> None:
    assert mask_name("张三丰") == "张**"
    assert mask_name("张先生") == "张先生"
    assert mask_phone("13912345678") == "139******78"
    assert mask_phone("0513-87651234") == "051*-******34"
    assert mask_phone("110") == "*10"
    assert mask_address("河口镇柳岸村12号楼3单元301室") == "河口镇柳岸村***********"
    assert mask_text("陈小明，13912345678，a@b.cn", "陈小明") == "陈**，139******78，a@****"
    assert mask_text("张先生来电", "张先生") == "张先生来电"


@pytest.mark.parametrize("empty", ["", " "])
def test_nothing_stays_nothing(empty: str) -> None:
    assert mask_phone(empty).strip() in ("", "*")
    assert mask_name("") == ""


@given(st.text(), st.text(max_size=5))
def test_lengths_stay(text: str, name: str) -> None:
    assert len(mask_text(text, name)) == len(text)
    assert len(mask_address(text)) == len(text)
    assert len(mask_phone(text)) == len(text)

"""Personal numbers are starred one for one, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.display.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请联系13800001234。", "请联系138******34。"),
        ("请联系138 0000 1234", "请联系138********34"),
        ("身份证320682199001011234", "身份证320*************34"),
        ("身份证32068219900101123X，谢谢", "身份证320*************3X，谢谢"),
    ],
)
def test_personal_numbers_are_starred(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    ["拨打12345或0513-87654321", "工单20261031143000000123456", "2026年10月31日", "京A12345", "共13800元"],
)
def test_public_numbers_stay(text):
    assert mask(text) == text


@given(st.text(alphabet="13579Xx -年电话，", max_size=80))
def test_the_length_never_changes(text):
    assert len(mask(text)) == len(text)

"""Words for nobody tell nobody apart; telephones and names do."""

from __future__ import annotations

import pytest

from wenxiao.recognition.callers import caller_of


@pytest.mark.parametrize(
    ("phone", "name"),
    [
        ("", "匿名用户"),
        ("", " 匿 名 "),
        ("无", "市民"),
        ("00000000000", "张先生"),
        ("12345", "不愿透露姓名"),
        ("", "欧阳女士"),
        ("-", ""),
    ],
)
def test_nobody_is_nobody(phone: str, name: str) -> None:
    assert caller_of(phone, name) == ""


@pytest.mark.parametrize(
    ("phone", "name", "who"),
    [
        (" 13800000001 ", "张先生", "13800000001"),
        ("0731-8888001", "匿名", "0731-8888001"),
        ("未留", "欧阳明远", "欧阳明远"),
        ("", "UU0082277", "UU0082277"),
        ("", "王老师傅家具店", "王老师傅家具店"),
    ],
)
def test_telephones_and_names_tell_callers_apart(phone: str, name: str, who: str) -> None:
    assert caller_of(phone, name) == who

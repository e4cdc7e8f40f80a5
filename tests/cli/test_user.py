"""`wenxiao user`, as typed."""

from __future__ import annotations

import re

import pytest
from tests.conftest import Cast

from wenxiao.cli import main


def test_an_account_is_made_listed_closed_and_its_password_renewed(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "add", "wang", "--role", "handler", "--unit", "县住房和城乡建设局"]) == 0
    first = re.search(r"一次性密码：(\w+)", capsys.readouterr().out)
    assert main(["user", "password", "wang"]) == 0
    second = re.search(r"一次性密码：(\w+)", capsys.readouterr().out)
    assert first and second and first[1] != second[1]
    assert main(["user", "close", "wang"]) == 0
    assert main(["user", "list"]) == 0
    out = capsys.readouterr().out
    assert "wang　承办单位经办人　县住建局" in out and "已停用" in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["add", "analyst"], "已经有人用了"),
        (["add", "wang", "--role", "handler"], "要写明单位"),
        (["add", "wang", "--unit", "没有的局"], "没有单位“没有的局”"),
        (["password", "nobody"], "没有账号“nobody”"),
        (["close", "administrator"], "最后一个管理员"),
    ],
)
def test_what_cannot_be_says_why(
    cast: Cast, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    assert main(["user", *args]) == 1
    assert said in capsys.readouterr().err

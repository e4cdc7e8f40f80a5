"""Settings from the environment: typed, and loud when wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wenxiao.project import env


def test_the_database_is_embedded_unless_a_url_names_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert env.database(tmp_path)["NAME"] == str(tmp_path / "wenxiao.sqlite3")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db.local:6543/wen?sslmode=require")
    found = env.database(tmp_path)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "me",
        "p@ss",
        "db.local",
        "6543",
    )
    assert (found["NAME"], found["OPTIONS"]) == ("wen", {"sslmode": "require"})
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/x.db")
    assert env.database(tmp_path)["NAME"] == "/tmp/x.db"
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    with pytest.raises(env.BadSetting, match="DATABASE_URL"):
        env.database(tmp_path)


def test_the_secret_key_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WENXIAO_SECRET_KEY", raising=False)
    first = env.secret_key(tmp_path)
    assert len(first) >= 50 and env.secret_key(tmp_path) == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("WENXIAO_SECRET_KEY", "given")
    assert env.secret_key(tmp_path) == "given"


@pytest.mark.parametrize(("text", "value"), [("1", True), ("on", True), ("", False), ("0", False)])
def test_a_switch(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("WENXIAO_X", text)
    assert env.flag("WENXIAO_X") is value


def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENXIAO_X", "maybe")
    with pytest.raises(env.BadSetting, match="WENXIAO_X"):
        env.flag("WENXIAO_X")
    with pytest.raises(env.BadSetting, match="WENXIAO_X"):
        env.number("WENXIAO_X", 1)


def test_every_setting_is_in_the_docs() -> None:
    root = Path(__file__).resolve().parents[2]
    code = "".join((root / "src/wenxiao/project" / name).read_text() for name in ("env.py", "settings.py"))
    named = set(re.findall(r'"(WENXIAO_[A-Z_]+|DATABASE_URL)"', code))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (root / "docs/settings.md").read_text(), re.M))
    assert named == told and len(named) > 10

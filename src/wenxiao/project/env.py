"""Reading the environment: every setting that an administrator can give, typed, and loud when it is wrong."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(Exception):
    """An environment variable that cannot be used; the message names it and says what it should look like."""


def home() -> Path:
    """WENXIAO_HOME, the folder of everything that this installation owns (default ./data). Made when missing."""
    folder = Path(os.environ.get("WENXIAO_HOME") or "data").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"WENXIAO_HOME: 无法建立数据文件夹 {folder}（{error.strerror}）") from error
    return folder


def flag(name: str) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off; off when it is not set."""
    text = os.environ.get(name, "").strip().lower()
    if text in {"", "0", "false", "no", "off"}:
        return False
    if text in {"1", "true", "yes", "on"}:
        return True
    raise BadSetting(f"{name}: 只能是 1 或 0，现在是“{text}”")


def number(name: str, default: int) -> int:
    """A whole number."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise BadSetting(f"{name}: 应为整数，现在是“{text}”") from None


def text(name: str) -> str:
    """A variable as it is, without white space around it; "" when it is not set."""
    return os.environ.get(name, "").strip()


def names(name: str, default: str) -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def secret_key(folder: Path) -> str:
    """WENXIAO_SECRET_KEY, else the key in the data folder, generated at the first start."""
    if given := os.environ.get("WENXIAO_SECRET_KEY"):
        return given
    path = folder / "secret.key"
    try:
        # Made readable by its owner alone, and never overwritten: a second process that starts at once loses the race.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


def database(folder: Path) -> dict[str, Any]:
    """The database of DATABASE_URL (postgresql://user:password@host:port/name or sqlite:///path), else SQLite in
    the data folder."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return sqlite(folder / "wenxiao.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path.removeprefix("/"))))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting("DATABASE_URL: 应以 postgresql:// 或 sqlite:/// 开头")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite set up for one machine with several processes.

    IMMEDIATE makes a second writer wait for the lock instead of failing in the middle of its transaction
    (django/django PR 14824); `timeout` is how long it waits, in seconds, and is more than the ten seconds that a
    backup may hold the file.
    """
    pages = number("WENXIAO_SQLITE_MAX_PAGES", 0)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": number("WENXIAO_SQLITE_WAIT", 15),
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA foreign_keys=ON;"
            + (f"PRAGMA max_page_count={pages};" if pages else ""),
        },
    }

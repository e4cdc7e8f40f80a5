"""What the log says, and what it must not say."""

from __future__ import annotations

import logging
import sqlite3
import sys
from typing import Any

import pytest
from django.test import Client

from wenxiao.project.logs import Discreet

SECRET = "13912345678"


def _record(level: int, raised: Any = None) -> logging.LogRecord:
    return logging.LogRecord("wenxiao.x", level, __file__, 1, "import %s failed", (7,), raised)


def _caught(work: Any) -> Any:
    try:
        work()
    except Exception:
        return sys.exc_info()
    raise AssertionError("nothing was raised")


def _refuse() -> None:
    try:
        int(f"phone {SECRET}")
    except ValueError as error:
        raise RuntimeError(f"row of {SECRET}") from error


def test_an_error_says_where_and_what_but_not_whose() -> None:
    said = Discreet().format(_record(logging.ERROR, _caught(_refuse)))
    assert "import 7 failed" in said and "in _refuse" in said
    assert "RuntimeError" in said and "ValueError" in said and SECRET not in said


def test_the_database_s_own_state_is_told() -> None:
    def break_a_rule() -> None:
        file = sqlite3.connect(":memory:")
        file.execute("create table t (a unique)")
        for _ in range(2):
            file.execute("insert into t values (?)", [SECRET])

    assert "SQLITE_CONSTRAINT_UNIQUE" in Discreet().format(_record(logging.ERROR, _caught(break_a_rule)))


def test_below_an_error_one_line_is_enough() -> None:
    said = Discreet().format(_record(logging.WARNING, _caught(_refuse)))
    assert said.endswith("import 7 failed") and "\n" not in said


def test_development_shows_everything() -> None:
    assert SECRET in Discreet(with_values=True).format(_record(logging.ERROR, _caught(_refuse)))


@pytest.mark.django_db
def test_a_page_that_is_refused_leaves_one_line(caplog: pytest.LogCaptureFixture, cast: Any) -> None:
    browser = Client()
    browser.force_login(cast.handler)
    assert browser.get("/import/").status_code == 403
    assert browser.get("/nothere/").status_code == 404
    lines = [Discreet().format(record) for record in caplog.records if record.name == "django.request"]
    assert len(lines) == 2 and not any("Traceback" in line or "\n" in line for line in lines)

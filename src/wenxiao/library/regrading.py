"""Having matters brought up to date in the background, after something outside of them changed."""

from __future__ import annotations

from django.db import transaction


def ask_grades() -> None:
    """Queue it, once the change is written: units that were merged change how many a matter has."""
    from wenxiao.project.jobs import grade_matters

    transaction.on_commit(grade_matters.enqueue)

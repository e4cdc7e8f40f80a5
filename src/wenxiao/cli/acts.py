"""Commands that do one of several acts on the database: what goes wrong becomes a line for a person and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from wenxiao.cli import NOTHING, PARTLY


def do(act: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Prepare the database and do it; NOTHING where the installation cannot start, PARTLY where the act is refused."""
    from wenxiao.project.start import CannotStart, prepare

    try:
        prepare()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return NOTHING
    from django.core.exceptions import ValidationError

    try:
        return act(args)
    except ValidationError as problem:
        print("；".join(problem.messages), file=sys.stderr)
        return PARTLY

"""How loops are compiled, and what they speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy.typing as npt

#: What loops are given: arrays, and whole numbers of any width (numpy's are no `int` to a checker of types).
Array = npt.NDArray[Any]
Whole = Any

Call = TypeVar("Call", bound=Callable[..., object])


def compiled(function: Call) -> Call:
    """`function` as machine code, made at its first call with arrays of some types and kept in `__pycache__`, or in the
    user's cache (NUMBA_CACHE_DIR) where the package cannot be written to. Where nothing can be written at all, every
    process makes it anew. A file that changes is compiled again; a loop may therefore only call loops of its own file."""
    try:
        made = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder for a cache
        made = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(Call, made)

"""Columns that grow as batches come in, each field in one piece of memory: a history is held once, not once as it came
in and once more put together."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from wenxiao.recognition.matters.columns import Columns, matrix

#: A full array grows by this share: that much of its memory may be unused meanwhile. Large ones are moved by the
#: system without being copied.
ROOM = 1 / 8


class Growing:
    """Add columns, then `take` them all as one."""

    def __init__(self) -> None:
        self._fields: dict[str, _Array] = {}
        self._width: dict[str, int] = {}

    def add(self, part: Columns) -> None:
        """Lay more orders behind those that are here."""
        for field in fields(Columns):
            values: Any = getattr(part, field.name)
            if isinstance(values, np.ndarray):
                self._add(field.name, values)
            else:
                self._width[field.name] = values.shape[1]
                self._add(f"{field.name} data", values.data)
                self._add(f"{field.name} indices", values.indices.astype(np.int32, copy=False))
                self._add(f"{field.name} sizes", np.diff(values.indptr).astype(np.int32))

    def _add(self, name: str, values: np.ndarray) -> None:
        if name not in self._fields:
            self._fields[name] = _Array(values)
        self._fields[name].add(values)

    def take(self) -> Columns | None:
        """All that was added, which is not here any more; None where nothing was."""
        given, self._fields = {name: array.take() for name, array in self._fields.items()}, {}
        if not given:
            return None
        made: dict[str, Any] = {}
        for field in fields(Columns):
            if field.name in given:
                made[field.name] = given[field.name]
                continue
            data, indices, sizes = (given[f"{field.name} {part}"] for part in ("data", "indices", "sizes"))
            ends = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
            made[field.name] = matrix(data, indices, ends, self._width[field.name])
        return Columns(**made)


class _Array:
    """An array with room at its end. Nobody else may hold it before `take`."""

    def __init__(self, like: np.ndarray) -> None:
        self._held = np.empty((0, *like.shape[1:]), like.dtype)
        self._count = 0

    def add(self, values: np.ndarray) -> None:
        end = self._count + len(values)
        if end > len(self._held):
            self._resize(max(end, int(len(self._held) * (1 + ROOM))))
        self._held[self._count : end] = values
        self._count = end

    def take(self) -> np.ndarray:
        self._resize(self._count)
        return self._held

    def _resize(self, count: int) -> None:
        self._held.resize((count, *self._held.shape[1:]), refcheck=False)

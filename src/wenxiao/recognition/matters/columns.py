"""A collection of orders as columns: what every order says, packed so that millions of pairs can be compared at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
import scipy.sparse as sp

from wenxiao.recognition.matters.facts import MARK_KINDS, Facts
from wenxiao.recognition.matters.grams import columns_of, grams, to_matrix
from wenxiao.recognition.matters.words import words


@dataclass(frozen=True, slots=True)
class Columns:
    """One row an order. Matrices hold 0/1; `nan` and 0 stand for what an order does not say."""

    head: sp.csr_matrix
    full: sp.csr_matrix
    names: sp.csr_matrix
    body_names: sp.csr_matrix
    marks: tuple[sp.csr_matrix, ...]
    problems: sp.csr_matrix
    head_problems: sp.csr_matrix
    wishes: sp.csr_matrix
    areas: sp.csr_matrix
    caller: np.ndarray
    phone: np.ndarray
    category: np.ndarray
    address: np.ndarray
    day: np.ndarray
    bare: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray

    def __len__(self) -> int:
        return int(self.head.shape[0])

    def take(self, rows: np.ndarray) -> Columns:
        """Some orders, in that order."""
        return self._each(lambda values: values[rows])

    def _each(self, change: Callable[[Any], Any]) -> Columns:
        values: list[Any] = [getattr(self, f.name) for f in fields(self)]
        changed: list[Any] = [tuple(map(change, v)) if isinstance(v, tuple) else change(v) for v in values]
        return Columns(*changed)

    @staticmethod
    def join(parts: list[Columns]) -> Columns:
        """All orders of the parts, one after the other."""
        if len(parts) == 1:
            return parts[0]
        joined: list[Any] = []
        for f in fields(Columns):
            column = [getattr(part, f.name) for part in parts]
            joined.append(
                tuple(map(_stack, zip(*column, strict=True)))
                if isinstance(column[0], tuple)
                else _stack(column)
            )
        return Columns(*joined)


def _stack(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return sp.vstack(parts, format="csr")


def columns(facts: list[Facts]) -> Columns:
    """Pack `facts`, row for row."""
    lists = words()
    return Columns(
        head=grams([f.head for f in facts]),
        full=grams([f.full for f in facts]),
        names=grams(["，".join(n.text for n in f.names) for f in facts]),
        body_names=grams(["，".join(n.text for n in (*f.names, *f.body_names)) for f in facts]),
        marks=tuple(
            _values([[m.value for m in f.marks if m.kind == kind] for f in facts]) for kind in MARK_KINDS
        ),
        problems=_listed([f.problems for f in facts], lists.problem_names),
        head_problems=_listed([f.head_problems for f in facts], lists.problem_names),
        wishes=_listed([f.wishes for f in facts], lists.wish_names),
        areas=_values([list(f.areas) for f in facts]),
        caller=_ids([f.caller for f in facts]),
        phone=_ids([f.phone for f in facts]),
        category=_ids([f.category for f in facts]),
        address=_ids([f.address.casefold() for f in facts]),
        day=_numbers([f.day for f in facts]),
        bare=np.array([f.bare for f in facts], dtype=bool),
        longitude=_numbers([f.longitude for f in facts]),
        latitude=_numbers([f.latitude for f in facts]),
    )


def _values(rows: list[list[str]]) -> sp.csr_matrix:
    owner = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    return to_matrix(owner, columns_of(list(chain.from_iterable(rows))), len(rows))


def _listed(rows: list[frozenset[str]], names: tuple[str, ...]) -> sp.csr_matrix:
    at = {name: i for i, name in enumerate(names)}
    owner = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    return to_matrix(owner, np.array([at[n] for row in rows for n in row], dtype=np.int64), len(rows))


def _ids(values: list[str]) -> np.ndarray:
    """A number for each text, the same in every run; 0 for none."""
    return np.array([0 if not v else int(c) + 1 for v, c in zip(values, columns_of(values), strict=True)])


def _numbers(values: list[float | None]) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], dtype=np.float64)

"""Weights of the demand models as tables that the hot path only looks up in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Weights(dict[int, float]):
    """What a mask of word lists adds, worked out when first met."""

    #: Masks met beyond this many are not kept, so that hostile text cannot fill the memory.
    KEPT = 1 << 16

    def __init__(self, bits: Sequence[float]) -> None:
        super().__init__()
        self._bits = tuple(bits)

    @classmethod
    def named(cls, weights: Mapping[str, float], names: Sequence[str]) -> Weights:
        """From weights by the name of the list; a list without one adds nothing."""
        return cls([weights.get(name, 0.0) for name in names])

    def __missing__(self, mask: int) -> float:
        total = sum(weight for at, weight in enumerate(self._bits) if mask >> at & 1)
        if len(self) < self.KEPT:
            self[mask] = total
        return total


def bucket(value: float, edges: Sequence[int]) -> int:
    """The index of the first edge that `value` does not exceed."""
    for at, edge in enumerate(edges):
        if value <= edge:
            return at
    return len(edges)


def spread(weights: Sequence[float], edges: Sequence[int]) -> list[float]:
    """Weights of buckets for every value up to one beyond the last edge, so that a loop only indexes."""
    return [weights[bucket(value, edges)] for value in range(edges[-1] + 2)]

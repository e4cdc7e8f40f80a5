"""The order numbers met so far, and what their rows said, on disk beyond the first few thousand.

A year of a large city is millions of numbers; what is kept of each would be the largest thing in memory, and is asked for
once. SQLite's own nameless temporary file holds it: however the process ends, nothing stays behind.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import blake2b

CALLER_BYTES, DIGEST_BYTES = 8, 16
#: Pages that SQLite keeps in memory, in KiB; beyond, it writes to the folder for temporary files.
_CACHE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Met:
    """Where the first row of a number stood, and what its rows said: the digest of the caller's side, then one of each."""

    file: str
    sheet: str
    row: int
    said: bytes

    def knows(self, digest: bytes) -> bool:
        """Whether a row of this number has said exactly this."""
        rows = self.said[CALLER_BYTES:]
        return any(rows[at : at + DIGEST_BYTES] == digest for at in range(0, len(rows), DIGEST_BYTES))

    def is_same_caller(self, caller: bytes) -> bool:
        """Whether the order of this number had the same caller's side."""
        return self.said[:CALLER_BYTES] == caller


class Seen:
    """One may serve several files of one source, so that overlapping exports are not counted twice.

    Raises sqlite3.Error when the folder for temporary files takes no more.
    """

    def __init__(self) -> None:
        self._disk = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._disk.execute(f"pragma cache_size = -{_CACHE}")
        self._disk.execute("pragma journal_mode = off")
        self._disk.execute("pragma synchronous = off")
        self._disk.execute(
            "create table met (number blob primary key, place int, row int, said blob) without rowid"
        )
        self._disk.execute("begin")
        self._places: list[tuple[str, str]] = []
        self._known: dict[tuple[str, str], int] = {}

    def get(self, number: str) -> Met | None:
        """What is known of the number, None where it was not met."""
        query = "select place, row, said from met where number = ?"
        for place, row, said in self._disk.execute(query, (_key(number),)):
            file, sheet = self._places[place]
            return Met(file, sheet, row, said)
        return None

    def put(self, number: str, file: str, sheet: str, row: int, said: bytes) -> None:
        """A number that was not met before."""
        place = self._known.get((file, sheet))
        if place is None:
            place = self._known[file, sheet] = len(self._places)
            self._places.append((file, sheet))
        self._disk.execute("insert into met values (?, ?, ?, ?)", (_key(number), place, row, said))

    def add_digest(self, number: str, digest: bytes) -> None:
        """Another row has become part of the order."""
        met = self.get(number)
        assert met is not None
        self._disk.execute("update met set said = ? where number = ?", (met.said + digest, _key(number)))

    def __contains__(self, number: str) -> bool:
        return self.get(number) is not None


def _key(number: str) -> bytes:
    """The number itself where it is short: neighbours then stand together on disk; a long one by its digest."""
    plain = number.encode("utf-8", "surrogatepass")
    return (
        plain if len(plain) <= 2 * DIGEST_BYTES else blake2b(plain, digest_size=2 * DIGEST_BYTES + 1).digest()
    )

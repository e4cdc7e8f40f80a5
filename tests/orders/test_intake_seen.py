"""What is known of numbers that were met: the same whatever they look like and however many they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wenxiao.orders.intake import Seen

NUMBERS = st.text(max_size=60)
DIGESTS = st.binary(min_size=16, max_size=16)
CALLER = bytes(8)


@given(st.lists(st.tuples(NUMBERS, DIGESTS), max_size=40))
def test_it_knows_what_it_was_told_and_nothing_else(told: list[tuple[str, bytes]]) -> None:
    seen, expected = Seen(), dict[str, list[bytes]]()
    for row, (number, digest) in enumerate(told):
        if number in seen:
            seen.add_digest(number, digest)
            expected[number].append(digest)
        else:
            seen.put(number, "甲.csv", "", row, CALLER + digest)
            expected[number] = [digest]
    for number, digests in expected.items():
        met = seen.get(number)
        assert met is not None and met.file == "甲.csv"
        assert all(met.knows(digest) for digest in digests)
        assert not met.knows(bytes(16)) or bytes(16) in digests
        assert met.is_same_caller(CALLER) and not met.is_same_caller(b"another!")
    assert "一个没有见过的编号" not in seen


def test_places_of_several_files_are_told_apart() -> None:
    seen = Seen()
    seen.put("1", "甲.xlsx", "表一", 2, CALLER)
    seen.put("2", "甲.xlsx", "表二", 3, CALLER)
    seen.put("3", "乙.xlsx", "表一", 4, CALLER)
    met = [seen.get(number) for number in "123"]
    assert [(m.file, m.sheet, m.row) for m in met if m] == [
        ("甲.xlsx", "表一", 2),
        ("甲.xlsx", "表二", 3),
        ("乙.xlsx", "表一", 4),
    ]


def test_long_numbers_that_begin_alike_are_others() -> None:
    seen = Seen()
    seen.put("9" * 500 + "1", "甲.csv", "", 2, CALLER)
    assert "9" * 500 + "2" not in seen and "9" * 500 + "1" in seen

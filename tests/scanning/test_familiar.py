"""Whether a source is like what the model was fitted on is seen by its words, not by its name."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from wenxiao.recognition.likeness import Likeness
from wenxiao.recognition.settings import Settings
from wenxiao.scanning.result import ScanResult
from wenxiao.scanning.run import Plan, scan

USUAL = "我们小区的业主希望领导能够重视这个问题，请问政府什么时候可以解决？"
ANSWER = "您好，您反映的问题已收悉，现回复如下：经调查，相关部门将加强管理，感谢您的关心和支持。"
OTHER = "鸬鹚捕鱿舱釉瓷氦钽镍铀坩埚熔炼淬火，鳜鲈鲟鳕鲭鳀卵胚囊腔。"


def known(folder: Path, rows: list[tuple[str, str]]) -> list[tuple[float, float] | None]:
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = [(str(n), message, reply) for n, (message, reply) in enumerate(rows)]
        csv.writer(file).writerows([("工单编号", "诉求内容", "答复内容"), *lines])
    result = ScanResult(date(2026, 10, 31))
    plan = Plan([path], Settings(as_of=result.as_of), 1, matters=False)
    scan(plan, result, [], lambda stage, done, total: None)
    return [note.known for note in result.sources]


def test_usual_words_are_not_remarked_upon(tmp_path: Path) -> None:
    assert known(tmp_path, [(USUAL, ANSWER)] * 25) == [None]


def test_other_words_are_told_with_their_share(tmp_path: Path) -> None:
    (found,) = known(tmp_path, [(OTHER, ANSWER)] * 25)
    assert found is not None and found[0] < 0.1 and found[1] > 0.62


def test_few_orders_say_nothing(tmp_path: Path) -> None:
    assert known(tmp_path, [(OTHER, OTHER)] * 19) == [None]


def test_the_count_does_not_depend_on_how_texts_are_put_together() -> None:
    likeness = Likeness.load()
    one, other = likeness.messages([USUAL]), likeness.messages([OTHER])
    assert likeness.messages([USUAL, OTHER]) == (one[0] + other[0], one[1] + other[1])
    assert likeness.replies([]) == (0, 0)

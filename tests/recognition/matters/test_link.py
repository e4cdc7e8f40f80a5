"""Why two orders are one matter, or not."""

from __future__ import annotations

from tests.recognition.matters.county import (
    BUS,
    NOISE,
    OTHER_BUS,
    OTHER_NOISE,
    SEWAGE,
    SEWAGE_AGAIN,
    WAGES,
    order,
)

from wenxiao.recognition.matters import Link, score


def told(link: Link, kind: str) -> str:
    return next((reason.text for reason in link.reasons if reason.kind == kind), "")


def test_a_link_says_which_party_and_which_problem() -> None:
    link = score(SEWAGE, SEWAGE_AGAIN)
    assert link.verdict == "same"
    assert "润泽食品厂" in told(link, "name")
    assert "污水" in told(link, "problem")
    assert all(abs(a.weight) >= abs(b.weight) for a, b in zip(link.reasons, link.reasons[1:], strict=False))


def test_related_is_a_verdict_of_its_own() -> None:
    link = score(SEWAGE, WAGES)
    assert link.verdict == "related"
    assert link.probability < 0.4 < link.tie


def test_near_ones_say_what_parts_them() -> None:
    assert score(NOISE, OTHER_NOISE).verdict == "different"
    assert "翠湖雅苑" in told(score(NOISE, OTHER_NOISE), "name")
    buses = score(BUS, OTHER_BUS)
    assert buses.verdict != "same"
    assert told(buses, "identifier") == "公交线路不同（318与52）"


def test_a_link_is_the_same_from_both_ends() -> None:
    there, back = score(SEWAGE, SEWAGE_AGAIN), score(SEWAGE_AGAIN, SEWAGE)
    assert (there.probability, there.tie, there.verdict) == (back.probability, back.tie, back.verdict)


def test_crossings_of_other_roads_are_other_places() -> None:
    one = order("安平路和学府路交汇处没有路灯", "安平路和学府路交汇处晚上很黑，没有路灯，过马路很危险。")
    two = order("安平路和青山路交汇处没有路灯", "安平路和青山路交汇处晚上很黑，没有路灯，过马路很危险。", 3)
    link = score(one, two)
    assert link.verdict != "same"
    assert "路口不同" in told(link, "identifier")

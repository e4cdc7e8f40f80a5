"""Orders without text: a category, a place and a time, as many cities publish them."""

from __future__ import annotations

from tests.recognition.matters.county import matters, order

from wenxiao.recognition.matters import Index, score
from wenxiao.recognition.schema import Order


def case(category: str, north: float, east: float, day: float, **more: object) -> Order:
    return order(
        category, "", day, latitude=42.35 + north / 111_195, longitude=-71.06 + east / 82_000, **more
    )


POTHOLE = case("Request for Pothole Repair", 0, 0, 0)


def test_same_category_near_in_place_and_time_is_one_matter() -> None:
    found = matters(
        POTHOLE, case("Request for Pothole Repair", 10, 10, 2), case("Graffiti Removal", 10, 10, 2)
    )
    assert found == ["M000001", "M000001", "M000002"]


def test_far_in_place_or_in_time_is_another() -> None:
    away, later = case("Request for Pothole Repair", 400, 0, 1), case("Request for Pothole Repair", 0, 0, 90)
    assert len(set(matters(POTHOLE, away, later))) == 3


def test_an_address_stands_for_coordinates() -> None:
    one = order("", "", 0, category="Street Light Outage", address="12 Elm St")
    two = order("", "", 3, category="Street Light Outage", address="12 ELM ST")
    three = order("", "", 3, category="Street Light Outage", address="14 Elm St")
    assert matters(one, two, three) == ["M000001", "M000001", "M000002"]


def test_it_says_why_and_the_index_agrees() -> None:
    near = case("Request for Pothole Repair", 10, 10, 2)
    assert "类别相同" in score(POTHOLE, near).reasons[0].text
    index = Index()
    assert index.add(POTHOLE) == index.add(near) != index.add(case("Graffiti Removal", 10, 10, 2))


def test_a_line_of_reports_along_a_street_does_not_chain() -> None:
    street = [case("Request for Pothole Repair", 45 * k, 0, k / 10) for k in range(12)]
    found = matters(*street)
    assert found[0] != found[-1]

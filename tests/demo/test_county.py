"""The demo county has the shape that was asked for, is the same every time, and belongs to no real place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from wenxiao.demo import County, build_county
from wenxiao.demo.county import CLOSURES, EVENT_KINDS, KINDS, ROLES

#: Names of real counties that are common words too.
COMMON_WORDS = {"会同县", "老城区"}


def test_the_same_seed_gives_the_same_county(county: County) -> None:
    assert build_county() == county


def test_another_seed_gives_another_county(county: County) -> None:
    other = build_county(seed=7, orders=200)
    assert {o.content for o in other.orders}.isdisjoint({o.content for o in county.orders} - _told(county))


def _told(county: County) -> set[str]:
    return {o.content for o in county.orders if o.number in county.story.orders}


def test_tree_of_units(county: County) -> None:
    kinds = Counter(u.kind for u in county.units)
    assert kinds["centre"] == 1 and kinds["town"] == 14 and kinds["department"] + kinds["utility"] == 20
    towns = {u.id for u in county.units if u.kind == "town"}
    assert {u.parent for u in county.units if u.kind == "village"} == towns
    ids = [u.id for u in county.units]
    assert len(set(ids)) == len(ids)
    for place, unit in enumerate(county.units):
        assert unit.parent in ids[:place] or unit.kind == "centre"
    assert county.unit("D03").name == "县生态环境局"
    with pytest.raises(KeyError):
        county.unit("X99")


def test_every_role_has_an_account_of_a_known_unit(county: County) -> None:
    assert {a.role for a in county.accounts} == set(ROLES)
    for account in county.accounts:
        county.unit(account.unit)


def test_three_thousand_orders_in_twenty_six_months(county: County) -> None:
    assert len(county.orders) == len({o.number for o in county.orders}) == len(county.truth) == 3000
    months = Counter(f"{o.called_at:%Y-%m}" for o in county.orders)
    assert len(months) == 26 and min(months.values()) > 50
    assert county.since == date(2024, 9, 1) and county.until == date(2026, 10, 31)
    assert all(county.since <= o.called_at.date() <= county.until for o in county.orders)
    used = {o.unit for o in county.orders}
    assert {u.id for u in county.units if u.kind in ("town", "department", "utility")} <= used | {"D14"}


def test_one_matter_is_growing_on_the_last_day(county: County) -> None:
    last = county.until - timedelta(days=13)
    now = [o for o in county.orders if o.called_at.date() >= last]
    callers = defaultdict(set)
    for order in now:
        callers[county.truth[order.number].matter].add(order.phone)
    matter, most = max(callers.items(), key=lambda one: len(one[1]))
    before = [o for o in county.orders if county.truth[o.number].matter == matter and o not in now]
    assert len(most) >= 8 and 0 < len(before) <= 3
    assert all(o.longitude and o.latitude for o in now)


def test_the_last_day_is_an_argument() -> None:
    early = build_county(until=date(2026, 3, 31), orders=300)
    assert early.since == date(2024, 2, 1) and len(early.orders) == 300
    assert max(e.at for e in early.events).date() <= date(2026, 3, 31)


def test_fewer_orders_than_the_story_needs_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        build_county(orders=3)


def test_every_class_and_kind_in_sensible_shares(county: County) -> None:
    truths = list(county.truth.values())
    closures = Counter(t.closure for t in truths)
    assert all(0.03 < closures[c] / len(truths) < 0.7 for c in CLOSURES)
    assert closures[""] < 60
    kinds = Counter(k for t in truths for k in t.kinds)
    assert all(0.02 < kinds[k] / len(truths) < 0.6 for k in KINDS)
    assert 0.25 < sum(t.unresolved or 0 for t in truths) / len(truths) < 0.6
    assert {k for t in truths for k in t.kinds} == set(KINDS)
    assert {e.kind for e in county.events} == set(EVENT_KINDS)


def test_a_claimed_result_can_be_untrue(county: County) -> None:
    false = [t for t in county.truth.values() if t.closure == "substantive" and t.unresolved]
    assert 20 < len(false) < 200


def test_matters_repeat_and_some_are_hot(county: County) -> None:
    sizes = Counter(t.matter for t in county.truth.values())
    assert sum(1 for n in sizes.values() if n >= 8) >= 8
    many = [m for m, n in sizes.items() if n >= 8]
    for matter in many[:5]:
        phones = {o.phone for o in county.orders if county.truth[o.number].matter == matter}
        assert len(phones) > 1
    assert {t.relation for t in county.truth.values()} == {"first", "chase", "repeat"}


def test_second_year_is_better_than_the_first(county: County) -> None:
    def year(first: date, last: date) -> tuple[float, float, float]:
        orders = [o for o in county.orders if first <= o.called_at.date() <= last]
        truths = [county.truth[o.number] for o in orders]
        rated = [o for o in orders if o.satisfaction]
        repeats = sum(t.relation == "repeat" for t in truths) / len(truths)
        bad = sum(o.satisfaction == "不满意" for o in rated) / len(rated)
        return repeats, sum(t.unresolved or 0 for t in truths) / len(truths), bad

    before, after = year(date(2024, 11, 1), date(2025, 10, 31)), year(date(2025, 11, 1), date(2026, 10, 31))
    assert all(b > a for b, a in zip(before, after, strict=True)), (before, after)


def test_units_differ(county: County) -> None:
    def share(unit: str) -> float:
        own = [county.truth[o.number].unresolved or 0 for o in county.orders if o.unit == unit]
        return sum(own) / len(own)

    assert share("D16") + 0.15 < share("T04")  # the insurance bureau, and the town that closes on paper


def test_texts_vary_and_keep_their_length(county: County) -> None:
    replies = [o.reply for o in county.orders if o.reply]
    assert len(set(replies)) > 0.9 * len(replies)
    assert Counter(replies).most_common(1)[0][1] < 40
    assert len({o.content for o in county.orders}) > 0.99 * len(county.orders)
    assert all(60 <= len(o.content) <= 500 for o in county.orders)
    assert max(map(len, replies)) <= 500
    for text in (*replies, *(o.content + o.title + o.callback for o in county.orders)):
        assert not re.search(r"[{}\[\]|\ue000\ue001]", text), text


def test_nobody_and_nowhere_is_real(county: County) -> None:
    text = "\n".join(o.title + o.content + o.reply + o.callback + o.address for o in county.orders)
    text += "\n".join([u.name for u in county.units] + [e.text for e in county.events])
    data = files("wenxiao.demo").joinpath("data")
    banks = [*data.iterdir(), *data.joinpath("topics").iterdir()]
    text += "\n".join(f.read_text("utf-8") for f in banks if f.name.endswith(".toml"))
    real = (Path(__file__).parent / "real_places.txt").read_text("utf-8").split()
    assert len(real) > 3000
    assert [name for name in real if name in text and name not in COMMON_WORDS] == []
    assert "虚构" in county.notice
    assert all(re.fullmatch(r"199-0000-\d{4}", o.phone) for o in county.orders)
    assert all(re.fullmatch(r".(先生|女士)", o.caller) for o in county.orders)
    assert all(o.longitude > 124 for o in county.orders)  # open sea

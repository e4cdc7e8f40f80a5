"""The day that a reply's times count from: the date it is signed with, unless that is a slip of the pen."""

from datetime import date, datetime

import pytest

from wenxiao.recognition.reference import Reference, reference_of
from wenxiao.recognition.schema import Order

REPLIED = datetime(2026, 5, 11, 9, 30)


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("已修复。感谢监督。2026年5月6日", date(2026, 5, 6)),
        ("已修复。县住建局2026-05-06", date(2026, 5, 6)),
        ("已修复。2026.5.6", date(2026, 5, 6)),
        ("已修复。（2026年5月6日）", date(2026, 5, 6)),
        ("已修复。二〇二六年五月六日", date(2026, 5, 6)),
        ("已修复。  2026年 5月 6日  \n", date(2026, 5, 6)),
        ("已转镇政府。2026年5月6日网友：您好！已修复。2026年5月9日", date(2026, 5, 9)),
        ("已转镇政府。2026年5月6日尊敬的网友：您好，已修复。", date(2026, 5, 6)),
        ("已修复。特此回复。2026年5月9日网友：您好！已转镇政府办理。2026年5月6日", date(2026, 5, 9)),
        ("已修复。云溪镇人民政府 2026年5月6日", date(2026, 5, 6)),
        ("已修复。云溪县住建局（公章）2026年5月6日", date(2026, 5, 6)),
        ("已修复。特此回复2026年5月6日", date(2026, 5, 6)),
        ("已修复，电话：0000-0000 云溪县住建局 2026年5月6日", date(2026, 5, 6)),
        ("已修复\n2026年5月6日", date(2026, 5, 6)),
        ("验收日期 2026年5月6日", date(2026, 5, 11)),
        ("该路段已经修复，验收日期2026年5月6日", date(2026, 5, 11)),
        ("该件已发函交办县住建局2026年5月6日", date(2026, 5, 11)),
        ("已转县住建局，2026年5月6日。", date(2026, 5, 11)),
        ("已修复。", date(2026, 5, 11)),
        ("该路段5月6日修复，2026年5月7日验收合格。", date(2026, 5, 11)),
        ("工期至2026年12月31日", date(2026, 5, 11)),
        ("已修复。2026年13月45日", date(2026, 5, 11)),
        ("已修复。26年5月6日", date(2026, 5, 6)),
        ("已修复。云溪镇人民政府 '26.5.6", date(2026, 5, 6)),
        ("已修复。云溪镇人民政府26.5.6", date(2026, 5, 6)),
        ("已修复。二六年五月六日", date(2026, 5, 6)),
        ("已修复。二零二六年五月六日", date(2026, 5, 6)),
        ("已修复，电话：0000-0000 云溪县住建局，详见附件1.26.5.6", date(2026, 5, 11)),
        ("已修复。98年5月6日", date(2026, 5, 11)),
    ],
)
def test_the_reference_is_the_date_signed_else_the_time_of_the_reply(reply: str, day: date) -> None:
    assert reference_of(Order(reply=reply, replied_at=REPLIED)).day == day


def test_without_time_the_signature_alone_speaks() -> None:
    assert reference_of(Order(reply="已修复。2026年5月6日")).day == date(2026, 5, 6)
    assert reference_of(Order(reply="已修复。", closed_at=REPLIED)).day == date(2026, 5, 11)
    assert reference_of(Order(reply="已修复。")) == Reference(None)


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        ("2025年5月6日", "早于来电日2026-05-04"),
        ("2026年5月3日", "早于来电日2026-05-04"),
        ("2027年5月6日", "晚于答复时间2026-05-11半年以上"),
    ],
)
def test_a_slip_of_the_pen_is_passed_over_and_said(signed: str, why: str) -> None:
    order = Order(reply=f"已修复。{signed}", called_at=datetime(2026, 5, 4, 23, 0), replied_at=REPLIED)
    found = reference_of(order)
    assert found.day == date(2026, 5, 11)
    assert why in found.note
    assert "改以答复时间为准" in found.note


def test_a_signature_of_years_ago_is_a_slip_even_without_the_time_of_the_call() -> None:
    found = reference_of(Order(reply="已修复。2016年5月6日", replied_at=REPLIED))
    assert found.day == date(2026, 5, 11)
    assert "早于答复时间2026-05-11一年以上" in found.note


def test_a_reply_completed_later_and_signed_anew_keeps_its_new_date() -> None:
    order = Order(reply="已修复。2026年7月6日", called_at=datetime(2026, 5, 4), replied_at=REPLIED)
    assert reference_of(order) == Reference(date(2026, 7, 6))


def test_an_earlier_signature_that_fits_is_better_than_a_last_one_that_does_not() -> None:
    reply = "已转镇政府。2026年5月6日网友：您好！已修复。2029年5月9日"
    assert reference_of(Order(reply=reply, replied_at=REPLIED)).day == date(2026, 5, 6)

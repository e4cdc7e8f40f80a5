"""A history of orders grouped from nothing."""

from datetime import datetime, timedelta

from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.schema import Order, orders_to_batch

START = datetime(2026, 3, 1, 9)


def order(title: str, content: str, day: int = 0) -> Order:
    return Order(order=f"T{title}{day}", title=title, content=content, called_at=START + timedelta(days=day))


SEWAGE = order(
    "青禾镇润泽食品厂污水直排沟渠", "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"
)
SEWAGE_AGAIN = order(
    "润泽食品厂又往水沟里排污水", "之前反映过青禾镇润泽食品厂排污的事，现在污水还在排，沟渠发黑发臭。", 40
)
BUS = order(
    "希望延长318路公交车末班时间", "318路公交车晚上七点就收班，下班后没有车坐，希望延长末班车时间。", 5
)
NOISE = order(
    "青禾镇锦绣花园小区广场舞噪音扰民", "锦绣花园小区门口每晚跳广场舞，音响声音很大，孩子没法写作业。", 7
)


def matters(*orders: Order) -> list[str]:
    grouper = Grouper()
    grouper.add(orders_to_batch(list(orders)))
    return [a.matter for a in grouper.group()]


def test_two_callers_about_one_factory_are_one_matter() -> None:
    assert matters(SEWAGE, BUS, SEWAGE_AGAIN, NOISE) == ["M000001", "M000002", "M000001", "M000003"]


def test_the_cut_into_batches_changes_nothing() -> None:
    orders = [SEWAGE, BUS, SEWAGE_AGAIN, NOISE]
    one_by_one = Grouper()
    for each in orders:
        one_by_one.add(orders_to_batch([each]))
    whole = Grouper()
    whole.add(orders_to_batch(orders))
    assert one_by_one.group() == whole.group()


def test_nothing_gives_nothing() -> None:
    assert Grouper().group() == []

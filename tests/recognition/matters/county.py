"""Orders of a made-up county that the tests of this room share. The texts are ours."""

from __future__ import annotations

from datetime import datetime, timedelta

from wenxiao.recognition.matters import Grouper
from wenxiao.recognition.schema import Order, orders_to_batch

START = datetime(2026, 3, 1, 9)


def order(title: str, content: str = "", day: float = 0, **more: object) -> Order:
    """An order of its own number, called in `day` days after START."""
    number = f"{title}/{content[:12]}/{day}/{more}"
    return Order(order=number, title=title, content=content, called_at=START + timedelta(days=day), **more)  # type: ignore[arg-type]


SEWAGE = order(
    "青禾镇润泽食品厂污水直排沟渠", "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"
)
SEWAGE_AGAIN = order(
    "润泽食品厂又往水沟里排污水", "之前反映过青禾镇润泽食品厂排污的事，现在污水还在排，沟渠发黑发臭。", 40
)
SEWAGE_NEIGHBOUR = order(
    "青禾镇润泽食品厂排污气味刺鼻", "我是润泽食品厂附近的村民，厂里的污水从排污口流进沟渠，气味刺鼻难闻。", 45
)
WAGES = order(
    "润泽食品厂拖欠工人工资", "我在润泽食品厂包装车间上班，已经三个月没有发工资了，请帮忙讨要。", 41
)
BUS = order(
    "希望延长318路公交车末班时间", "318路公交车晚上七点就收班，下班后没有车坐，希望延长末班车时间。", 5
)
OTHER_BUS = order(
    "希望延长52路公交车末班时间", "52路公交车晚上七点就收班，下班后没有车坐，希望延长末班车时间。", 6
)
NOISE = order(
    "青禾镇锦绣花园小区广场舞噪音扰民",
    "锦绣花园小区门口每晚跳广场舞，音响声音很大，孩子没法写作业。",
    7,
)
OTHER_NOISE = order(
    "柳河镇翠湖雅苑小区广场舞噪音扰民",
    "翠湖雅苑小区门口每晚跳广场舞，音响声音很大，孩子没法写作业。",
    7,
)
ALL = [SEWAGE, BUS, NOISE, SEWAGE_AGAIN, WAGES, OTHER_BUS, OTHER_NOISE, SEWAGE_NEIGHBOUR]


def matters(*orders: Order) -> list[str]:
    """The matter of each order, grouped from nothing."""
    grouper = Grouper()
    grouper.add(orders_to_batch(list(orders)))
    return [a.matter for a in grouper.group()]

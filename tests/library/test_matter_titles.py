"""What a matter is called: by the first order that may be shown."""

from __future__ import annotations

from tests.conftest import TODAY, Cast, Importer, row

from wenxiao.library.filters import MatterFilter
from wenxiao.library.grouping import refresh_matters
from wenxiao.library.matters import matter_list
from wenxiao.library.models import Matter
from wenxiao.orders.models import WorkOrder

_SEWAGE = "润泽食品厂在厂门外修了排污口，污水直接排进旁边的沟渠，臭得不敢开窗。"


def _two(importer: Importer) -> list[str]:
    importer(
        [
            row(order="A1", title="河口镇润泽食品厂污水直排沟渠", content=_SEWAGE),
            row(
                order="A2",
                title="润泽食品厂往沟渠排放污水",
                content=_SEWAGE,
                called_at="2026-09-05 09:00:00",
            ),
        ]
    )
    return [matter.title for matter in Matter.objects.all()]


def test_the_first_order_names_the_matter(cast: Cast, importer: Importer) -> None:
    assert _two(importer) == ["河口镇润泽食品厂污水直排沟渠"]


def test_a_confidential_order_lends_no_words_to_its_matter(cast: Cast, importer: Importer) -> None:
    _two(importer)
    WorkOrder.objects.filter(number="A1").update(is_confidential=True)
    refresh_matters(TODAY)
    assert [matter.title for matter in Matter.objects.all()] == ["润泽食品厂往沟渠排放污水"]
    handlers = matter_list(cast.handler, MatterFilter())
    assert [matter.shown_title for matter in handlers] == ["润泽食品厂往沟渠排放污水"]


def test_where_all_orders_are_confidential_the_matter_says_only_that(cast: Cast, importer: Importer) -> None:
    _two(importer)
    WorkOrder.objects.update(is_confidential=True)
    refresh_matters(TODAY)
    for actor in (cast.analyst, cast.handler):
        assert [matter.shown_title for matter in matter_list(actor, MatterFilter())] == ["保密事项"]
        assert not matter_list(actor, MatterFilter(q="污水"))

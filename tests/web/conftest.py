"""A small county with orders of two units, and browsers that are signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.conftest import Cast, Importer, row

SignIn = Callable[[Any], Client]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which somebody is signed in."""

    def browser(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def county(cast: Cast, importer: Importer) -> Cast:
    """The cast, with two orders of the bureau and two of the village; the last of each has a plain promise."""
    importer(
        [
            row(
                order="B1",
                title="工地夜间施工",
                address="县城建设路18号",
                content="\n\t工地半夜还在打桩，请管一管。",
                reply="您反映的情况已转交施工单位。",
            ),
            row(
                order="B2",
                title="电梯常坏",
                reply="我局将在2026年12月15日前完成维修。",
                phone="13912345678",
                caller="王建国",
            ),
            row(
                order="V1",
                title="沟渠排污水",
                address="柳岸村九组南沟",
                unit="柳岸村",
                reply="该问题已转交河口镇处理，请耐心等待。",
                content="厂里的污水直接排到沟里。",
            ),
            row(order="V2", title="路灯不亮", unit="柳岸村", reply="我村将于2026年10月10日前修好路灯。"),
        ]
    )
    return cast

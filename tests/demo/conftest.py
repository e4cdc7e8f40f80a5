from __future__ import annotations

import pytest

from wenxiao.demo import County, build_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()

"""The second reader against a real HTTP server: what leaves, what counts as an answer, and that nothing rests on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from tests.conftest import Cast, Importer, row

from wenxiao.learning.models import SecondReading
from wenxiao.learning.reader import ReaderSettings, ReaderTrouble, ask
from wenxiao.library.models import Finding
from wenxiao.library.second_reading import opinion_on, read_some
from wenxiao.orders.models import WorkOrder
from wenxiao.project.jobs import work

REPLY = "您反映的情况已转交河口镇处理，后续将安排维修。经办人陈小明，电话13800000000。"
OPINION = {"unresolved": True, "quote": "后续将安排维修", "reason": "只有打算"}


def _chat(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


@dataclass
class Model:
    """A server that speaks the protocol. `answer` makes the body from the request; `seen` are the requests."""

    answer: Callable[[dict[str, Any]], bytes] = lambda _asked: _chat(json.dumps(OPINION, ensure_ascii=False))
    status: int = 200
    seen: list[dict[str, Any]] = field(default_factory=list)
    hold: threading.Event | None = None
    url: str = ""


@pytest.fixture
def model() -> Iterator[Model]:
    served = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.seen.append({**asked, "path": self.path, "key": self.headers.get("Authorization")})
            if served.hold is not None:
                served.hold.wait(10)
            body = served.answer(asked)
            self.send_response(served.status)
            self.send_header("Location", "http://198.51.100.7/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    if served.hold is not None:
        served.hold.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(model: Model, settings: Any) -> ReaderSettings:
    found = ReaderSettings(model.url, "demo-7b", "secret", seconds=5, low=0.0, high=1.0)
    settings.SECOND_READER = found
    return found


def test_an_opinion_points_at_its_words(model: Model, reader: ReaderSettings) -> None:
    opinion = ask(reader, "路灯坏了", REPLY)
    assert opinion.unresolved is True and REPLY[opinion.start : opinion.end] == "后续将安排维修"
    (asked,) = model.seen
    assert (asked["path"], asked["key"], asked["model"]) == (
        "/v1/chat/completions",
        "Bearer secret",
        "demo-7b",
    )


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        ("我觉得没有办结。", "not_an_opinion"),
        ('{"unresolved": "yes", "quote": "后续将安排维修", "reason": ""}', "not_an_opinion"),
        ('{"unresolved": true, "quote": "已经全部修好", "reason": ""}', "invented_quotation"),
        ('{"unresolved": true, "quote": "", "reason": ""}', "invented_quotation"),
        ("x" * 70_000, "too_long"),
    ],
)
def test_what_is_no_opinion(model: Model, reader: ReaderSettings, content: str, trouble: str) -> None:
    model.answer = lambda _asked: _chat(content)
    with pytest.raises(ReaderTrouble) as caught:
        ask(reader, "路灯坏了", REPLY)
    assert caught.value.reason == trouble


def test_words_and_fences_around_an_opinion_do_no_harm(model: Model, reader: ReaderSettings) -> None:
    model.answer = lambda _asked: _chat(f"好的：\n```json\n{json.dumps(OPINION, ensure_ascii=False)}\n```")
    assert ask(reader, "路灯坏了", REPLY).unresolved is True


def test_it_may_not_know(model: Model, reader: ReaderSettings) -> None:
    model.answer = lambda _asked: _chat('{"unresolved": null, "quote": "", "reason": "信息不足"}')
    opinion = ask(reader, "路灯坏了", REPLY)
    assert opinion.unresolved is None and opinion.start == opinion.end


@pytest.mark.parametrize("status", [500, 429, 302])
def test_a_server_in_trouble(model: Model, reader: ReaderSettings, status: int) -> None:
    model.status = status
    with pytest.raises(ReaderTrouble) as caught:
        ask(reader, "路灯坏了", REPLY)
    assert caught.value.reason == f"http_{status}" and len(model.seen) == 1  # a redirect is not followed


def test_one_that_is_too_slow(model: Model, reader: ReaderSettings) -> None:
    model.hold = threading.Event()
    with pytest.raises(ReaderTrouble) as caught:
        ask(replace(reader, seconds=0.2), "路灯坏了", REPLY)
    assert caught.value.reason == "too_slow"


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("http://8.8.8.8/v1", "public_address"),
        ("file:///etc/passwd", "bad_address"),
        ("http:///v1", "bad_address"),
    ],
)
def test_addresses_outside_are_refused(reader: ReaderSettings, url: str, trouble: str) -> None:
    with pytest.raises(ReaderTrouble) as caught:
        ask(replace(reader, url=url), "路灯坏了", REPLY)
    assert caught.value.reason == trouble


def _orders(importer: Importer, count: int = 1, **changes: str) -> None:
    importer([row(reply=REPLY, **changes) for _ in range(count)])


def test_names_numbers_and_doors_never_leave(
    cast: Cast, importer: Importer, model: Model, reader: ReaderSettings
) -> None:
    _orders(importer, content="我是陈小明，住河口镇柳岸村12号楼301室，电话13800000000，路灯坏了。")
    assert read_some(5) == 1
    sent = json.dumps(model.seen, ensure_ascii=False)
    for secret in ("陈小明", "13800000000", "301室", "12号楼"):
        assert secret not in sent
    assert "路灯坏了" in sent
    kept = SecondReading.objects.get()
    assert kept.answered and kept.unresolved and kept.sent > 50
    assert REPLY[kept.start : kept.end] == "后续将安排维修"


def test_nothing_rests_on_it(cast: Cast, importer: Importer, model: Model, reader: ReaderSettings) -> None:
    _orders(importer)
    before = list(Finding.objects.values())
    read_some(5)
    assert list(Finding.objects.values()) == before
    assert opinion_on(WorkOrder.objects.get()) is not None


def test_each_order_is_asked_about_once_a_version(
    cast: Cast, importer: Importer, model: Model, reader: ReaderSettings
) -> None:
    one = row(reply=REPLY)
    importer([one])
    assert (read_some(5), read_some(5)) == (1, 0)
    importer([{**one, "reply": REPLY + "请谅解。"}])
    assert opinion_on(WorkOrder.objects.get()) is None  # the old opinion speaks of the old text
    assert read_some(5) == 1


def test_the_clear_ones_are_not_asked_about(
    cast: Cast, importer: Importer, model: Model, reader: ReaderSettings, settings: Any
) -> None:
    _orders(importer)
    chance = Finding.objects.get().unresolved
    settings.SECOND_READER = replace(reader, low=chance + 0.001)
    assert read_some(5) == 0 and model.seen == []


def test_the_budget_of_a_day(
    cast: Cast, importer: Importer, model: Model, reader: ReaderSettings, settings: Any
) -> None:
    settings.SECOND_READER = replace(reader, daily=2)
    _orders(importer, 3)
    assert (read_some(5), read_some(5)) == (2, 0)
    assert read_some(5, timezone.now() + timedelta(days=1)) == 1


def test_a_broken_reader_is_left_alone(
    cast: Cast, importer: Importer, model: Model, reader: ReaderSettings
) -> None:
    model.status = 500
    _orders(importer, 8)
    assert read_some(8) == 5
    assert set(SecondReading.objects.values_list("trouble", flat=True)) == {"http_500"}
    assert read_some(8, timezone.now() + timedelta(days=1)) == 3


def test_without_an_address_everything_works_the_same(cast: Cast, importer: Importer, settings: Any) -> None:
    settings.SECOND_READER = ReaderSettings()
    _orders(importer)
    assert read_some(5) == 0 and not SecondReading.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_asks(cast: Cast, importer: Importer, model: Model, reader: ReaderSettings) -> None:
    _orders(importer)
    work(once=True)
    assert SecondReading.objects.get().answered

"""The shipped model through its public door: sums that add up, and answers that do not depend on company."""

from math import exp
from pathlib import Path

import pytest

from wenxiao.recognition.model import BadModel, Model
from wenxiao.recognition.schema import Order
from wenxiao.recognition.signals import TextSignals

DONE = Order(
    title="路灯不亮", content="小区门口路灯坏了", reply="5月10日已更换灯具，现已恢复照明，来电人现场确认。"
)
PASSED = Order(title="路灯不亮", content="小区门口路灯坏了", reply="您反映的问题已转交有关部门办理。")
EMPTY = Order()
ORDERS = [DONE, PASSED, EMPTY]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def test_passing_on_is_less_resolved_than_a_finished_repair(model: Model) -> None:
    done, passed = model.read(DONE, [], []), model.read(PASSED, [], [])
    assert done.unresolved < 0.5 < passed.unresolved


def test_a_date_answers_a_question_sooner_than_a_request(model: Model) -> None:
    reply = "您好，该路段正在施工，预计明年6月底通车。感谢您的关注。"
    asked = Order(title="咨询南门路何时通车", content="请问南门路什么时候能通车？", reply=reply)
    wanted = Order(title="请求修好南门路", content="南门路坑洼不平，强烈要求尽快修好。", reply=reply)
    assert model.read(asked, [], []).unresolved < model.read(wanted, [], []).unresolved


def test_the_probability_is_the_logistic_of_the_log_odds(model: Model) -> None:
    for order in ORDERS:
        scores = model.read(order, [], [])
        assert scores.unresolved == pytest.approx(1 / (1 + exp(-scores.logit)))


def test_alone_or_in_company_an_order_reads_the_same(model: Model) -> None:
    signals = TextSignals()
    fired = [signals.read(order) for order in ORDERS]
    together = model.read_many(ORDERS, fired, [[]] * len(ORDERS))
    assert together == [model.read(o, f, []) for o, f in zip(ORDERS, fired, strict=True)]


def test_what_a_signal_adds_is_in_the_log_odds(model: Model) -> None:
    fired = TextSignals().read(PASSED)
    scores = model.read(PASSED, fired, [])
    bare = model.read(PASSED, [], [])
    assert scores.logit - bare.logit == pytest.approx(sum(scores.signal_weights.values()))


def test_every_signal_keeps_the_side_it_leans_to(model: Model) -> None:
    text = TextSignals()
    for order in ORDERS:
        for name, weight in model.read(order, text.read(order), []).signal_weights.items():
            assert weight * (1 if text.signals[name].leans == "unresolved" else -1) >= 0


def test_wording_points_at_clauses_of_the_reply(model: Model) -> None:
    for found in model.read(PASSED, [], []).wording:
        assert (found.signal, found.field) == ("wording", "reply")
        assert PASSED.reply[found.start : found.end] == found.text


def test_no_orders_no_scores(model: Model) -> None:
    assert model.read_many([], [], []) == []


def test_a_model_file_of_an_older_release_is_refused_in_words(tmp_path: Path) -> None:
    old = tmp_path / "model.json"
    old.write_text('{"format": "wenxiao.model/3", "name": "closure-3-0", "info": {}}', "utf-8")
    with pytest.raises(BadModel, match="重新训练"):
        Model.load(old)

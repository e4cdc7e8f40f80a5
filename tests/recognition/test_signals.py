"""The named signals: each fires on what it is named for, and keeps quiet where it should."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.schema import Order
from wenxiao.recognition.signals import TextSignals

SIGNALS = TextSignals()

FIRES = [
    ("untrue_shown", "经监测，该厂废水达标。"),
    ("untrue_shown", "该店手续齐全，符合规定。"),
    ("study_only", "您的宝贵意见我局会研究。"),
    ("only_forwarded", "您反映的情况已转交镇综合行政执法局处理。"),
    ("only_forwarded", "已函告产权单位，请其自行与您联系。"),
    ("in_progress", "目前相关工作正在有序推进中。"),
    ("in_progress", "案件还在走内部流程，请您再等一等。"),
    ("plan_undated", "下一步我镇将加大巡查频次，防止问题反弹。"),
    ("plan_undated", "将把该小区列入下一批项目储备。"),
    ("waits_for_others", "需待上级补助下达后方可启动。"),
    ("waits_for_others", "受用地性质限制，暂无法新建停车场。"),
    ("no_duty", "我镇无执法权限，无法处理该类行为。"),
    ("sent_elsewhere", "河道归水利管、岸上归村里管，请分别反映。"),
    ("told_to_sue", "调解未达成一致，您可申请仲裁。"),
    ("only_explained", "工作人员上门做了思想工作，对方情绪稳定。"),
    ("third_party_urged", "已责成物业公司妥善处理。"),
    ("measures_only", "我局将对该路段加强巡查，形成长效机制。"),
    ("study_only", "您的建议我们将认真研究，作为今后工作的参考。"),
    ("not_verified", "通过电话询问，企业称已经整改到位。"),
    ("put_off_again", "原定月底完工，现调整至下季度。"),
    ("not_done_yet", "该段路灯至今未通电，尚未移交。"),
    ("result_shown", "该坑塘5月10日已用沥青修补，附前后照片。"),
    ("result_shown", "经现场核查，我局已将破损路灯更换完毕。"),
    ("result_shown", "现场垃圾已全部清运，下一步我局将加强巡查。"),
    ("result_shown", "经工作人员协调，您反映的漏水问题已经解决。"),
    ("said_not_done", "消火栓没有维修。"),
    ("said_not_done", "来电人表示认可，护栏未安装。"),
    ("said_not_done", "已换？没换，灯管还没更换。"),
    ("said_not_done", "下水道仍未疏通好。"),
    ("said_not_done", "押金至今没退还。"),
    ("said_cannot", "配件停产，换不了。"),
    ("said_cannot", "目前没有办法维修，已说明原因。"),
    ("result_stated", "已修复。"),
    ("result_stated", "您好，您反映的井盖问题已处理，感谢您的监督。"),
    ("result_stated", "垃圾已清理。"),
    ("only_forwarded", "您好，您的诉求我们已转至县水务局核实处理，请耐心等待。"),
    ("checked_on_site", "3月6日执法人员到现场核查，昼间噪声62分贝。"),
    ("answered", "根据《城镇职工基本医疗保险办法》第九条规定，可以补缴。"),
    ("untrue_shown", "经调取监控，未发现您所述车辆，问题不属实。"),
    ("refused_with_reason", "经审核，您家不符合公租房申请条件，故不予受理。"),
]
QUIET = [
    ("said_not_done", "原未安装护栏，现已装好。"),
    ("said_not_done", "因业主未办好手续，水表已代为登记。"),
    ("said_not_done", "来电人反映水管未修复，维修班当天到场修好。"),
    ("said_not_done", "护栏一直没有维修，现已更换。"),
    ("said_not_done", "路灯修复前请绕行，未修复的路段已设围挡。"),
    ("said_not_done", "如三日内仍未修好，请再来电。"),
    ("said_not_done", "未发现管道破损。"),
    ("said_cannot", "如仍无法修复，请再来电。"),
    ("said_cannot", "来电人反映水泵修不好，师傅到场更换。"),
    ("untrue_shown", "补助发给验收达标的家庭农场。"),
    ("untrue_shown", "如对不符合要求的摊棚拒不整改，将依法拆除。"),
    ("untrue_shown", "符合要求的家庭可以到社区登记。"),
    ("untrue_shown", "经了解，该水厂各项指标基本达标。"),
    ("untrue_shown", "楼间距设计不达标的地方我局会复核。"),
    ("study_only", "感谢您所提出的宝贵意见。"),
    ("study_only", "欢迎您多提宝贵建议。"),
    ("study_only", "经县农商行审贷会研究决定，不予发放。"),
    ("study_only", "经镇党委会研究讨论，同意拨款修桥。"),
    ("study_only", "规划线路时已充分考虑学生的安全。"),
    ("study_only", "您的建议很好。"),
    ("only_forwarded", "已转交环卫所，垃圾当日已处理完毕。"),
    ("in_progress", "道路原来正在施工，现已通车。"),
    ("third_party_urged", "已责令该店整改，油烟净化器已整改到位。"),
    ("result_shown", "水管尚待更换，预计月底已恢复供水。"),
    ("result_shown", "您反映的问题已收悉。"),
    ("result_shown", "您反映的问题已转交县城管局处理。"),
    ("result_shown", "经现场核查属实，我局将于下月清理完毕。"),
    ("result_shown", "经现场核查，已要求物业三日内整改到位。"),
    ("result_shown", "如已修复，请您来电告知我局工作人员。"),
    ("result_shown", "待管网改造完成后，我局将恢复路面。"),
    ("result_shown", "经现场核查，该项目已完成规划设计。"),
    ("result_shown", "经现场核查，路面尚未修复。"),
    ("result_shown", "已修复。"),
    ("result_stated", "经现场核查，5月11日路灯已修复。"),
    ("result_stated", "已转交。"),
    ("result_stated", "未处理。"),
    ("plan_undated", "我镇将更换管道，计划6月底前完成。"),
    ("plan_undated", "我局将于三个工作日内上门维修。"),
    ("plan_undated", "下一步，力争今年年底前建成通车。"),
    ("only_forwarded", "您反映的情况已转交县水务局核查，现回复如下：该处水压偏低，已换泵。"),
    ("only_forwarded", "建议您向县水务局反映。"),
    ("put_off_again", "15路公交车终点站调整至东站广场。"),
    ("not_verified", "根据您反映的情况，我局核对了台账。"),
    ("no_duty", "该路不属于我镇管养范围，由县公路局负责养护。"),
    ("told_to_sue", "本案经县人民法院调解结案。"),
    ("told_to_sue", "该案法院已判决，被告已向人民法院交付款项。"),
    ("not_verified", "据社区介绍，我局又到现场核实，情况属实。"),
]


@pytest.mark.parametrize(("signal", "reply"), FIRES)
def test_a_signal_fires_on_what_it_is_named_for(signal, reply):
    assert signal in fired(reply=reply)


@pytest.mark.parametrize(("signal", "reply"), QUIET)
def test_a_signal_is_silenced_by_what_undoes_it(signal, reply):
    assert signal not in fired(reply=reply)


def test_every_signal_has_a_case():
    untested = {name for name, s in SIGNALS.signals.items() if "reply" in s.fields} - {
        name for name, _ in FIRES
    }
    assert not untested


@pytest.mark.parametrize(
    "said",
    [
        "说是办好了，可到现在一个人都没来过。",
        "当天停了一晚上，第二天照样开工。",
        "没有人联系过我，怎么就办结了。",
    ],
)
def test_what_the_caller_says_after_closing_counts(said):
    assert fired(callback=said) == ["callback_not_done"]


@pytest.mark.parametrize(
    ("said", "signals"),
    [
        ("没有问题了，谢谢。", ["callback_done"]),
        ("来电人表示没有再出现噪音，对处理结果满意。", ["callback_done"]),
        ("以前没人管，打完电话第二天就修好了。", ["callback_done"]),
        ("本单位电话回访，来电人说已经处理好了。", ["callback_done_by_unit"]),
        ("问题没有得到解决，只打了个电话。", ["callback_not_done"]),
        ("对处理结果不满意。", ["callback_not_done"]),
        ("两次拨打无人接听。", []),
        ("谢谢，再见。", []),
    ],
)
def test_a_call_back_is_read_by_what_it_denies(said, signals):
    assert fired(callback=said) == signals


def test_a_date_that_has_passed_is_no_deadline_for_a_plan():
    reply = "我局2025年6月维修过一次，下一步将更换管道。"
    assert "plan_undated" in fired(reply=reply, replied_at=datetime(2026, 5, 11))
    assert "plan_undated" not in fired(reply=reply.replace("2025", "2026"), replied_at=datetime(2026, 5, 11))


def test_the_callers_own_quoted_words_are_not_the_units():
    assert "only_forwarded" not in fired(reply="您来信说“上次答复只是已转交城管局处理”，我们看到了。")


def test_a_signal_speaks_once_a_field_and_shows_its_clause():
    text = "您好。\n此事已转交城管局处理，另一件也已转交环保局处理。"
    (evidence,) = [e for e in SIGNALS.read(Order(reply=text)) if e.signal == "only_forwarded"]
    assert evidence.text == "此事已转交城管局处理"
    assert text[evidence.start : evidence.end] == evidence.text


@given(st.text(alphabet="已转交正在推进。，、“”现场核实将\n\t 未1年月日", max_size=300))
def test_every_span_is_a_slice_of_the_text(text):
    for evidence in SIGNALS.read(Order(reply=text, callback=text)):
        field = text
        assert 0 <= evidence.start < evidence.end <= len(field)
        assert field[evidence.start : evidence.end] == evidence.text


def fired(**texts):
    return [e.signal for e in SIGNALS.read(Order(**texts))]

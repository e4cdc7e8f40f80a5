"""What the values and tables of the rule files are called on the page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wenxiao.recognition.edits import Section
from wenxiao.web.reading import english

_A_LINE = _("一行一个。")
#: Each value's name, and a line on how to fill it in.
_VALUES = {
    "any": (_("出现这些说法就算"), _("一行一个；“…”代表中间最多隔十二个字，“{甲|乙}”代表任一个。")),
    "unless": (_("同一句里有这些就不算"), _A_LINE),
    "unless_clause": (_("同一小句里有这些就不算"), _A_LINE),
    "unless_text": (_("全文有这些就不算"), _A_LINE),
    "only_with": (_("全文要有其中一个才算"), _A_LINE),
    "unless_opens": (_("小句以这些开头就不算"), _A_LINE),
    "despite": (_("旁边是这些词时不算"), _A_LINE),
    "undated": (_("小句里写明期限就不算"), ""),
    "longest": (_("答复最长多少字才算"), _("字数。")),
    "prior": (_("权重"), _("对数几率；2 高，1 中，0.5 低，0 不计。正的使可能性升高。")),
    "at_least": (_("达到多少就算"), ""),
    "likely": (_("可能性达到多少就捕获"), _("0 到 1 之间，如 0.5。")),
    "escape": (_("不用办理的办结标签"), _A_LINE),
    "returns": (_("退单几次算多"), ""),
    "extensions": (_("延期几次算多"), ""),
    "rehandled": (_("重办几次算"), ""),
    "closing_minutes": (_("签收后多少分钟内办结算太快"), ""),
    "limit_hours": (_("离期限多少小时内办结算踩点"), ""),
    "copied_orders": (_("同样的答复用在几件上算照抄"), ""),
    "copied_length": (_("多少字以上才比照抄"), ""),
    "repeat_days": (_("办结后多少天内再来电算"), ""),
    "escape_ratio": (_("不用办理的占比是别的单位的几倍算多"), ""),
    "escape_orders": (_("单位至少有多少件才比"), ""),
    "flurry_orders": (_("一天办结多少件起才看是否突击"), ""),
    "flurry_ratio": (_("是平时的几倍算突击办结"), ""),
    "further_share": (_("评价和回访说同一个意思时，第二个起按几成算"), _("0 到 1 之间，如 0.4。")),
    "suffixes": (_("单位名称的结尾"), _A_LINE),
    "stems": (_("名称里的字"), _A_LINE),
    "utility": (_("是公用企业"), ""),
    "country": (_("国家级"), _A_LINE),
    "province": (_("省级"), _A_LINE),
    "city": (_("市级"), _A_LINE),
    "county": (_("县级"), _A_LINE),
    "town": (_("乡镇级"), _A_LINE),
    "not": (_("这些不是地名"), _A_LINE),
    "about_result": (_("说的是结果"), _A_LINE),
    "about_process": (_("说的是过程和态度，不算结果"), _A_LINE),
    "satisfied": (_("满意"), _A_LINE),
    "neutral": (_("一般"), _A_LINE),
    "dissatisfied": (_("不满意"), _A_LINE),
    "yes": (_("已解决"), _A_LINE),
    "partly": (_("部分解决"), _A_LINE),
    "no": (_("未解决"), _A_LINE),
    "none": (_("没有评价"), _A_LINE),
    "satisfied_from": (_("打分达到几成算满意"), _("0 到 1 之间，如 0.5。")),
    "dissatisfied_to": (_("打分不到几成算不满意"), _("0 到 1 之间，如 0.5。")),
    "holdout": (_("留出检验的份额"), _("0 到 1 之间，如 0.5。")),
    "least": (_("至少要多少条结论"), ""),
    "least_each": (_("两边各至少多少条"), ""),
    "outcome_weight": (_("办后结果抵多少条结论"), _("0 到 1 之间，如 0.5。")),
    "left_weight": (_("人没有改动的类别和承诺，一条抵几条说过的"), _("0 到 1 之间，如 0.5。")),
    "least_corrected": (_("类别和承诺各至少要更正多少条才学"), ""),
    "quiet_days": (_("办结后多少天没再来电才信好评"), ""),
    "folds": (_("交叉验证分几份"), ""),
    "days": (_("多少天"), _("天数。")),
    "anyone": (_("别人来电也算"), ""),
    "problems": (_("标题里新提到几种问题起算"), _("0 表示不标新情况。")),
    "repeats": (_("办结后来的也算重复来电"), ""),
    "callers": (_("多少人起算"), _("不同的来电人。")),
    "times": (_("至少是之前的几倍"), ""),
    "late": (_("来电最晚多少天后进到系统"), _("天数。")),
    "alert": (_("多少人起在总览上提示"), _("不同的来电人。")),
    "steps": (_("重新打开一次升几级"), ""),
    "at_once": (_("可能性达到多少就直接归入"), _("0 到 1 之间；大于 1 表示一律先等人确认。")),
    "most": (_("每件工单最多记几件相关的"), ""),
    "preview_days": (_("试算最近多少天的工单"), ""),
}


def value_words(name: str) -> tuple[str, str]:
    """A value's name, and a line on how to fill it in."""
    label, hint = _VALUES.get(name, (name, ""))
    return str(label), str(hint)


def section_words(file: str, section: Section) -> str:
    """What a rule is called in the language of the page."""
    if said := (english() and section.label_en) or section.label:
        return said
    kind, _slash, name = section.key.partition("/")
    tables = {
        "capture": _("捕获的界限"),
        "thresholds": _("次数、时间和长度的界限"),
        "values": _("办结标签"),
        "levels": _("层级"),
        "passive": _("只是提到、没有参与"),
        "joint": _("联合办理的说法"),
        "area": _("地名"),
        "report": _("只是转报的说法"),
        "satisfaction": _("满意度一栏"),
        "resolved": _("是否解决一栏"),
        "scale": _("打分"),
        "repeat": _("办结后再来电算重复"),
        "development": _("新情况：带来新问题的来电"),
        "group": _("群体诉求"),
        "hot": _("正在升温"),
        "reopening": _("销号后又来电"),
        "joining": _("归入有人研判过的事项"),
        "related": _("相关工单"),
    }
    if not name:
        return str(tables.get(kind, kind or _("总则")))
    prefix = {"department": _("部门"), "field": _("领域"), "act": _("执法行为")}.get(kind, "")
    return f"{prefix}：{name}" if prefix else name

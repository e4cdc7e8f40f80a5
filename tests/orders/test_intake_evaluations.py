"""Evaluation columns: known words count, figures need a direction, everything else is named and kept."""

from __future__ import annotations

from importlib.resources import files

import pytest

from wenxiao.recognition.columns import ColumnSignals

HEADER = "工单编号,诉求内容,答复内容,满意度,是否解决\n"


def test_values_that_no_list_knows_are_kept_and_named_by_row_and_in_sum(write, read) -> None:
    values = ["满意", "基本不满意", "凑合吧", "凑合吧", "3", "电话13800001111再说"]
    result = read(write(HEADER + "".join(f"{i},甲,乙,{v},\n" for i, v in enumerate(values))))
    assert [o.satisfaction for o in result.orders] == values
    assert result.places("warnings") == [
        (4, "满意度", "unknown_evaluation"),
        (5, "满意度", "unknown_evaluation"),
        (6, "满意度", "unexplained_figure"),
        (7, "满意度", "unknown_evaluation"),
    ]
    notes = "\n".join(result.source.notes)
    assert "列“满意度”的值“凑合吧”不在评价词表里：2 行，首见于第 4 行" in notes
    assert "“3”是分数或代码" in notes and "13800001111" not in notes + "".join(
        w.message for w in result.warnings
    )


def test_a_header_that_explains_its_figures_is_believed(write, read) -> None:
    header = "工单编号,诉求内容,答复内容,满意度（5分最满意）,是否解决\n"
    result = read(write(header + "1,甲,乙,5,1\n2,甲,乙,1分,0\n3,甲,乙,7,2\n"))
    assert [(o.satisfaction, o.resolved) for o in result.orders[:2]] == [
        ("满意（5）", "已解决（1）"),
        ("不满意（1分）", "未解决（0）"),
    ]
    assert [(p.row, p.code) for p in result.warnings] == [(4, "unexplained_figure")] * 2
    rules = ColumnSignals()
    assert [rules.is_dissatisfied(o) for o in result.orders] == [False, True, False]
    assert [rules.says_resolved(o) for o in result.orders] == [True, False, False]


def test_the_evaluation_of_the_manner_is_not_that_of_the_result(write, read) -> None:
    header = "工单编号,诉求内容,答复内容,办理过程满意度,办理结果满意度,话务员满意度\n"
    result = read(write(header + "1,甲,乙,不满意,满意,满意\n2,甲,乙,满意,,满意\n"))
    assert [o.satisfaction for o in result.orders] == ["满意", ""]
    assert sum("不当作对办理结果的评价" in note for note in result.source.notes) == 2


def test_a_result_of_the_call_back_counts_where_no_column_says_it(write, read) -> None:
    alone = read(
        write("工单编号,诉求内容,答复内容,回访结果\n1,甲,乙,不满意\n2,甲,乙,未解决\n3,甲,乙,说还没人来过\n")
    )
    assert [(o.satisfaction, o.resolved, o.callback) for o in alone.orders] == [
        ("不满意", "", "不满意"),
        ("", "未解决", "未解决"),
        ("", "", "说还没人来过"),
    ]
    beside = read(write("工单编号,诉求内容,答复内容,回访结果,满意度\n1,甲,乙,不满意,满意\n"))
    assert beside.orders[0].satisfaction == "满意"


def test_the_rules_folder_decides_what_is_known(tmp_path, write, read) -> None:
    own = (files("wenxiao.recognition") / "data" / "evaluation.toml").read_text("utf-8")
    (tmp_path / "evaluation.toml").write_text(own.replace('"差评"', '"差评", "凑合吧"'), "utf-8")
    path = write(HEADER + "1,甲,乙,凑合吧,\n")
    assert read(path).warnings and not read(path, rules=tmp_path).warnings


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("工单编号,诉求内容", ["答复内容"]),
        ("工单编号,答复内容", ["诉求内容"]),
        ("标题", ["工单编号", "诉求内容", "答复内容"]),
    ],
)
def test_a_missing_column_is_said_once(write, read, header, missing) -> None:
    cells = ",".join("甲" * len(header.split(",")))
    result = read(write(f"{header}\n{cells}\n"))
    said = [note for note in result.source.notes if note.startswith("没有找到")]
    assert [note.split("“")[1].split("”")[0] for note in said] == missing and not result.warnings

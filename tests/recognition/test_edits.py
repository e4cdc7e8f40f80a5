"""Edits of rule data: what fits goes in, what does not is left out, and nothing but words, numbers and switches moves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenxiao.recognition.edits import EDITS, BadEdit, apply, read_value, sections, with_edit
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.lexicon import read_data, unedited
from wenxiao.recognition.schema import Order
from wenxiao.recognition.settings import Settings

FILES = (
    "signals.toml",
    "columns.toml",
    "enforcement.toml",
    "crossing.toml",
    "missing.toml",
    "evaluation.toml",
    "learning.toml",
)


@pytest.mark.parametrize("file", FILES)
def test_every_file_has_something_to_edit_and_nothing_changes_without_an_edit(
    file: str, tmp_path: Path
) -> None:
    data = unedited(file)
    assert sections(data)
    assert read_data(file, tmp_path) == data == apply(data, {})


def test_a_new_word_makes_a_signal_fire(tmp_path: Path) -> None:
    order = Order(
        order="N1", content="路灯坏了，请修。", reply="您好，此事已呈阅承办股，其余情况不再赘述，特此答复。"
    )
    settings = Settings(as_of=date(2026, 11, 24), data=tmp_path)
    assert "only_forwarded" not in {e.signal for e in Engine(settings).read(order).evidence}
    words = next(s for s in sections(unedited("signals.toml")) if s.name == "only_forwarded").values["any"]
    assert isinstance(words, list)
    edits = {"signals.toml": {"signal/only_forwarded": {"any": [*words, "已呈阅"]}}}
    (tmp_path / EDITS).write_text(json.dumps(edits, ensure_ascii=False), "utf-8")
    assert "only_forwarded" in {e.signal for e in Engine(settings).read(order).evidence}


@given(
    st.dictionaries(
        st.sampled_from(["", "values", "thresholds", "signal/chased", "signal/gone", "nowhere"]),
        st.dictionaries(
            st.sampled_from(["prior", "name", "leans", "version", "returns", "escape", "new"]),
            st.one_of(
                st.integers(),
                st.booleans(),
                st.text(),
                st.lists(st.text()),
                st.none(),
                st.lists(st.integers()),
            ),
        ),
    )
)
def test_whatever_the_edits_say_the_shape_stays(edits: dict[str, dict[str, object]]) -> None:
    data = unedited("columns.toml")
    changed = apply(data, edits)  # type: ignore[arg-type]
    assert [s.key for s in sections(changed)] == [s.key for s in sections(data)]
    before, after = ({s.key: s for s in sections(one)} for one in (data, changed))
    for key, section in before.items():
        assert after[key].leans == section.leans and after[key].values.keys() == section.values.keys()
        for name, value in section.values.items():
            assert isinstance(after[key].values[name], list) == isinstance(value, list)


def test_values_as_a_form_gives_them() -> None:
    assert read_value("any", ["旧"], " 新词 \n\n新词\n已…转\n") == ["新词", "已…转"]
    assert read_value("prior", 1.0, "2.5", "unresolved") == 2.5
    assert read_value("returns", 2, "3") == 3
    assert read_value("utility", True, "") is False


@pytest.mark.parametrize(
    ("now", "text", "leans", "problem"),
    [
        (1.0, "many", "", "not_a_number"),
        (1.0, "nan", "", "too_large"),
        (1.0, "inf", "", "too_large"),
        (1.0, "-1", "unresolved", "wrong_side"),
        (-1.0, "1", "resolved", "wrong_side"),
        (0.5, "-0.1", "", "below_zero"),
        (2, "1.5", "", "not_a_count"),
        (2, "-1", "", "not_a_count"),
        (["旧"], "…", "", "bad_word"),
        (["旧"], "长" * 201, "", "bad_word"),
        (["旧"], "\n".join(f"词{n}" for n in range(3001)), "", "too_many_words"),
    ],
)
def test_what_does_not_fit_is_named(now: float | list[str], text: str, leans: str, problem: str) -> None:
    with pytest.raises(BadEdit) as caught:
        read_value("field", now, text, leans)
    assert caught.value.problem == problem


def test_going_back_to_what_the_file_says_is_no_edit() -> None:
    base = {"prior": 1.0, "any": ["甲"]}
    edits = with_edit({}, "f", "s", {"prior": 2.0, "any": ["甲"]}, base)  # type: ignore[dict-item]
    assert edits == {"f": {"s": {"prior": 2.0}}}
    assert with_edit(edits, "f", "s", {"prior": 1.0, "any": ["甲"]}, base) == {}  # type: ignore[dict-item]

"""Whatever bytes a file holds, it is read or refused in words; nothing else comes out, and nothing hangs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wenxiao.orders.intake import UnreadableFile, open_source

ROWS = [
    ["工单编号", "来电时间", "诉求内容", "答复内容"],
    *[[f"N{i}", 46000.5 + i, f"内容{i}", f"答复{i}"] for i in range(20)],
]
CSV = "\n".join(",".join(map(str, row)) for row in ROWS).encode()
HTML = ("<table>" + "".join("<tr><td>" + "<td>".join(map(str, row)) for row in ROWS) + "</table>").encode()
JSON = b'[{"id": 1, "content": "a", "reply": {"b": [1]}},\n {"id": 2, "content": "c"}]'

wounds = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), min_size=1, max_size=6)


@pytest.fixture
def files(xlsx, xls) -> dict[str, bytes]:
    return {
        "xlsx": xlsx(ROWS).read_bytes(),
        "xls": xls(ROWS).read_bytes(),
        "csv": CSV,
        "utf16": CSV.decode().encode("utf-16"),
        "html": HTML,
        "json": JSON,
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(
    kind=st.sampled_from(["xlsx", "xls", "csv", "utf16", "html", "json"]),
    wounds=wounds,
    keep=st.floats(0.3, 1),
)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, files, kind, wounds, keep) -> None:
    content = bytearray(files[kind])
    for at, junk in wounds:
        place = int(at * len(content))
        content[place : place + len(junk)] = junk
    path = tmp_path / "damaged"
    path.write_bytes(bytes(content[: int(len(content) * max(keep, 0.9 if kind == "xlsx" else keep))]))
    try:
        batches = list(open_source(path).batches())
    except UnreadableFile as error:
        assert error.message and error.message_en
    else:
        assert sum(len(b.orders) + len(b.rejects) + len(b.skipped) for b in batches) < 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(
    junk=st.text(st.sampled_from('<>&/"tcrowvf=1 \n甲'), max_size=60),
    part=st.sampled_from(
        ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
    ),
    at=st.integers(0, 400),
)
def test_broken_xml_in_any_part_is_read_or_refused(xlsx, with_part, junk, part, at) -> None:
    import zipfile

    path = xlsx(ROWS)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(part)
    changed = with_part(path, part, xml[:at] + junk.encode() + xml[at:])
    try:
        list(open_source(changed).batches())
    except UnreadableFile as error:
        assert error.message


def test_an_xls_that_asks_for_the_whole_memory_is_refused(files, tmp_path: Path) -> None:
    """The counts in the header of a compound file decide how much its reader reserves."""
    for at in (0x2C, 0x40, 0x48):
        content = bytearray(files["xls"])
        content[at : at + 4] = b"\xff\xff\xff\x7f"
        path = tmp_path / "greedy.xls"
        path.write_bytes(bytes(content))
        try:
            orders = [o for b in open_source(path).batches() for o in b.orders]
        except UnreadableFile as error:
            assert error.code in ("damaged_file", "wrong_type")
        else:
            assert len(orders) == 20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(wounds=wounds)
def test_a_damaged_xls_is_read_or_refused(tmp_path: Path, files, wounds) -> None:
    content = bytearray(files["xls"])
    for at, junk in wounds:
        place = int(at * len(content))
        content[place : place + len(junk)] = junk
    path = tmp_path / "damaged.xls"
    path.write_bytes(bytes(content))
    try:
        orders = [order for batch in open_source(path).batches() for order in batch.orders]
        # A wound can turn a blank cell into a number, and so a blank row into an order; it never makes many.
        assert len(orders) <= 20 + len(wounds)
    except UnreadableFile as error:
        assert error.message

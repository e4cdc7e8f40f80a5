"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024

#: The most characters that a cell of Excel can hold (Excel specifications and limits, Microsoft).
EXCEL_CELL = 32_767


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one file may ask of the machine; sizes in bytes, texts in Unicode code points.

    The defaults read a year of a large city in one file, and refuse what only an attack or an accident makes.
    """

    #: A longer cell rejects its row; the real ones reach about 8,000.
    cell_chars: int = 1_000_000
    #: The most text that one CSV record or JSON object may hold; an open quote is given up after as much.
    record_chars: int = 4_000_000
    #: A batch ends early when its texts reach this, so that a batch of long ones is no larger than one of short ones.
    batch_chars: int = 4_000_000
    #: All parts of a workbook together, inflated.
    inflated_bytes: int = 2048 * MEGABYTE
    #: A workbook that inflates to more than `bomb_ratio` times its size, and to more than `bomb_bytes`, is a bomb.
    bomb_ratio: int = 200
    bomb_bytes: int = 100 * MEGABYTE
    #: Shared strings beyond this go to a temporary file, so that memory does not grow with the workbook.
    strings_in_memory: int = 64 * MEGABYTE
    #: An old binary .xls is read whole by its library; the format ends at 65,536 rows a sheet.
    xls_bytes: int = 256 * MEGABYTE
    #: The most rows that one order may be spread over.
    merged_rows: int = 200
    #: Columns beyond this are not read (a sheet of Excel has 16,384).
    columns: int = 1_000
    #: The header is looked for in so many rows, and columns are judged by as many rows of data.
    header_rows: int = 30
    sample_rows: int = 100

"""Reading files of orders: Excel, CSV, HTML tables and JSON in, `Order` objects out.

No database and no Django: `open_source(path)` says what a file is and which column is which, `Source.batches()` streams its rows,
and everything that stayed behind is told with file, row and column, and never with a caller's text.
"""

from wenxiao.orders.intake.layout import Column
from wenxiao.orders.intake.limits import Limits
from wenxiao.orders.intake.problems import Problem, Reject, UnreadableFile
from wenxiao.orders.intake.rows import Batch
from wenxiao.orders.intake.seen import Seen
from wenxiao.orders.intake.source import Source, open_source, read_orders

__all__ = [
    "Batch",
    "Column",
    "Limits",
    "Problem",
    "Reject",
    "Seen",
    "Source",
    "UnreadableFile",
    "open_source",
    "read_orders",
]

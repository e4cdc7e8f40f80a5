"""Which orders are about one real-world matter, and why.

`Grouper` groups a whole history; `Index` answers for one new order. Both score pairs with the same function, so
that they agree. No clock, no network, no Django.
"""

from wenxiao.recognition.matters.grouper import Assignment, Grouper, Tie, score
from wenxiao.recognition.matters.index import Index
from wenxiao.recognition.matters.link import Link, Reason

__all__ = ["Assignment", "Grouper", "Index", "Link", "Reason", "Tie", "score"]

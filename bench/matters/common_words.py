"""Write matters_common.tsv: pairs of characters that are common in what people write to a hotline anywhere.

A pair is kept when it is common in two unrelated sources (messages to a provincial board, letters to a city), so that
no local name gets in. Run once: `python -m bench.matters.common_words DATA`; it needs the real data, the product doesn't.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from openpyxl import load_workbook

from wenxiao.recognition.text import normalise

OUT = Path(__file__).parents[2] / "src/wenxiao/recognition/data/matters_common.tsv"
#: Shares of orders from which a pair is common, in messages and in letters.
COMMON, ALSO = 0.004, 0.004


def shares(texts: Iterable[str]) -> dict[str, float]:
    """The share of texts in which each unordered pair of ideographs stands."""
    seen: Counter[str] = Counter()
    count = 0
    for text in texts:
        plain = normalise(text).text
        pairs = ("".join(sorted(plain[i : i + 2])) for i in range(len(plain) - 1))
        seen.update({p for p in pairs if all("\u4e00" <= c <= "\u9fff" for c in p)})
        count += 1
    return {pair: n / count for pair, n in seen.items()}


def main() -> None:
    """Read both sources, keep what both know, write."""
    folder = Path(sys.argv[1])
    rows = list(load_workbook(folder / "tipdm/messages.xlsx", read_only=True).active.values)[1:]
    lines = (folder / "letters/letters.jsonl").read_text(encoding="utf-8").splitlines()
    messages = shares(f"{row[2]}。{row[4]}" for row in rows)
    letters = shares("。".join(str(v) for v in json.loads(line).values()) for line in lines)
    kept = {p: s for p, s in messages.items() if s >= COMMON and letters.get(p, 0) >= ALSO}
    body = "".join(f"{pair}\t{round(share * 1000)}\n" for pair, share in sorted(kept.items()))
    head = "# Common pairs of characters (order does not count) and how many of 1,000 messages have them.\n"
    OUT.write_text(head + body, encoding="utf-8")
    print(f"{len(kept)} pairs")


if __name__ == "__main__":
    main()

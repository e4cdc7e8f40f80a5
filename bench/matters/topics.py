"""Write matters_topics.npz: vectors of words and kinds of problem, by what occurs together in messages to hotlines.

Made from the messages alone; no label is used. A word is a pair of characters (a number, `grams.py`) that stands in
many messages outside of names, so that no local name gets in. `python -m bench.matters.topics`; it needs the real
messages, the product doesn't.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from openpyxl import load_workbook
from scipy.sparse.linalg import svds

from bench.matters.data import data_folder, messages
from wenxiao.recognition.matters.columns import outside_names, problem_kinds, sign_matrix, word_matrix
from wenxiao.recognition.matters.facts import read_facts
from wenxiao.recognition.matters.grams import COLUMNS, grams
from wenxiao.recognition.matters.topics import KIND, SIZE, unit_rows
from wenxiao.recognition.matters.words import words
from wenxiao.recognition.schema import Order

OUT = Path(__file__).parents[2] / "src/wenxiao/recognition/data/matters_topics.npz"
#: Messages in which a word must stand at least, and the share of them from which it says nothing.
SELDOM, USUAL = 20, 0.25

#: Numbers with their neighbours: they say which house, not what is wrong.
_NUMBER = re.compile(r"[\u4e00-\u9fff]?[A-Za-z0-9]+[\u4e00-\u9fff]?")


def answered() -> list[Order]:
    """The messages of the sheet of replies."""
    sheet = load_workbook(data_folder() / "tipdm" / "replies.xlsx", read_only=True).active
    head, *rows = sheet.values
    at = {name: k for k, name in enumerate(head)}
    return [Order(title=str(row[at["留言主题"]]), content=str(row[at["留言详情"]] or "")) for row in rows]


def main() -> None:
    """Read the messages, factor what occurs together, write."""
    facts = [read_facts(order) for order in messages() + answered()]
    used, kinds = outside_names(word_matrix(facts)), problem_kinds(sign_matrix(facts))
    used.eliminate_zeros()
    seen = np.bincount(used.indices, minlength=COLUMNS)
    seen[grams(["，".join(_NUMBER.findall(one.full)) for one in facts]) & (COLUMNS - 1)] = 0
    kept = np.flatnonzero((seen >= SELDOM) & (seen < USUAL * len(facts)))
    rarity = np.log(len(facts) / seen[kept]).astype(np.float32)
    table = unit_rows((used[:, kept] @ sp.diags(rarity)).tocsr())
    _, strength, rows = svds(sp.hstack([table, KIND * kinds]).tocsr(), k=SIZE, random_state=0)
    vectors = (rows / np.sqrt(strength)[:, None]).T
    scale = np.float32(np.abs(vectors).max() / 32_000)
    small = np.round(vectors / scale).astype(np.int16)
    np.savez_compressed(
        OUT,
        words=kept.astype(np.int32),
        rarity=rarity,
        word_vectors=small[: len(kept)],
        kind_vectors=small[len(kept) :],
        kinds=np.array(words().problem_names),
        scale=scale,
    )
    print(
        f"{OUT.name}: {len(kept)} words, {len(words().problem_names)} kinds, {OUT.stat().st_size // 1024} KiB"
    )


if __name__ == "__main__":
    main()

"""Is it resolved? `python -m bench.closure`: the engine on the dev labels, beside the keywords that everybody tries first.

Dev was used to choose; figures on it flatter. The commitment figures count concrete undertakings, a match sharing
half of the shorter span; dates are judged among matched ones whose label states a date.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, precision_recall_curve, roc_auc_score

from bench.data import labels, letters, replies
from wenxiao.recognition.engine import Engine
from wenxiao.recognition.schema import Finding
from wenxiao.recognition.settings import Settings

#: What a first attempt would look for; for scale only.
KEYWORDS = ("已转", "正在", "下一步", "尽快", "将", "责成", "督促", "加强", "研究")


def calibration_error(chances: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    gaps = [
        abs(chances[place == b].mean() - truth[place == b].mean()) * (place == b).sum() for b in set(place)
    ]
    return float(sum(gaps) / len(truth))


def report(name: str, chances: np.ndarray, truth: np.ndarray, sure: np.ndarray) -> None:
    """One line of figures."""
    precision, recall, _ = precision_recall_curve(truth, chances)
    print(
        f"{name:<10} AUROC {roc_auc_score(truth, chances):.3f} (sure ones {roc_auc_score(truth[sure], chances[sure]):.3f})  "
        f"precision at recall 0.9 {max(precision[recall >= 0.9]):.3f}  calibration error {calibration_error(chances, truth):.3f}"
    )


def main() -> None:
    """Read the labelled replies and compare."""
    marks = {str(x["id"]): x for x in labels("dev")}
    orders = [o for o in replies() if o.order in marks]
    found = Engine(Settings(as_of=date(2020, 1, 31))).read_orders(orders)
    gold = [marks[o.order] for o in orders]
    truth = np.array([x["unresolved"] for x in gold])
    sure = np.array([x["sure"] for x in gold])
    print(f"dev, {len(gold)} replies, {truth.sum()} unresolved")
    report("engine", np.array([f.unresolved for f in found]), truth, sure)
    counts = np.array([sum(word in o.reply for word in KEYWORDS) for o in orders])
    report("keywords", counts / len(KEYWORDS), truth, sure)
    for kind, key in (("enforcement", "enforcement"), ("crossing", "cross")):
        print(f"{kind}: F1 {f1_score([x[key] for x in gold], [kind in f.kinds for f in found]):.3f}")
    _commitments(found, gold)
    _letters()


def _letters() -> None:
    """How it carries over: letters of another source, the half that nothing was fitted on. Many share their wording."""
    orders, marks = letters()
    kept = [at for at, x in enumerate(marks) if x["part"] == "test"]
    found = Engine(Settings(as_of=date(2024, 1, 31))).read_orders([orders[at] for at in kept])
    truth, sure = (np.array([marks[at][key] for at in kept]) for key in ("unresolved", "sure"))
    chances = np.array([f.unresolved for f in found])
    print(f"letters, {len(kept)}, {truth.sum()} unresolved, {(chances >= 0.5).sum()} called so")
    report("letters", chances, truth, sure.astype(bool))


def _commitments(found: list[Finding], gold: list[dict[str, Any]]) -> None:
    right = wanted = given = dated = day = 0
    for finding, x in zip(found, gold, strict=True):
        ours = [c for c in finding.commitments if c.start is not None]
        pairs = _match([tuple(c["span"]) for c in x["commitments"]], [(c.start, c.end) for c in ours])
        vague = {j for i, j in pairs if not x["commitments"][i]["concrete"]}
        taken = {j for _, j in pairs}
        wanted += sum(c["concrete"] for c in x["commitments"])
        given += sum(j not in vague and (c.concrete or j in taken) for j, c in enumerate(ours))
        for i, j in pairs:
            mark = x["commitments"][i]
            right += mark["concrete"]
            if mark["concrete"] and mark["certainty"] == "stated" and not mark["due"].startswith("+"):
                dated += 1
                day += ours[j].due is not None and ours[j].due.isoformat() == mark["due"]  # type: ignore[union-attr]
    precision, recall = right / given, right / wanted
    print(
        f"commitments: precision {precision:.3f}, recall {recall:.3f}, F1 {2 * precision * recall / (precision + recall):.3f}; "
        f"dates right {day}/{dated}"
    )


def _match(gold: list[Any], ours: list[Any]) -> list[tuple[int, int]]:
    """Greedy one-to-one, largest overlap first."""
    cells = sorted(
        ((min(g[1], o[1]) - max(g[0], o[0]), i, j) for i, g in enumerate(gold) for j, o in enumerate(ours)),
        reverse=True,
    )
    pairs: list[tuple[int, int]] = []
    for shared, i, j in cells:
        shorter = min(gold[i][1] - gold[i][0], ours[j][1] - ours[j][0])
        free = all(i != a and j != b for a, b in pairs)
        if shared > 0 and free and shared >= 0.5 * shorter:
            pairs.append((i, j))
    return pairs


if __name__ == "__main__":
    main()

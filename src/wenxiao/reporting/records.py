"""The findings format (docs/findings.md): one finding as a JSON object. Public and versioned."""

from __future__ import annotations

from typing import Any

from wenxiao.recognition.schema import FORMAT, Commitment, Demand, Evidence, Finding


def record(finding: Finding) -> dict[str, Any]:
    """A finding as the object that `scan --out findings.jsonl` writes. Key order is part of what people read."""
    row: dict[str, Any] = {
        "order": finding.order,
        "row": finding.row,
        "closure": {"class": finding.closure_class, "unresolved": finding.unresolved},
        "kinds": finding.kinds,
        "evidence": [_evidence(e) for e in finding.evidence],
        "commitments": [_commitment(c) for c in finding.commitments],
        "matter": finding.matter or None,
        "matter_score": finding.matter_score,
        "missing": finding.missing,
        "demands": [_demand(d) for d in finding.demands],
    }
    if "enforcement" in finding.kinds:
        row["enforcement"] = {"fields": finding.enforcement_fields, "acts": finding.enforcement_acts}
    if "crossing" in finding.kinds:
        row["crossing"] = {"bodies": finding.crossing_bodies, "across": finding.crossing_across}
    row["reference"] = finding.reference.isoformat() if finding.reference else None
    row["file"] = finding.file
    if finding.sheet:
        row["sheet"] = finding.sheet
    row["model"] = finding.model
    row["format"] = FORMAT
    return row


def _evidence(e: Evidence) -> dict[str, Any]:
    return {
        "signal": e.signal,
        "field": e.field,
        "start": e.start,
        "end": e.end,
        "text": e.text,
        "weight": round(e.weight, 3),
    }


def _commitment(c: Commitment) -> dict[str, Any]:
    return {
        "field": c.field,
        "start": c.start,
        "end": c.end,
        "text": c.text,
        "due": c.due.isoformat() if c.due else None,
        "due_text": c.due_text,
        "basis": c.basis,
        "certainty": c.certainty,
        "concrete": c.concrete,
        "promisor": c.promisor,
        "provisional": c.provisional,
    }


def _demand(d: Demand) -> dict[str, Any]:
    return {
        "field": d.field,
        "start": d.start,
        "end": d.end,
        "text": d.text,
        "answered": d.answered,
        "reply_start": d.reply_start,
        "reply_end": d.reply_end,
        "reply_text": d.reply_text,
    }

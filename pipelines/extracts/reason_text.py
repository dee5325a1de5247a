"""Reason codes in words: what they mean and what to do (``transforms/rules/rule_reason.csv``)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from pipelines.paths import RULES


@dataclass(frozen=True)
class ReasonText:
    """One reason code in Chinese."""

    zh: str
    remedy: str


@cache
def reason_texts() -> dict[str, ReasonText]:
    """Reason code → words."""
    with (RULES / "rule_reason.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["reason"]: ReasonText(row["reason_zh"], row["remedy_zh"])
            for row in csv.DictReader(file)
        }


def explain(reason: str) -> ReasonText:
    """The words for a reason; a code without words stands for itself."""
    return reason_texts().get(reason) or ReasonText(reason, "查 docs/extracts.md")

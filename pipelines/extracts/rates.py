"""How often the unconfirmed rules fire: per batch and rule, rows tested and rows hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.extracts.discover import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.extracts.log import BatchRecord


def warn_rules(table: str) -> dict[str, str]:
    """Reason → Chinese text of the rules of a table that count rows and refuse none."""
    told: dict[str, list[str]] = {}
    for rule in TABLES[table].spec.rules:
        if rule.severity == "W":
            told.setdefault(rule.reason, []).append(rule.zh)
    return {reason: "；".join(texts) for reason, texts in told.items()}


def rule_rates(batches: Iterable[BatchRecord]) -> list[dict[str, Any]]:
    """One row per batch and counting rule, by batch and reason; rules without a hit too.

    A rule is tested on every accepted row, also where an empty cell leaves it undecided. Other
    counts of a batch (repaired cells, encodings) are told with the rows read as their base.
    """
    return [row for batch in batches for row in _of_batch(batch)]


def _of_batch(batch: BatchRecord) -> Sequence[dict[str, Any]]:
    rules = warn_rules(batch.table_name)
    reasons = sorted({*rules, *batch.warn_counts})
    return [
        {
            "batch_id": batch.batch_id,
            "table_name": batch.table_name,
            "reason": reason,
            "rule_zh": rules.get(reason),
            "rows_tested": batch.rows_accepted if reason in rules else batch.rows_read,
            "rows_hit": batch.warn_counts.get(reason, 0),
        }
        for reason in reasons
    ]

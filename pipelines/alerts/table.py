"""The outbox as rows: for ``jiecun alerts list`` and for the table that BI tools read."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipelines.warehouse.disk import writing
from pipelines.warehouse.marts import write_mart
from schemas.mart_alerts import AlertEvent
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.alerts.outbox import Attempt, Box, Event
    from pipelines.paths import WarehousePaths

DECLARED = by_name((AlertEvent,))["alert_event"]
_POLARS: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "INTEGER": pl.Int32(),
    "BOOLEAN": pl.Boolean(),
    "DECIMAL(18,2)": pl.Decimal(18, 2),
    "TIMESTAMP": pl.Datetime("us"),
}
_ASIDE = ".new-"
#: what stands in the outbox as it is
_AS_IT_IS = (
    "channel", "warning_id", "rule_id", "rule_zh", "series_id", "poolarea_no", "period_ym",
    "opened_ym", "level", "change", "linked_cnt", "reason_zh", "release_id",
)  # fmt: skip


def event_rows(box: Box) -> list[dict[str, Any]]:
    """One row an event, in the order of the outbox; columns as declared in ``AlertEvent``."""
    tries: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in box.attempts:
        for key in attempt.keys:
            tries[key].append(attempt)
    # a silence that is over tells the same key again, in an event of its own
    return [
        _row(number, event, () if event.quiet else tries[event.key])
        for number, event in enumerate(box.events, 1)
    ]


def write_table(paths: WarehousePaths, box: Box) -> Path:
    """Write ``alerts/alert_event.parquet`` anew, in one piece; a reader keeps the file it opened.
    Hold ``outbox_lock``.

    Raises JiecunError WAREHOUSE_WRITE, MART_VALUE, MART_KEY.
    """
    schema = {name: _POLARS[kind] for name, kind in DECLARED.sql_columns().items()}
    frame = pl.DataFrame(event_rows(box), schema=schema, orient="row")
    target = paths.alerts / f"{DECLARED.name}.parquet"
    with closing(duckdb.connect()) as con, writing(target):
        con.register(DECLARED.name, frame.to_arrow())
        paths.alerts.mkdir(parents=True, exist_ok=True)
        # of a process that died in between; the outbox's lock is held
        for left in paths.alerts.glob(f"{_ASIDE}*"):
            rmtree(left)
        with TemporaryDirectory(dir=paths.alerts, prefix=_ASIDE) as aside:
            write_mart(con, DECLARED, Path(aside), kv={})
            (Path(aside) / target.name).replace(target)
    return target


def _row(number: int, event: Event, tries: Sequence[Attempt]) -> dict[str, Any]:
    accepted = [attempt for attempt in tries if attempt.ok]
    last = tries[-1] if tries else None
    delivery = "quiet" if event.quiet else "delivered" if accepted else "pending"
    return {
        **{name: getattr(event, name) for name in _AS_IT_IS},
        "event_key": event.key,
        "event_no": number,
        "excess_amt": _amount(event.excess_amt),
        "monthly_amt": _amount(event.monthly_amt),
        "action_zh": event.action_zh or None,
        "delivery": delivery,
        "is_delivered": bool(accepted),
        "attempt_cnt": len(tries),
        "failed_cnt": len(tries) - len(accepted),
        "recorded_at": datetime.fromisoformat(event.at),
        "last_attempt_at": datetime.fromisoformat(last.at) if last else None,
        "delivered_at": datetime.fromisoformat(accepted[0].at) if accepted else None,
        "message_no": last.message if last else None,
        "last_code": last.code if last else None,
    }


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

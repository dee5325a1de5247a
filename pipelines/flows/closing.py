"""Closing a month: what the current release says of it is kept for good."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pipelines.books.journal import freeze_month
from pipelines.engine.runner import connect
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows.steps import inputs_hash
from pipelines.warehouse.release import find_release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.books.periods import PeriodEvent
    from pipelines.extracts.log import BatchRecord
    from pipelines.paths import WarehousePaths


def published_months(paths: WarehousePaths) -> set[int]:
    """The months (yyyymm) with vouchers in the current release; raises JiecunError NO_RELEASE."""
    journal = find_release(paths).path / "marts" / "fct_journal.parquet"
    with closing(connect(threads=1, memory_limit="1GB", temp_dir=paths.state / "tmp")) as con:
        rows = con.execute(
            "select distinct period_ym from read_parquet(?) where not is_opening", [str(journal)]
        ).fetchall()
    return {int(row[0]) for row in rows}


def keep_month(
    paths: WarehousePaths, batches: Sequence[BatchRecord], event: PeriodEvent, number: int
) -> int:
    """Freeze the month of ``event`` as the current release tells it; the number of voucher lines.

    Raises JiecunError NO_RELEASE, PERIOD_STALE where files were taken in that the release does not
    tell of, PERIOD_NOT_PUBLISHED where it has no voucher of that month.
    """
    release = find_release(paths)
    manifest: Any = release.manifest
    if manifest["parts"]["inputs"] != inputs_hash(batches):
        raise JiecunError(
            Problem(
                "PERIOD_STALE",
                f"月份 {event.ym}",
                "当前发布已含全部接收的数据",
                f"发布 {release.release_id} 之后又接收了数据",
                "先运行 jiecun run，核对后再结账",
            ),
            exit_code=EXIT_USAGE,
        )
    with closing(connect(threads=2, memory_limit="1GB", temp_dir=paths.state / "tmp")) as con:
        return freeze_month(con, release.path / "marts", paths, event, number)

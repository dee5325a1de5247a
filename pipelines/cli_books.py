"""Commands that close and reopen the months of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.options import WarehouseOption, out, request_of

if TYPE_CHECKING:
    from pipelines.books.periods import PeriodEvent

MonthArgument = Annotated[str, typer.Argument(help="月份 yyyymm")]
PoolOption = Annotated[list[str] | None, typer.Option(help="只对这些统筹区（可重复），默认全部")]
ByOption = Annotated[str, typer.Option(help="经办人")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(close)
    app.command()(reopen)


def close(
    month: MonthArgument,
    by: ByOption,
    pool: PoolOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """结账：该月凭证按当前发布封存；此后到达的该月数据补记在其后的月份。"""
    from pipelines.books.periods import close_period
    from pipelines.extracts.log import read_log
    from pipelines.flows.closing import keep_month, published_months
    from pipelines.warehouse.lock import warehouse_lock

    paths = request_of(None, warehouse).warehouse
    ym = _month(month)
    with warehouse_lock(paths, "jiecun close"):
        log = read_log(paths)
        event = close_period(
            paths,
            ym,
            pool or (),
            by=by,
            months=published_months(paths),
            after=len(log.lines),
            keep=lambda event, number: keep_month(paths, log.batches, event, number),
        )
        _tell(event, "已结账")


def reopen(
    month: MonthArgument,
    by: ByOption,
    why: Annotated[str, typer.Option(help="原因")],
    pool: PoolOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """重开已结账的最后一个月，须写明原因。"""
    from pipelines.books.periods import reopen_period
    from pipelines.extracts.log import read_log
    from pipelines.warehouse.lock import warehouse_lock

    paths = request_of(None, warehouse).warehouse
    ym = _month(month)
    with warehouse_lock(paths, "jiecun reopen"):
        after = len(read_log(paths).lines)
        _tell(reopen_period(paths, ym, pool or (), by=by, why=why, after=after), "已重开")


def _month(text: str) -> int:
    if len(text) == 6 and text.isascii() and text.isdigit() and 1 <= int(text[4:]) <= 12:
        return int(text)
    raise JiecunError(
        Problem("PERIOD_MONTH", "月份", "yyyymm，如 202401", "其他形式", "改正月份"),
        exit_code=EXIT_USAGE,
    )


def _tell(event: PeriodEvent, zh: str) -> None:
    pools = "全部统筹区" if event.pools == ("*",) else "、".join(event.pools)
    out.print(f"{event.ym} {zh}：{pools}（{event.by}，{event.at}）", highlight=False)

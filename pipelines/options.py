"""What the commands of ``jiecun`` share: options, consoles, the request they make of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pipelines.flows.request import RunRequest

RawOption = Annotated[Path | None, typer.Option("--raw", help="原始数据文件夹")]
WarehouseOption = Annotated[Path | None, typer.Option("--warehouse", help="数据仓库文件夹")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON")]

out = Console(soft_wrap=False)
err = Console(stderr=True, soft_wrap=True)


def misused(place: str, expected: str, found: str) -> JiecunError:
    """Options that do not go together, or a value outside the list."""
    remedy = "加 --help 查看写法"
    return JiecunError(Problem("USAGE", place, expected, found, remedy), exit_code=EXIT_USAGE)


def no_warehouse(root: Path) -> JiecunError:
    """Nothing was ever taken in there."""
    return JiecunError(
        Problem(
            "NO_WAREHOUSE", str(root), "已有的数据仓库", "没有",
            "改正 --warehouse，或先运行 jiecun run",
        ),
        exit_code=EXIT_USAGE,
    )  # fmt: skip


def request_of(
    raw: Path | None,
    warehouse: Path | None,
    *,
    through: int | None = None,
    pools: tuple[str, ...] = (),
    as_of: int | None = None,
) -> RunRequest:
    """Folders as given, else those of the settings; raises JiecunError ``THROUGH_INVALID``."""
    from pipelines.flows.request import RunRequest
    from pipelines.settings import Settings

    if through is not None and not (200001 <= through <= 209912 and 1 <= through % 100 <= 12):
        raise JiecunError(
            Problem(
                "THROUGH_INVALID", "--through", "月份 yyyymm，如 202512", str(through), "改正月份"
            ),
            exit_code=EXIT_USAGE,
        )
    settings = Settings()
    return RunRequest(
        RawPaths(raw or settings.raw),
        WarehousePaths(warehouse or settings.warehouse),
        through,
        pools,
        settings.threads,
        settings.memory_limit,
        as_of,
    )

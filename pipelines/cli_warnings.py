"""Commands on warnings: the list, one of them, the steps of the procedure, reports, back-test."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_forecast import add_commands as add_forecast
from pipelines.cli_overspend import register as register_overspend
from pipelines.cli_procedure import register as register_procedure
from pipelines.options import out as console

if TYPE_CHECKING:
    from pipelines.warnings.backtest import BacktestResult

warnings_app = typer.Typer(help="预警：清单、处理、超支报告、预测、回测。", no_args_is_help=True)
add_forecast(warnings_app)

_NAMED = 10


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    register_procedure(warnings_app)
    register_overspend(warnings_app)
    app.add_typer(warnings_app, name="warnings")


@warnings_app.callback()
def group() -> None:
    """预警：清单、处理、超支报告、预测、回测。"""


@warnings_app.command()
def backtest(
    panel: Annotated[
        Path, typer.Option("--panel", help="月度金额 CSV：series_id, month（YYYY-MM）, amount")
    ],
    groups: Annotated[
        Path, typer.Option("--groups", help="分组 CSV：series_id, region, fund（同 fund 互为对照）")
    ],
    out: Annotated[Path, typer.Option("--out", help="写到这个 CSV；数据检查写到同名加 .guard.csv")],
    rules: Annotated[
        Path | None, typer.Option("--rules", help="限额文件，格式同 rule_score.csv")
    ] = None,
) -> None:
    """用生产同一套 SQL 对一组月度序列逐月打分，写出每月的预警。"""
    from pipelines.settings import Settings
    from pipelines.warnings import backtest as work

    settings = Settings()
    done = work.backtest(
        panel,
        groups,
        out,
        rules=rules,
        threads=settings.threads,
        memory_limit=settings.memory_limit,
    )
    for line in summary(done):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def summary(done: BacktestResult) -> list[str]:
    """What a back-test found, in lines."""
    names = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
    lines = [f"{done.series_cnt:,} 个序列，{done.month_cnt:,} 个月"]
    lines += [f"{rule} {names[level]}：{cnt:,} 个序列月" for rule, level, cnt in done.levels]
    if not done.levels:
        lines.append("没有预警")
    if done.suppressed_cnt:
        lines.append(f"并入省级预警的：{done.suppressed_cnt:,} 个序列月")
    lines += [f"W-24 {words}：{cnt:,} 个序列月" for _, words, cnt in done.findings]
    if done.ungrouped:
        lines.append(
            f"没有分组、按自身走势判断的序列 {len(done.ungrouped)} 个：{_few(done.ungrouped)}"
        )
    if done.unseen:
        lines.append(f"有分组而没有数据的序列 {len(done.unseen)} 个：{_few(done.unseen)}")
    if done.rounded_cnt:
        lines.append(f"金额多于两位小数、已四舍五入到分的 {done.rounded_cnt:,} 行")
    return [*lines, f"→ {done.out}", f"→ {done.guard}"]


def _few(names: tuple[str, ...]) -> str:
    return "、".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")

"""The ``jiecun`` command: parses, calls, prints."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path  # noqa: TC003  (typer reads the annotations at run time)
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from pipelines.cli_alerts import register as register_alerts
from pipelines.cli_books import register as register_books
from pipelines.cli_compare import books_app
from pipelines.cli_export import register as register_export
from pipelines.cli_intake import register as register_intake
from pipelines.cli_look import register
from pipelines.cli_regions import regions_app
from pipelines.cli_warnings import register as register_warnings
from pipelines.cli_words import speak_chinese, usage_error
from pipelines.console import at_or_above, level_of, print_json, print_run, run_facts
from pipelines.errors import EXIT_CRASH, EXIT_USAGE, EXIT_WARNED, JiecunError, Problem
from pipelines.options import JsonOption, RawOption, WarehouseOption, err, out, request_of
from pipelines.paths import ROOT

app = typer.Typer(
    name="jiecun",
    help="结存：医保基金账务与报表流水线。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(regions_app, name="regions")
app.add_typer(books_app, name="books")


def main() -> None:
    """Entry point: a JiecunError becomes its text on stderr and its exit code."""
    command = speak_chinese(app)
    code: int = 0
    try:
        # an exit code where the command set one
        code = command(standalone_mode=False, prog_name="jiecun") or 0
    except typer.Abort:
        code = EXIT_CRASH
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            err.print(error.message, markup=False, highlight=False, end="")
            code = EXIT_USAGE
        else:
            told_so = usage_error(error)
            err.print(str(told_so), markup=False, highlight=False)
            code = told_so.exit_code
    except JiecunError as error:
        err.print(str(error), markup=False, highlight=False)
        code = error.exit_code
        # Prefect keeps the failed state and with it the frames: let go of the connections in them
        told: BaseException | None = error
        while told is not None:
            traceback.clear_frames(told.__traceback__)
            told = told.__context__
    sys.exit(code)


@app.command()
def run(
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    through: Annotated[int | None, typer.Option(help="账务截至月份 yyyymm")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="只做这些统筹区（可重复）")] = None,
    as_of: Annotated[int | None, typer.Option(help="按哪一年的行政区划归集，默认现行区划")] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="末月有此等级或更重的预警时以 4 退出：blue/yellow/orange/red")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """主任务：接收数据 → 凭证 → 账簿 → 报表 → 勾稽 → 发布。"""
    from pipelines.flows.launch import launch

    if fail_on is not None and fail_on not in ("blue", "yellow", "orange", "red"):
        expected = "blue、yellow、orange 或 red"
        raise JiecunError(
            Problem("FAIL_ON", "--fail-on", expected, fail_on, "改正 --fail-on"),
            exit_code=EXIT_USAGE,
        )
    request = request_of(raw, warehouse, through=through, pools=tuple(pool or ()), as_of=as_of)
    with out.status("正在启动…") as status:

        def tell(batch: Any) -> None:
            status.update(f"接收 {batch.source_file}（{batch.rows_read:,} 行）")

        launched = launch(request, "jiecun run", None if as_json else tell)
    if as_json:
        print_json(run_facts(launched))
    else:
        print_run(out, launched)
    if fail_on and at_or_above(level_of(launched.outcome), fail_on):
        raise typer.Exit(EXIT_WARNED)


@app.command()
def demo(
    to: Annotated[Path | None, typer.Option("--out", help="输出文件夹，默认 data/raw")] = None,
    seed: Annotated[int, typer.Option(help="随机种子")] = 7,
    province: Annotated[str, typer.Option(help="省份")] = "陕西省",
    months: Annotated[int, typer.Option(min=3, max=60, help="月数")] = 36,
    settlements: Annotated[int, typer.Option(min=2_000, help="结算人次，约数")] = 300_000,
    defects: Annotated[bool, typer.Option(help="另埋各类坏行")] = False,
) -> None:
    """生成一个省的合成数据（人员均为虚构），并在 labels.csv 写明埋设了什么。"""
    from pipelines.demo.generate import generate
    from pipelines.settings import Settings

    folder = to or Settings().raw
    with out.status("正在生成演示数据…") as status:
        made = generate(
            folder,
            seed=seed,
            province=province,
            months=months,
            settlements=settlements,
            defects=defects,
            region_file=_region_text(),
            on_month=lambda done, total: status.update(f"生成第 {done}/{total} 个月"),
        )
    rows = sum(made.rows.values())
    out.print(f"演示数据：{made.files} 个文件，{rows:,} 行，{made.seconds:.1f} 秒 → {folder}")


@app.command()
def serve(
    nightly: Annotated[str, typer.Option(help="每夜接收的 cron；off = 不排")] = "30 2 * * *",
    month_end: Annotated[str, typer.Option(help="月末结账的 cron；off = 不排")] = "0 6 5 * *",
    port: Annotated[int | None, typer.Option(help="本机服务端口，默认 4200")] = None,
    ui: Annotated[bool, typer.Option(help="同时打开 Prefect 网页")] = False,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    pool: Annotated[list[str] | None, typer.Option(help="只做这些统筹区（可重复）")] = None,
) -> None:
    """按时自动运行：每夜接收，每月 5 日做上月；Ctrl-C 停止。"""
    from pipelines.flows.serve import serve_forever

    serve_forever(
        request_of(raw, warehouse, pools=tuple(pool or ())),
        nightly=None if nightly == "off" else nightly,
        month_end=None if month_end == "off" else month_end,
        port=port,
        ui=ui,
        tell=lambda line: out.print(line, highlight=False),
    )


register(app)
register_intake(app)
register_books(app)
register_export(app)
register_warnings(app)
register_alerts(app)


def _region_text() -> Path:
    found = sorted((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
    if not found:
        raise JiecunError(
            Problem(
                "REGION_TEXT",
                "data/raw/regions",
                "区划清单 000_*.txt",
                "没有",
                "从代码库恢复该文件",
            ),
            exit_code=EXIT_USAGE,
        )
    return found[0]


if __name__ == "__main__":
    main()

"""The ``jiecun`` command: parses, calls, prints."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipelines.console import print_frame, print_json, print_run, run_facts, typed_statements
from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.paths import ROOT, RULES, RawPaths, WarehousePaths
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.flows.request import RunRequest

app = typer.Typer(
    name="jiecun",
    help="结存：医保基金账务与报表流水线。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
regions_app = typer.Typer(help="区划文本。", no_args_is_help=True)
app.add_typer(regions_app, name="regions")
out = Console(soft_wrap=False)
err = Console(stderr=True, soft_wrap=True)

RawOption = Annotated[Path | None, typer.Option("--raw", help="原始数据文件夹")]
WarehouseOption = Annotated[Path | None, typer.Option("--warehouse", help="数据仓库文件夹")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def main() -> None:
    """Entry point: a JiecunError becomes its text on stderr and its exit code."""
    code = 0
    try:
        app()
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
    as_json: JsonOption = False,
) -> None:
    """主任务：接收数据 → 凭证 → 账簿 → 报表 → 勾稽 → 发布。"""
    from pipelines.flows.launch import launch

    request = _request(raw, warehouse, through=through, pools=tuple(pool or ()))
    with out.status("正在启动…") as status:

        def tell(batch: Any) -> None:
            status.update(f"接收 {batch.source_file}（{batch.rows_read:,} 行）")

        launched = launch(request, "jiecun run", None if as_json else tell)
    if as_json:
        print_json(run_facts(launched))
        return
    print_run(out, launched)


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
def check(
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """对一个发布核对文件散列、数据契约与全部勾稽关系。"""
    from pipelines.flows.verify import check_release
    from pipelines.reports.terminal import check_table

    info, results, left_out = check_release(_request(raw, warehouse), release)
    if as_json:
        print_json(
            {
                "release_id": info.release_id,
                "left_out": list(left_out),
                "checks": [
                    {
                        "check_id": r.check_id,
                        "severity": r.severity,
                        "status": r.status,
                        "rows_tested": r.rows_tested,
                        "rows_failed": r.rows_failed,
                        "difference_amt": str(r.difference_amt),
                    }
                    for r in results
                ],
            }
        )
    else:
        out.print(f"发布 {info.release_id}  {info.path}")
        out.print(check_table(results))
        if left_out:
            out.print(f"未做（来源行已不是该发布时的状态）：{'、'.join(left_out)}")
    if any(r.severity == "H" and r.status in ("failed", "error") for r in results):
        raise typer.Exit(EXIT_CHECK)


@app.command()
def status(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """当前发布、月份、暂挂与隔离的行。"""
    from pipelines.warehouse.catalog import run_sql
    from pipelines.warehouse.release import current_release

    paths = _request(None, warehouse).warehouse
    months = run_sql(paths, "select min(period_ym), max(period_ym) from dim_month").row(0)
    intake = run_sql(
        paths,
        """
        select table_name, count(*)::bigint as files, sum(rows_read)::bigint as rows_read,
            sum(rows_accepted)::bigint as accepted, sum(rows_duplicate)::bigint as duplicate,
            sum(rows_superseded)::bigint as superseded, sum(rows_held)::bigint as held,
            sum(rows_quarantined)::bigint as quarantined,
            sum(rows_out_of_scope)::bigint as out_of_scope
        from fct_intake group by table_name order by table_name
        """,
    ).rows(named=True)
    release = current_release(paths)
    facts = {
        "release_id": release.release_id if release else None,
        "path": str(release.path) if release else None,
        "first_ym": months[0],
        "last_ym": months[1],
        "intake": intake,
    }
    if as_json:
        print_json(facts)
        return
    out.print(f"当前发布 {facts['release_id']}  {facts['path']}")
    out.print(f"账务月份 {months[0]}–{months[1]}")
    table = Table("数据表", "文件", "读入", "接收", "重复", "旧版本", "暂挂", "隔离", "范围外")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in intake:
        table.add_row(row["table_name"], *(f"{n:,}" for n in list(row.values())[1:]))
    out.print(table)


@app.command()
def history(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """保留的发布，最近的在前。"""
    from pipelines.warehouse.release import list_releases

    paths = _request(None, warehouse).warehouse
    rows: list[dict[str, Any]] = [
        {
            "release_id": info.release_id,
            "is_current": info.is_current,
            "through_ym": dict(info.manifest["parts"])["through_ym"],  # type: ignore[call-overload]
            "path": str(info.path),
        }
        for info in list_releases(paths)
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("发布", "当前", "截至", "位置")
    for row in rows:
        mark = "●" if row["is_current"] else ""
        table.add_row(row["release_id"], mark, row["through_ym"], row["path"])
    out.print(table)


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="一条 SELECT；省略则进入交互")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """在当前发布上执行只读 SQL（DuckDB）。"""
    from pipelines.warehouse.catalog import run_sql

    paths = _request(None, warehouse).warehouse
    if query is not None:
        print_frame(out, run_sql(paths, query), as_json=as_json)
        return
    out.print("只读 SQL，以分号结束；exit 退出。SHOW TABLES 列出可用的表。")
    for statement in typed_statements():
        try:
            print_frame(out, run_sql(paths, statement), as_json=as_json)
        except JiecunError as error:
            err.print(str(error), markup=False, highlight=False)


@regions_app.command("load")
def regions_load(
    file: Annotated[Path, typer.Argument(help="区划清单文本")],
    to: Annotated[Path | None, typer.Option("--out", help="输出文件夹")] = None,
    strict: Annotated[bool, typer.Option(help="有警告即失败")] = False,
) -> None:
    """读取一份区划清单，写出 region_source、region_quarantine、region_issue。"""
    from pipelines.regions import assert_strict, load_region_list, write_region_load

    load = load_region_list(file, RULES / "regions")
    if strict:
        assert_strict(load)
    folder = to or Path.cwd() / "regions"
    write_region_load(load, folder)
    counts = dict(load.regions.group_by("level").len().iter_rows())
    out.print(
        f"省级 {counts.get('province', 0)}，地级 {counts.get('prefecture', 0)}，"
        f"县级 {counts.get('county', 0)}，隔离 {load.quarantine.height} → {folder}"
    )


def _request(
    raw: Path | None,
    warehouse: Path | None,
    *,
    through: int | None = None,
    pools: tuple[str, ...] = (),
) -> RunRequest:
    from pipelines.flows.request import RunRequest

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
    )


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

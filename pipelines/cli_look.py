"""Commands that look at what was published: check, status, history, sql, drill."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Column, Table

from pipelines.console import print_frame, print_json, typed_statements
from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.options import JsonOption, RawOption, WarehouseOption, err, out, request_of


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``, in the order they are listed."""
    for command in (check, status, history, sql, drill):
        app.command()(command)


def check(
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """对一个发布核对文件散列、数据契约与全部勾稽关系。"""
    from pipelines.flows.verify import check_release
    from pipelines.reports.terminal import check_table

    info, results, left_out = check_release(request_of(raw, warehouse), release)
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
            out.print(f"未做（规则或程序在该发布之后改过）：{'、'.join(left_out)}")
    if any(r.severity == "H" and r.status in ("failed", "error") for r in results):
        raise typer.Exit(EXIT_CHECK)


def status(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """当前发布、月份、暂挂与隔离的行。"""
    from pipelines.books.periods import closed_through, read_periods
    from pipelines.waiting_view import waiting_lines, waiting_rows
    from pipelines.warehouse.catalog import run_sql
    from pipelines.warehouse.release import current_release

    paths = request_of(None, warehouse).warehouse
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
    facts: dict[str, Any] = {
        "release_id": release.release_id if release else None,
        "path": str(release.path) if release else None,
        "first_ym": months[0],
        "last_ym": months[1],
        "closed_through": closed_through(read_periods(paths)),
        "intake": intake,
        "waiting": waiting_rows(release.path) if release else [],
    }
    if as_json:
        print_json(facts)
        return
    out.print(f"当前发布 {facts['release_id']}  {facts['path']}")
    out.print(f"账务月份 {months[0]}–{months[1]}")
    out.print(closed_text(facts["closed_through"]), highlight=False)
    table = Table("数据表", "文件", "读入", "接收", "重复", "旧版本", "暂挂", "隔离", "范围外")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in intake:
        table.add_row(row["table_name"], *(f"{n:,}" for n in list(row.values())[1:]))
    out.print(table)
    for line in waiting_lines(facts["waiting"]):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def closed_text(closed: dict[str, int]) -> str:
    """Through which month the books are closed, by pooling area where they differ (``*`` = all)."""
    every = closed.get("*", 0)
    own = [f"{pool} 至 {ym or '（无）'}" for pool, ym in closed.items() if ym != every]
    return "、".join([f"已结账至 {every or '（无）'}", *own])


def history(warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """保留的发布，最近的在前。"""
    from pipelines.warehouse.release import list_releases

    paths = request_of(None, warehouse).warehouse
    releases = list_releases(paths)
    if not releases:
        raise JiecunError(
            Problem("NO_RELEASE", str(paths.root), "已有发布", "还没有发布", "先运行 jiecun run"),
            exit_code=EXIT_USAGE,
        )
    rows: list[dict[str, Any]] = [
        {
            "release_id": info.release_id,
            "is_current": info.is_current,
            "through_ym": dict(info.manifest["parts"])["through_ym"],  # type: ignore[call-overload]
            "path": str(info.path),
        }
        for info in releases
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("发布", "当前", "截至", Column("位置", overflow="fold"))
    for row in rows:
        mark = "●" if row["is_current"] else ""
        table.add_row(row["release_id"], mark, row["through_ym"], row["path"])
    out.print(table)


def sql(
    query: Annotated[str | None, typer.Argument(help="一条 SELECT；省略则进入交互")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """在当前发布上执行只读 SQL（DuckDB）。"""
    from pipelines.warehouse.catalog import run_sql

    paths = request_of(None, warehouse).warehouse
    if query is not None:
        print_frame(out, run_sql(paths, query), as_json=as_json)
        return
    out.print("只读 SQL，以分号结束；exit 退出。SHOW TABLES 列出可用的表。")
    for statement in typed_statements():
        try:
            print_frame(out, run_sql(paths, statement), as_json=as_json)
        except JiecunError as error:
            err.print(str(error), markup=False, highlight=False)


def drill(
    key: Annotated[str, typer.Argument(help="如 IS:610100-310:202512:3.1.1、V:凭证标识")],
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    limit: Annotated[int, typer.Option(min=0, help="每层列出的条数，0 = 全部")] = 5,
    deep: Annotated[bool, typer.Option(help="指标也追到来源行")] = False,
    book: Annotated[str, typer.Option(help="账簿：k17、a1999、proposed、proposed_accrual")] = "k17",
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """从报表的一个数或一个指标追到科目、凭证、来源文件的行。"""
    from pipelines.drill.node import to_json
    from pipelines.drill.render import drill_tree
    from pipelines.flows.drilling import drill as follow

    request = request_of(raw, warehouse)
    shown = None if as_json else limit or None
    node = follow(request, key, release, limit=shown, deep=deep, book=book)
    if as_json:
        print_json(to_json(node))
    else:
        out.print(drill_tree(node))

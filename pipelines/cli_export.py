"""Commands that hand the books out: export (plain-text accounting) and report --books (printed)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.options import JsonOption, RawOption, WarehouseOption, out, request_of

LedgerOption = Annotated[
    list[str] | None, typer.Option("--ledger", help="只做这些账套，如 610100-310（可重复）")
]
BookOption = Annotated[str, typer.Option("--book", help="账簿")]
ReleaseOption = Annotated[str | None, typer.Option("--release", help="发布编号，默认当前发布")]
OutOption = Annotated[Path | None, typer.Option("--out", help="输出文件夹")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (export, report):
        app.command()(command)


def export(
    fmt: Annotated[str, typer.Option("--format", help="hledger 或 beancount")],
    release: ReleaseOption = None,
    ledger: LedgerOption = None,
    book: BookOption = "k17",
    to: OutOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """把一个发布的凭证导出为 hledger 或 beancount 账本，每账套一个文件（默认写入 ./export）。"""
    from pipelines.books.export.source import open_marts
    from pipelines.books.export.write import export_ledgers
    from pipelines.console import print_json
    from pipelines.warehouse.release import find_release

    found = find_release(request_of(None, warehouse).warehouse, release)
    folder = to or Path.cwd() / "export"
    with closing(open_marts(found.path)) as con, out.status("正在导出…"):
        paths = export_ledgers(
            con, folder, fmt=fmt, release_id=found.release_id, book=book, ledgers=ledger or ()
        )
    if as_json:
        print_json({"release_id": found.release_id, "files": [str(path) for path in paths]})
    else:
        out.print(f"发布 {found.release_id}：{len(paths)} 个账套 → {folder}", highlight=False)


def report(
    books: Annotated[bool, typer.Option("--books", help="会计账簿：凭证、日记账、总账等")] = False,
    period: Annotated[int | None, typer.Option(help="月份 yyyymm，默认最后一个月")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="只做这些统筹区（可重复）")] = None,
    book: BookOption = "k17",
    release: ReleaseOption = None,
    to: OutOption = None,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """打印一个月的会计账簿（Excel 与网页），每账套一份（默认写入 ./books）。"""
    from pipelines.books.export.source import bind_marts, ledgers_of
    from pipelines.console import print_json
    from pipelines.flows.drilling import open_books
    from pipelines.reports.ledgers.write import write_ledger_books
    from pipelines.warehouse.release import find_release

    if not books:
        raise typer.BadParameter("说明要打印什么：--books", param_hint="--books")
    request = request_of(raw, warehouse)
    found = find_release(request.warehouse, release)
    folder = to or Path.cwd() / "books"
    with out.status("正在打印账簿…"):
        opened = open_books(request, found.release_id)
        with closing(opened.con) as con:
            bind_marts(con, found.path)
            ledgers = [
                name for name in ledgers_of(con, book) if not pool or name.partition("-")[0] in pool
            ]
            if not ledgers:
                raise _no_pool(pool or [])
            last = con.execute("select max(period_ym) from fct_ledger_month").fetchall()[0][0]
            ym = last if period is None else period
            paths = write_ledger_books(
                con, folder, ym, ledgers, book=book, release_id=found.release_id
            )
    if as_json:
        facts = {"release_id": found.release_id, "period_ym": ym}
        print_json({**facts, "files": [str(path) for path in paths]})
    else:
        told = f"发布 {found.release_id}：{ym} 会计账簿 {len(ledgers)} 个账套 → {folder}"
        out.print(told, highlight=False)


def _no_pool(pools: list[str]) -> JiecunError:
    return JiecunError(
        Problem(
            "POOL_UNKNOWN",
            "--pool",
            "发布中有账套的统筹区编号，如 610100",
            "、".join(pools),
            '用 jiecun sql "select distinct poolarea_no from fct_ledger_month" 查编号',
        ),
        exit_code=EXIT_USAGE,
    )

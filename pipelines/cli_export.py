"""Commands that hand the books out: export (plain-text accounting) and report (printed)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.options import JsonOption, RawOption, WarehouseOption, misused, out, request_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from pipelines.flows.request import RunRequest
    from pipelines.warehouse.release import ReleaseInfo

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
    fmt: Annotated[str, typer.Option("--format", help="xlsx、html 或 xlsx,html")] = "xlsx,html",
    book: BookOption = "k17",
    release: ReleaseOption = None,
    to: OutOption = None,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """一个月的报表、附注和账簿比较（写入 ./report）；加 --books 打印会计账簿（写入 ./books）。"""
    from pipelines.console import print_json
    from pipelines.warehouse.release import find_release

    request = request_of(raw, warehouse)
    found = find_release(request.warehouse, release)
    asked = Asked(period, tuple(pool or ()), book, to)
    formats = _formats(fmt)
    with out.status("正在打印…"):
        if books:
            what, (ym, paths) = "会计账簿", _books(request, found, asked)
        else:
            what, (ym, paths) = "报表与附注", _statements(found, asked, formats)
    if as_json:
        facts = {"release_id": found.release_id, "period_ym": ym}
        print_json({**facts, "files": [str(path) for path in paths]})
    else:
        told = f"发布 {found.release_id}：{ym} {what} {len(paths)} 个文件 → {paths[0].parent}"
        out.print(told, highlight=False)


@dataclass(frozen=True)
class Asked:
    """What ``report`` was asked for; ``pools`` empty means all."""

    period: int | None
    pools: tuple[str, ...]
    book: str
    out: Path | None


def _statements(
    found: ReleaseInfo, asked: Asked, formats: tuple[str, ...]
) -> tuple[int, list[Path]]:
    from pipelines.books.export.source import ledgers_of, open_marts
    from pipelines.reports.pack import OPTIONAL, SOURCES, write_pack

    names = (*SOURCES, *OPTIONAL)
    there = [name for name in names if (found.path / "marts" / f"{name}.parquet").is_file()]
    with closing(open_marts(found.path, there)) as con:
        known = {name.partition("-")[0] for name in ledgers_of(con, asked.book)}
        missing = sorted(set(asked.pools) - known)
        if missing:
            raise _no_pool(missing)
        ym = _period(con, asked.period)
        folder = asked.out or Path.cwd() / "report"
        pools = asked.pools or tuple(sorted(known))
        return ym, write_pack(
            con,
            folder,
            ym,
            pools,
            book=asked.book,
            release_id=found.release_id,
            formats=formats,
            is_province=not asked.pools,
        )


def _books(request: RunRequest, found: ReleaseInfo, asked: Asked) -> tuple[int, list[Path]]:
    from pipelines.books.export.source import bind_marts, ledgers_of
    from pipelines.flows.drilling import open_books
    from pipelines.reports.ledgers.write import write_ledger_books

    opened = open_books(request, found.release_id)
    with closing(opened.con) as con:
        bind_marts(con, found.path)
        ledgers = [
            name
            for name in ledgers_of(con, asked.book)
            if not asked.pools or name.partition("-")[0] in asked.pools
        ]
        if not ledgers:
            raise _no_pool(asked.pools)
        ym = _period(con, asked.period)
        folder = asked.out or Path.cwd() / "books"
        paths = write_ledger_books(
            con, folder, ym, ledgers, book=asked.book, release_id=found.release_id
        )
        return ym, list(paths)


def _period(con: duckdb.DuckDBPyConnection, asked: int | None) -> int:
    last: int = con.execute("select max(period_ym) from fct_ledger_month").fetchall()[0][0]
    return last if asked is None else asked


def _formats(text: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if not set(formats) <= {"xlsx", "html"}:
        raise misused("--format", "xlsx、html 或 xlsx,html", text)
    return formats


def _no_pool(pools: Sequence[str]) -> JiecunError:
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

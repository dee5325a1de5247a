"""``jiecun intake``: what was delivered, what was refused and why, and how it is put right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.console import print_json
from pipelines.errors import EXIT_CHECK
from pipelines.options import (
    JsonOption,
    RawOption,
    WarehouseOption,
    misused,
    no_warehouse,
    out,
    request_of,
)

if TYPE_CHECKING:
    from pipelines.extracts.browse import Refused
    from pipelines.extracts.log import IntakeLog
    from pipelines.paths import WarehousePaths

intake_app = typer.Typer(help="接收的批次、被拒的行、重放。", no_args_is_help=True)
BatchArgument = Annotated[str, typer.Argument(help="批次编号、其唯一的开头，或原始文件名")]
_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add ``intake`` and its commands to ``app``."""
    app.add_typer(intake_app, name="intake")


def _log_of(paths: WarehousePaths) -> IntakeLog:
    """The intake log; raises JiecunError NO_WAREHOUSE where nothing was ever taken in."""
    from pipelines.extracts.log import log_path, read_log

    if not log_path(paths).is_file():
        raise no_warehouse(paths.root)
    return read_log(paths)


@intake_app.command("list")
def list_batches(
    table: Annotated[str | None, typer.Option(help="只列这张数据表")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="只列还有待处理行的批次")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """全部批次：各去向的行数与金额、拒收率、待处理与已更正的行。"""
    from pipelines.extracts.browse import standings
    from pipelines.extracts.discover import TABLES
    from pipelines.intake_view import batch_row, list_table

    if table is not None and table not in TABLES:
        raise misused("--table", "、".join(TABLES), table)
    paths = request_of(None, warehouse).warehouse
    log = _log_of(paths)
    records = [r for r in log.batches if table is None or r.table_name == table]
    told: dict[str, list[Any]] = {}
    for standing in standings(paths, log, records):
        told.setdefault(standing.source_sha, []).append(standing)
    rows = [batch_row(record, told.get(record.source_sha, [])) for record in records]
    if only_open:
        rows = [row for row in rows if row["open_rows"]]
    if as_json:
        print_json(rows)
    else:
        out.print(list_table(rows))


@intake_app.command()
def show(
    batch: BatchArgument, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """一个批次：恒等式、各原因的行数金额与处理办法、提示的比例。"""
    from pipelines.extracts.browse import find_batch, standings
    from pipelines.intake_view import batch_facts, print_batch

    paths = request_of(None, warehouse).warehouse
    log = _log_of(paths)
    record = find_batch(log, batch)
    facts = batch_facts(record, standings(paths, log, [record]))
    if as_json:
        print_json(facts)
    else:
        print_batch(out, facts)


@intake_app.command()
def rejects(
    batch: BatchArgument,
    file: Annotated[Path | None, typer.Argument(help="与 --csv 同用：写到这个文件")] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="写成 Excel 可直接打开、可改后重送的 CSV")
    ] = False,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="CSV 中不遮盖人员与单位编号（改后重送须用它）")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="连同重复、旧版本、范围外和已更正的行")
    ] = False,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """一个批次中待处理的行：文件、行号、原因、涉及列、遮盖后的原文。"""
    from pipelines.extracts.browse import OPEN, find_batch, refused_rows
    from pipelines.extracts.rejects import rejects_csv, write_private
    from pipelines.intake_view import refused_facts, refused_table

    if (file is not None or unmasked) and not as_csv:
        raise misused("FILE / --unmasked", "与 --csv 同用", "没有 --csv")
    request = request_of(raw, warehouse)
    log = _log_of(request.warehouse)
    record = find_batch(log, batch)
    rows: list[Refused] = [
        row for row in refused_rows(request.warehouse, log, record) if every or row.state in OPEN
    ]
    if as_csv:
        with tempfile.TemporaryDirectory() as work:
            text = rejects_csv(request.raw, record, rows, Path(work), unmasked=unmasked)
        path = file or Path(f"{record.batch_id.replace('/', '_')}.rejects.csv")
        write_private(path, text)
        out.print(f"{len(rows):,} 行 → {path}", highlight=False, soft_wrap=True)
    elif as_json:
        print_json(refused_facts(record, rows))
    else:
        out.print(refused_table(record, rows[:_SHOWN]))
        if len(rows) > _SHOWN:
            out.print(f"共 {len(rows):,} 行，只显示前 {_SHOWN} 行；--csv 写出全部")


@intake_app.command()
def replay(
    batch: Annotated[str, typer.Argument(help="批次编号、其唯一的开头，或原始文件名")] = "",
    log: Annotated[
        Path | None, typer.Option("--log", help="把这个接收日志重放到空的仓库（--warehouse）")
    ] = None,
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """按现行规则重判一个批次未接收的行；或把旧仓库的接收日志重放到空仓库。"""
    from pipelines.flows.intake_tools import replay_one, replay_whole

    if bool(batch) == (log is not None):
        found = "两样都给了" if batch else "两样都没有"
        raise misused("BATCH / --log", "一个批次，或 --log 日志文件，只给一样", found)
    request = request_of(raw, warehouse)
    if log is not None:
        whole = replay_whole(request, log)
        if as_json:
            print_json(
                {"runs": whole.runs, "events": whole.events, "differing": list(whole.differing)}
            )
        else:
            out.print(f"重放 {whole.runs} 次接收、{whole.events} 次结账或重开")
            for name in whole.differing:
                out.print(f"  与原记录不同：{name}", highlight=False, soft_wrap=True)
        if whole.differing:
            raise typer.Exit(EXIT_CHECK)
        return
    _log_of(request.warehouse)
    record, done = replay_one(request, batch)
    rows = 0 if done is None else done.released_rows
    amount = None if done is None else done.released_amt
    if as_json:
        print_json({"batch_id": record.batch_id, "released_rows": rows, "released_amt": amount})
    else:
        told = "" if amount is None else f"，金额 {amount:,.2f} 元"
        out.print(f"{record.batch_id}：生效 {rows:,} 行{told}", highlight=False, soft_wrap=True)


@intake_app.command()
def profile(
    file: Annotated[Path, typer.Argument(help="待接收的文件")],
    table: Annotated[str, typer.Option(help="已知的数据表")] = "",
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """为一个文件拟来源配置，并说明按它接收会拒收什么；不写任何东西。"""
    from pipelines.flows.intake_tools import propose
    from pipelines.intake_view import print_proposal, proposal_facts

    proposal = propose(request_of(raw, warehouse), file, table)
    if as_json:
        print_json(proposal_facts(proposal))
    else:
        print_proposal(out, proposal)

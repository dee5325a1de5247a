"""What commands show on the terminal: tables, JSON, a finished run."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from pipelines.paths import WarehousePaths

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from rich.console import Console

    from pipelines.flows.launch import Launched
    from pipelines.flows.request import RunOutcome

_ROWS_SHOWN = 200
#: room a column of text keeps where a terminal is narrow
_TEXT_CELLS = 16

_HEADLINES = """
    with last_month as (
        select max(period_ym) as period_ym from fct_balance_sheet where period_type = 'M'
    ),
    sheet as (
        select b.ledger_id, b.poolarea_no, b.insutype,
            max(b.close_amt) filter (b.row_code = 'A9') as asset_amt,
            max(b.close_amt) filter (b.row_code = 'N9') as net_asset_amt
        from fct_balance_sheet as b inner join last_month as m using (period_ym)
        where b.book = 'k17' and b.period_type = 'M'
        group by all
    ),
    flow as (
        select i.ledger_id,
            max(i.month_amt) filter (i.row_code = r.row_code) as month_amt,
            max(i.ytd_amt) filter (i.row_code = r.row_code) as ytd_amt
        from fct_income_statement as i
        inner join last_month as m using (period_ym)
        inner join (values ('310', '5'), ('390', '3')) as r (insutype, row_code) using (insutype)
        where i.book = 'k17' and i.period_type = 'M'
        group by all
    )
    select p.poolarea_name,
        case s.insutype when '310' then '职工' else '居民' end as scheme,
        s.ledger_id, s.asset_amt, s.net_asset_amt, f.month_amt, f.ytd_amt
    from sheet as s
    inner join flow as f using (ledger_id)
    left join dim_pooling_area as p using (poolarea_no)
    order by s.asset_amt desc, s.ledger_id
"""


_WARNINGS = """
    select w.level, w.rule_id, w.reason_zh
    from fct_warning as w
    where w.period_ym = (select max(period_ym) from dim_month) and not w.is_suppressed
    order by w.level_order desc, w.monthly_amt desc nulls last, w.ledger_id, w.rule_id
"""
_LEVELS = {"grey": "灰", "blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
_WARNINGS_SHOWN = 5


def level_of(outcome: RunOutcome) -> str | None:
    """The highest warning level of the last month, None where there is no warning."""
    from pipelines.warehouse.catalog import open_catalog, query

    paths = WarehousePaths(outcome.release_path.parent.parent)
    with closing(open_catalog(paths)) as con:
        rows = query(con, _WARNINGS).rows(named=True)
    return rows[0]["level"] if rows else None


def at_or_above(level: str | None, limit: str) -> bool:
    """Whether a warning level reaches the limit; grey (data not judged) is below blue."""
    order = list(_LEVELS)
    return level is not None and order.index(level) >= order.index(limit)


def print_release(console: Console, outcome: RunOutcome) -> None:
    """Headline figures of every ledger, the statements of the largest, tie-outs, files."""
    from pipelines.reports.statements import load_sheets
    from pipelines.reports.terminal import check_table, statement_table
    from pipelines.warehouse.catalog import open_catalog, query

    paths = WarehousePaths(outcome.release_path.parent.parent)
    with closing(open_catalog(paths)) as con:
        rows = query(con, _HEADLINES).rows(named=True)
        warnings = query(con, _WARNINGS).rows(named=True)
        sheets = load_sheets(con)
    console.print(_headline_table(outcome.through_ym, rows))
    if rows:
        for sheet in sheets:
            if sheet.ledger_id == rows[0]["ledger_id"] and sheet.period_type == "M":
                console.print(statement_table(sheet))
    console.print(check_table(outcome.checks))
    _print_warnings(console, outcome.through_ym, warnings)
    read = sum(b.rows_read for b in outcome.new_batches)
    aside = sum(b.rows_held + b.rows_quarantined + b.rows_out_of_scope for b in outcome.new_batches)
    console.print(
        f"读入 {len(outcome.new_batches)} 个新文件 {read:,} 行，"
        f"其中暂挂、隔离、范围外 {aside:,} 行；"
        f"{outcome.unchanged_files} 个文件未变"
    )
    console.print(f"发布 {outcome.release_id}")
    for name, what in (
        ("reports/html/index.html", "网页报告"),
        ("reports", "Excel 会计报表（每个统筹区一册）"),
        ("marts", "Parquet 集市"),
        ("jiecun.duckdb", "DuckDB 目录库"),
    ):
        console.print(f"  {outcome.release_path / name}  {what}", soft_wrap=True)


def _print_warnings(console: Console, through_ym: int, rows: list[dict[str, Any]]) -> None:
    """How many warnings of each level the last month has, and the gravest of them."""
    if not rows:
        console.print(f"{through_ym} 没有预警")
        return
    counts = {name: sum(row["level"] == level for row in rows) for level, name in _LEVELS.items()}
    told = "，".join(f"{name} {n}" for name, n in reversed(counts.items()) if n)
    console.print(f"{through_ym} 预警 {len(rows)} 条：{told}")
    table = Table("等级", "规则", "事由", box=SIMPLE_HEAD, padding=(0, 1))
    table.columns[1].no_wrap = True
    table.columns[2].overflow = "fold"
    for row in rows[:_WARNINGS_SHOWN]:
        table.add_row(_LEVELS[row["level"]], row["rule_id"], row["reason_zh"])
    console.print(table)
    if len(rows) > _WARNINGS_SHOWN:
        console.print(f"  其余 {len(rows) - _WARNINGS_SHOWN} 条见网页报告与 fct_warning")


def _headline_table(through_ym: int, rows: list[dict[str, Any]]) -> Table:
    """One line a ledger; an amount is never cut, however narrow the terminal."""
    table = Table(title=f"各账套 {through_ym}（元）", box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("统筹区", no_wrap=True, min_width=10)
    table.add_column("险种", no_wrap=True, min_width=4)
    columns = {
        "asset_amt": "资产总计",
        "month_amt": "本月结余",
        "ytd_amt": "本年累计结余",
    }
    for key, name in columns.items():
        width = max(len(f"{row[key]:,.2f}") for row in rows) if rows else 0
        table.add_column(name, justify="right", no_wrap=True, min_width=width)
    for row in rows:
        amounts = (f"{row[key]:,.2f}" for key in columns)
        table.add_row(row["poolarea_name"], row["scheme"], *amounts)
    return table


def print_run(console: Console, launched: Launched) -> None:
    """What changed, the tie-outs, where the files are, and how long each step took."""
    from pipelines.waiting_view import waiting_lines, waiting_rows

    outcome = launched.outcome
    if not outcome.published:
        console.print(
            f"没有新数据（{outcome.unchanged_files} 个文件未变）；当前发布 {outcome.release_id}"
        )
    else:
        print_release(console, outcome)
    for line in waiting_lines(waiting_rows(outcome.release_path)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in launched.alerts.lines():
        console.print(line, markup=False)
    steps = "，".join(f"{name} {seconds:.1f}" for name, seconds in outcome.seconds.items())
    total = sum(outcome.seconds.values())
    console.print(f"用时 {total:.1f} 秒（{steps}）；Prefect 启动 {launched.prefect_seconds:.1f} 秒")


def run_facts(launched: Launched) -> dict[str, Any]:
    """A finished run as JSON."""
    from pipelines.waiting_view import waiting_rows

    outcome = launched.outcome
    return {
        "release_id": outcome.release_id,
        "published": outcome.published,
        "path": str(outcome.release_path),
        "through_ym": outcome.through_ym,
        "new_files": len(outcome.new_batches),
        "unchanged_files": outcome.unchanged_files,
        "rows_read": sum(b.rows_read for b in outcome.new_batches),
        "checks": {r.check_id: r.status for r in outcome.checks},
        "seconds": {k: round(v, 3) for k, v in outcome.seconds.items()},
        "prefect_seconds": round(launched.prefect_seconds, 3),
        "waiting": waiting_rows(outcome.release_path),
        "alerts": launched.alerts.facts(),
    }


def print_frame(console: Console, frame: pl.DataFrame, *, as_json: bool) -> None:
    """Rows of a query: at most 200 as a table, all of them as JSON."""
    if as_json:
        print_json(frame.rows(named=True))
        return
    rows = [
        ["" if cell is None else str(cell) for cell in row]
        for row in frame.head(_ROWS_SHOWN).iter_rows()
    ]
    table = _frame_table(frame, rows, console.width)
    if table is None:
        _print_records(console, frame.columns, rows)
    else:
        console.print(table)
    if frame.height > _ROWS_SHOWN:
        console.print(f"共 {frame.height:,} 行，只显示前 {_ROWS_SHOWN} 行；--json 输出全部")


def _frame_table(frame: pl.DataFrame, rows: list[list[str]], width: int) -> Table | None:
    """The rows side by side, None where ``width`` cells do not hold every name and number whole.

    Text is folded down to ``_TEXT_CELLS`` where the room is short.
    """
    table = Table()
    least = 1
    for place, (name, kind) in enumerate(frame.schema.items()):
        longest = max((cell_len(row[place]) for row in rows), default=0)
        number = kind.is_numeric()
        room = max(cell_len(name), longest if number else min(longest, _TEXT_CELLS))
        least += room + 3
        table.add_column(
            escape(name), justify="right" if number else "left", overflow="fold", min_width=room
        )
    if least > width:
        return None
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _print_records(console: Console, names: list[str], rows: list[list[str]]) -> None:
    """Each row as a block of name and value, one a line."""
    pad = max(cell_len(name) for name in names)
    for number, row in enumerate(rows, start=1):
        console.print(f"── 第 {number} 行", markup=False, highlight=False)
        for name, cell in zip(names, row, strict=True):
            gap = " " * (pad - cell_len(name))
            line = f"{name}{gap}  {cell}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not rows:
        console.print(f"没有行；列：{'、'.join(names)}", markup=False, highlight=False)


def print_json(value: Any) -> None:
    """JSON on standard output, Chinese as it is."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def typed_statements() -> Iterator[str]:
    """Statements typed until ``exit`` or the end of input."""
    buffer = ""
    while True:
        try:
            line = input("jiecun> " if not buffer else "   ...> ")
        except EOFError:
            return
        if not buffer and line.strip().rstrip(";").lower() in ("exit", "quit"):
            return
        buffer += line + "\n"
        if line.rstrip().endswith(";"):
            yield buffer
            buffer = ""

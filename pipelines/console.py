"""What a finished run shows on the terminal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rich.table import Table

from pipelines.paths import WarehousePaths
from pipelines.reports.statements import load_sheets
from pipelines.reports.terminal import check_table, statement_table
from pipelines.warehouse.catalog import open_catalog, query

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.flows.request import RunOutcome

_HEADLINES = """
    with last_month as (
        select max(period_ym) as period_ym from fct_balance_sheet where period_type = 'M'
    ),
    sheet as (
        select b.ledger_id, b.poolarea_no, b.insutype,
            max(b.close_amt) filter (b.row_code = 'A9') as asset_amt,
            max(b.close_amt) filter (b.row_code = 'N9') as net_asset_amt
        from fct_balance_sheet as b inner join last_month as m using (period_ym)
        where b.period_type = 'M'
        group by all
    ),
    flow as (
        select i.ledger_id,
            max(i.month_amt) filter (i.row_code = r.row_code) as month_amt,
            max(i.ytd_amt) filter (i.row_code = r.row_code) as ytd_amt
        from fct_income_statement as i
        inner join last_month as m using (period_ym)
        inner join (values ('310', '5'), ('390', '3')) as r (insutype, row_code) using (insutype)
        where i.period_type = 'M'
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


def print_release(console: Console, outcome: RunOutcome) -> None:
    """Headline figures of every ledger, the statements of the largest, tie-outs, files."""
    paths = WarehousePaths(outcome.release_path.parent.parent)
    with closing(open_catalog(paths)) as con:
        rows = query(con, _HEADLINES).rows(named=True)
        sheets = load_sheets(con)
    table = Table(title=f"各账套 {outcome.through_ym}（元）")
    for name in ("统筹区", "险种"):
        table.add_column(name)
    for name in ("资产总计", "净资产合计", "本月结余", "本年累计结余"):
        table.add_column(name, justify="right")
    for row in rows:
        amounts = (row[k] for k in ("asset_amt", "net_asset_amt", "month_amt", "ytd_amt"))
        table.add_row(row["poolarea_name"], row["scheme"], *(f"{a:,.2f}" for a in amounts))
    console.print(table)
    if rows:
        for sheet in sheets:
            if sheet.ledger_id == rows[0]["ledger_id"] and sheet.period_type == "M":
                console.print(statement_table(sheet))
    console.print(check_table(outcome.checks))
    read = sum(b.rows_read for b in outcome.new_batches)
    aside = sum(b.rows_held + b.rows_quarantined + b.rows_out_of_scope for b in outcome.new_batches)
    console.print(
        f"读入 {len(outcome.new_batches)} 个新文件 {read:,} 行，"
        f"其中暂挂、隔离、范围外 {aside:,} 行；"
        f"{outcome.unchanged_files} 个文件未变"
    )
    console.print(f"发布 {outcome.release_id}")
    for name, what in (
        ("reports", "Excel 会计报表（每个统筹区一册）"),
        ("marts", "Parquet 集市"),
        ("jiecun.duckdb", "DuckDB 目录库"),
    ):
        console.print(f"  {outcome.release_path / name}  {what}", soft_wrap=True)

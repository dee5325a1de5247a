"""From staged Parquet to the four books, both statements and their checks, over many pools.

``python3 dev.py bench books`` or ``python benchmarks/bench_books.py [--pools 10 110 330]
[--months 36] [--rounds 1]``

The synthetic rows are of summary grain (about a hundred a pool and month, both schemes): premiums
by employer and treasury, one of them pending and one in arrears, sweeps, allocations, five
institutions with their settlements, clearing rows and payments, interest, subsidy, refunds. Making
them is not measured. Each measurement is a process of its own: CPU is user + sys, the peak is its
resident memory. Targets: 10 pools in 5 s, 330 pools in 60 s and 4 GiB, cost linear in pools.
"""

# ruff: noqa: E501  (SQL)

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pipelines.engine.rules import load_rules  # noqa: E402
from pipelines.engine.runner import connect, run_checks, run_models  # noqa: E402
from pipelines.flows.steps import model_plan  # noqa: E402
from pipelines.flows.workspace import BOUND_LIKE  # noqa: E402
from pipelines.paths import RULES  # noqa: E402
from schemas.demo import RuleDemoLevel  # noqa: E402
from schemas.extracts import EXTRACTS  # noqa: E402
from schemas.marts import MARTS  # noqa: E402
from schemas.rules import RULES as RULE_MODELS  # noqa: E402
from schemas.table import by_name  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from pipelines.engine.graph import Model
    from schemas.table import Declaration

FIRST = "2021-01-01"
TARGETS = {10: 5.0, 330: 60.0}
PEAK_MB = 4096
WANTED = ("fct_journal", "fct_ledger_month", "fct_balance_sheet", "fct_income_statement")
_FILL = {"VARCHAR": "''", "DATE": f"DATE '{FIRST}'", "TIMESTAMP": f"TIMESTAMP '{FIRST}'"}


def _table(name: str, decl: Declaration, staged: bool) -> str:
    first = "source_sha varchar default 'bench', src_row bigint, event_ym integer, late_flag boolean default false, "
    columns = ", ".join(
        f"{c.staged_name} {c.sql_type} default "
        f"{'NULL' if c.nullable else _FILL.get(c.sql_type, 'false' if c.sql_type == 'BOOLEAN' else '0')}"
        for c in decl.columns
    )
    return f"create table {name} ({first if staged else ''}{columns})"


#: temporary tables first: a month of a pool, its amounts whole yuan and different in each pool
_MONTHS = """
create table pool_month as
select (100001 + p)::varchar as poolarea_no, k,
    (date '{first}' + to_months(k::integer))::date as day,
    (year(day) * 100 + month(day))::integer as ym,
    last_day(day) as last_date,
    1000 * (1 + p % 7) + 100 * (k % 5) as unit
from range({pools}) as a(p), range({months}) as b(k)
"""
_ROWS = (
    """insert into contributions by name
    select poolarea_no, '310' as insutype, 'E' as clct_obj, c.id || '-' || poolarea_no || '-' || ym
        as clct_detl_id, c.id || poolarea_no as emp_no_hash, ym as cashym, ym as accrym_begn,
        '10' as clct_type, c.way as clct_way, '1' as clct_flag, 'Z' as revs_flag,
        (c.emp * unit)::decimal(18, 2) as emp_clct_amt,
        (c.psn * unit)::decimal(18, 2) as psn_clct_amt,
        case when c.id = 'P' and k = {months} - 1 then null else c.psn * unit + c.pend * unit / 4
            end::decimal(18, 2) as traf_sumamt,
        case when c.id = 'P' then (day + interval 1 month + interval 11 day)::timestamp end
            as traf_time,
        (day + to_months(c.late) + to_days(c.dom))::date as arvl_date,
        case when c.way = '02' then (day + to_days(c.dom))::timestamp end as intsury_time
    from pool_month, (values
        ('A', '01', 60, 20, 0, 0, 5), ('B', '02', 30, 10, 0, 0, 7), ('P', '01', 4, 0, 4, 0, 8),
        ('L', '01', 2, 1, 0, 1, 6), ('D', '01', 12, 4, 0, 0, 9)
    ) as c(id, way, emp, psn, pend, late, dom)
    where k + c.late < {months}""",
    """insert into contributions by name
    select poolarea_no, '310' as insutype, 'E' as clct_obj, 'F-' || poolarea_no || '-' || ym
        as clct_detl_id, 'A-' || poolarea_no || '-' || ym as init_clct_detl_id,
        'A' || poolarea_no as emp_no_hash, ym as cashym, ym as accrym_begn, '20' as clct_type,
        '01' as clct_way, '1' as clct_flag, '-' as revs_flag, -unit as emp_clct_amt,
        0 as traf_sumamt, (day + interval 19 day)::date as arvl_date
    from pool_month""",
    """insert into contributions by name
    select poolarea_no, '390' as insutype, 'R' as clct_obj, 'R-' || poolarea_no || '-' || ym
        as clct_detl_id, 'r' || poolarea_no as emp_no_hash, ym as cashym,
        case when month(day) >= 10 then (ym // 100 + 1) * 100 + 1 else ym end as accrym_begn,
        '10' as clct_type, '01' as clct_way, '1' as clct_flag, 'Z' as revs_flag,
        50 * unit as psn_clct_amt, (day + interval 8 day)::date as arvl_date
    from pool_month""",
    """insert into settlements by name
    select poolarea_no, t.insutype, 'S-' || t.insutype || t.med || i || poolarea_no || ym as setl_id,
        'H' || poolarea_no || i as fixmedins_code, t.med as med_type, '21' as clr_type, ym as clr_ym,
        (t.pool * unit)::decimal(18, 2) as hifp_pay, (t.pa * unit)::decimal(18, 2) as acct_pay,
        '1' as vali_flag, '0' as refd_setl_flag, (day + interval 14 day)::timestamp as setl_time,
        '11' as psn_type, ym as event_ym, (t.pool * unit)::decimal(18, 2) as fund_pay_sumamt
    from pool_month, range(5) as n(i), (values
        ('310', '2101', 6, 1), ('310', '1101', 3, 1), ('310', '1401', 2, 0), ('310', '4101', 1, 2),
        ('310', '5201', 1, 0), ('310', '1501', 1, 0), ('390', '2101', 6, 0), ('390', '1101', 2, 0),
        ('390', '1401', 1, 0), ('390', '5201', 1, 0)
    ) as t(insutype, med, pool, pa)""",
    """insert into clearing by name
    select poolarea_no, insutype, 'F' || insutype || fixmedins_code || clr_ym as fee_clr_id,
        fixmedins_code, '21' as clr_type, clr_ym,
        sum(hifp_pay) - 100 as act_dfr_amt, sum(acct_pay) as acct_pay,
        sum(hifp_pay) as fund_appy_sum, 100 as det_sumamt
    from settlements
    group by poolarea_no, insutype, fixmedins_code, clr_ym""",
    """create table bank (poolarea_no varchar, insutype varchar, acct varchar, dirc varchar,
        item varchar, amt decimal(18, 2), day date, fee_clr_id varchar, begun date, ended date,
        tag varchar)""",
    """insert into bank
    select poolarea_no, insutype, case clct_way when '02' then '5' else '1' end,
        case when revs_flag = '-' then '2' else '1' end,
        case when revs_flag = '-' then 'REFD_OUT' when clct_way = '02' then 'SURY_IN'
            else 'PREM_IN' end,
        abs(emp_clct_amt + psn_clct_amt), coalesce(intsury_time::date, arvl_date), null, null, null,
        clct_detl_id
    from contributions""",
    """insert into bank
    select b.poolarea_no, b.insutype, case s.leg when '2' then b.acct else '4' end, s.leg, 'URSN',
        b.amt, b.day, null, null, null, 'sweep' || b.acct
    from (
        select poolarea_no, insutype, acct, last_day(day) as day,
            sum(case dirc when '1' then amt else -amt end) as amt
        from bank group by all
    ) as b, (values ('2'), ('1')) as s(leg)""",
    """insert into bank
    select c.poolarea_no, c.insutype, s.acct, s.leg, 'ALLOC_OUT', c.amt,
        (m.day + interval 1 month + interval 9 day)::date, null, null, null, 'alloc'
    from (
        select poolarea_no, insutype, clr_ym, sum(act_dfr_amt + acct_pay) as amt
        from clearing group by all
    ) as c
    inner join pool_month as m on c.poolarea_no = m.poolarea_no and c.clr_ym = m.ym,
        (values ('4', '2'), ('2', '1')) as s(acct, leg)
    where m.k + 1 < {months}""",
    """insert into bank
    select c.poolarea_no, c.insutype, '2', '2', 'DFR_OUT', c.act_dfr_amt + c.acct_pay,
        (m.day + interval 1 month + interval 11 day)::date, c.fee_clr_id, null, null, c.fee_clr_id
    from clearing as c
    inner join pool_month as m on c.poolarea_no = m.poolarea_no and c.clr_ym = m.ym
    where m.k + 1 < {months}""",
    """insert into bank
    select poolarea_no, t.insutype, '4', '1', t.item, t.times * unit, (day + to_days(t.dom))::date,
        null, case when t.item = 'INTE_IN' then (day - interval 2 month)::date end,
        case when t.item = 'INTE_IN' then (day + to_days(t.dom))::date end, t.item
    from pool_month, (values
        ('310', 'INTE_IN', 1, 20), ('390', 'INTE_IN', 1, 20), ('390', 'FINSUBS_IN', 20, 14)
    ) as t(insutype, item, times, dom)
    where t.item <> 'INTE_IN' or month(day) % 3 = 0""",
    """insert into vouchers by name
    select m.poolarea_no, l.insutype, 'OPEN' || l.insutype as voucher_no, l.line_no,
        'OPEN' as event_id, m.day as posting_date, l.account as account_code, l.debit as debit_amt,
        l.credit as credit_amt, l.fund, '甲' as maker, '乙' as checker
    from pool_month as m, (values
        ('310', 1, '1003', 9000000, 0, 'NA'), ('310', 2, '300101', 0, 6000000, 'POOL'),
        ('310', 3, '300102', 0, 3000000, 'PA'), ('390', 1, '1003', 5000000, 0, 'NA'),
        ('390', 2, '3001', 0, 5000000, 'NA')
    ) as l(insutype, line_no, account, debit, credit, fund)
    where m.k = 0""",
    """insert into fund_transfers by name
    select poolarea_no, insutype, 'T' || lpad((row_number() over (
            order by poolarea_no, insutype, acct, day, dirc, item, tag))::varchar, 9, '0') as traf_sn,
        item as traf_item, acct as hif_acct_type, dirc as incexpd_dirc, amt, day as acen_date,
        'Z' as fin_vali_flag, fee_clr_id, begun as int_begndate, ended as int_enddate,
        (year(day) * 100 + month(day))::integer as event_ym,
        case when insutype = '310' and acct = '4' then 9000000
            when acct = '4' then 5000000 else 0 end
            + sum(case dirc when '1' then amt else -amt end) over (
                partition by poolarea_no, insutype, acct
                order by day, dirc, item, tag rows unbounded preceding
            ) as balc
    from bank""",
    """insert into pooling_area by name
    select distinct poolarea_no, poolarea_no as poolarea_name from pool_month""",
)


def generate(folder: Path, pools: int, months: int) -> int:
    """Write the staged Parquet of so many pools and months; returns the number of rows."""
    import duckdb

    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    extracts = by_name(EXTRACTS)
    for name, decl in extracts.items():
        con.execute(_table(name, decl, staged=True))
    con.execute(_table("pooling_area", by_name(MARTS)["dim_pooling_area"], staged=False))
    told = {"first": FIRST, "pools": pools, "months": months}
    for sql in (_MONTHS, *_ROWS):
        con.execute(sql.format(**told))
    total = 0
    for name in (*extracts, "pooling_area"):
        total += con.execute(f"select count(*) from {name}").fetchall()[0][0]
        shown = "*" if name == "pooling_area" else "* replace (rowid as src_row)"
        con.execute(f"copy (select {shown} from {name}) to '{folder / name}.parquet'")
    con.close()
    return total


def closure(models: Sequence[Model]) -> tuple[list[Model], list[Model]]:
    """What the four books, the statements and the checks of the books need; those checks."""
    named = {model.name: model for model in models}
    checks = [m for m in models if m.layer == "checks" and m.name.startswith(("t_", "j_"))]
    wanted: set[str] = set()
    left = [*WANTED, *(name for check in checks for name in check.reads)]
    while left:
        name = left.pop()
        if name in named and name not in wanted:
            wanted.add(name)
            left += named[name].reads
    checked = {check.name for check in checks}
    return [m for m in models if m.name in wanted and m.name not in checked], checks


def measure(folder: Path, months: int) -> None:
    """One measurement, told as JSON on standard output."""
    started = time.perf_counter()
    con = connect(threads=2, memory_limit="3400MB", temp_dir=folder / "tmp")
    load_rules(con, RULES, by_name((*RULE_MODELS, RuleDemoLevel)))
    _bind(con, folder, months)
    models, checks = closure(model_plan())
    spent: dict[str, float] = {}
    last = _cpu()
    for model in models:
        run_models(con, [model])
        spent[model.name], last = _cpu() - last, _cpu()
    made = time.perf_counter()
    results = []
    for check in checks:
        results += run_checks(con, [check])
        spent[check.name], last = _cpu() - last, _cpu()
    done = time.perf_counter()
    lines = con.execute("select count(*) from fct_journal").fetchall()[0][0]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "wall": done - started,
        "checks_wall": done - made,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "lines": lines,
        "failed": [r.check_id for r in results if r.status in ("failed", "error")],
        "tested": sum(r.status == "passed" for r in results),
        "slowest": dict(sorted(spent.items(), key=lambda item: -item[1])[:24]),
    }
    print(json.dumps(told))
    con.close()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _bind(con: duckdb.DuckDBPyConnection, folder: Path, months: int) -> None:
    for name in (*by_name(EXTRACTS), "pooling_area"):
        con.execute(f"create view {name} as from read_parquet('{folder / name}.parquet')")
    for name, mart in BOUND_LIKE.items():
        if name != "pooling_area":
            con.execute(_table(name, by_name(MARTS)[mart], staged=False))
    con.execute(
        "create table param_run as select (year(last_ym) * 100 + month(last_ym))::integer "
        "as through_ym, 2026::integer as as_of_year "
        f"from (select date '{FIRST}' + to_months({months - 1}) as last_ym)"
    )
    con.execute("create table closed_period (poolarea_no varchar, closed_ym integer)")


def main() -> None:
    """Measure each number of pools, print seconds, memory and the cost of a pool and month."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, nargs="+", default=[10, 110, 330])
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--slowest", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.measure, args.months)
        return
    print("| pools × months | rows | journal lines | wall s | CPU s | peak MB | ms a pool-month |")
    print("|---|---|---|---|---|---|---|")
    cost: dict[int, float] = {}
    for pools in args.pools:
        with tempfile.TemporaryDirectory(prefix="jiecun-books-") as name:
            rows = generate(Path(name), pools, args.months)
            found = [_child(Path(name), args.months) for _ in range(args.rounds)]
        best = min(found, key=lambda told: told["cpu"])
        cost[pools] = best["cpu"] * 1000 / (pools * args.months)
        limit = TARGETS.get(pools)
        judged = f" (target {limit:.0f})" if limit and args.months == 36 else ""
        print(
            f"| {pools} × {args.months} | {rows:,} | {best['lines']:,} | "
            f"{best['wall']:.1f}{judged} | {best['cpu']:.1f} | {best['peak_mb']:,.0f} | "
            f"{cost[pools]:.2f} |",
            flush=True,
        )
        print(
            f"  checks passed {best['tested']}, failed {best['failed']}, {best['checks_wall']:.1f} s",
            file=sys.stderr,
        )
        if args.slowest:
            for model, seconds in best["slowest"].items():
                print(f"  {seconds:6.2f} s {model}", file=sys.stderr)
    if {110, 330} <= cost.keys():
        print(f"\nCPU of a pool-month, 330 pools against 110: {cost[330] / cost[110]:.2f}")


def _child(folder: Path, months: int) -> dict[str, Any]:
    out = subprocess.run(
        [sys.executable, __file__, "--measure", str(folder), "--months", str(months)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    told: dict[str, Any] = json.loads(out.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    main()

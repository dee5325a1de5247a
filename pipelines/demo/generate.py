"""One call that writes the whole synthetic province, month by month, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.demo import bank, books
from pipelines.demo.export import copy_view, run_sql, set_variables, write_rows
from pipelines.demo.labels import Label, shift_labels, write_labels
from pipelines.demo.levels import Levels, add_months, growth, load_levels, month_end, month_start
from pipelines.demo.plan import Calendar, heads_for, per_head, plan_cells
from pipelines.demo.reserves import (
    LATE_SHARE,
    PREMIUM_MONTHS,
    allowance_amount,
    opening_reserves,
    plant_shifts,
)
from pipelines.demo.world import World, build_world, pools_from_regions
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RULES
from schemas.extracts import EXTRACTS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.demo.plan import Cell, Shift
    from pipelines.demo.world import DemoPool

BATCH = "B001"
TABLES = by_name(EXTRACTS)
ORDER = {
    "settlements": "updt_time, rid",
    "clearing": "fee_clr_id",
    "contributions": "updt_time, rid",
    "fund_transfers": "traf_sn",
    "insured_headcount": "insu_admdvs, poolarea_no, insutype, psn_type",
    "recoveries": "det_id",
    "account_details": "rid",
}


@dataclass(frozen=True)
class DemoSummary:
    """What was written: number of files, rows per table, seconds, number of labels."""

    files: int
    rows: dict[str, int]
    seconds: float
    labels: int


@dataclass
class _Run:
    """Everything one generation carries from month to month."""

    con: duckdb.DuckDBPyConnection
    out: Path
    world: World
    levels: Levels
    cal: Calendar
    seed: int
    banks: dict[tuple[str, str], bank.LedgerBank]
    reserves: dict[tuple[str, str], tuple[Decimal, Decimal]]
    pendings: tuple[bank.Pending, ...]
    files: int = 0
    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    spent: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: bank.ZERO))
    credited: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: bank.ZERO))
    interest: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: bank.ZERO))
    year_interest: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: bank.ZERO))
    open_pending: dict[str, tuple[str, Decimal, int]] = field(default_factory=dict)

    def path(self, table: str, ym: int) -> Path:
        return self.out / "extracts" / f"{table}_{self.world.areacode}_{ym}_{BATCH}.csv"

    def count(self, table: str, rows: int) -> None:
        self.files += 1
        self.rows[table] += rows

    def copy(self, table: str, ym: int) -> None:
        view = f"out_{table}"
        self.count(
            table, copy_view(self.con, TABLES[table], view, self.path(table, ym), ORDER[table])
        )

    def write(self, table: str, ym: int, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.count(table, write_rows(self.path(table, ym), TABLES[table], rows))


def _load_table(con: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[Any]) -> None:
    """Create a table from rows; lists become DuckDB lists, one column each."""
    con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    width = len(columns.split(", "))
    for start in range(0, len(rows), 2000):
        part = rows[start : start + 2000]
        values = [[row[k] for row in part] for k in range(width)]
        picks = ", ".join(f"unnest($c{k})" for k in range(width))
        con.execute(
            f"INSERT INTO {name} SELECT {picks}", {f"c{k}": v for k, v in enumerate(values)}
        )


def _connect(temp: Path, threads: int) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET threads = {threads}")
    con.execute("SET memory_limit = '1GB'")
    con.execute("SET temp_directory = ?", [str(temp)])
    return con


POOL_COLUMNS = (
    "index INTEGER, code VARCHAR, insu_codes VARCHAR[], inst_codes VARCHAR[], inst_base BIGINT, "
    "hospitals BIGINT, pharmacies BIGINT, first_310 BIGINT, active BIGINT, heads_310 BIGINT, "
    "first_390 BIGINT, heads_390 BIGINT, first_employer BIGINT, employers BIGINT, wage DOUBLE"
)
CELL_COLUMNS = (
    "m INTEGER, pool INTEGER, scheme VARCHAR, med_type VARCHAR, start_no BIGINT, n BIGINT, "
    "unit_pool DOUBLE, unit_pa DOUBLE"
)


def _load_world(con: duckdb.DuckDBPyConnection, world: World) -> None:
    rows = [
        [p.index, p.code, list(p.insu_codes), list(p.inst_codes), p.inst_base, p.hospitals,
         p.pharmacies, p.first_310, p.active, p.heads_310, p.first_390, p.heads_390,
         p.first_employer, p.employers, p.wage]
        for p in world.pools
    ]  # fmt: skip
    _load_table(con, "pool", POOL_COLUMNS, rows)


def _load_cells(con: duckdb.DuckDBPyConnection, cells: list[Cell]) -> None:
    rows = [
        [c.m, c.pool, c.scheme, c.med_type, c.start_no, c.n, c.unit_pool, c.unit_pa]
        for c in cells
        if c.n
    ]
    _load_table(con, "cell", CELL_COLUMNS, rows)


def _load_allowances(
    con: duckdb.DuckDBPyConnection, world: World, levels: Levels, cal: Calendar
) -> None:
    """Maternity allowances: counts rounded cumulatively, like the settlements."""
    rows: list[list[Any]] = []
    serial = 1
    for pool in world.pools:
        cum, done = 0.5, 0
        for m in range(1, cal.months + 1):
            ym = cal.ym(m)
            each = levels.get("allowance", "310", ym) * growth(levels, "growth_price", ym)
            cum += allowance_amount(levels, pool, ym) / each
            n = int(cum) - done
            done += n
            if n:
                rows.append([m, pool.index, serial, n, round(each, 2)])
                serial += n
    columns = "m INTEGER, pool INTEGER, start_no BIGINT, n BIGINT, amount DOUBLE"
    _load_table(con, "allowance", columns, rows)


def _rates(levels: Levels) -> tuple[float, float]:
    """(employer rate, part of the base credited to accounts beyond the employee's own share) that
    bring pool and account income per head to the published levels, interest deducted."""
    ym = 202401
    working = 1 - levels.get("retired_share", "310", ym)
    wage = levels.get("wage", "310", ym)
    rate = levels.get("rate_fiscal", "ALL", ym)
    income = []
    for fund in ("pool", "pa"):
        reserve = levels.get(f"reserve_months_{fund}", "310", ym) / 12
        interest = per_head(levels, f"{fund}_exp", "310") * reserve * rate
        income.append((per_head(levels, f"{fund}_inc", "310") - interest) / working / wage)
    into = income[1] - levels.get("psn_rate", "310", ym)
    return round(income[0] + into, 6), round(into, 6)


def _start_year(run: _Run, m: int) -> None:
    """Contribution bases and budget of the calendar year that begins (or is entered) at ``m``."""
    ym = run.cal.ym(m)
    year = ym // 100
    emp_rate, into_rate = _rates(run.levels)
    growth_rate = run.levels.get("growth_income", "ALL", ym)
    wage = run.levels.get("wage", "310", ym) * (1 + growth_rate) ** (year - 2024) / 12
    set_variables(
        run.con,
        {
            "wage_month": round(wage, 4),
            "emp_rate": emp_rate,
            "into_rate": into_rate,
            "psn_rate": run.levels.get("psn_rate", "310", ym),
        },
    )
    run_sql(run.con, "year")
    premiums = {
        code: Decimal(amt)
        for code, amt in run.con.execute(
            "SELECT poolarea_no, sum(emp_amt + psn_amt) FROM person_year GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    }
    balances = {key: sum(b.balances.values(), bank.ZERO) for key, b in run.banks.items()}
    rows = books.budget_rows(run.world, run.levels, year, premiums, balances)
    run.write("budget", ym, rows)


def _month_variables(run: _Run, m: int) -> dict[str, Any]:
    """What the SQL of the month reads."""
    ym = run.cal.ym(m)
    year, month = divmod(ym, 100)
    benefit_year = year + 1 if month >= 9 else year
    if month in PREMIUM_MONTHS:
        since = sum(v for k, v in PREMIUM_MONTHS.items() if k < month)
        until = since + PREMIUM_MONTHS[month]
    elif month <= 6:
        base = sum(PREMIUM_MONTHS.values())
        since = base + LATE_SHARE / 6 * (month - 1)
        until = base + LATE_SHARE / 6 * month
    else:
        since = until = 0.0
    levels = run.levels
    subsidy_ym = benefit_year * 100 + 1
    finsubs = levels.get("finsubs", "390", subsidy_ym) * levels.get("finsubs_topup", "390", ym)
    return {
        "m": m,
        "ym": ym,
        "prev_ym": add_months(ym, -1),
        "month_start": month_start(ym),
        "month_end": month_end(ym),
        "dim": month_end(ym).day,
        "benefit_year": benefit_year,
        "resident_from": round(since, 6),
        "resident_to": round(until, 6),
        "premium": levels.get("premium", "390", ym),
        "finsubs": round(finsubs, 2),
        "accrym_begn": benefit_year * 100 + 1 if month >= 9 else ym,
        "accrym_end": benefit_year * 100 + 12,
    }


def _settlement_month(run: _Run, ym: int) -> None:
    run_sql(run.con, "settlements")
    run.copy("settlements", ym)
    rows = run.con.execute(
        "SELECT poolarea_no, sum(sgn * acct) FROM s_leg "
        "WHERE vali_flag = '1' AND leg <> 'V' AND scheme = '310' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for code, amt in rows:
        run.spent[code] += amt


def _money_month(run: _Run, m: int, ym: int) -> None:
    """Clearing, contributions, recoveries and the bank statement of the month."""
    for script in ("clearing", "contributions", "recoveries", "bank_outside"):
        run_sql(run.con, script)
    run.copy("clearing", ym)
    run.copy("contributions", ym)
    rows = run.con.execute(
        "SELECT poolarea_no, sum(traf) FROM k_all WHERE insutype = '310' AND traf IS NOT NULL "
        "AND (posts OR kind = 'V') GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for code, amt in rows:
        run.credited[code] += amt
    flows = bank.read_flows(run.con)
    waiting = {p.pool for p in run.pendings if p.received_ym == ym}
    moves: list[list[Any]] = []
    opens: list[list[Any]] = []
    plans: list[dict[str, Any]] = []
    for (pool, scheme), ledger in run.banks.items():
        flow = flows.get((pool, scheme), bank.Flows())
        pending = scheme == "310" and pool in waiting
        month = bank.month_moves(ledger, flow, ym, run.levels, pending=pending)
        opens += [[pool, scheme, acct, amt] for acct, amt in ledger.balances.items()]
        bank.settle_month(ledger, flow, month)
        moves += [move.row(pool, scheme) for move in month.moves]
        run.interest[pool] += month.pa_interest
        run.year_interest[pool] += month.pa_interest
        if month.allocated:
            plans.append(books.plan_row(pool, scheme, ym, month.needed, month.allocated))
    _load_table(run.con, "b_plan", bank.PLAN_SCHEMA, moves)
    _load_table(
        run.con,
        "b_open",
        "poolarea_no VARCHAR, insutype VARCHAR, acct VARCHAR, balc DECIMAL(18,2)",
        opens,
    )
    run_sql(run.con, "bank_statement")
    run.copy("fund_transfers", ym)
    run.copy("recoveries", ym)
    run.copy("insured_headcount", ym)
    run.write("fund_plan", ym, plans)
    _voucher_month(run, m, ym)


def _voucher_month(run: _Run, m: int, ym: int) -> None:
    """Opening vouchers at the start; decisions on pending interest when they fall due."""
    rows: list[dict[str, Any]] = []
    if m == 1:
        rows += books.opening_vouchers(run.reserves, month_start(ym))
    for number, item in enumerate(run.pendings, start=1):
        if item.resolved_ym == ym and item.pool in run.open_pending:
            traf_sn, amount, received = run.open_pending.pop(item.pool)
            to_pool = bank.fen(amount * run.banks[(item.pool, "310")].pool_part)
            parts = (to_pool, amount - to_pool)
            day = month_start(ym).replace(day=18)
            rows += books.interest_voucher(item.pool, number, day, parts, (traf_sn, received))
            run.interest[item.pool] += parts[1]
            run.year_interest[item.pool] += parts[1]
    found = run.con.execute(
        "SELECT poolarea_no, traf_sn, amt FROM b_all WHERE item = 'INTE_IN' AND fund_code IS NULL "
        "ORDER BY traf_sn"
    ).fetchall()
    run.open_pending |= {pool: (traf_sn, amt, ym) for pool, traf_sn, amt in found}
    run.write("vouchers", ym, rows)


def _account_year(run: _Run, ym: int) -> None:
    """The persons' balances at the end of December, tied to the movements since the opening."""
    rows = []
    for pool in run.world.pools:
        code = pool.code
        total = run.reserves[(code, "310")][1]
        total += run.credited[code] + run.interest[code] - run.spent[code]
        rows.append([code, int(total * 100), int(run.year_interest[code] * 100)])
    columns = "poolarea_no VARCHAR, balc_fen BIGINT, inte_fen BIGINT"
    _load_table(run.con, "pa_total", columns, rows)
    run_sql(run.con, "account_details")
    run.copy("account_details", ym)
    run.year_interest.clear()


def _check_arguments(out: Path, months: int, settlements: int, start_ym: int) -> None:
    problems = []
    if not 3 <= months <= 60:
        problems.append(Problem("DEMO_MONTHS", "--months", "3–60", str(months), "改为3至60个月"))
    if not 2_000 <= settlements <= 20_000_000:
        problems.append(
            Problem("DEMO_SETTLEMENTS", "--settlements", "2000 以上", str(settlements), "改大结算笔数")
        )
    if not (2015 <= start_ym // 100 <= 2026 and 1 <= start_ym % 100 <= 12):
        problems.append(Problem("DEMO_START", "start_ym", "yyyymm", str(start_ym), "改为有效月份"))
    found = sorted(p.name for p in (out / "extracts").glob("*.csv"))
    if found:
        problems.append(
            Problem(
                "DEMO_OUT_NOT_EMPTY",
                str(out / "extracts"),
                "没有 csv 文件的目录",
                f"{len(found)} 个 csv",
                "换一个目录，或先移走原有数据",
                found[0],
            )
        )
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_USAGE)


def _copy_region(out: Path, region_file: Path) -> None:
    """Put the region text beside the extracts, unless a region text is there already."""
    folder = out / "regions"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / region_file.name
    if any(folder.iterdir()):
        return
    shutil.copyfile(region_file, target)


def generate(
    out: Path,
    *,
    seed: int = 7,
    province: str = "陕西省",
    months: int = 36,
    settlements: int = 300_000,
    defects: bool = False,
    start_ym: int = 202301,
    region_file: Path,
    on_month: Callable[[int, int], None] | None = None,
    pools: tuple[DemoPool, ...] | None = None,
    threads: int = 2,
) -> DemoSummary:
    """Write ``out/extracts/*.csv``, ``out/labels.csv`` and a copy of the region text.

    ``months`` months of books from ``start_ym`` on, and one month of settlements before them;
    about ``settlements`` settlements in all, to which the population is scaled. ``defects`` adds
    bad rows of every class after the good ones. ``on_month(done, all)`` is called after each
    month. The same arguments give the same bytes, whatever ``threads`` is.

    Raises JiecunError for an unknown province, arguments out of range, or a folder that already
    holds extracts.
    """
    began = time.monotonic()
    _check_arguments(out, months, settlements, start_ym)
    chosen = pools or pools_from_regions(region_file, RULES, province)
    levels = load_levels(RULES)
    cal = Calendar(start_ym, months)
    heads_310, heads_390 = heads_for(levels, cal, settlements)
    world = build_world(
        chosen,
        seed=seed,
        heads_310=heads_310,
        heads_390=heads_390,
        retired_share=levels.get("retired_share", "310", start_ym),
        visits_per_month=settlements / (months + 1),
    )
    shifts, special = plant_shifts(world, levels, cal, seed)
    (out / "extracts").mkdir(parents=True, exist_ok=True)
    _copy_region(out, region_file)
    labels: list[Label] = shift_labels(shifts, cal, special)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=out) as temp:
        run = _prepare(out, world, levels, cal, (seed, shifts, special), (Path(temp), threads))
        for m in cal.indexes:
            _month(run, m)
            if on_month:
                on_month(m, months)
        run.con.close()
    if defects:
        from pipelines.demo.defects import plant_defects

        labels += plant_defects(out / "extracts", world, cal, run.rows)
    write_labels(out / "labels.csv", labels)
    seconds = time.monotonic() - began
    return DemoSummary(run.files, dict(run.rows), seconds, len(labels))


def _prepare(
    out: Path,
    world: World,
    levels: Levels,
    cal: Calendar,
    planted: tuple[int, tuple[Shift, ...], dict[tuple[str, str], float]],
    engine: tuple[Path, int],
) -> _Run:
    """Open the engine and load what all months read."""
    seed, shifts, special = planted
    con = _connect(*engine)
    set_variables(con, {"seed": seed, "prov": world.province_code})
    run_sql(con, "setup")
    _load_world(con, world)
    _load_cells(con, plan_cells(world, levels, cal, shifts, seed))
    _load_allowances(con, world, levels, cal)
    months = [[m, cal.ym(m)] for m in cal.indexes]
    _load_table(con, "month_of", "m INTEGER, ym INTEGER", months)
    run_sql(con, "people")
    reserves = opening_reserves(world, levels, cal.start_ym, special)
    banks = bank.open_banks(world, reserves)
    pendings = bank.pending_interest(world, cal, seed)
    return _Run(con, out, world, levels, cal, seed, banks, reserves, pendings)


def _month(run: _Run, m: int) -> None:
    ym = run.cal.ym(m)
    set_variables(run.con, _month_variables(run, m))
    if m and (m == 1 or ym % 100 == 1):
        _start_year(run, m)
    _settlement_month(run, ym)
    if m:
        _money_month(run, m, ym)
        if ym % 100 == 12:
            _account_year(run, ym)

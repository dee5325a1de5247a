"""One month of the synthetic province: what is written, and what is carried to the next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.demo import bank, books, rare
from pipelines.demo.bank_flows import ZERO, Flows, read_flows
from pipelines.demo.cross_region import top_budget
from pipelines.demo.engine import load_table
from pipelines.demo.export import copy_view, run_sql, set_variables, write_rows
from pipelines.demo.inspections import inspection_rows
from pipelines.demo.months_rare import (
    account_month,
    adjust_accounts,
    rare_legs,
    role_variables,
    with_person,
)
from pipelines.demo.rates import premium_rates
from pipelines.demo.reserves import LATE_SHARE, PREMIUM_MONTHS
from pipelines.months import add_months, month_end, month_start
from schemas.extracts import EXTRACTS
from schemas.table import by_name

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar
    from pipelines.demo.rare import RarePlan
    from pipelines.demo.world import World

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


@dataclass
class Run:
    """Everything one generation carries from month to month."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    world: World
    levels: Levels
    cal: Calendar
    seed: int
    banks: dict[tuple[str, str], bank.LedgerBank]
    reserves: dict[tuple[str, str], tuple[Decimal, Decimal]]
    pendings: tuple[bank.Pending, ...]
    rare: RarePlan
    files: int = 0
    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credited: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    interest: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    year_interest: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    open_pending: dict[str, tuple[str, Decimal, int]] = field(default_factory=dict)
    #: account money paid out, and moved by rare events, by pool
    paid: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    moved: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    recovered: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    #: what the platform counts other than the books, by pool
    differs: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    owed: Decimal = ZERO

    def path(self, table: str, ym: int) -> Path:
        return self.folder / f"{table}_{self.world.areacode}_{ym}_{BATCH}.csv"

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


def _start_year(run: Run, m: int) -> None:
    """Contribution bases and budget of the calendar year that begins (or is entered) at ``m``."""
    ym = run.cal.ym(m)
    year = ym // 100
    emp_rate, into_rate = premium_rates(run.levels)
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
    balances = {key: sum(b.balances.values(), ZERO) for key, b in run.banks.items()}
    rows = books.budget_rows(run.world, run.levels, year, premiums, balances)
    rows += top_budget(run.rare.stage, year)
    run.write("budget", ym, rows)


def _month_variables(run: Run, m: int) -> dict[str, Any]:
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
        **role_variables(run.rare.stage.roles),
    }


def _settlement_month(run: Run, ym: int) -> None:
    run_sql(run.con, "settlements")
    run.copy("settlements", ym)


def _money_month(run: Run, m: int, ym: int) -> None:
    """Clearing, contributions, recoveries and the bank statement of the month."""
    premiums = run.rare.premiums.get(m, [])
    names = [column.split()[0] for column in rare.PREMIUM_SCHEMA.split(", ")]
    load_table(
        run.con, "k_rare", rare.PREMIUM_SCHEMA, [[row.get(n) for n in names] for row in premiums]
    )
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
    legs = rare_legs(run, m)
    load_table(run.con, "b_rare", rare.LEG_SCHEMA, [leg.row() for leg in legs])
    account_month(run, m)
    flows = read_flows(run.con)
    waiting = {p.pool for p in run.pendings if p.received_ym == ym}
    moves: list[list[Any]] = []
    opens: list[list[Any]] = []
    plans: list[dict[str, Any]] = []
    for (pool, scheme), ledger in run.banks.items():
        flow = flows.get((pool, scheme), Flows())
        pending = scheme == "310" and pool in waiting
        month = bank.month_moves(ledger, flow, ym, run.levels, pending=pending)
        opens += [[pool, scheme, acct, amt] for acct, amt in ledger.balances.items()]
        bank.settle_month(ledger, flow, month, ym)
        moves += [move.row(pool, scheme) for move in month.moves]
        run.interest[pool] += month.pa_interest
        run.year_interest[pool] += month.pa_interest
        if month.allocated:
            plans.append(books.plan_row(pool, scheme, ym, month.needed, month.allocated))
    load_table(run.con, "b_plan", bank.PLAN_SCHEMA, moves)
    load_table(
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


def _voucher_month(run: Run, m: int, ym: int) -> None:
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
    rows += run.rare.vouchers.get(m, [])
    if ym % 100 == 12:
        rows += adjust_accounts(run, m)
    run.write("vouchers", ym, [with_person(run, row) for row in rows])


def _account_year(run: Run, ym: int) -> None:
    """The persons' balances at the end of December, tied to the movements since the opening."""
    rows = []
    for pool in run.world.pools:
        code = pool.code
        total = run.reserves[(code, "310")][1]
        total += run.credited[code] + run.interest[code] + run.moved[code]
        # a card payment counts when the institution is paid, as in the books
        total += run.differs[code] - run.paid[code]
        rows.append([code, int(total * 100), int(run.year_interest[code] * 100)])
    columns = "poolarea_no VARCHAR, balc_fen BIGINT, inte_fen BIGINT"
    load_table(run.con, "pa_total", columns, rows)
    run_sql(run.con, "account_details")
    run.copy("account_details", ym)
    run.year_interest.clear()


def write_month(run: Run, m: int) -> None:
    """Write every file of month ``m`` (0 = the lead month: settlements only)."""
    ym = run.cal.ym(m)
    set_variables(run.con, _month_variables(run, m))
    if m and (m == 1 or ym % 100 == 1):
        _start_year(run, m)
    _settlement_month(run, ym)
    if m:
        _money_month(run, m, ym)
        if ym % 100 == 12:
            _account_year(run, ym)
        if ym % 100 in bank.QUARTER_ENDS:
            rows = inspection_rows(run.world, run.seed, ym, dict(run.recovered))
            run.write("inspections", ym, rows)
            run.recovered.clear()

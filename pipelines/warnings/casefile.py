"""Everything an overspend report tells of one ledger and month, gathered from a release."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.months import month_end
from pipelines.warnings.overspend import Span, figures, fund_of, last_twelve, spans
from pipelines.warnings.precision import Precision, by_rule, precision
from pipelines.warnings.procedure import rule_rows, span
from pipelines.warnings.remedy import Position, Remedy, remedies
from pipelines.warnings.worklist import Warned, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from pipelines.warnings.state import WarningEvent

ZERO = Decimal(0)
#: marts a report reads; the forecast's where they are there
FORECAST = ("fct_forecast", "fct_forecast_crossing")

_BALANCES = """
    select
        coalesce(sum(closing_amt) filter (
            left(account_code, 4) in ('1002', '1003', '1004', '1005')
        ), 0)::decimal(18, 2),
        coalesce(sum(closing_amt) filter (left(account_code, 4) = '1201'), 0)::decimal(18, 2),
        coalesce(sum(closing_amt) filter (left(account_code, 4) = '3101'), 0)::decimal(18, 2)
    from fct_ledger_month
    where book = 'k17' and ledger_id = $ledger and period_ym = $ym and closing_stage = 'post'
"""
_REMITTED = """
    select coalesce(sum(debit_amt - credit_amt), 0)::decimal(18, 2)
    from fct_ledger_month
    where book = 'k17' and ledger_id = $ledger and period_ym between $from and $ym
        and closing_stage = 'pre' and left(account_code, 4) = '5301' and fund = $fund
"""
_PREMIUM = """
    select coalesce(sum(pool_amt), 0)::decimal(18, 2), coalesce(sum(pa_amt), 0)::decimal(18, 2)
    from fct_contribution_month
    where ledger_id = $ledger and period_ym between $from and $ym
"""
_MEDFEE = """
    select coalesce(sum(medfee_sumamt), 0)::decimal(18, 2) from fct_settlement_month
    where ledger_id = $ledger and period_ym between $from and $ym
"""
#: of years that are over: what is missing of the current one may still come by itself
_SUBSIDY = """
    select coalesce(sum(-diff_amt), 0)::decimal(18, 2) from fct_subsidy_due
    where ledger_id = $ledger and subsidy_year < $ym // 100 and diff_amt < 0
"""
_HEADS = """
    select coalesce(arg_max(head_cnt, period_ym), 0) from fct_headcount_month
    where ledger_id = $ledger and period_ym <= $ym
"""


@dataclass(frozen=True)
class RiskPlan:
    """How a use of the risk fund is made good: the year's accrual, the years it takes."""

    used_amt: Decimal
    left_amt: Decimal
    accrual_amt: Decimal
    years: int | None


@dataclass(frozen=True)
class Outlook:
    """The forecast of the release: sentences, and the year's spending where it is told."""

    lines: tuple[str, ...]
    year_outlay_amt: Decimal | None


@dataclass(frozen=True)
class CaseFile:
    """The figures of one overspend report; amounts in yuan."""

    release_id: str
    ledger_id: str
    poolarea_no: str
    pool_zh: str
    scheme: str
    period_ym: int
    month: Span
    year: Span
    warned: tuple[Warned, ...]
    outlook: Outlook | None
    position: Position
    gap_zh: str
    remedies: tuple[Remedy, ...]
    risk_plan: RiskPlan | None
    precision: tuple[Precision, ...]


def case_files(
    con: duckdb.DuckDBPyConnection,
    events: Sequence[WarningEvent],
    pool: str,
    ym: int,
    *,
    scheme: str | None,
    release_id: str,
) -> tuple[CaseFile, ...]:
    """The case of each scheme of a pooling area (or of one scheme) in a month.

    ``con`` holds the release's marts. Raises JiecunError POOL_UNKNOWN, PERIOD_UNKNOWN.
    """
    rows = con.execute(
        "select distinct ledger_id, insutype from fct_balance_sheet where book = 'k17' "
        "and poolarea_no = ? and period_type = 'M' and period_ym = ? order by all",
        [pool, ym],
    ).fetchall()
    chosen = [row for row in rows if scheme in (None, row[1])]
    if not chosen:
        asked = f"{pool} {ym}" + (f" {scheme}" if scheme else "")
        raise JiecunError(
            Problem(
                "POOL_UNKNOWN",
                "--pool、--period、--scheme",
                "发布中有报表的统筹区、月份和险种",
                asked,
                '用 jiecun sql "select distinct ledger_id, period_ym from fct_balance_sheet" 查看',
            ),
            exit_code=EXIT_USAGE,
        )
    warned = load(con, events, ym)
    shares = precision(load(con, events, ym, every=True), events)
    known = _Known(release_id, ym, warned, by_rule(shares, last_twelve(ym)))
    return tuple(_case(con, known, ledger, code) for ledger, code in chosen)


def risk_plan(amount: Decimal, position: Position, accrual_rate: Decimal) -> RiskPlan:
    """The use of the risk fund and how many years of accrual bring it back."""
    accrual = (position.income_amt * accrual_rate).quantize(Decimal("0.01"))
    years = None
    if accrual > 0:
        years = int((amount / accrual).to_integral_value(ROUND_CEILING))
    return RiskPlan(amount, position.risk_amt - amount, accrual, years)


@dataclass(frozen=True)
class _Known:
    release_id: str
    period_ym: int
    warned: tuple[Warned, ...]
    precision: tuple[Precision, ...]


def _case(con: duckdb.DuckDBPyConnection, known: _Known, ledger: str, scheme: str) -> CaseFile:
    ym = known.period_ym
    month, year = spans(con, ledger, scheme, ym)
    position, gap_zh = _position(con, ledger, scheme, ym, year)
    found = remedies(position, scheme, month_end(ym))
    risk = next((one for one in found if one.rule.remedy_id == "RISK"), None)
    own = tuple(one for one in known.warned if one.ledger_id == ledger and one.period_ym == ym)
    rules = {one.rule_id for one in own}
    pool = ledger.partition("-")[0]
    return CaseFile(
        known.release_id,
        ledger,
        pool,
        _pool_name(con, pool),
        scheme,
        ym,
        month,
        year,
        own,
        _outlook(con, ledger, ym, year),
        position,
        gap_zh,
        found,
        risk_plan(risk.amount_amt, position, _parameter("rf_rate", pool, month_end(ym)))
        if risk and position.risk_amt > 0
        else None,
        tuple(one for one in known.precision if one.rule_id in rules),
    )


def _position(
    con: duckdb.DuckDBPyConnection, ledger: str, scheme: str, ym: int, year: Span
) -> tuple[Position, str]:
    asked = {"ledger": ledger, "ym": ym}
    twelve = {**asked, "from": last_twelve(ym)}
    told = figures(con, ledger, scheme, ym)
    reserve, outlay, count = told.get("M-06/R12", (ZERO, ZERO, 0))
    net, income, _ = told.get("M-04/R12", (ZERO, ZERO, 0))
    deposit, bond, risk = con.execute(_BALANCES, asked).fetchall()[0]
    premium, pa_premium = con.execute(_PREMIUM, twelve).fetchall()[0]
    gap, gap_zh = gap_of(year.over_amt, net)
    rises = [one.parts.effects[1] / (ym % 100) for one in year.institutions]
    return Position(
        gap_amt=gap,
        reserve_amt=reserve or ZERO,
        mean_amt=(outlay or ZERO) / count if count else ZERO,
        deposit_amt=deposit,
        bond_amt=bond,
        risk_amt=risk,
        remitted_amt=con.execute(_REMITTED, {**twelve, "fund": fund_of(scheme)}).fetchall()[0][0],
        subsidy_due_amt=con.execute(_SUBSIDY, asked).fetchall()[0][0],
        income_amt=income or ZERO,
        premium_amt=premium,
        pa_premium_amt=pa_premium,
        medfee_amt=con.execute(_MEDFEE, twelve).fetchall()[0][0],
        head_cnt=int(con.execute(_HEADS, asked).fetchall()[0][0]),
        emp_rate=_emp_rate(month_end(ym)),
        months_left=12 - ym % 100,
        cost_rises=tuple(sorted(rises, reverse=True)) if year.is_compared else (),
    ), gap_zh


def gap_of(over: Decimal | None, net: Decimal | None) -> tuple[Decimal, str]:
    """What has to be made up: the larger of overspend so far and twelve months' deficit."""
    overspend, deficit = max(over or ZERO, ZERO), max(-(net or ZERO), ZERO)
    if overspend == deficit == 0:
        return ZERO, "没有超支，近12个月也没有收不抵支"
    if overspend >= deficit:
        return overspend, "本年累计支出超过按季节分配的预算"
    return deficit, "近12个月收不抵支（大于本年累计超支）"


def _outlook(con: duckdb.DuckDBPyConnection, ledger: str, ym: int, year: Span) -> Outlook | None:
    there = {row[0] for row in con.execute("show tables").fetchall()}
    if not set(FORECAST) <= there:
        return None
    asked = {"ledger": ledger, "ym": ym}
    lines = con.execute(
        "select text_zh from fct_forecast_crossing where book = 'k17' and ledger_id = $ledger "
        "and period_ym = $ym order by line desc",
        asked,
    ).fetchall()
    ahead = con.execute(
        "select count(*), sum(outlay_amt)::decimal(18, 2) from fct_forecast "
        "where book = 'k17' and ledger_id = $ledger and period_ym = $ym and horizon_cnt > 0 "
        "and target_ym // 100 = $ym // 100",
        asked,
    ).fetchall()[0]
    if not lines and not ahead[0]:
        return None
    total = None
    if ahead[0] == 12 - ym % 100 and year.actual_amt is not None:
        total = year.actual_amt + (ahead[1] or ZERO)
    return Outlook(tuple(row[0] for row in lines), total)


def _pool_name(con: duckdb.DuckDBPyConnection, pool: str) -> str:
    rows = con.execute(
        "select min(poolarea_name) from dim_pooling_area where poolarea_no = ?", [pool]
    ).fetchall()
    return str(rows[0][0] or pool)


def _parameter(name: str, pool: str, day: date) -> Decimal:
    """A dated policy figure: the pool's own row before ``*``; 0 where there is none."""
    own = [
        (row["scope"] == pool, Decimal(row["value"] or 0))
        for row in rule_rows("rule_parameter")
        if row["name"] == name
        and row["scope"] in (pool, "*")
        and span(row)[0] <= day <= span(row)[1]
    ]
    return max(own, default=(False, ZERO))[1]


def _emp_rate(day: date) -> Decimal:
    rates = [
        Decimal(row["value"] or 0)
        for row in rule_rows("rule_contribution_base")
        if (row["base_rule"], row["scope"], row["payer_class"]) == ("EMP_RATE", "*", "*")
        and span(row)[0] <= day <= span(row)[1]
    ]
    return rates[-1] if rates else ZERO

"""What rare events ask of a month: their bank lines, the accounts they move, their vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.demo import bank, rare
from pipelines.demo.bank_flows import ZERO
from pipelines.demo.cross_region import clearing_legs
from pipelines.demo.rare_money import hospital
from pipelines.demo.rare_vouchers import ACCOUNT_DIFFERENCES, account_adjustment

if TYPE_CHECKING:
    from pipelines.demo.months import Run


def role_variables(roles: rare.Roles) -> dict[str, Any]:
    """Who has the rare events that the SQL of the month makes."""
    away = roles.away
    return {
        "home": roles.home.code,
        "away": away.code if away else None,
        "away_hospital": hospital(away) if away else None,
        "rural": roles.rural.code if roles.rural else None,
        "top": roles.top.code if roles.top else None,
    }


def rare_legs(run: Run, m: int) -> list[rare.Leg]:
    """The rare bank lines of the month: planned ones, and those that its own rows ask for."""
    legs = list(run.rare.legs.get(m, []))
    found = run.con.execute(
        "SELECT fee_clr_id, pay_date, act + acct FROM c_new WHERE clr_type = '9910' ORDER BY 1"
    ).fetchall()
    for fee_clr_id, day, amt in found:
        legs += clearing_legs(run.rare.stage.roles, fee_clr_id, day, amt)
    roles = run.rare.stage.roles
    if roles.rural is None:
        return legs
    if run.owed:
        # residents' premiums that personal accounts paid last month go to the residents' ledger
        day = run.rare.stage.day(m, 10)
        for scheme, item, dirc in (("310", "LEDG_OUT", "2"), ("390", "LEDG_IN", "1")):
            tie = f"R{item}{m:02d}"
            legs.append(
                rare.Leg(roles.rural.code, scheme, bank.FISCAL, day, item, dirc, run.owed, tie)
            )
    row = run.con.execute(
        "SELECT coalesce(sum(psn_amt), 0)::DECIMAL(18, 2) FROM k_all WHERE clct_way = '31'"
    ).fetchone()
    run.owed = row[0] if row else ZERO
    run.moved[roles.rural.code] -= run.owed
    return legs


def account_month(run: Run, m: int) -> None:
    """Personal-account money of the month: paid to institutions, moved by rare events; and the
    money claimed back."""
    for code, amt in run.con.execute(
        "SELECT poolarea_no, sum(acct) FROM c_new GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        run.paid[code] += amt
    for code, kind, amt in run.con.execute(
        "SELECT poolarea_no, obj_type, sum(act_amt) FROM r_new WHERE det_type = '20' "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        run.recovered[code] += amt
        if kind == "11":
            run.moved[code] -= amt
    for (code, month), amt in run.rare.account.items():
        if month == m:
            run.moved[code] += amt


def with_person(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    """The row with the number of the person it names."""
    if "pid" not in row:
        return row
    found = run.con.execute("SELECT psn_no(?::BIGINT)", [row["pid"]]).fetchone()
    return {k: v for k, v in row.items() if k != "pid"} | {"psn_no": found[0] if found else None}


def adjust_accounts(run: Run, m: int) -> list[dict[str, Any]]:
    """The year-end vouchers of the pool whose accounts the platform counts otherwise."""
    pool = run.rare.stage.roles.adjusted
    year = sum(1 for k in run.cal.indexes if 0 < k < m and run.cal.ym(k) % 100 == 12)
    if pool is None or year >= len(ACCOUNT_DIFFERENCES):
        return []
    diff = ACCOUNT_DIFFERENCES[year]
    run.differs[pool.code] += diff
    return account_adjustment(run.rare, m, diff, (pool.first_310, pool.first_310 + 1))

"""All rare events of a province, planned at once: at least one of every kind the books know."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.demo.cross_region import (
    plan_insurance,
    plan_levels,
    plan_prepayments,
    plan_risk_deposit,
)
from pipelines.demo.engine import load_table
from pipelines.demo.rare import RarePlan, Stage, choose_roles
from pipelines.demo.rare_money import (
    plan_advances,
    plan_bonds,
    plan_catastrophic,
    plan_loans,
    plan_other_receipts,
    plan_transfers,
)
from pipelines.demo.rare_premiums import plan_premiums, uncollectable
from pipelines.demo.rare_vouchers import plan_decisions
from pipelines.demo.rates import premium_rates

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.levels import Levels
    from pipelines.demo.plan import Calendar
    from pipelines.demo.world import World

#: month indexes in which a person's wrong benefit is taken from the account; True: of a past year
ACCOUNT_SETOFFS = ((3, False), (4, False), (9, False), (13, True), (25, True))


#: what the demo assumes of some pools: rule rows of a site, which go beside its extracts
SITE = Path(__file__).with_name("site") / "rule_parameter.csv"


def pools_with(name: str, value: str) -> dict[str, int]:
    """Pools that have a parameter of their own with that value → the month from which they do."""
    with SITE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {
        r["scope"]: int(r["valid_from"][:4]) * 100 + int(r["valid_from"][5:7])
        for r in rows
        if (r["name"], r["value"]) == (name, value) and r["scope"] != "*"
    }


def plan_rare(
    world: World,
    levels: Levels,
    cal: Calendar,
    seed: int,
    special: dict[tuple[str, str], float],
) -> RarePlan:
    """The plan; ``special`` names the ledger that runs dry, which is left alone."""
    dry = next((pool for pool, scheme in special if scheme == "390"), "")
    roles = choose_roles(
        world,
        seed,
        dry=dry,
        no_interest=frozenset(pools_with("pa_interest_rate", "0")),
        held=frozenset(pools_with("suppl2026", "on")),
    )
    plan = RarePlan(Stage(world, levels, cal, roles))
    emp_rate, into_rate = premium_rates(levels)
    rates = (emp_rate, levels.get("psn_rate", "310", cal.start_ym), into_rate)
    first = roles.home.first_310
    plan_bonds(plan)
    plan_loans(plan)
    plan_transfers(plan, (first, first + 1, first + roles.home.heads_310 - 1))
    plan_other_receipts(plan)
    plan_advances(plan)
    plan_catastrophic(plan)
    plan_levels(plan)
    plan_insurance(plan)
    plan_risk_deposit(plan)
    plan_prepayments(plan)
    plan_premiums(plan, rates)
    plan_decisions(plan, uncollectable(plan, rates))
    return plan


def top_reserve(stage: Stage) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What the province's own residents' ledger (the adjustment fund) opens with."""
    roles = stage.roles
    if roles.top is None or roles.rural is None:
        return {}
    return {(roles.top.code, "390"): (stage.share(roles.rural, "390", 0.5), Decimal("0.00"))}


def load_rare(con: duckdb.DuckDBPyConnection, plan: RarePlan) -> None:
    """Load what the SQL of the months reads of the plan."""
    load_table(
        con,
        "rare_setoff",
        "m INTEGER, poolarea_no VARCHAR, insutype VARCHAR, fixmedins_code VARCHAR, "
        "amt DECIMAL(18,2)",
        [[s.m, s.pool, s.scheme, s.institution, s.amt] for s in plan.setoffs],
    )
    home = plan.stage.roles.home.code
    load_table(
        con,
        "rare_account_setoff",
        "m INTEGER, poolarea_no VARCHAR, is_prior BOOLEAN",
        [[m, home, prior] for m, prior in ACCOUNT_SETOFFS],
    )

"""Literal metric rows and statement rows for the warning rules, and the warnings made from them."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from tests.spec.harness import Spec, copy, models, rerun, rows, run, world

if TYPE_CHECKING:
    from collections.abc import Iterable

POOL = "610100"
MILLION = Decimal(1_000_000)
#: fund under which the employees' metrics are told, where it is not the pooled fund
OTHER_FUND = {"M-07": "ALL", "M-13": "ALL", "M-14": "PEND", "M-15": "ALL", "M-17": "PA",
              "M-19": "ALL", "M-02/M": "PEND", "M-20/M": "ALL"}  # fmt: skip
#: models of the score: they run again only where a world holds settlements
SCORE = ("sco_", "score_panel", "wrn_panel", "wrn_series")
MARTS = ("fct_warning",)


def empty() -> Spec:
    """A world whose journal, statements, metrics and warnings exist and hold no row."""
    return copy(_empty())


@cache
def _empty() -> Spec:
    spec = world()
    for name in MARTS:
        run(spec, name)
    return spec


def warnings_of(spec: Spec, *, score: bool = False) -> Spec:
    """Make the models of the layer (those of the score only if asked), and the mart, from what the
    tables hold now.
    """
    layer = [m.name for m in models().values() if m.layer == "warnings"]
    return rerun(spec, *(n for n in layer if score or not n.startswith(SCORE)), *MARTS)


def levels(spec: Spec, rule: str) -> dict[tuple[str, int], str]:
    """(series, month) → level of one rule in the months that raise it."""
    found = rows(
        spec,
        f"""SELECT series_id, period_ym, level FROM fct_warning
        WHERE rule_id = '{rule}' AND is_raised ORDER BY ALL""",
    )
    return {(series, int(ym)): level for series, ym, level in found}


def insert(spec: Spec, table: str, **values: object) -> None:
    """One row; the columns not named are NULL."""
    marks = ", ".join("?" for _ in values)
    spec.con.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values())
    )


def months(first: int, last: int) -> list[int]:
    """Every month from first to last, both included."""
    return [
        year * 100 + month
        for year in range(first // 100, last // 100 + 1)
        for month in range(1, 13)
        if first <= year * 100 + month <= last
    ]


def figures(
    spec: Spec,
    scheme: str,
    ym: int,
    told: Iterable[tuple[str, object, object, object, int]],
    *,
    pool: str = POOL,
) -> None:
    """Metric rows of one ledger and month.

    Each is told as (metric/variant, value, numerator, denominator, months).
    """
    body = []
    for figure, value, numerator, denominator, month_cnt in told:
        metric, variant = figure.split("/")
        pool_fund = "NA" if scheme == "390" else "POOL"
        fund = pool_fund if scheme == "390" else OTHER_FUND.get(figure.split("/")[0], pool_fund)
        fund = OTHER_FUND.get(figure, fund)
        amounts = ", ".join(
            "NULL" if cell is None else str(cell) for cell in (value, numerator, denominator)
        )
        body.append(f"('{metric}', '{variant}', '{fund}', {amounts}, {month_cnt})")
    spec.sql(f"""
        INSERT INTO met_metric BY NAME
        SELECT 'k17' AS book, 'books' AS origin, 'ledger' AS scope_type,
            '{pool}-{scheme}' AS scope_id, '{pool}-{scheme}' AS ledger_id,
            '{pool}' AS poolarea_no, '{scheme}' AS insutype, {ym} AS period_ym,
            make_date({ym // 100}, {ym % 100}, 1) AS period_start_date, '' AS unit,
            'ok' AS status, *
        FROM (VALUES {", ".join(body)})
            AS t(metric_id, variant, fund, value, numerator_amt, denominator_amt, month_cnt)
    """)


def steady(
    spec: Spec,
    scheme: str,
    first: int,
    last: int,
    *,
    spending: dict[int, Decimal] | None = None,
    income: dict[int, Decimal] | None = None,
    budget: Decimal | None = 12 * MILLION,
    pool: str = POOL,
) -> Spec:
    """A ledger that takes in and spends one million a month, on budget; ``spending`` and
    ``income`` name the months that differ, ``budget`` is a year's.
    """
    took: list[Decimal] = []
    spent: list[Decimal] = []
    for number, ym in enumerate(months(first, last)):
        took.append((income or {}).get(ym, MILLION))
        spent.append((spending or {}).get(ym, MILLION))
        month = min(ym % 100, number + 1)
        ytd_in, ytd_out = sum(took[-month:], Decimal(0)), sum(spent[-month:], Decimal(0))
        year_in, year_out = sum(took[-12:], Decimal(0)), sum(spent[-12:], Decimal(0))
        count = min(12, number + 1)
        told: list[tuple[str, object, object, object, int]] = [
            ("M-04/YTD", None, ytd_in - ytd_out, ytd_in, month),
            ("M-04/R12", None, year_in - year_out, year_in, count),
            ("M-06/R12", 20, 20 * year_out / count, year_out, count),
            ("M-07/R12", 20, 20 * year_out / count, year_out, count),
        ]
        if budget:
            plan = budget / 12
            ahead = ytd_out - plan * (ym % 100)
            told += [
                ("M-11/YTD", ytd_out / budget * 100, ytd_out, budget, month),
                ("M-11/DEV", ahead / budget * 100, ahead, budget, month),
                ("M-12/M", spent[-1] / plan, spent[-1], plan, 1),
            ]
        figures(spec, scheme, ym, told, pool=pool)
    return spec


def change(spec: Spec, figure: str, ym: int, *, pool: str = POOL, **values: object) -> Spec:
    """Overwrite columns of one metric in one month."""
    metric, variant = figure.split("/")
    for name, value in values.items():
        spec.con.execute(
            f"UPDATE met_metric SET {name} = ? "
            "WHERE metric_id = ? AND variant = ? AND period_ym = ? AND poolarea_no = ?",
            [value, metric, variant, ym, pool],
        )
    return spec


def ledger_month(spec: Spec, scheme: str, ym: int, *, pool: str = POOL) -> Spec:
    """One month of the ledger without metrics."""
    insert(
        spec,
        "led_month",
        book="k17",
        ledger_id=f"{pool}-{scheme}",
        poolarea_no=pool,
        insutype=scheme,
        first_ym=ym,
        period_ym=ym,
        period_start_date=f"{ym // 100}-{ym % 100:02d}-01",
    )
    return spec


def sheet(
    spec: Spec, scheme: str, ym: int, closing: dict[str, object], *, pool: str = POOL
) -> Spec:
    """Rows of the monthly balance sheet, with nothing at the start of the year."""
    for row, amount in closing.items():
        insert(
            spec,
            "stm_balance_sheet",
            book="k17",
            ledger_id=f"{pool}-{scheme}",
            poolarea_no=pool,
            insutype=scheme,
            period_type="M",
            period_ym=ym,
            period_start_date=f"{ym // 100}-{ym % 100:02d}-01",
            row_code=row,
            year_open_amt=0,
            close_amt=amount,
        )
    return spec

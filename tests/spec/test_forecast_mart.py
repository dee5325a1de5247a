"""The forecast of a run: from metrics and budgets to the months of crossing, and what it may read."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.warnings.forecast_input import History, Inputs, Version, read_inputs
from pipelines.warnings.forecast_mart import bind_forecast, forecasts
from tests.spec.harness import Spec, copy, models, rows, run, world
from tests.spec.warning_world import insert, months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

D = Decimal
ZERO = D(0)
MILLION = D(1_000_000)
#: a budget that brings in three quarters of a million a month, told for the year
THREE_QUARTERS = """
    budg_year | budg_item    | stt_mon | budg_amt   | aprv_date
    2024      | 社会保险费收入 | 19      | 9000000.00 | 2023-12-20
"""


def ground(budget: str = THREE_QUARTERS) -> Spec:
    """A world whose metrics are empty tables; ``budget`` is drawn."""
    spec = copy(_empty())
    if budget:
        other = world(budget=budget)
        run(other, "met_budget_month")
        told = other.con.execute("SELECT * FROM met_budget_month ORDER BY ALL").fetchall()
        marks = ", ".join("?" for _ in told[0])
        spec.con.executemany(f"INSERT INTO met_budget_month VALUES ({marks})", told)
    return spec


@cache
def _empty() -> Spec:
    return run(run(world(), "met_base"), "met_budget_month")


def ledger(
    spec: Spec,
    *,
    first: int = 202301,
    last: int = 202412,
    balance: Decimal = 9 * MILLION,
    spending: Mapping[int, Decimal] | None = None,
    advance: Mapping[int, Decimal] | None = None,
    level: Decimal = ZERO,
    scheme: str = "310",
    pool: str = "610100",
) -> Spec:
    """Months of a ledger that takes in and spends a million; ``balance`` at the end of each."""
    fund = "NA" if scheme == "390" else "POOL"
    for ym in months(first, last):
        spent = (spending or {}).get(ym, MILLION)
        insert(
            spec, "met_base", book="k17", scope_type="ledger", scope_id=f"{pool}-{scheme}",
            ledger_id=f"{pool}-{scheme}", poolarea_no=pool, insutype=scheme, fund=fund,
            period_ym=ym, period_start_date=f"{ym // 100}-{ym % 100:02d}-01", ledger_cnt=1,
            income_amt=MILLION, expense_amt=spent + level, outlay_amt=spent, balance_amt=balance,
            advance_amt=(advance or {}).get(ym, D(0)),
        )  # fmt: skip
    return spec


def told(spec: Spec) -> Spec:
    """Make the forecast and both marts from what the tables hold now."""
    bind_forecast(spec.con)
    for name in ("fct_forecast", "fct_forecast_crossing"):
        spec.sql(f"CREATE OR REPLACE TABLE {name} AS {models()[name].sql}")
    return spec


def crossings(spec: Spec, ym: int = 202412) -> list[tuple[str, ...]]:
    """Line, point, early and late month of one base month."""
    return rows(
        spec,
        f"""SELECT line, point_ym, early_ym, late_ym, text_zh FROM fct_forecast_crossing
        WHERE period_ym = {ym} ORDER BY series_id, line DESC""",
    )


def test_constant_spending_and_approved_income_cross_in_the_exact_month() -> None:
    """Nine million in hand, a quarter lost a month: 6 months after 13, 3 after 25, 0 not in 36."""
    spec = told(ledger(ground(), last=202412))
    assert [row[:2] for row in crossings(spec)] == [("6", "202601"), ("3", "202701"), ("0", "")]
    assert rows(
        spec,
        """SELECT horizon_cnt, target_ym, income_basis, income_amt, outlay_amt, reserve_amt, payable_months
        FROM fct_forecast WHERE period_ym = 202412 AND horizon_cnt IN (0, 1, 13, 36) ORDER BY ALL""",
    ) == [
        ("0", "202412", "actual", "1000000.00", "1000000.00", "9000000.00", "9.0000"),
        ("1", "202501", "repeated", "750000.00", "1000000.00", "8750000.00", "8.7500"),
        ("13", "202601", "repeated", "750000.00", "1000000.00", "5750000.00", "5.7500"),
        ("36", "202712", "repeated", "750000.00", "1000000.00", "0.00", "0.0000"),
    ]


def test_the_text_tells_month_and_interval() -> None:
    """The interval of one tenth of volatility: no past errors are known of a single series."""
    six, three, zero = crossings(told(ledger(ground(), balance=D("6.1") * MILLION)))
    assert six == ("6", "202501", "202501", "202502", "6个月线: 2025-01 (80%: 2025-01 ~ 2025-02)")
    assert three[4].startswith("3个月线: 2026-01 (80%: 2025-")
    assert zero[4] == "结存用尽: 2027-01 (80%: 2026-04 ~ 2027-12以后)"
    spec = told(ledger(ground(), balance=D(5) * MILLION))
    assert crossings(spec)[0][4] == "6个月线: 已低于该线"
    spec = told(ledger(ground(), balance=D(-1)))
    assert crossings(spec)[2][4] == "结存用尽: 已用尽"
    spec = told(ledger(ground(), balance=D(90) * MILLION))
    assert crossings(spec)[0][4] == "6个月线: 36个月内不跌破"
    spec = told(ledger(ground(), balance=D(16) * MILLION))
    assert crossings(spec)[0][4].startswith("6个月线: 36个月内不跌破 (80%: 最早 2026-")


@pytest.mark.parametrize(
    ("base", "first_income", "basis"),
    [
        # the adjustment of June 2024 is not known at the end of May
        (202405, "750000.00", "budget"),
        (202406, "500000.00", "budget"),
        # the budget of 2025 is approved in December: November repeats this year's January
        (202411, "500000.00", "budget"),
        (202412, "600000.00", "budget"),
    ],
)
def test_a_base_month_knows_the_budgets_approved_by_its_end(
    base: int, first_income: str, basis: str
) -> None:
    spec = ground("""
        budg_year | budg_ver | budg_item    | stt_mon | budg_amt   | aprv_date
        2024      | B0       | 社会保险费收入 | 19      | 9000000.00 | 2023-12-20
        2024      | A1       | 社会保险费收入 | 19      | 6000000.00 | 2024-06-30
        2025      | B0       | 社会保险费收入 | 19      | 7200000.00 | 2024-12-31
    """)
    told(ledger(spec, last=base))
    assert rows(
        spec,
        "SELECT income_amt, income_basis FROM fct_forecast WHERE horizon_cnt = 1",
    ) == [(first_income, basis)]


def test_income_is_the_year_before_where_nothing_is_approved() -> None:
    """And the crossing says on what it rests, the weakest of the first year."""
    spec = told(ledger(ground("")))
    assert rows(spec, "SELECT DISTINCT income_basis FROM fct_forecast ORDER BY 1") == [
        ("actual",), ("history",),
    ]  # fmt: skip
    spec = told(ledger(ground(), last=202406))
    assert rows(
        spec, "SELECT DISTINCT income_basis FROM fct_forecast_crossing WHERE period_ym = 202406"
    ) == [("repeated",)]
    assert rows(
        spec,
        "SELECT count(*) FROM fct_forecast WHERE income_basis = 'budget' AND horizon_cnt > 0",
    ) == [("6",)]


def test_a_spending_budget_is_no_income_and_personal_accounts_are_another_fund() -> None:
    spec = ground("""
        budg_year | incexpd_dirc | budg_item      | stt_mon | budg_amt   | aprv_date
        2024      | 1            | 社会保险费收入   | 01      | 300000.00  | 2023-12-20
        2024      | 1            | 利息收入        | 01      | 50000.00   | 2023-12-20
        2024      | 2            | 待遇支出-统筹    | 01      | 800000.00  | 2023-12-20
        2024      | 2            | 待遇支出-个账    | 01      | 90000.00   | 2023-12-20
    """)
    told(ledger(spec, last=202312))
    assert rows(
        spec,
        "SELECT income_amt, income_basis FROM fct_forecast WHERE horizon_cnt IN (1, 2) ORDER BY horizon_cnt",
    ) == [("350000.00", "budget"), ("1000000.00", "history")]


def test_premiums_for_the_next_year_are_no_reserve_until_it_begins() -> None:
    """Four million of autumn premiums leave the reserve at five months; January frees them."""
    autumn = {202310: 2 * MILLION, 202311: 3 * MILLION, 202312: 4 * MILLION,
              202410: 2 * MILLION, 202411: 3 * MILLION, 202412: 4 * MILLION}  # fmt: skip
    spec = told(ledger(ground(""), scheme="390", advance=autumn))
    assert rows(
        spec,
        """SELECT target_ym, other_net_amt, reserve_amt FROM fct_forecast
        WHERE period_ym = 202412 AND target_ym IN (202412, 202501, 202509, 202510, 202512, 202601)
        ORDER BY ALL""",
    ) == [
        ("202412", "-1000000.00", "5000000.00"),
        ("202501", "4000000.00", "9000000.00"),
        ("202509", "0.00", "9000000.00"),
        ("202510", "-2000000.00", "7000000.00"),
        ("202512", "-1000000.00", "5000000.00"),
        ("202601", "4000000.00", "9000000.00"),
    ]
    assert crossings(spec)[0][4] == "6个月线: 已低于该线"


def test_money_passed_on_within_the_system_lowers_the_reserve_and_is_no_spending() -> None:
    """上解 of 100,000 a month: the balance falls by it, a month of benefits stays a million."""
    spec = told(ledger(ground(""), level=D(100_000)))
    assert rows(
        spec,
        """SELECT other_net_amt, outlay_amt, mean_outlay_amt, reserve_amt FROM fct_forecast
        WHERE period_ym = 202412 AND horizon_cnt = 2""",
    ) == [("-100000.00", "1000000.00", "1000000.00", "8800000.00")]


def test_eleven_months_are_no_base_and_a_gap_begins_anew() -> None:
    spec = told(ledger(ground(), first=202301, last=202311))
    assert rows(spec, "SELECT count(*) FROM fct_forecast_crossing") == [("0",)]
    assert rows(spec, "SELECT count(*), max(horizon_cnt) FROM fct_forecast") == [("11", "0")]
    spec = told(ledger(ledger(ground(), first=202201, last=202212), first=202303, last=202403))
    assert rows(
        spec,
        "SELECT DISTINCT period_ym, history_cnt FROM fct_forecast_crossing ORDER BY ALL",
    ) == [("202212", "12"), ("202402", "12"), ("202403", "13")]


def test_a_year_without_spending_has_no_forecast_and_empty_metrics_break_nothing() -> None:
    nothing = dict.fromkeys(months(202301, 202412), D(0))
    spec = told(ledger(ground(), spending=nothing))
    assert rows(spec, "SELECT count(*) FROM fct_forecast_crossing") == [("0",)]
    spec = told(ground(""))
    assert rows(spec, "SELECT count(*) FROM fct_forecast") == [("0",)]
    assert rows(spec, "SELECT count(*) FROM forecast_crossing") == [("0",)]


def test_peers_are_the_same_scheme_of_the_same_province() -> None:
    spec = ground("")
    for pool, scheme in (
        ("610100", "310"),
        ("610200", "310"),
        ("610100", "390"),
        ("620100", "310"),
    ):
        ledger(spec, pool=pool, scheme=scheme, last=202312)
    told(spec)
    assert rows(
        spec,
        "SELECT series_id, peer_cnt FROM fct_forecast_crossing WHERE line = 6 ORDER BY ALL",
    ) == [
        ("610100-310-POOL", "2"), ("610100-390-NA", "1"), ("610200-310-POOL", "2"),
        ("620100-310-POOL", "1"),
    ]  # fmt: skip


def test_the_same_metrics_in_another_order_give_the_same_rows() -> None:
    spec = ground()
    for number, pool in enumerate(("610100", "610200", "610300")):
        ledger(
            spec,
            pool=pool,
            spending={ym: MILLION + ym % 100 * 1000 * number for ym in months(202301, 202412)},
        )
    told(spec)
    first = [
        spec.con.execute(f"SELECT * FROM {t}").fetchall()
        for t in ("forecast_path", "forecast_crossing")
    ]
    spec.sql(
        "CREATE OR REPLACE TABLE met_base AS SELECT * FROM met_base ORDER BY hash(scope_id || period_ym)"
    )
    told(spec)
    assert first == [
        spec.con.execute(f"SELECT * FROM {t}").fetchall()
        for t in ("forecast_path", "forecast_crossing")
    ]


def history(
    name: str,
    spending: Sequence[float],
    *,
    start: int = 0,
    reserve: float = 6,
    cut: int | None = None,
) -> History:
    """A history of a made-up ledger: steady income, a reserve that follows from the spending."""
    outlay = [D(x).quantize(D("0.01")) for x in spending][:cut]
    held, reserves = D(str(reserve)), []
    for spent in outlay:
        held += D("0.9") - spent
        reserves.append(held)
    zero = tuple(D(0) for _ in outlay)
    return History(
        "k17", name, name[:6], name[-3:], "POOL", 24000 + start, start, tuple(D("0.9") for _ in outlay),
        tuple(outlay), zero, tuple(reserves), zero,
    )  # fmt: skip


positive = st.floats(0.2, 5, allow_nan=False)
drawn = st.lists(
    st.tuples(st.integers(0, 8), st.lists(positive, min_size=30, max_size=44), st.floats(0, 30)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(drawn, st.integers(20, 40))
def test_a_cut_history_gives_the_same_forecasts_up_to_the_cut(
    series: list[tuple[int, list[float], float]], month: int
) -> None:
    """Nothing later than the base month is read: no spending, no peers, no past error."""

    def of(cut: int | None) -> list[object]:
        histories = tuple(
            history(
                f"61{n:04d}-310",
                x,
                start=start,
                reserve=held,
                cut=None if cut is None else cut - start,
            )
            for n, (start, x, held) in enumerate(series)
        )
        return [
            (one.history.series_id, one.known, one.outlook, one.ahead, one.reserve, one.peer_cnt)
            for one in forecasts(Inputs(histories, {}))
            if one.history.start + one.known <= month
        ]

    assert of(month) == of(None)


@settings(max_examples=40, deadline=None)
@given(st.lists(positive, min_size=14, max_size=40), st.floats(0, 30), st.floats(0, 2))
def test_the_interval_holds_the_point_and_more_approved_income_brings_no_line_nearer(
    spending: list[float], reserve: float, more: float
) -> None:
    at = history("610100-310", spending, reserve=reserve)
    far = 99

    def points(extra: float) -> list[int]:
        amount = D(str(0.9 + extra)).quantize(D("0.01"))
        plan = Version(1, date(1999, 1, 1), dict.fromkeys(range(1, 13), amount))
        plans = {("610100-310", "POOL", year): (plan,) for year in range(2000, 2010)}
        last = forecasts(Inputs((at,), plans))[-1]
        assert set(last.ahead.basis) == {"budget"}
        for one in last.outlook.crossings:
            assert (one.early or far) <= (one.point or far) <= (one.late or far)
        return [one.point or far for one in last.outlook.crossings]

    for less, richer in zip(points(0), points(more), strict=True):
        assert richer >= less


def test_the_rows_of_a_mart_tell_the_crossing_again() -> None:
    """Reserve below line × mean spending, first month ahead: what the crossing says, by SQL."""
    draw = random.Random(5)
    spec = ground("")
    for number in range(6):
        ledger(
            spec,
            pool=f"6101{number:02d}",
            balance=MILLION * draw.randint(3, 12),
            spending={ym: D(draw.randint(900_000, 1_300_000)) for ym in months(202301, 202412)},
        )
    told(spec)
    assert rows(
        spec,
        """WITH again AS (
            SELECT series_id, l.line, min(horizon_cnt) FILTER (reserve_amt < l.line * mean_outlay_amt) AS h
            FROM fct_forecast CROSS JOIN (VALUES (6), (3), (0)) AS l(line)
            WHERE horizon_cnt > 0 GROUP BY ALL)
        SELECT count(*), count(DISTINCT h), count(*) FILTER (h IS DISTINCT FROM point_cnt)
        FROM again INNER JOIN fct_forecast_crossing USING (series_id, line) WHERE period_ym = 202412""",
    ) == [("18", "7", "0")]
    assert rows(
        spec,
        """SELECT count(*) FROM fct_forecast
        WHERE NOT (reserve_early_amt <= reserve_amt AND reserve_amt <= reserve_late_amt)""",
    ) == [("0",)]
    assert rows(
        spec,
        """SELECT count(*) FROM (SELECT reserve_amt - lag(reserve_amt) OVER (
            PARTITION BY series_id, period_ym ORDER BY horizon_cnt) AS change, * FROM fct_forecast)
        WHERE horizon_cnt > 0 AND change <> income_amt + other_net_amt - outlay_amt""",
    ) == [("0",)]


def test_inputs_are_read_in_order_of_ledger_and_month() -> None:
    spec = ledger(ledger(ground(), pool="610200"), pool="610100", first=202303)
    found = read_inputs(spec.con).histories
    assert [(h.ledger_id, h.ym(0), h.start) for h in found] == [
        ("610100-310", 202303, 2),
        ("610200-310", 202301, 0),
    ]

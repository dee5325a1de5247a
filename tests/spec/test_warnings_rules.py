"""What the rules do besides their thresholds: guard, seasons, runs, point in time, words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.spec.harness import Spec, rows
from tests.spec.warning_measures import Wanted, gap
from tests.spec.warning_world import (
    MILLION,
    change,
    empty,
    insert,
    ledger_month,
    levels,
    sheet,
    steady,
    warnings_of,
)

D = Decimal
SERIES = "610100-310-POOL"
RESIDENTS = "610100-390-NA"


def spend(*told: tuple[int, str], scheme: str = "310", last: int = 202412) -> Spec:
    """Two years on budget, one million a month, but for the months told (in millions)."""
    spending = {ym: D(amount) * MILLION for ym, amount in told}
    return warnings_of(steady(empty(), scheme, 202301, last, spending=spending))


def residents(subsidies: dict[int, str], last: int) -> Spec:
    """Premiums of the next year from September on, subsidies as told, steady spending."""
    years = (2022, 2023, 2024)
    income = {year * 100 + month: D(0) for year in years for month in range(1, 13)}
    autumn = {year * 100 + month: 3 * MILLION for year in years for month in (9, 10, 11)}
    income |= autumn | {ym: D(amount) * MILLION for ym, amount in subsidies.items()}
    return warnings_of(steady(empty(), "390", 202201, last, income=income))


# --- W-24


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "当月支出为零"),
        ("-0.5", "当月支出为负"),
        ("100", "当月支出是前12个月中位数的100倍"),
        ("0.01", "前12个月中位数是当月支出的100倍"),
    ],
)
def test_a_bad_month_is_grey_and_judged_by_no_spending_rule(amount: str, told: str) -> None:
    spec = spend((202406, amount))
    assert levels(spec, "W-24") == {(SERIES, 202406): "grey"}
    assert told in rows(spec, "SELECT reason_zh FROM fct_warning WHERE rule_id = 'W-24'")[0][0]
    blocked = rows(
        spec,
        """SELECT rule_id FROM fct_warning WHERE period_ym = 202406
        AND rule_id IN ('W-04', 'W-05', 'W-07')""",
    )
    assert blocked == []


def test_the_guard_does_not_hide_a_low_reserve() -> None:
    spec = steady(empty(), "310", 202301, 202406, spending={202406: 100 * MILLION})
    warnings_of(change(spec, "M-06/R12", 202406, value=2))
    assert levels(spec, "W-01")[SERIES, 202406] == "red"


def test_a_month_without_rows_or_without_movement_is_missing_data() -> None:
    """The month after the gap has no figure of its own either: only the year so far is known."""
    spec = steady(empty(), "310", 202301, 202406, spending={202405: D(0)}, income={202405: D(0)})
    warnings_of(spec.sql("DELETE FROM met_metric WHERE period_ym = 202402"))
    assert levels(spec, "W-24") == {
        (SERIES, 202402): "grey",
        (SERIES, 202403): "grey",
        (SERIES, 202405): "grey",
    }


def test_a_year_without_budget_is_grey() -> None:
    spec = warnings_of(steady(empty(), "310", 202301, 202303, budget=None))
    assert set(levels(spec, "W-24").values()) == {"grey"}
    assert "缺全年支出预算" in rows(spec, "SELECT reason_zh FROM fct_warning LIMIT 1")[0][0]


# --- W-04, W-05: seasons


def test_the_new_year_months_are_judged_together_once_march_is_closed() -> None:
    """The trough in March instead of February is no finding; ten per cent over all three is."""
    assert levels(spend((202402, "1.2"), (202403, "0.8")), "W-04") == {}
    over = spend((202401, "1.1"), (202402, "1.3"), (202403, "0.9"))
    assert levels(over, "W-04") == {(SERIES, 202403): "yellow"}
    assert (
        "2024年1—3月统筹基金支出330.00万元，为按季节分配的预算300.00万元的1.1倍"
        in rows(over, "SELECT reason_zh FROM fct_warning WHERE rule_id = 'W-04' AND is_raised")[0][
            0
        ]
    )


def test_a_grey_month_leaves_the_new_year_months_unjudged() -> None:
    assert levels(spend((202401, "0"), (202403, "3"), last=202403), "W-04") == {}


def test_without_a_whole_year_before_no_season_is_known() -> None:
    """In the first year only the used-up budget is told, not the pace."""
    first_year = spend((202305, "5"), (202306, "4"), last=202311)
    assert levels(first_year, "W-04") == {}
    # 1+1+1+1+5+4 = 13 of 12 million by June
    assert levels(first_year, "W-05") == {(SERIES, ym): "red" for ym in range(202306, 202312)}


def test_in_december_the_budget_may_be_used_up() -> None:
    spec = spend((202411, "1.3"), (202412, "0.9"))
    assert levels(spec, "W-05") == {}
    assert levels(spend((202411, "2")), "W-05") == {
        (SERIES, 202411): "red",
        (SERIES, 202412): "yellow",
    }


# --- W-07

#: subsidies that make up, with the premiums, for twelve months of spending
ENOUGH = {y * 100 + month: "1" for y in (2022, 2023, 2024) for month in (3, 5, 7)}


def test_the_first_quarters_after_autumn_premiums_are_no_deficit() -> None:
    """January to August show far more spending than income, each year; twelve months balance."""
    spec = residents(ENOUGH, 202412)
    year_so_far = rows(
        spec,
        "SELECT ytd_net_amt FROM wrn_month WHERE period_ym = 202406",
    )
    assert year_so_far == [("-4000000.00",)]
    assert levels(spec, "W-07") == {}


def test_residents_in_deficit_are_warned_of_after_two_quarter_ends() -> None:
    """Subsidies stop in 2024: twelve months fall below zero in March, the second end is June's."""
    spec = residents({ym: a for ym, a in ENOUGH.items() if ym < 202400}, 202409)
    found = levels(spec, "W-07")
    assert min(ym for _, ym in found) == 202406
    assert set(found) == {(RESIDENTS, ym) for ym in (202406, 202407, 202408, 202409)}


def test_premiums_a_month_late_are_no_deficit() -> None:
    """2023's season starts in September, 2024's in October: September is below zero for once."""
    late = {202409: "0", 202412: "3"}
    spec = residents(ENOUGH | late, 202412)
    assert rows(spec, "SELECT r12_net_amt < 0 FROM wrn_month WHERE period_ym = 202409") == [
        ("True",)
    ]
    assert levels(spec, "W-07") == {}


def test_a_deficit_ends_with_the_month_that_is_out_of_it() -> None:
    spending = {ym: D("1.5") * MILLION for ym in range(202307, 202313)}
    spec = steady(empty(), "310", 202201, 202403, spending=spending, income={202402: 9 * MILLION})
    assert levels(warnings_of(spec), "W-07") == {(SERIES, 202312): "orange"}


# --- W-06


@pytest.mark.parametrize(
    ("beyond", "level"), [(-50_000, {}), (50_000, {(SERIES, 202407): "yellow"})]
)
def test_a_growth_gap_is_silent_where_spending_keeps_to_its_peers(
    beyond: int, level: dict[tuple[str, int], str]
) -> None:
    """Income fell: the gap is the same, but the year's spending is below or above the peers'."""
    spec = empty()
    gap(Wanted(spec, "610100", "310", 202407, D(12), MILLION, D(5)))
    insert(spec, "wrn_series", series_type="class", series_id="x", ledger_id="610100-310")
    insert(spec, "sco_part", series_id="x", month_start="2024-06-01", clean_amt=1000,
           excess_micro=beyond)  # fmt: skip
    insert(spec, "sco_part", series_id="x", month_start="2024-07-01", clean_amt=500,
           excess_micro=-beyond)  # fmt: skip
    assert levels(warnings_of(spec), "W-06") == level


# --- W-01, W-12, W-20


def test_a_reserve_is_never_judged_on_one_month() -> None:
    spec = steady(empty(), "390", 202301, 202304)
    for ym in (202301, 202302, 202303, 202304):
        change(spec, "M-06/R12", ym, value=5)
    assert levels(warnings_of(spec), "W-01") == {
        (RESIDENTS, 202303): "yellow",
        (RESIDENTS, 202304): "yellow",
    }


@pytest.mark.mechanism("S10")
def test_account_discipline_tells_the_account_and_the_worst_first() -> None:
    spec = sheet(ledger_month(empty(), "310", 202405), "310", 202405, {"A2": 10, "A5": 0})
    insert(spec, "jrn_entry", ledger_id="610100-310", period_ym=202405, debit_account="1004",
           credit_account="4001", amount=70)  # fmt: skip
    insert(spec, "jrn_entry", ledger_id="610100-310", period_ym=202405, debit_account="1002",
           credit_account="4001", amount=90)  # fmt: skip
    warnings_of(spec)
    assert levels(spec, "W-12") == {
        ("610100-310-1002", 202405): "yellow",
        ("610100-310-1004", 202405): "red",
    }
    told = rows(spec, "SELECT excess_amt, reason_zh FROM fct_warning ORDER BY series_id")
    assert [amount for amount, _ in told] == ["10.00", "70.00"]
    assert "1笔分录" in told[1][1]
    assert "借1004贷4001" in told[1][1]


@pytest.mark.parametrize(
    ("closing", "told"),
    [
        ({"A9": 100, "T9": 90, "N9": 0}, "资产总计与负债和净资产总计"),
        ({"A9": 100, "T9": 100, "N9": 10}, "净资产期末与期初加本期结余"),
        ({"A9": 100, "T9": 100, "N9": 0}, "试算平衡"),
    ],
)
def test_each_identity_that_breaks_is_named(closing: dict[str, object], told: str) -> None:
    spec = sheet(empty(), "310", 202405, closing)
    if told == "试算平衡":
        insert(spec, "led_balance", book="k17", ledger_id="610100-310", period_ym=202405,
               account_code="1003", post_net_amt=10)  # fmt: skip
    assert levels(warnings_of(spec), "W-20") == {("610100-310-ALL", 202405): "red"}
    reason, amount = rows(spec, "SELECT reason_zh, excess_amt FROM fct_warning")[0]
    assert f"（{told}）" in reason
    assert amount == "10.00"


# --- the list


def test_amounts_of_months_years_and_balances_are_ranked_by_what_a_month_of_them_is() -> None:
    """January to March 1.4 million each against one planned, and 1.2 in June."""
    dear = {202401: "1.4", 202402: "1.4", 202403: "1.4", 202406: "1.2"}
    spec = steady(empty(), "310", 202301, 202406,
                  spending={ym: D(amount) * MILLION for ym, amount in dear.items()})  # fmt: skip
    change(spec, "M-06/R12", 202404, value=2)
    warnings_of(change(spec, "M-06/R12", 202406, value=20))
    told = rows(
        spec,
        """SELECT period_ym, rule_id, excess_amt, monthly_amt FROM fct_warning
        WHERE period_ym >= 202403 AND is_raised ORDER BY period_ym, worklist_no""",
    )
    assert told == [
        # the quarter judged in March; the year so far; three months in a row; no loss
        ("202403", "W-04", "1200000.00", "400000.00"),
        ("202403", "W-05", "1200000.00", "400000.00"),
        ("202403", "W-08", "1200000.00", "400000.00"),
        ("202403", "W-02", "5500000.00", ""),
        # a shortfall over twelve months
        ("202404", "W-05", "1200000.00", "300000.00"),
        ("202404", "W-01", "1100000.00", "91666.67"),
        ("202405", "W-05", "1200000.00", "240000.00"),
        ("202405", "W-02", "5500000.00", ""),
        ("202406", "W-05", "1400000.00", "233333.33"),
        ("202406", "W-04", "200000.00", "200000.00"),
        ("202406", "W-07", "1400000.00", "116666.67"),
        ("202406", "W-02", "5583333.35", ""),
    ]


# --- the row


def runs(spec: Spec, rule: str) -> list[tuple[str, ...]]:
    """Month, opening, last raised month, since when at this level, level, raised, confirmed."""
    return rows(
        spec,
        f"""SELECT period_ym, opened_ym, last_ym, state_ym, level, is_raised, is_confirmed
        FROM fct_warning WHERE rule_id = '{rule}' ORDER BY period_ym""",
    )


def test_a_run_goes_over_a_grey_and_one_quiet_month_and_keeps_one_id() -> None:
    """May over budget, June unreadable, July over, August quiet, September over; two quiet months
    close it, so December opens another.
    """
    spec = spend(
        (202405, "1.4"), (202406, "0"), (202407, "1.2"), (202409, "1.4"), (202412, "1.4"),
    )  # fmt: skip
    assert runs(spec, "W-04") == [
        ("202405", "202405", "202405", "202405", "red", "True", "False"),
        ("202407", "202405", "202407", "202407", "orange", "True", "True"),
        ("202408", "202405", "202407", "202407", "orange", "False", "True"),
        ("202409", "202405", "202409", "202409", "red", "True", "True"),
        ("202410", "202405", "202409", "202409", "red", "False", "True"),
        ("202412", "202412", "202412", "202412", "red", "True", "False"),
    ]
    ids = rows(
        spec,
        """SELECT opened_ym, count(DISTINCT warning_id) FROM fct_warning
        WHERE rule_id = 'W-04' GROUP BY opened_ym ORDER BY opened_ym""",
    )
    assert ids == [("202405", "1"), ("202412", "1")]
    assert rows(spec, "SELECT count(DISTINCT warning_id) FROM fct_warning WHERE rule_id = 'W-04'")[
        0
    ] == ("2",)
    quiet = rows(
        spec, "SELECT reason_zh FROM fct_warning WHERE rule_id = 'W-04' AND period_ym = 202408"
    )
    assert quiet[0][0].startswith("（本月未达到，尚未解除）")


def test_a_rule_on_a_state_is_confirmed_at_once_and_ends_with_the_first_month_out_of_it() -> None:
    spec = steady(empty(), "390", 202301, 202406)
    for ym in (202402, 202403, 202405):
        change(spec, "M-06/R12", ym, value=5)
    assert runs(warnings_of(spec), "W-01") == [
        ("202402", "202402", "202402", "202402", "yellow", "True", "True"),
        ("202403", "202402", "202403", "202402", "yellow", "True", "True"),
        ("202405", "202405", "202405", "202405", "yellow", "True", "True"),
    ]


def test_two_of_three_judged_months_confirm() -> None:
    """Over budget in May and, after one quiet month, in July: confirmed in July, not in May."""
    spec = spend((202405, "1.4"), (202407, "1.4"))
    assert [(row[0], row[5], row[6]) for row in runs(spec, "W-04")] == [
        ("202405", "True", "False"),
        ("202406", "False", "False"),
        ("202407", "True", "True"),
        ("202408", "False", "True"),
    ]


def test_the_pace_of_a_new_year_opens_a_new_run() -> None:
    """Over budget in December and again from February on: two years, two openings."""
    spec = spend((202411, "1.9"), (202501, "1.5"), (202502, "1.5"), last=202503)
    opened = rows(
        spec,
        """SELECT period_ym, opened_ym FROM fct_warning WHERE rule_id = 'W-05'
        ORDER BY period_ym""",
    )
    assert opened == [
        ("202411", "202411"),
        ("202412", "202411"),
        ("202502", "202502"),
        ("202503", "202502"),
    ]


@pytest.mark.mechanism("S14")
def test_a_row_tells_everything_a_person_needs() -> None:
    spec = steady(empty(), "390", 202301, 202402).sql(
        """INSERT INTO pooling_area BY NAME
        SELECT '610100' AS poolarea_no, '西安市' AS poolarea_name, 'prefecture' AS level,
            '610000' AS province_code, '陕西省' AS province_name"""
    )
    change(spec, "M-06/R12", 202402, value="4.9999", numerator_amt="4999900.00")
    warnings_of(spec)
    told = rows(
        spec,
        """SELECT warning_id, rule_id, series_id, fund, period_ym, opened_ym, level, level_order,
            value, threshold, unit, excess_amt, state, owner, due_date, rule_valid_from,
            data_through_ym, reason_zh
        FROM fct_warning""",
    )
    assert len(told) == 1
    assert re.fullmatch("[0-9a-f]{16}", told[0][0])
    assert told[0][1:] == (
        "W-01",
        RESIDENTS,
        "NA",
        "202402",
        "202402",
        "yellow",
        "2",
        "4.9999",
        "6.0000",
        "月",
        "1000100.00",
        "opened",
        "基金财务岗",
        "2024-03-10",
        "2018-01-01",
        "202402",
        "西安市城乡居民基本医疗保险2024年2月末基金累计结存（已扣除以后年度预缴保费）499.99万元，"
        "按近12个月月均支出100.00万元计可支付4.99个月，低于6个月；补足到该线差100.01万元",
    )


def test_a_month_reads_nothing_later_than_itself() -> None:
    """The same ledger cut after any month has the same rows up to it."""
    spending = {202304: "0", 202405: "1.4", 202406: "1.3", 202409: "80", 202501: "1.9"}
    told = {ym: D(amount) * MILLION for ym, amount in spending.items()}

    def up_to(last: int) -> list[tuple[str, ...]]:
        spec = warnings_of(steady(empty(), "310", 202301, last, spending=told))
        return rows(spec, "SELECT * FROM fct_warning ORDER BY rule_id, series_id, period_ym")

    whole = up_to(202506)
    assert len(whole) > 10
    column = 12
    for last in (202304, 202405, 202406, 202409, 202501, 202503):
        assert up_to(last) == [row for row in whole if int(row[column]) <= last]

"""Each rule's data guard: what it needs is missing or unfit, and nothing is told."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from tests.spec.harness import Spec, rows
from tests.spec.test_warnings_thresholds import JUDGED, _edge, _month, _scheme
from tests.spec.warning_measures import WORLDS, Wanted
from tests.spec.warning_world import MILLION, empty, warnings_of

D = Decimal
#: no budget of the year: W-24 is grey, and the rules on spending are not judged
GREY = "UPDATE met_metric SET denominator_amt = 0 WHERE metric_id = 'M-11' AND {here}"
UNTOLD = "UPDATE met_metric SET value = NULL WHERE metric_id = '{metric}' AND {here}"
TWO_MONTHS = "UPDATE met_metric SET month_cnt = 2 WHERE metric_id = '{metric}' AND {pool}"
#: rule and measure → what is taken away
BREAKS = {
    ("W-01", "M-06/R12"): TWO_MONTHS.replace("{metric}", "M-06"),
    ("W-02", "M-06/R12"): TWO_MONTHS.replace("{metric}", "M-06").replace("= 2", "= 11"),
    ("W-03", "M-05/CAL"): UNTOLD.replace("{metric}", "M-05"),
    ("W-04", "M-12/M"): GREY,
    ("W-05", "M-11/DEV"): GREY,
    ("W-05", "M-11/YTD"): GREY,
    ("W-06", "M-10/YTD"): GREY,
    ("W-06", "增幅差/R12"): GREY,
    ("W-07", "连续赤字季度"): GREY,
    ("W-07", "预计全年结余"): GREY,
    ("W-07", "M-06/R12"): GREY,
    ("W-08", "连续赤字月数"): GREY,
    ("W-09", "早线月数"): "UPDATE met_metric SET value = 5.99 WHERE metric_id = 'M-06' AND {here}",
    ("W-09", "6个月线"): "UPDATE met_metric SET value = 5.99 WHERE metric_id = 'M-06' AND {here}",
    ("W-09", "3个月线"): "UPDATE met_metric SET value = NULL WHERE metric_id = 'M-06' AND {here}",
    ("W-09", "耗尽"): "UPDATE forecast_crossing SET point_cnt = NULL WHERE {here}",
    ("W-10", "M-07/R12"): TWO_MONTHS.replace("{metric}", "M-07"),
    ("W-11", "距门槛月数"): "DELETE FROM met_advance WHERE {pool}",
    ("W-11", "拨付时距门槛月数"): TWO_MONTHS.replace("{metric}", "M-06"),
    ("W-11", "上年当期赤字"): "DELETE FROM met_metric WHERE metric_id = 'M-01' AND {pool}",
    ("W-12", "月末余额"): "UPDATE stm_balance_sheet SET close_amt = 0 WHERE {pool}",
    ("W-12", "白名单外分录"): "DELETE FROM jrn_entry WHERE left(ledger_id, 6) = '{code}'",
    ("W-13", "欠缴率"): (
        "UPDATE met_metric SET numerator_amt = 0 WHERE variant = 'OVER90' AND {here}"
    ),
    ("W-14", "M-14/YTD"): UNTOLD.replace("{metric}", "M-14"),
    ("W-14", "M-14/AGE"): UNTOLD.replace("{metric}", "M-14"),
    ("W-14", "年末待转余额"): (
        "UPDATE met_metric SET numerator_amt = NULL WHERE metric_id = 'M-02' AND {here}"
    ),
    ("W-15", "M-15/OVER12"): UNTOLD.replace("{metric}", "M-15"),
    ("W-15", "年末预付金余额"): "DELETE FROM met_advance WHERE {pool}",
    ("W-16", "风险基金占比"): "DELETE FROM led_balance WHERE account_code = '4001' AND {pool}",
    ("W-16", "未补足月数"): "UPDATE led_balance SET account_code = '3001' WHERE {pool}",
    ("W-16", "动用占可动用"): "DELETE FROM jrn_journal WHERE {pool}",
    ("W-17", "机构进度"): "UPDATE budget SET budg_amt = 0 WHERE {pool}",
    ("W-18", "M-17/CAL"): UNTOLD.replace("{metric}", "M-17"),
    ("W-19", "M-19/YTD"): UNTOLD.replace("{metric}", "M-19"),
    ("W-20", "勾稽差额"): "DELETE FROM stm_balance_sheet WHERE {pool}",
    ("W-21", "跌破年数"): (
        "DELETE FROM met_metric WHERE metric_id = 'M-20' AND period_ym < {ym} AND {pool}"
    ),
}
#: the guard itself
GUARD = "W-24"


@cache
def _broken() -> tuple[Spec, dict[tuple[str, str], tuple[str, int]]]:
    spec = empty()
    pools: dict[tuple[str, str], tuple[str, int]] = {}
    for row in JUDGED:
        key = (row["rule_id"], row["measure"])
        if key in pools or key[0] == GUARD:
            continue
        code, ym = str(630001 + len(pools)), _month(row)
        pools[key] = code, ym
        WORLDS[key](Wanted(spec, code, _scheme(row), ym, _edge(row)[0], MILLION, D(5)))
        pool = f"poolarea_no = '{code}'"
        spec.sql(
            BREAKS[key].format(pool=pool, here=f"{pool} AND period_ym = {ym}", code=code, ym=ym)
        )
    return warnings_of(spec), pools


def test_every_measure_has_its_guard() -> None:
    assert set(BREAKS) == {key for key in WORLDS if key[0] != GUARD}


@pytest.mark.parametrize("key", BREAKS, ids="-".join)
def test_without_what_it_needs_a_rule_tells_nothing(key: tuple[str, str]) -> None:
    spec, pools = _broken()
    (rule, measure), (pool, ym) = key, pools[key]
    told = rows(
        spec,
        f"""SELECT period_ym, value, reason_zh FROM fct_warning WHERE rule_id = '{rule}'
        AND measure = '{measure}' AND poolarea_no = '{pool}' AND period_ym = {ym}""",
    )
    assert told == []


def test_the_rules_on_spending_are_blocked_and_said_to_be() -> None:
    spec, pools = _broken()
    for (rule, _), (pool, ym) in pools.items():
        if rule in ("W-04", "W-05", "W-06", "W-07", "W-08"):
            told = rows(
                spec,
                f"""SELECT reason_zh FROM fct_warning WHERE rule_id = 'W-24'
                AND poolarea_no = '{pool}' AND period_ym = {ym}
                AND reason_zh LIKE '%缺全年支出预算%'""",
            )
            assert told, rule


def test_a_rule_is_spending_where_the_table_says_so() -> None:
    spec, _ = _broken()
    told = rows(spec, "SELECT DISTINCT rule_id FROM rule_warning_measure WHERE is_spending")
    assert sorted(r[0] for r in told) == [
        "W-04", "W-05", "W-06", "W-07", "W-08", "W-17", "W-22",
    ]  # fmt: skip

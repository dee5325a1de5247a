"""Settlements of many years, each under the geography of its own year and of another."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.flows.workspace import bind_table
from pipelines.paths import ROOT, RULES
from pipelines.regions.load import load_region_list
from pipelines.regions.whole import assemble, tables
from tests.spec.harness import Spec, check, mutate, rows, run, world
from tests.spec.metrics_world import told

if TYPE_CHECKING:
    from pipelines.regions.whole import Regions

TEXT = ROOT / "data" / "raw" / "regions" / "000_bddb5b998fa1dd44.txt"
SETTLEMENTS = """
    setl_time           | insu_admdvs | poolarea_no | medfee_sumamt | hifp_pay
    2012-05-10 09:00:00 | 469003      | 469003      | 100.01        | 60.01
    2018-05-10 09:00:00 | 460400      | 460400      | 100.02        | 60.02
    2014-06-03 09:00:00 | 310108      | 310000      | 200.01        | 80.01
    2016-03-08 09:00:00 | 310108      | 310000      | 200.02        | 80.02
    2016-03-09 09:00:00 | 310106      | 310000      | 200.03        | 80.03
    2012-02-01 09:00:00 | 371202      | 371200      | 300.01        | 90.01
    2020-02-01 09:00:00 | 370116      | 370100      | 300.02        | 90.02
    2013-08-05 09:00:00 | 610100-Z01  | 610100      | 400.01        | 70.01
    2015-08-05 09:00:00 | 440343      | 440300      | 400.02        | 70.02
    2009-04-01 09:00:00 | 320304      | 320300      | 500.01        | 50.01
    2009-04-01 09:00:00 | 341422      | 341400      | 600.01        | 40.01
"""


@cache
def _regions() -> Regions:
    rules = RULES / "regions"
    return assemble(load_region_list(TEXT, rules), None, rules)


def _bound(spec: Spec, year: int) -> Spec:
    for name, table in tables(_regions(), year).items():
        bind_table(spec.con, name, table)
    spec.sql(f"UPDATE param_run SET as_of_year = {year}")
    return spec


@cache
def _settled(year: int) -> Spec:
    return run(_bound(world(settlements=SETTLEMENTS), year), "fct_region_month")


def _seen(year: int, amount: str) -> tuple[str, ...]:
    """Own year's region and prefecture; then region, prefecture, province in ``year``."""
    found = rows(
        _settled(year),
        f"""SELECT region_name, prefecture_name, as_of_region_name, as_of_prefecture_name,
            as_of_province_code FROM fct_region_month WHERE medfee_sumamt = {amount}""",
    )
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("what", "amount", "expected"),
    [
        ("a county under the province became a prefecture", "100.01", ("儋州市", "", "儋州市", "儋州市", "460000")),
        ("闸北区 before the merger", "200.01", ("闸北区", "上海市", "静安区", "上海市", "310000")),
        ("莱芜市, then a prefecture of its own", "300.01", ("莱城区", "莱芜市", "莱芜区", "济南市", "370000")),
        ("莱芜 as part of 济南", "300.02", ("莱芜区", "济南市", "莱芜区", "济南市", "370000")),
        ("a development zone by its local code", "400.01", ("高新区", "西安市", "高新区", "西安市", "610000")),
        ("a zone by an alias", "400.02", ("龙岗区", "深圳市", "龙岗区", "深圳市", "440000")),
        ("a district divided within its city", "500.01", ("九里区", "徐州市", "", "徐州市", "320000")),
        ("a county whose prefecture was divided", "600.01", ("无为县", "巢湖市", "无为市", "芜湖市", "340000")),
    ],
)  # fmt: skip
def test_a_settlement_rolls_up_in_its_year_and_in_todays_geography(
    what: str, amount: str, expected: tuple[str, ...]
) -> None:
    assert _seen(2026, amount) == expected, what


@pytest.mark.parametrize(
    ("year", "amount", "expected"),
    [
        (2012, "100.01", ("儋州市", "", "儋州市", "", "460000")),
        (2012, "100.02", ("儋州市", "儋州市", "儋州市", "", "460000")),
        (2012, "200.01", ("闸北区", "上海市", "闸北区", "上海市", "310000")),
        (2012, "300.02", ("莱芜区", "济南市", "莱城区", "莱芜市", "370000")),
        (2012, "300.01", ("莱城区", "莱芜市", "莱城区", "莱芜市", "370000")),
        (2012, "400.01", ("高新区", "西安市", "高新区", "西安市", "610000")),
        (2009, "500.01", ("九里区", "徐州市", "九里区", "徐州市", "320000")),
        (2010, "600.01", ("无为县", "巢湖市", "无为县", "巢湖市", "340000")),
        (2011, "600.01", ("无为县", "巢湖市", "无为县", "芜湖市", "340000")),
    ],
)
def test_the_geography_of_any_year_may_be_asked_for(
    year: int, amount: str, expected: tuple[str, ...]
) -> None:
    assert _seen(year, amount) == expected


def test_an_old_code_of_2016_and_the_new_one_are_one_district() -> None:
    """闸北区's code came in for another year: 200.02 + 200.03 are 静安区's."""
    assert rows(
        _settled(2026),
        "SELECT region_code, region_name, setl_cnt, medfee_sumamt FROM fct_region_month WHERE period_ym = 201603",
    ) == [("310106", "静安区", "2", "400.05")]


def test_looking_back_over_a_merger_names_the_candidates() -> None:
    assert rows(
        _settled(2012),
        """SELECT as_of_region_name, as_of_prefecture_name, as_of_note FROM fct_region_month
        WHERE period_ym = 201603""",
    ) == [("", "上海市", "由数个单位合并而来，份额未知：静安区（310106）、闸北区（310108）")]


def test_a_split_is_told_and_never_guessed() -> None:
    assert rows(
        _settled(2026),
        "SELECT as_of_region_code, as_of_note FROM fct_region_month WHERE medfee_sumamt = 500.01",
    ) == [("", "已分设，份额未知：鼓楼区（320302）、泉山区（320311）、铜山区（320312）")]


def test_premiums_are_told_by_the_year_of_the_cash() -> None:
    spec = _bound(
        world(
            contributions="""
            arvl_date  | insu_admdvs | poolarea_no | emp_clct_amt | psn_clct_amt
            2014-11-03 | 310108      | 310000      | 10.00        | 2.00
            2015-11-03 | 310108      | 310000      | 20.00        | 4.00
            """
        ),
        2026,
    )
    run(spec, "fct_region_month")
    assert rows(
        spec,
        """SELECT period_ym, region_name, as_of_region_name, premium_cnt, premium_amt
        FROM fct_region_month ORDER BY period_ym""",
    ) == [
        ("201411", "闸北区", "静安区", "1", "12.00"),
        ("201511", "静安区", "静安区", "1", "24.00"),
    ]


def test_every_settlement_is_in_one_region_and_a_lost_one_stops_the_release() -> None:
    assert check(_settled(2026), "R-02").status == "passed"
    broken = _bound(world(settlements=SETTLEMENTS), 2026)
    mutate(
        broken,
        "fct_region_month",
        "from stg_settlement\n",
        "from stg_settlement where poolarea_no <> '371200'\n",
    )
    assert check(broken, "R-02").items == ["医疗费总额"]
    assert [row[0] for row in check(broken, "R-02").failed] == ["371200-310"]


def test_two_units_under_one_code_on_one_day_stop_the_release() -> None:
    spec = run(_bound(world(), 2026), "dim_region")
    assert check(spec, "R-03").status == "passed"
    spec.sql(
        "UPDATE dim_region SET valid_to = NULL WHERE region_code = '500110' AND region_name = '万盛区'"
    )
    assert check(spec, "R-03").items == ["500110 2011-01-01"]


BOOKS = (
    "371200-310 | 2012-01-10 | 1003 | 400101 | 7.00",
    "370100-310 | 2012-01-10 | 1003 | 400101 | 100.00",
    "469003-310 | 2012-01-10 | 1003 | 400101 | 3.00",
    "460100-310 | 2012-01-10 | 1003 | 400101 | 50.00",
    "110000-310 | 2012-01-10 | 1003 | 400101 | 9.00",
    "341400-310 | 2010-01-10 | 1003 | 400101 | 1.00",
    "379900-310 | 2012-01-10 | 1003 | 400101 | 0.50",
)


@cache
def _booked(year: int) -> Spec:
    frames = tables(_regions(), year)
    spec = world(vouchers=_vouchers())
    for name, table in frames.items():
        bind_table(spec.con, name, table)
    spec.sql(f"UPDATE param_run SET as_of_year = {year}")
    return run(run(spec, "met_metric"), "fct_region_statement")


def _vouchers() -> str:
    out = [
        "voucher_no | poolarea_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt"
    ]
    for number, line in enumerate(BOOKS, start=1):
        ledger, day, debit, credit, amount = (cell.strip() for cell in line.split("|"))
        pool, scheme = ledger.split("-")
        head = f"V{number} | {pool} | {scheme} | 手工 | {day}"
        out += [f"{head} | {debit} | {amount} | 0", f"{head} | {credit} | 0 | {amount}"]
    return "\n".join(out)


@pytest.mark.parametrize(
    ("year", "scope", "expected"),
    [
        (2026, "370100P-310", "107.00"),
        (2012, "370100P-310", "100.00"),
        (2012, "371200P-310", "7.00"),
        (2026, "371200P-310", ""),
        (2026, "460400P-310", "3.00"),
        (2012, "460400P-310", ""),
        (2026, "370000-310", "107.50"),
        (2012, "370000-310", "107.50"),
        (2026, "460000-310", "53.00"),
        (2026, "000000-310", "169.50"),
        # a municipality is pool, prefecture and province in one
        (2026, "110000-310", "9.00"),
        (2026, "110000P-310", "9.00"),
    ],
)
def test_metrics_roll_up_in_the_geography_asked_for(year: int, scope: str, expected: str) -> None:
    assert told(_booked(year), "M-01/M/POOL", scope, 201201).numerator == expected


def test_the_scope_of_a_municipality_is_not_its_pools_ledger() -> None:
    assert rows(
        _booked(2026),
        "SELECT DISTINCT scope_type, scope_id FROM met_metric WHERE scope_id LIKE '11%' AND book = 'k17' ORDER BY ALL",
    ) == [("ledger", "110000-310"), ("province", "110000P-310"), ("province", "110000P-ALL")]


@pytest.mark.parametrize(
    ("year", "scope", "expected"),
    [
        (2026, "370100", [("济南市", "2", "107.00")]),
        (2012, "370100", [("济南市", "1", "100.00")]),
        (2026, "371200", []),
        (2026, "370000", [("山东省", "3", "107.50")]),
        (2026, "000000", [("全国", "7", "169.50")]),
    ],
)
def test_statements_roll_up_in_the_geography_asked_for(
    year: int, scope: str, expected: list[tuple[str, ...]]
) -> None:
    assert (
        rows(
            _booked(year),
            f"""SELECT scope_name, ledger_cnt, month_amt FROM fct_region_statement
            WHERE statement = 'IS' AND row_code = '1' AND period_type = 'M' AND book = 'k17'
                AND period_ym = 201201 AND scope_code = '{scope}'""",
        )
        == expected
    )


def test_a_pool_whose_prefecture_was_divided_is_told() -> None:
    assert check(_booked(2026), "R-01").items == [
        "巢湖市：已分设，份额未知：合肥市（340100）、芜湖市（340200）、马鞍山市（340500）"
    ]
    assert check(_booked(2010), "R-01").status == "passed"
    assert told(_booked(2026), "M-01/M/POOL", "340000-310", 201001).numerator == "1.00"
    assert told(_booked(2010), "M-01/M/POOL", "341400P-310", 201001).numerator == "1.00"

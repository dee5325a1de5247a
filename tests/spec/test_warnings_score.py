"""The score's warnings as published: series, levels, links, the month's list, bad data."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.spec.harness import Spec, copy, rerun, rows
from tests.spec.warning_world import empty, warnings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

D = Decimal
FIRST = 202101
MONTHS = 40


def month(number: int) -> int:
    """The month of that number from January 2021 on, from 0."""
    return (2021 + number // 12) * 100 + number % 12 + 1


@cache
def steady_province(pools: int, months: int = MONTHS) -> Spec:
    """Pools 610101 … with one hospital and one pharmacy each, about a million of pool money in the
    hospital and 200,000 of account money in the pharmacy, with small steps of their own.
    """
    spec = empty()
    spec.sql(
        f"""
        INSERT INTO stg_settlement BY NAME
        WITH cell AS (
            SELECT p.generate_series AS p, n.generate_series AS n,
                1000000 + 5000 * ((p.generate_series * 3 + n.generate_series * 5) % 7 - 3)
                    AS amount
            FROM generate_series(1, {pools}) AS p CROSS JOIN generate_series(0, {months - 1}) AS n
        )
        SELECT (610100 + p)::VARCHAR || '-310' AS ledger_id, (610100 + p)::VARCHAR AS poolarea_no,
            '310' AS scheme, k.spending_class, k.letter || (610100 + p) || '00001'
                AS fixmedins_code,
            ((2021 + n // 12) * 100 + n % 12 + 1)::INTEGER AS event_ym,
            CASE k.letter WHEN 'H' THEN amount ELSE 0 END AS hifp_pay,
            CASE k.letter WHEN 'P' THEN amount / 5 ELSE 30000 END AS acct_pay
        FROM cell CROSS JOIN (VALUES ('H', 'inpatient'), ('P', 'pharmacy')) AS k(letter,
            spending_class)
        """
    )
    return spec


def scored(
    pools: int,
    factors: Mapping[tuple[int, int], str] | None = None,
    *statements: str,
    months: int = MONTHS,
) -> Spec:
    """The province with the hospital's amounts of (pool, from month number on) multiplied."""
    spec = copy(steady_province(pools, months))
    for (pool, first), factor in (factors or {}).items():
        spec.sql(
            f"""UPDATE stg_settlement SET hifp_pay = round(hifp_pay * {factor}, 2)
            WHERE poolarea_no = '{610100 + pool}' AND event_ym >= {month(first)}"""
        )
    spec.sql(*statements)
    return rerun(warnings_of(spec, score=True), "fct_spending_score")


def told(spec: Spec, columns: str, where: str) -> list[tuple[str, ...]]:
    return rows(spec, f"SELECT {columns} FROM fct_warning WHERE {where} ORDER BY ALL")


def test_a_jump_is_told_of_the_class_and_of_the_hospital_behind_it() -> None:
    spec = scored(9, {(3, 33): "1.3"})
    assert told(
        spec,
        "period_ym, series_id, series_type, level, is_confirmed, opened_ym, state_ym, unit, "
        "threshold, peer_cnt, spending_class, fixmedins_code, fund",
        "rule_id = 'W-22' AND period_ym <= 202311",
    ) == [
        ("202310", "610103-310-H61010300001", "institution", "yellow", "True", "202310",
         "202310", "分", "3.0000", "9", "", "H61010300001", "POOL"),
        ("202310", "610103-310-inpatient", "class", "yellow", "True", "202310", "202310", "分",
         "3.0000", "9", "inpatient", "", "POOL"),
        ("202311", "610103-310-H61010300001", "institution", "orange", "True", "202310",
         "202311", "分", "3.0000", "9", "", "H61010300001", "POOL"),
        ("202311", "610103-310-inpatient", "class", "orange", "True", "202310", "202311", "分",
         "3.0000", "9", "inpatient", "", "POOL"),
    ]  # fmt: skip
    amount, base, excess, share, words = told(
        spec,
        "amount_amt, base_amt, excess_amt, relative_pct, reason_zh",
        "series_id = '610103-310-inpatient' AND period_ym = 202310",
    )[0]
    assert D(base) + D(excess) == D(amount)
    assert 25 < D(share) < 35
    assert words.startswith("610103职工基本医疗保险住院2023年10月支出13")
    assert "比同类地区同期走势高" in words and "（9个对照，得分" in words
    assert {r[0] for r in told(spec, "series_id", "rule_id = 'W-22'")} == {
        "610103-310-inpatient",
        "610103-310-H61010300001",
    }


def test_every_score_is_computed_again_from_its_published_parts() -> None:
    spec = scored(9, {(3, 33): "1.3"})
    found = told(spec, "value, recompute_sql", "rule_id = 'W-22'")
    assert len(found) > 8
    for value, sql in found:
        assert rows(spec, sql) == [(value,)]


def test_a_common_shock_is_one_provincial_warning_and_its_members_are_linked() -> None:
    """All hospitals 40 % up: pool 3 another 25 %, within the common part; pool 4 another 60 %."""
    up = {(p, 33): "1.4" for p in range(1, 13)} | {(3, 33): "1.75", (4, 33): "2.24"}
    spec = scored(12, up)
    shocks = told(
        spec,
        "DISTINCT series_id, ledger_id, poolarea_no, series_type, opened_ym, level, warning_id",
        "rule_id = 'W-23' AND spending_class = 'inpatient' AND is_raised",
    )
    assert [row[:6] for row in shocks] == [
        ("61-310-inpatient", "610000-310", "610000", "province", "202310", "orange")
    ]
    linked = told(
        spec,
        "DISTINCT series_id, is_suppressed, linked_warning_id, worklist_no IS NULL",
        "rule_id = 'W-22' AND series_type = 'class' AND period_ym = 202310",
    )
    assert linked == [
        ("610103-310-inpatient", "True", shocks[0][6], "True"),
        ("610104-310-inpatient", "False", shocks[0][6], "False"),
    ]
    value, sql, words = told(
        spec, "value, recompute_sql, reason_zh",
        "rule_id = 'W-23' AND series_id = '61-310-inpatient' AND period_ym = 202310",
    )[0]  # fmt: skip
    assert rows(spec, sql) == [(value,)]
    assert words.startswith("610000职工基本医疗保险各地住院支出2023年10月普遍高")


def test_the_name_of_the_province_stands_in_its_warning() -> None:
    up = {(p, 33): "1.4" for p in range(1, 10)}
    name = """INSERT INTO pooling_area BY NAME SELECT '610101' AS poolarea_no, '某市' AS
        poolarea_name, 'prefecture' AS level, '610000' AS province_code,
        '陕西省' AS province_name"""
    words = told(scored(9, up, name), "reason_zh", "rule_id = 'W-23' AND is_raised")
    assert all(text.startswith("陕西省职工基本医疗保险") for (text,) in words)
    assert words


def test_bad_months_are_grey_and_not_judged() -> None:
    at = month(35)
    spec = scored(
        12,
        {(1, 33): "1.5"},
        f"UPDATE stg_settlement SET hifp_pay = -5 WHERE poolarea_no = '610101' AND event_ym = {at}",
        f"""DELETE FROM stg_settlement WHERE poolarea_no = '610102' AND event_ym = {at}
            AND spending_class = 'inpatient'""",
        f"""UPDATE stg_settlement SET hifp_pay = hifp_pay * 100 WHERE poolarea_no = '610103'
            AND event_ym = {at}""",
    )
    assert told(
        spec, "series_id, level, worklist_no, reason_zh",
        f"rule_id = 'W-24' AND series_type = 'class' AND period_ym = {at}",
    ) == [
        ("610101-310-inpatient", "grey", "",
         "610101职工基本医疗保险住院2023年12月数据未通过检查：当月金额为负"),
        ("610102-310-inpatient", "grey", "",
         "610102职工基本医疗保险住院2023年12月数据未通过检查：缺当月数据"),
        ("610103-310-inpatient", "grey", "",
         "610103职工基本医疗保险住院2023年12月数据未通过检查："
         "金额与前12个月中位数相差悬殊，疑为单位差错"),
    ]  # fmt: skip
    # the jump before it stands, the grey month itself is not judged
    months = {r[0] for r in told(spec, "period_ym", "rule_id = 'W-22' AND "
                                 "series_id = '610101-310-inpatient'")}  # fmt: skip
    assert {"202310", "202311"} <= months
    assert str(at) not in months
    # the hospital itself, too
    assert {r[0] for r in told(spec, "series_id", f"rule_id = 'W-24' AND period_ym = {at} "
            "AND series_type = 'institution'")} == {
        f"61010{p}-310-H61010{p}00001" for p in (1, 2, 3)
    }  # fmt: skip


def test_few_peers_are_said_and_judge_on_the_own_past() -> None:
    spec = scored(7, {(2, 33): "2"}, months=40)
    said = told(spec, "DISTINCT reason_zh", "rule_id = 'W-24' AND period_ym = 202308 "
                "AND series_id = '610102-310-inpatient'")  # fmt: skip
    assert "可比对象不足" in said[0][0]
    found = told(spec, "level, reason_zh", "rule_id = 'W-22' AND series_id = "
                 "'610102-310-inpatient' AND period_ym = 202310")  # fmt: skip
    assert found[0][0] == "yellow"
    assert "比自身以往走势高" in found[0][1]
    # not a row for each institution and month
    assert told(spec, "series_id", "rule_id = 'W-24' AND series_type = 'institution'") == []


def test_a_short_history_is_told_beside_its_score_and_not_as_a_warning() -> None:
    spec = scored(9, months=10)
    assert told(spec, "rule_id", "true") == []
    assert rows(
        spec,
        """SELECT DISTINCT series_type, finding_zh, is_blocking, score FROM fct_spending_score
        WHERE series_type <> 'province' ORDER BY ALL""",
    ) == [
        ("class", "历史月数不足，暂不判断", "True", ""),
        ("institution", "历史月数不足，暂不判断", "True", ""),
    ]


def test_pharmacies_count_account_money_and_have_no_series_of_their_own_without_pool_money() -> (
    None
):
    spec = scored(9)
    found = rows(
        spec,
        """SELECT series_id, amount_amt FROM fct_spending_score WHERE period_ym = 202101
        AND poolarea_no = '610101' ORDER BY ALL""",
    )
    assert found == [
        ("610101-310-H61010100001", "1000000.00"),
        ("610101-310-inpatient", "1000000.00"),
        ("610101-310-pharmacy", "200000.00"),
    ]


@pytest.mark.parametrize("cut", [34, 37])
def test_scores_and_warnings_read_nothing_later(cut: int) -> None:
    up = {(p, 33): "1.4" for p in range(1, 10)} | {(3, 30): "1.3", (4, 35): "0.2"}
    columns = "* EXCLUDE (recompute_sql)"
    whole = told(scored(9, up), columns, f"period_ym <= {month(cut - 1)}")
    short = scored(9, up, f"DELETE FROM stg_settlement WHERE event_ym > {month(cut - 1)}")
    assert told(short, columns, "true") == whole

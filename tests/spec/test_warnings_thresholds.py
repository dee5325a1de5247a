"""Every row of ``rule_warning.csv`` on both sides of its threshold, its floors and its dates."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import JiecunError
from pipelines.paths import ROOT, RULES
from pipelines.warnings.thresholds import check_thresholds
from tests.spec.harness import Spec, rerun, rows, world
from tests.spec.warning_measures import MONTHS, WORLDS, Wanted
from tests.spec.warning_world import MILLION, empty, levels, steady, warnings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, str]
D = Decimal
#: per cent, far above any floor
FIVE = D(5)
#: the score's limits stand in rule_score.csv: tests/spec/test_score_rules.py goes over them
SCORED = ("W-22", "W-23")

with (RULES / "rule_warning.csv").open(encoding="utf-8", newline="") as handle:
    THRESHOLDS: list[Row] = list(csv.DictReader(handle))
JUDGED = [row for row in THRESHOLDS if row["rule_id"] not in SCORED]


def _name(row: Row) -> str:
    return f"{row['rule_id']}-{row['scheme']}-{row['measure']}-{row['level']}-{row['valid_from']}"


def _scheme(row: Row) -> str:
    return "310" if row["scheme"] == "ALL" else row["scheme"]


def _month(row: Row) -> int:
    """A month that the row is in force in: July, or the one that its measure is judged in."""
    first = int(row["valid_from"][:4])
    year = (first + 1) if row["valid_to"] else max(first + 1, 2024)
    return year * 100 + MONTHS.get((row["rule_id"], row["measure"]), 7)


#: the smallest step of a measure, by its name or its unit
STEP = {"元": D("0.01"), "笔": D(1), "季度": D(1), "个月": D(1), "天": D(1), "年": D(1), "项": D(1),
        "距门槛月数": D("0.01"), "拨付时距门槛月数": D("0.01")}  # fmt: skip


def _edge(row: Row) -> tuple[Decimal, Decimal]:
    """The last value that reaches the row's level, and the first that does not."""
    at = D(row["threshold"])
    step = STEP.get(row["measure"]) or STEP.get(row["unit"], D("0.0001"))
    return {
        "<": (at - step, at),
        "<=": (at, at + step),
        ">": (at + step, at),
        ">=": (at, at - step),
    }[row["comparison"]]


#: columns of the rule that the warning repeats
TOLD = ("unit", "owner_role", "action", "valid_from", "source", "measure", "comparison")


@dataclass(frozen=True)
class Case:
    """One ledger of the world: a row of the table, the side of an edge, what is to be told."""

    row: str
    side: str
    pool: str
    value: Decimal
    excess: Decimal = MILLION
    relative: Decimal = FIVE


def _cases() -> Iterator[tuple[Row, Case]]:
    number = 0

    def pool() -> str:
        nonlocal number
        number += 1
        return str(620000 + number)

    for row in JUDGED:
        inside, outside = _edge(row)
        name = _name(row)
        yield row, Case(name, "inside", pool(), inside)
        yield row, Case(name, "outside", pool(), outside)
        if row["absolute_floor_amt"]:
            floor = D(row["absolute_floor_amt"])
            yield row, Case(name, "floor", pool(), inside, floor)
            yield row, Case(name, "below floor", pool(), inside, floor - D("0.01"))
        if row["relative_floor"]:
            # an excess that divides evenly, so that the share is exact
            share = D(row["relative_floor"])
            excess = share * 1_000_000
            yield row, Case(name, "share", pool(), inside, excess, share)
            under = share * (1 - D("0.0002"))
            yield row, Case(name, "below share", pool(), inside, excess - D("200"), under)


@cache
def _told() -> tuple[Spec, dict[tuple[str, str], Case]]:
    """One world with a ledger for each case, and the cases by row and side."""
    spec = empty()
    cases: dict[tuple[str, str], Case] = {}
    for row, case in _cases():
        cases[case.row, case.side] = case
        build = WORLDS[row["rule_id"], row["measure"]]
        build(
            Wanted(
                spec,
                case.pool,
                _scheme(row),
                _month(row),
                case.value,
                case.excess,
                case.relative,
            )
        )
    return warnings_of(spec), cases


def _level(row: Row, side: str) -> str:
    """The level of the row's rule in its month, '' where nothing is raised."""
    spec, cases = _told()
    found = rows(
        spec,
        f"""SELECT level FROM fct_warning WHERE rule_id = '{row["rule_id"]}' AND is_raised
        AND poolarea_no = '{cases[_name(row), side].pool}' AND period_ym = {_month(row)}""",
    )
    assert len(found) <= 1
    return found[0][0] if found else ""


@pytest.mark.parametrize("row", JUDGED, ids=_name)
def test_a_threshold_holds_on_both_sides_of_its_edge(row: Row) -> None:
    assert _level(row, "inside") == row["level"]
    assert _level(row, "outside") != row["level"]
    spec, cases = _told()
    case = cases[_name(row), "inside"]
    told = rows(
        spec,
        f"""SELECT value, threshold, unit, owner, action_zh, rule_valid_from, rule_source,
            measure, comparison, reason_zh
        FROM fct_warning WHERE rule_id = '{row["rule_id"]}' AND poolarea_no = '{case.pool}'
            AND period_ym = {_month(row)}""",
    )[0]
    value = abs(case.value) if row["measure"] == "月末余额" else case.value
    assert (D(told[0]), D(told[1])) == (value, D(row["threshold"]))
    assert told[2:9] == tuple(
        row[name]
        for name in (
            "unit",
            "owner_role",
            "action",
            "valid_from",
            "source",
            "measure",
            "comparison",
        )
    )
    assert not re.search(r"[{}]|—(?!3月)", told[9]), told[9]


@pytest.mark.parametrize("row", [r for r in JUDGED if r["absolute_floor_amt"]], ids=_name)
def test_an_amount_below_the_absolute_floor_is_silent(row: Row) -> None:
    assert _level(row, "floor") == row["level"]
    assert _level(row, "below floor") == ""


@pytest.mark.parametrize("row", [r for r in JUDGED if r["relative_floor"]], ids=_name)
def test_a_share_below_the_relative_floor_is_silent(row: Row) -> None:
    """The share is of the year: its budget, or twelve months' income."""
    assert _level(row, "share") == row["level"]
    assert _level(row, "below share") == ""


def test_a_threshold_is_read_by_the_date_of_the_month() -> None:
    """Stricter from July on: June is judged by the old row, July by the new one."""
    spec = steady(empty(), "390", 202301, 202408).sql(
        "UPDATE rule_warning SET valid_to = DATE '2024-06-30' WHERE rule_id = 'W-01'",
        """INSERT INTO rule_warning BY NAME
        SELECT * REPLACE (25 AS threshold, DATE '2024-07-01' AS valid_from, NULL AS valid_to)
        FROM rule_warning WHERE rule_id = 'W-01' AND level = 'blue'""",
    )
    assert levels(warnings_of(spec), "W-01") == {
        ("610100-390-NA", 202407): "blue",
        ("610100-390-NA", 202408): "blue",
    }
    assert rows(spec, "SELECT DISTINCT rule_valid_from, threshold FROM fct_warning") == [
        ("2024-07-01", "25.0000")
    ]


@pytest.mark.parametrize("row", JUDGED, ids=_name)
def test_the_recomputation_gives_the_value_again_from_the_marts(row: Row) -> None:
    """On the columns of the published tables, for the row's own ledger."""
    spec, cases = _published()
    told = rows(
        spec,
        f"""SELECT value, recompute_sql FROM fct_warning WHERE rule_id = '{row["rule_id"]}'
        AND poolarea_no = '{cases[_name(row), "inside"].pool}' AND period_ym = {_month(row)}""",
    )[0]
    again = rows(spec, told[1])
    assert len(again) == 1
    assert D(again[0][0]) == D(told[0])


@cache
def _published() -> tuple[Spec, dict[tuple[str, str], Case]]:
    """The world with every table that the recomputations read, as a release publishes it."""
    spec, cases = _told()
    read = (
        "fct_fund_metric", "fct_balance_sheet", "fct_income_statement", "fct_ledger_month",
        "fct_journal", "fct_advance", "fct_bank_pair", "fct_institution_budget", "fct_risk_fund",
        "fct_forecast_crossing", "fct_spending_score", "dim_account",
    )  # fmt: skip
    return rerun(spec, *read), cases


def test_the_table_the_worlds_and_the_sql_know_the_same_rules_and_measures() -> None:
    """Each measure of the table has a world, is given by the SQL, and by nothing else."""
    asked = {(row["rule_id"], row["measure"]) for row in JUDGED}
    assert asked == set(WORLDS)
    spec, _ = _told()
    assert {tuple(r) for r in rows(spec, "SELECT DISTINCT rule_id, measure FROM wrn_signal")} == (
        asked
    )
    rules = {row["rule_id"] for row in THRESHOLDS}
    assert rules == {f"W-{n:02d}" for n in range(1, 25)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE rule_warning SET measure = 'M-99/X' WHERE rule_id = 'W-10'",
            "没有用到的 W-10 M-99/X",
        ),
        ("UPDATE rule_warning SET rule_id = 'W-25' WHERE rule_id = 'W-10'", "没有用到的 W-25"),
        ("DELETE FROM rule_warning WHERE rule_id = 'W-10'", "缺少 W-10 M-07/R12"),
        ("DELETE FROM rule_warning_measure WHERE rule_id = 'W-10'", "缺少 W-10 M-07/R12"),
        (
            "UPDATE rule_warning_measure SET spread = 'week' WHERE rule_id = 'W-10'",
            "W-10 M-07/R12：week",
        ),
        (
            "INSERT INTO rule_warning SELECT * REPLACE (DATE '2020-01-01' AS valid_from) "
            "FROM rule_warning WHERE rule_id = 'W-10' AND level = 'red'",
            "W-10 ALL M-07/R12 red 2018-01-01、W-10 ALL M-07/R12 red 2020-01-01",
        ),
        (
            "UPDATE rule_warning SET threshold = 0.5 WHERE rule_id = 'W-10' AND level = 'orange'",
            "W-10 ALL M-07/R12 orange 2018-01-01 总被",
        ),
        (
            "UPDATE rule_warning SET comparison = '>' WHERE rule_id = 'W-10' AND level = 'red'",
            "总被 W-10 ALL M-07/R12 red 2018-01-01 盖过",
        ),
        ("UPDATE rule_warning SET level_order = 1 WHERE rule_id = 'W-20'", "W-20 ALL 勾稽差额"),
        ("UPDATE rule_warning SET threshold = NULL WHERE rule_id = 'W-20'", "W-20 ALL 勾稽差额"),
        ("UPDATE rule_warning SET threshold = 3 WHERE rule_id = 'W-22'", "W-22 ALL 得分"),
        ("DELETE FROM rule_warning WHERE rule_id = 'W-22' AND level = 'orange'", "orange"),
        ("DELETE FROM rule_score WHERE limit_id = 'close_score'", "缺少限额 close_score"),
    ],
)
def test_an_unknown_unused_hidden_or_doubled_row_is_refused(change: str, said: str) -> None:
    spec = world().sql(change)
    with pytest.raises(JiecunError) as caught:
        check_thresholds(spec.con)
    assert said in str(caught.value)
    assert {problem.code for problem in caught.value.problems} == {"RULES_UNUSED"}


def test_the_rules_as_they_stand_are_accepted() -> None:
    spec = world()
    check_thresholds(spec.con)


def test_the_page_tells_every_rule() -> None:
    page = (ROOT / "docs" / "warnings.md").read_text(encoding="utf-8")
    assert [r for r in THRESHOLDS if f"| {r['rule_id']} {r['title']} |" not in page] == []


def test_every_row_says_where_it_comes_from() -> None:
    for row in THRESHOLDS:
        assert re.search(r"\[(D|U|X|V|mem)\]|种子", row["source"]), row

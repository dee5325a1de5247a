"""Every row of ``rule_warning.csv`` on both sides of its threshold, its floors and its dates."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from pipelines.paths import ROOT, RULES, TRANSFORMS
from tests.spec.harness import Spec, rows
from tests.spec.warning_world import (
    MILLION,
    POOL,
    change,
    empty,
    figures,
    insert,
    ledger_month,
    levels,
    months,
    sheet,
    steady,
    warnings_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, str]
D = Decimal
#: months of reserve, far from any threshold
PLENTY = D(20)
#: per cent, far above any floor
FIVE = D(5)

with (RULES / "rule_warning.csv").open(encoding="utf-8", newline="") as handle:
    THRESHOLDS: list[Row] = list(csv.DictReader(handle))


def _name(row: Row) -> str:
    return f"{row['rule_id']}-{row['scheme']}-{row['level']}-{row['valid_from']}"


def _july(row: Row) -> int:
    """A July that the row is in force in."""
    first = int(row["valid_from"][:4])
    return max(first + 1, 2024) * 100 + 7 if not row["valid_to"] else (first + 1) * 100 + 7


def _scheme(row: Row) -> str:
    return "310" if row["scheme"] == "ALL" else row["scheme"]


# --- one world a measure: the value asked for, in the month asked for


def _reserve(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = steady(empty(), scheme, ym - 100, ym)
    return change(spec, "M-06/R12", ym, value=value)


def _cash(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = steady(empty(), scheme, ym - 100, ym)
    return change(spec, "M-07/R12", ym, value=value)


def _index(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = steady(empty(), scheme, (ym // 100 - 1) * 100 + 1, ym)
    change(spec, "M-12/M", ym, value=value, numerator_amt=3 * excess, denominator_amt=2 * excess)
    return change(spec, "M-11/YTD", ym, denominator_amt=excess * 100 / relative)


def _pace(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = steady(empty(), scheme, (ym // 100 - 1) * 100 + 1, ym)
    change(spec, "M-11/DEV", ym, value=value, numerator_amt=excess)
    return change(spec, "M-11/YTD", ym, denominator_amt=excess * 100 / relative)


def _spent(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = _pace(scheme, ym, D(4), excess, relative)
    return change(spec, "M-11/YTD", ym, value=value)


def _deficit(
    scheme: str,
    ym: int,
    excess: Decimal,
    relative: Decimal,
    *,
    first: int,
    reserve: Decimal = PLENTY,
    year_net: Decimal | None = None,
) -> Spec:
    """Deficits from ``first`` to ``ym`` (a July) after months of surplus.

    Twelve months' income is twice that of a year before, so the rest of the year is expected half
    as large again: year = income/2 - income so far/2 - excess.
    """
    spec = empty()
    income = excess * 100 / relative
    wanted = income - 2 * excess - 2 * (excess if year_net is None else year_net)
    spent = (wanted / 7).quantize(D(1)) + excess
    for m in months((ym // 100 - 2) * 100 + 8, ym):
        net = -excess if m >= first else excess
        spent_so_far = spent * (m % 100)
        so_far = wanted if m == ym else spent_so_far + net * (m % 100)
        year_in = income if m > ym - 100 else income / 2
        figures(
            spec,
            scheme,
            m,
            [
                ("M-04/R12", None, net, year_in, 12),
                ("M-04/YTD", None, so_far - spent_so_far, so_far, m % 100),
                ("M-06/R12", reserve, 20, 12, 12),
                ("M-11/YTD", 1, 1, income, m % 100),
            ],
        )
    return spec


def _quarters(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    ends = [m for m in months((ym // 100 - 2) * 100 + 8, ym) if m % 100 % 3 == 0]
    first = ends[-int(value)] if value > 0 else ym
    return _deficit(scheme, ym, excess, relative, first=first)


def _projected(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    return _deficit(scheme, ym, excess, relative, first=ym - 100, year_net=value)


def _poor(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    return _deficit(scheme, ym, excess, relative, first=ym - 100, reserve=value)


def _residue(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    return sheet(ledger_month(empty(), scheme, ym), scheme, ym, {"A2": -value})


def _outside(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    spec = ledger_month(empty(), scheme, ym)
    for _ in range(int(value)):
        insert(
            spec,
            "jrn_entry",
            ledger_id=f"{POOL}-{scheme}",
            period_ym=ym,
            debit_account="1004",
            credit_account="4001",
            amount=5,
        )
    return spec


def _untied(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    return sheet(empty(), scheme, ym, {"A9": 100 + value, "T9": 100, "N9": 0})


def _fold(scheme: str, ym: int, value: Decimal, excess: Decimal, relative: Decimal) -> Spec:
    return steady(empty(), scheme, ym - 100, ym, spending={ym: value * MILLION})


WORLDS: dict[tuple[str, str], Callable[[str, int, Decimal, Decimal, Decimal], Spec]] = {
    ("W-01", "M-06/R12"): _reserve,
    ("W-04", "M-12/M"): _index,
    ("W-05", "M-11/DEV"): _pace,
    ("W-05", "M-11/YTD"): _spent,
    ("W-07", "连续赤字季度"): _quarters,
    ("W-07", "预计全年结余"): _projected,
    ("W-07", "M-06/R12"): _poor,
    ("W-10", "M-07/R12"): _cash,
    ("W-12", "月末余额"): _residue,
    ("W-12", "白名单外分录"): _outside,
    ("W-20", "勾稽差额"): _untied,
    ("W-24", "支出倍数"): _fold,
}
#: the smallest step of a measure, by unit
STEP = {"元": D("0.01"), "笔": D(1), "季度": D(1)}


def _level(
    row: Row, value: Decimal, excess: Decimal = MILLION, relative: Decimal = FIVE
) -> tuple[str, Spec]:
    """The level of the row's rule in its July, and the world."""
    build = WORLDS[row["rule_id"], row["measure"]]
    spec = warnings_of(build(_scheme(row), _july(row), value, excess, relative))
    found = {lv for (_, ym), lv in levels(spec, row["rule_id"]).items() if ym == _july(row)}
    assert len(found) <= 1
    return (found.pop() if found else ""), spec


def _edge(row: Row) -> tuple[Decimal, Decimal]:
    """The last value that reaches the row's level, and the first that does not."""
    at, step = D(row["threshold"]), STEP.get(row["unit"], D("0.0001"))
    return {
        "<": (at - step, at),
        "<=": (at, at + step),
        ">": (at + step, at),
        ">=": (at, at - step),
    }[row["comparison"]]


@pytest.mark.parametrize("row", THRESHOLDS, ids=_name)
def test_a_threshold_holds_on_both_sides_of_its_edge(row: Row) -> None:
    inside, outside = _edge(row)
    reached, spec = _level(row, inside)
    assert reached == row["level"]
    told = rows(
        spec,
        f"""SELECT value, threshold, unit, owner, action_zh, reason_zh, rule_valid_from
        FROM fct_warning WHERE rule_id = '{row["rule_id"]}' AND period_ym = {_july(row)}""",
    )[0]
    assert (D(told[0]), D(told[1])) == (inside, D(row["threshold"])) or row["measure"] == "月末余额"
    assert told[2:5] == (row["unit"], row["owner_role"], row["action"])
    assert told[6] == row["valid_from"]
    assert not re.search(r"[{}]|—(?!3月)", told[5]), told[5]
    assert _level(row, outside)[0] != row["level"]


@pytest.mark.parametrize("row", [r for r in THRESHOLDS if r["absolute_floor_amt"]], ids=_name)
def test_an_amount_below_the_absolute_floor_is_silent(row: Row) -> None:
    floor, value = D(row["absolute_floor_amt"]), _edge(row)[0]
    assert _level(row, value, floor)[0] == row["level"]
    assert _level(row, value, floor - D("0.01"))[0] == ""


@pytest.mark.parametrize("row", [r for r in THRESHOLDS if r["relative_floor"]], ids=_name)
def test_a_share_below_the_relative_floor_is_silent(row: Row) -> None:
    """The share is of the year: its budget, or twelve months' income."""
    floor, value = D(row["relative_floor"]), _edge(row)[0]
    # an excess that divides evenly, so that the share is exact
    excess = floor * 1_000_000
    assert _level(row, value, excess, floor)[0] == row["level"]
    assert _level(row, value, excess - D("200"), floor * (1 - D("0.0002")))[0] == ""


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


def test_the_table_and_the_sql_know_the_same_rules_and_measures() -> None:
    """A threshold that no SQL reads, and a rule without thresholds, are errors."""
    sql = " ".join(
        path.read_text(encoding="utf-8")
        for path in sorted((TRANSFORMS / "warnings").glob("wrn_*.sql"))
    )
    in_table = {row["rule_id"] for row in THRESHOLDS}
    assert set(re.findall(r"'(W-[0-9]{2})'", sql)) == in_table
    pairs = {(row["rule_id"], row["measure"]) for row in THRESHOLDS}
    assert pairs == set(WORLDS)
    measured: set[tuple[str, ...]] = set()
    for (rule, measure), build in WORLDS.items():
        spec = warnings_of(build("310", 202407, D(2), MILLION, D(5)))
        found = set(rows(spec, "SELECT DISTINCT rule_id, measure FROM wrn_signal"))
        assert (rule, measure) in found
        measured |= found
    assert measured == pairs


def test_the_page_tells_every_rule() -> None:
    page = (ROOT / "docs" / "warnings.md").read_text(encoding="utf-8")
    assert [r for r in THRESHOLDS if f"| {r['rule_id']} {r['title']} |" not in page] == []


def test_rows_of_one_level_do_not_overlap_in_time() -> None:
    def span(row: Row) -> tuple[str, str]:
        return row["valid_from"], row["valid_to"] or "9999-12-31"

    for one, other in combinations(THRESHOLDS, 2):
        if all(one[k] == other[k] for k in ("rule_id", "level")) and (
            one["scheme"] == other["scheme"] or "ALL" in (one["scheme"], other["scheme"])
        ):
            first, second = sorted((span(one), span(other)))
            assert first[1] < second[0], (one, other)


def test_levels_are_ordered_and_every_row_says_where_it_comes_from() -> None:
    order = {"grey": "0", "blue": "1", "yellow": "2", "orange": "3", "red": "4"}
    for row in THRESHOLDS:
        assert row["level_order"] == order[row["level"]]
        assert re.search(r"\[[DUXV]\]", row["source"]), row

"""Every figure has one written definition, every definition a figure; the page names them all."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from schemas.mart_funds import FctFundMetric
from schemas.table import declare
from tests.spec.harness import Spec, rows, run, world
from tests.spec.metrics_world import monthly, span
from tests.spec.worlds import good

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
STATES = {
    "ok",
    "short_history",
    "no_spending",
    "no_income",
    "no_budget",
    "no_prior",
    "no_assessment",
    "no_premium",
    "no_deficit",
    "no_accounts",
    "no_payment",
    "no_count",
    "out_of_range",
}
UNITS = {"元", "月", "%", "百分点", "倍", "天"}


@cache
def _everything() -> Spec:
    """Books of both schemes over a year end, and all published figures."""
    return run(good(), "met_metric")


def test_the_mart_is_the_last_metrics_model() -> None:
    spec = run(good(), "fct_fund_metric")
    assert (
        rows(
            spec,
            """(SELECT * FROM fct_fund_metric EXCEPT ALL SELECT * FROM met_metric)
            UNION ALL (SELECT * FROM met_metric EXCEPT ALL SELECT * FROM fct_fund_metric)""",
        )
        == []
    )


def test_the_columns_and_types_are_as_declared() -> None:
    declared = [(c.name, c.sql_type) for c in declare(FctFundMetric).columns]
    found = [(name, kind) for name, kind, *_ in rows(_everything(), "DESCRIBE met_metric")]
    assert found == declared


def test_each_figure_has_its_definition_and_each_definition_a_figure() -> None:
    """A figure without one has no name or unit; a definition without one describes nothing."""
    figures = set(rows(_everything(), "SELECT DISTINCT metric_id, variant, fund FROM met_metric"))
    definitions = set(rows(world(), "SELECT metric_id, variant, fund FROM rule_metric"))
    assert figures - definitions == set()
    assert definitions - figures == set()


@pytest.mark.parametrize(("column", "allowed"), [("status", STATES), ("unit", UNITS)])
def test_states_and_units_are_from_the_list(column: str, allowed: set[str]) -> None:
    assert {row[0] for row in rows(_everything(), f"SELECT DISTINCT {column} FROM met_metric")} <= (
        allowed
    )


def test_a_figure_is_missing_exactly_where_the_state_says_why() -> None:
    assert (
        rows(
            _everything(),
            """SELECT scope_id, metric_id, variant, status FROM met_metric
            WHERE (value IS NULL) = (status IN ('ok', 'short_history'))""",
        )
        == []
    )


def test_one_row_a_key() -> None:
    keys = ", ".join(declare(FctFundMetric).spec.key)
    assert (
        rows(_everything(), f"SELECT {keys} FROM met_metric GROUP BY ALL HAVING count(*) > 1") == []
    )


def test_the_page_tells_the_same_metrics_as_the_rules() -> None:
    """``| M-06 | CAL, FWD, R12, YTD | NA, POOL | 月 |`` for each metric id."""
    told = {
        row[0]: row[1:]
        for row in re.findall(
            r"^\| (M-\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", PAGE.read_text("utf-8"), re.M
        )
    }
    ruled = {
        row[0]: row[1:]
        for row in rows(
            world(),
            """SELECT metric_id, string_agg(DISTINCT variant, ', ' ORDER BY variant),
                string_agg(DISTINCT fund, ', ' ORDER BY fund),
                string_agg(DISTINCT unit, ', ' ORDER BY unit)
            FROM rule_metric GROUP BY metric_id""",
        )
    }
    assert told == ruled


def test_a_month_is_told_from_what_was_known_then() -> None:
    """The figures to March 2024 are the same whether the books end there or in June."""
    vouchers = [
        "voucher_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt"
    ]
    for number, line in enumerate(
        (
            *monthly("610100-390", span(202301, 18), "1003", "4001", "100.00"),
            *monthly("610100-390", span(202301, 18), "500101", "1004", "80.00"),
        )
    ):
        _, day, debit, credit, amount = (cell.strip() for cell in line.split("|"))
        vouchers += [
            f"V{number} | 390 | 手工 | {day} | {debit} | {amount} | 0",
            f"V{number} | 390 | 手工 | {day} | {credit} | 0 | {amount}",
        ]
    asked = "SELECT * FROM met_metric WHERE book = 'k17' AND period_ym <= 202403 ORDER BY ALL"
    whole = run(world(202406, vouchers="\n".join(vouchers)), "met_metric")
    cut = run(world(202403, vouchers="\n".join(vouchers)), "met_metric")
    assert rows(cut, "SELECT max(period_ym) FROM met_metric WHERE book = 'k17'") == [("202403",)]
    assert rows(whole, asked) == rows(cut, asked)

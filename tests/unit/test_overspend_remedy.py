"""Remedies in the legal order: limits that hold, gaps that close, the risk fund's request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.warnings.casefile import gap_of, risk_plan
from pipelines.warnings.remedy import FORMULAS, Position, remedies, rules

if TYPE_CHECKING:
    from pipelines.warnings.remedy import Remedy

D = Decimal
DAY = date(2025, 6, 30)
AT = Position(
    gap_amt=D("1000.00"),
    reserve_amt=D("500.00"),
    mean_amt=D("100.00"),
    deposit_amt=D("900.00"),
    bond_amt=D("80.00"),
    risk_amt=D("150.00"),
    remitted_amt=D("60.00"),
    subsidy_due_amt=D("40.00"),
    income_amt=D("1200.00"),
    premium_amt=D("600.00"),
    pa_premium_amt=D("300.00"),
    medfee_amt=D("2500.00"),
    head_cnt=7,
    emp_rate=D("0.06"),
    months_left=6,
    cost_rises=(D("9"), D("8"), D("7"), D("6"), D("5"), D("4"), D("-3")),
)


def told(found: tuple[Remedy, ...]) -> list[tuple[str, str, str, str]]:
    return [
        (one.rule.remedy_id, f"{one.limit_amt:.2f}", f"{one.amount_amt:.2f}", f"{one.left_amt:.2f}")
        for one in found
    ]


def test_residents_in_the_order_of_the_law_each_within_its_limit() -> None:
    assert told(remedies(AT, "390", DAY)) == [
        ("COST", "210.00", "0.00", "1000.00"),
        ("DEPOSIT", "200.00", "200.00", "800.00"),
        ("ADJUST", "60.00", "60.00", "740.00"),
        ("RISK", "150.00", "150.00", "590.00"),
        ("INVEST", "80.00", "80.00", "510.00"),
        ("DUE", "40.00", "40.00", "470.00"),
        ("SUBSIDY", "120.00", "120.00", "350.00"),
        ("PREMIUM", "70.00", "0.00", "350.00"),
        ("BENEFIT", "25.00", "0.00", "350.00"),
    ]
    units = {one.rule.remedy_id: one.units for one in remedies(AT, "390", DAY)}
    assert (units["PREMIUM"], units["BENEFIT"], units["SUBSIDY"]) == (D("5.0"), D("14.0"), None)


def test_employees_have_no_risk_fund_and_may_change_split_and_rate() -> None:
    assert told(remedies(AT, "310", DAY))[2:] == [
        ("ADJUST", "60.00", "60.00", "740.00"),
        ("INVEST", "80.00", "80.00", "660.00"),
        ("SUBSIDY", "120.00", "120.00", "540.00"),
        ("SPLIT", "30.00", "0.00", "540.00"),
        ("RATE", "50.00", "0.00", "540.00"),
        ("BENEFIT", "25.00", "0.00", "540.00"),
    ]


@pytest.mark.parametrize(
    ("gap", "risk", "asked"),
    [("1000.00", "150.00", "150.00"), ("300.00", "150.00", "40.00"), ("260.00", "150.00", "0.00"),
     ("200.00", "150.00", "0.00"), ("0.00", "150.00", "0.00"), ("1000.00", "-5.00", "0.00"),
     ("1000.00", "0.00", "0.00")],
)  # fmt: skip
def test_a_request_for_the_risk_fund_at_its_edges(gap: str, risk: str, asked: str) -> None:
    """Never more than the fund holds, nor than what deposits and equalisation leave open."""
    found = remedies(replace(AT, gap_amt=D(gap), risk_amt=D(risk)), "390", DAY)
    assert next(one.amount_amt for one in found if one.rule.remedy_id == "RISK") == D(asked)


#: amounts that may be anything
FREE = (
    "gap_amt", "reserve_amt", "mean_amt", "deposit_amt", "bond_amt", "risk_amt", "remitted_amt",
    "subsidy_due_amt", "income_amt", "premium_amt", "pa_premium_amt",
)  # fmt: skip
YUAN = st.integers(-(10**11), 10**13).map(lambda fen: D(fen) / 100)


@given(
    st.lists(YUAN, min_size=11, max_size=11), st.integers(0, 10**8), st.sampled_from(["310", "390"])
)
def test_whatever_the_position_limits_hold_and_the_gap_re_adds(
    amounts: list[Decimal], heads: int, scheme: str
) -> None:
    at = replace(AT, head_cnt=heads, **dict(zip(FREE, amounts, strict=True)))  # type: ignore[arg-type]
    found = remedies(at, scheme, DAY)
    gap = max(at.gap_amt, D(0))
    left = gap
    for one in found:
        assert D(0) <= one.amount_amt <= min(max(one.limit_amt, D(0)), left)
        left -= one.amount_amt
        assert one.left_amt == left
        if one.rule.remedy_id == "RISK":
            after = gap - next(o.amount_amt for o in found if o.rule.remedy_id == "DEPOSIT")
            assert one.amount_amt <= min(after, max(at.risk_amt, D(0)))
        if one.rule.remedy_id == "DEPOSIT" and one.amount_amt:
            assert at.reserve_amt - one.amount_amt >= 3 * at.mean_amt
    assert left >= 0


def test_every_rule_has_its_formula_and_its_place_in_the_order() -> None:
    found = rules()
    assert {rule.remedy_id for rule in found} == set(FORMULAS)
    assert [rule.order for rule in found] == sorted(rule.order for rule in found)
    assert {rule.kind for rule in found if rule.order == 0} == {"control"}
    assert {rule.kind for rule in found if rule.order == 5} == {"unit"}
    assert all("[" in rule.source for rule in found)


def test_the_gap_is_the_larger_of_overspend_and_deficit() -> None:
    assert gap_of(D(5), D(-3)) == (D(5), "本年累计支出超过按季节分配的预算")
    assert gap_of(D(5), D(-8)) == (D(8), "近12个月收不抵支（大于本年累计超支）")
    assert gap_of(D(-5), D(8)) == (D(0), "没有超支，近12个月也没有收不抵支")
    assert gap_of(None, None)[0] == 0


def test_what_the_risk_fund_gives_is_paid_back_in_whole_years() -> None:
    plan = risk_plan(D("100.00"), AT, D("0.03"))
    assert (plan.left_amt, plan.accrual_amt, plan.years) == (D("50.00"), D("36.00"), 3)
    assert risk_plan(D(0), AT, D("0.03")).years == 0
    assert risk_plan(D("100.00"), AT, D(0)).years is None

"""An overspend taken apart: plan, spending by factor, class and institution; read from the marts.

The books tell when money is paid, settlements when care was given. Plan and actual are those of the
books; heads, visits and cost a visit explain the change of settlements from the same months of the
year before; what remains between the two is told as a line of its own. Every table adds up to the
fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.months import add_months
from pipelines.warnings.divisia import Parts, none, split

if TYPE_CHECKING:
    import duckdb

ZERO = Decimal(0)
CLASSES = {"inpatient": "住院", "outpatient": "门诊", "pharmacy": "药店", "maternity": "生育"}
_CLASS_ORDER = {name: number for number, name in enumerate(CLASSES)}
#: heads, visits a head, cost a visit
FACTORS = ("参保人数", "人均人次", "次均费用")

_SETTLED = """
    select spending_class, fixmedins_code,
        sum(hifp_pay) filter (period_ym between $base_from and $base)::decimal(18, 2),
        sum(hifp_pay) filter (period_ym between $from and $to)::decimal(18, 2),
        sum(setl_cnt) filter (period_ym between $base_from and $base)::bigint,
        sum(setl_cnt) filter (period_ym between $from and $to)::bigint
    from fct_settlement_month
    where ledger_id = $ledger
        and (period_ym between $base_from and $base or period_ym between $from and $to)
    group by spending_class, fixmedins_code
    order by spending_class, fixmedins_code
"""
_HEADS = """
    select count(*), sum(head_cnt)::bigint from fct_headcount_month
    where ledger_id = $ledger and period_ym between $from and $to
"""
_FIGURES = """
    select metric_id || '/' || variant, numerator_amt, denominator_amt, month_cnt
    from fct_fund_metric
    where book = 'k17' and origin = 'books' and scope_type = 'ledger' and scope_id = $ledger
        and period_ym = $ym and fund = $fund
"""


@dataclass(frozen=True)
class ClassEffect:
    """One spending class against the same months a year before. ``parts`` are by ``FACTORS``.

    ``within_amt`` is the part of the cost a visit that arose inside institutions, ``mix_amt`` the
    rest of it: visits that moved between dearer and cheaper institutions.
    """

    name: str
    before_amt: Decimal
    now_amt: Decimal
    before_cnt: int
    now_cnt: int
    parts: Parts
    within_amt: Decimal

    @property
    def mix_amt(self) -> Decimal:
        return self.parts.effects[2] - self.within_amt


@dataclass(frozen=True)
class InstitutionEffect:
    """One institution: its visits and its cost a visit, all classes. ``parts`` has two effects."""

    code: str
    before_amt: Decimal
    now_amt: Decimal
    before_cnt: int
    now_cnt: int
    parts: Parts

    @property
    def change_amt(self) -> Decimal:
        return self.now_amt - self.before_amt


@dataclass(frozen=True)
class Span:
    """One period of one ledger: the month (``M``) or the year so far (``YTD``).

    ``plan_amt`` None: no budget. ``base_amt``: what the books show for the same months a year
    before, None where they do not reach back. ``heads``: person months before and now, None where
    a month has no count. Without ``is_compared`` there is no year before, and no decomposition.
    """

    kind: str
    from_ym: int
    to_ym: int
    plan_amt: Decimal | None
    actual_amt: Decimal | None
    base_amt: Decimal | None
    heads: tuple[int, int] | None
    is_compared: bool
    classes: tuple[ClassEffect, ...]
    institutions: tuple[InstitutionEffect, ...]

    @property
    def over_amt(self) -> Decimal | None:
        """Spent beyond the plan; below zero where less was spent."""
        if self.plan_amt is None or self.actual_amt is None:
            return None
        return self.actual_amt - self.plan_amt

    @property
    def settled(self) -> tuple[Decimal, Decimal]:
        """Settled by the pool in the year before and now."""
        return (
            sum((one.before_amt for one in self.classes), ZERO),
            sum((one.now_amt for one in self.classes), ZERO),
        )

    @property
    def parts(self) -> Parts:
        """The change of settlements by factor: the sum over the classes."""
        total = none(len(FACTORS))
        for one in self.classes:
            total = total.plus(one.parts)
        return total

    @property
    def bridge(self) -> tuple[tuple[str, Decimal], ...]:
        """From the plan to the actual amount, line by line; () where one end is missing."""
        if not self.is_compared or self.plan_amt is None or self.actual_amt is None:
            return ()
        if self.base_amt is None:
            return ()
        before, now = self.settled
        rest = (self.actual_amt - self.base_amt) - (now - before)
        lines = [("上年同期支出与计划之差", self.base_amt - self.plan_amt)]
        lines += list(zip(FACTORS, self.parts.effects, strict=True))
        if self.parts.unsplit:
            lines.append(("冲销等不能分解的", self.parts.unsplit))
        return (*lines, ("付款与结算的时间差，及结算以外的支出", rest))


def spans(con: duckdb.DuckDBPyConnection, ledger: str, scheme: str, ym: int) -> tuple[Span, Span]:
    """The month and the year so far of one ledger."""
    return (
        _span(con, ledger, scheme, ("M", ym, ym)),
        _span(con, ledger, scheme, ("YTD", ym // 100 * 100 + 1, ym)),
    )


def fund_of(scheme: str) -> str:
    """The fund that pays: the residents' whole fund, the employees' pool."""
    return "NA" if scheme == "390" else "POOL"


def figures(
    con: duckdb.DuckDBPyConnection, ledger: str, scheme: str, ym: int
) -> dict[str, tuple[Decimal | None, Decimal | None, int]]:
    """``M-06/R12`` → numerator, denominator, months; the ledger's paying fund in one month."""
    asked = {"ledger": ledger, "ym": ym, "fund": fund_of(scheme)}
    rows = con.execute(_FIGURES, asked).fetchall()
    return {name: (numerator, denominator, cnt) for name, numerator, denominator, cnt in rows}


def split_classes(
    rows: list[tuple[str, str, Decimal, Decimal, int, int]], heads: tuple[int, int] | None
) -> tuple[tuple[ClassEffect, ...], tuple[InstitutionEffect, ...]]:
    """Classes by factor, and institutions, the largest increase first.

    ``rows``: class, institution, amount before and now, visits before and now. Without heads
    (before, now) the visits a head stand for the visits.
    """
    classes = []
    by_code: dict[str, InstitutionEffect] = {}
    for name in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == name]
        within = ZERO
        for _, code, before, now, old, new in own:
            one = InstitutionEffect(code, before, now, old, new, split(before, now, [(old, new)]))
            within += one.parts.effects[1]
            by_code[code] = _together(by_code[code], one) if code in by_code else one
        before, now = sum((r[2] for r in own), ZERO), sum((r[3] for r in own), ZERO)
        old, new = sum(r[4] for r in own), sum(r[5] for r in own)
        if heads is None:
            plain = split(before, now, [(old, new)])
            parts = Parts((ZERO, *plain.effects), plain.unsplit)
        else:
            a_head = (_ratio(old, heads[0]), _ratio(new, heads[1]))
            parts = split(before, now, [heads, a_head])
        classes.append(ClassEffect(name, before, now, old, new, parts, within))
    ordered = sorted(by_code.values(), key=lambda one: (-one.change_amt, one.code))
    return tuple(sorted(classes, key=lambda one: _CLASS_ORDER.get(one.name, 99))), tuple(ordered)


def _span(
    con: duckdb.DuckDBPyConnection, ledger: str, scheme: str, asked: tuple[str, int, int]
) -> Span:
    kind, start, end = asked
    now, before = (figures(con, ledger, scheme, ym) for ym in (end, end - 100))
    window = {"ledger": ledger, "from": start, "to": end}
    base = {"base_from": start - 100, "base": end - 100}
    found = con.execute(_SETTLED, {**window, **base}).fetchall()
    rows = [(r[0], r[1], r[2] or ZERO, r[3] or ZERO, r[4] or 0, r[5] or 0) for r in found]
    first = con.execute(
        "select min(period_ym) from fct_settlement_month where ledger_id = ?", [ledger]
    ).fetchall()[0][0]
    heads = _heads(con, ledger, start, end)
    classes, institutions = split_classes(rows, heads)
    return Span(
        kind,
        start,
        end,
        _plan(kind, now),
        _actual(kind, now),
        _actual(kind, before),
        heads,
        first is not None and first <= start - 100,
        classes,
        institutions,
    )


def _plan(kind: str, told: dict[str, Any]) -> Decimal | None:
    """By the season's weights: the month's, or the year's so far."""
    if kind == "M":
        plan: Decimal | None = told.get("M-12/M", (None, None, 0))[1]
        return plan
    actual, ahead = (told.get(name, (None,))[0] for name in ("M-11/YTD", "M-11/DEV"))
    return None if actual is None or ahead is None else actual - ahead


def _actual(kind: str, told: dict[str, Any]) -> Decimal | None:
    actual: Decimal | None = told.get("M-12/M" if kind == "M" else "M-11/YTD", (None,))[0]
    return actual


def _heads(
    con: duckdb.DuckDBPyConnection, ledger: str, start: int, end: int
) -> tuple[int, int] | None:
    """Person months before and now; None where a month has no count, or nobody is insured."""
    told = []
    for first, last in ((start - 100, end - 100), (start, end)):
        asked = {"ledger": ledger, "from": first, "to": last}
        count, heads = con.execute(_HEADS, asked).fetchall()[0]
        if count != last - first + 1 or not heads:
            return None
        told.append(int(heads))
    return told[0], told[1]


def _together(one: InstitutionEffect, other: InstitutionEffect) -> InstitutionEffect:
    return InstitutionEffect(
        one.code,
        one.before_amt + other.before_amt,
        one.now_amt + other.now_amt,
        one.before_cnt + other.before_cnt,
        one.now_cnt + other.now_cnt,
        one.parts.plus(other.parts),
    )


def _ratio(visits: int, heads: int) -> Decimal:
    return Decimal(visits) / Decimal(heads)


def last_twelve(ym: int) -> int:
    """The first of the twelve months that end with ``ym``."""
    return add_months(ym, -11)

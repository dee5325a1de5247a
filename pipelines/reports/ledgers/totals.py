"""总账 and 科目余额表 from the monthly balances of a ledger's leaf accounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.reports.ledgers.model import ZERO, GeneralPage, MonthTotal, TrialRow

if TYPE_CHECKING:
    from pipelines.reports.ledgers.model import Account

#: (leaf account, month, stage) → opening, debit, credit, closing
Months = Mapping[tuple[str, int, str], tuple[Decimal, Decimal, Decimal, Decimal]]


def general_pages(chart: Mapping[str, Account], months: Months) -> tuple[GeneralPage, ...]:
    """Every level-1 account with a balance or turnover, over the months given."""
    pages = []
    for top in (account for account in chart.values() if not account.parent):
        leaves = {key[0] for key in months if top_of(chart, key[0]) == top.code}
        yms = sorted({ym for code, ym, _ in months if code in leaves})
        if not yms:
            continue
        told: list[MonthTotal] = []
        year_debit = year_credit = ZERO
        for ym in yms:
            of_month = [months[code, ym, "post"] for code in leaves if (code, ym, "post") in months]
            debit, credit, closing = (sum((m[n] for m in of_month), ZERO) for n in (1, 2, 3))
            year_debit += debit
            year_credit += credit
            told.append(MonthTotal(ym, debit, credit, year_debit, year_credit, closing))
        firsts = [
            months[code, yms[0], "post"] for code in leaves if (code, yms[0], "post") in months
        ]
        opening = sum((m[0] for m in firsts), ZERO)
        if opening or any(m.debit or m.credit for m in told):
            pages.append(GeneralPage(top, opening, tuple(told)))
    return tuple(pages)


def trial_rows(
    chart: Mapping[str, Account], months: Months, period_ym: int, stage: str
) -> tuple[TrialRow, ...]:
    """Leaves with figures and their parents, in the order of codes; a parent is its leaves' sum."""
    sums: dict[str, list[Decimal]] = {}
    leaves = set()
    for (code, ym, at), figures in months.items():
        if ym != period_ym or at != stage or not any(figures):
            continue
        leaves.add(code)
        above = code
        while above:
            kept = sums.setdefault(above, [ZERO] * 4)
            turn = chart[above].sign * chart[code].sign
            opening, debit, credit, closing = figures
            for n, figure in enumerate((turn * opening, debit, credit, turn * closing)):
                kept[n] += figure
            above = chart[above].parent
    return tuple(
        TrialRow(chart[code], _level(chart, code), code in leaves, *sums[code])
        for code in sorted(sums)
    )


def _level(chart: Mapping[str, Account], code: str) -> int:
    parent = chart[code].parent
    return 0 if not parent else 1 + _level(chart, parent)


def top_of(chart: Mapping[str, Account], code: str) -> str:
    """The level-1 account above a code."""
    parent = chart[code].parent
    return code if not parent else top_of(chart, parent)

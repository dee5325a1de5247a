"""What the index prints: a line a ledger with province totals, and the heat table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.months import months_back
from pipelines.reports.html.model import sections
from pipelines.reports.html.text import FUNDS, figure, worst
from pipelines.reports.html.view import POOLED, WHOLE, Figure, as_figure, formula, pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.reports.html.model import Key, Ledger, Metric, Pool, Report

#: months in the heat table: what fits one A4 page
HEAT_MONTHS = 24

_HEAT_STEPS = 5
#: columns of the index beside the sums of the statements
_COLUMNS = (
    ("M-06", "R12", POOLED),
    ("M-07", "R12", WHOLE),
    ("M-09", "YTD_IN", WHOLE),
    ("M-09", "YTD_OUT", WHOLE),
)


@dataclass(frozen=True)
class IndexRow:
    """One line of the index table; amounts in yuan, ``figures`` as ``_COLUMNS``."""

    name: str
    scheme: str
    href: str
    income: Decimal
    spending: Decimal
    surplus: Decimal
    balance: Decimal
    figures: tuple[Figure, ...]
    level: str
    is_total: bool = False


@dataclass(frozen=True)
class HeatRow:
    """One ledger of the heat table; cells are (text, CSS class, warning level)."""

    name: str
    scheme: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Heat:
    """The heat table: spend index, or growth on the year before where there is no budget."""

    title: str
    note: str
    months: tuple[int, ...]
    rows: tuple[HeatRow, ...]


def index_rows(report: Report) -> tuple[IndexRow, ...]:
    """A line a ledger, by province, each province followed by its totals."""
    out: list[IndexRow] = []
    provinces = dict.fromkeys((pool.province_code, pool.province_name) for pool in report.pools)
    for code, name in provinces:
        pools = [pool for pool in report.pools if pool.province_code == code]
        lines = [
            (ledger.scheme, _index_row(pool, ledger)) for pool in pools for ledger in pool.ledgers
        ]
        out += [row for _, row in lines]
        for scheme in (*dict.fromkeys(scheme for scheme, _ in sorted(lines, key=_first)), "ALL"):
            chosen = [row for own, row in lines if scheme in (own, "ALL")]
            metrics = report.scopes.get(f"{code}-{scheme}", {})
            out.append(_total_row(name or code, scheme, chosen, metrics))
    return tuple(out)


def heat(report: Report) -> Heat:
    """The last months of every ledger against budget and season, or against the year before."""
    months = months_back(report.period_ym, HEAT_MONTHS)
    indexed = any(report.spend_index.values())
    rows = []
    for pool in report.pools:
        for ledger in pool.ledgers:
            values = (
                {ym: m.value for ym, m in report.spend_index.get(ledger.ledger_id, {}).items()}
                if indexed
                else _growth(ledger)
            )
            levels = {w.period_ym: w.level for w in ledger.warnings if w.rule_id == "W-04"}
            middle, reach = (Decimal(1), Decimal("0.5")) if indexed else (Decimal(0), Decimal(50))
            cells = tuple(
                (_plain(values.get(ym)), _shade(values.get(ym), middle, reach), levels.get(ym, ""))
                for ym in months
            )
            rows.append(HeatRow(pool.name, ledger.scheme, cells))
    if indexed:
        title = "月度支出指数（M-12，职工为统筹基金）"
        note = "当月支出 ÷（全年预算 × 当月季节权重）；1.00 为正常，大于 1 偏高。"
    else:
        title = "月度支出同比增幅（%）"
        note = "没有预算，改列当月支出与上年同月相比的增幅；0 为持平。"
    return Heat(title, note, months, tuple(rows))


def column_definitions(report: Report) -> tuple[tuple[str, str], ...]:
    """(column, definition) of the index table's figures that are not plain sums."""
    names = ("可支付月数", "现金月数", "收入增幅", "支出增幅")
    out = []
    for name, (metric_id, variant, funds) in zip(names, _COLUMNS, strict=True):
        for fund in funds:
            definition = report.definitions.get((metric_id, variant, fund))
            if definition:
                out.append((f"{name}·{FUNDS[fund]}", formula(definition)))
    return tuple(out)


def _index_row(pool: Pool, ledger: Ledger) -> IndexRow:
    income = spending = Decimal(0)
    for code, _, spends in sections(ledger.income):
        amount = ledger.income.row(code).amounts[1] or Decimal(0)
        income, spending = (income, spending + amount) if spends else (income + amount, spending)
    last = [row for row in ledger.income.rows if row.is_total][-1]
    return IndexRow(
        name=pool.name,
        scheme=ledger.scheme,
        href=f"{pool.poolarea_no}.html#l-{ledger.ledger_id}",
        income=income,
        spending=spending,
        surplus=last.amounts[1] or Decimal(0),
        balance=ledger.balance.row("N9").amounts[1] or Decimal(0),
        figures=_figures(ledger.metrics),
        level=ledger.level,
    )


def _total_row(
    name: str, scheme: str, rows: Sequence[IndexRow], metrics: Mapping[Key, Metric]
) -> IndexRow:
    return IndexRow(
        name=f"{name}合计",
        scheme=scheme,
        href="",
        income=sum((row.income for row in rows), Decimal(0)),
        spending=sum((row.spending for row in rows), Decimal(0)),
        surplus=sum((row.surplus for row in rows), Decimal(0)),
        balance=sum((row.balance for row in rows), Decimal(0)),
        figures=_figures(metrics),
        level=worst([row.level for row in rows]),
        is_total=True,
    )


def _figures(metrics: Mapping[Key, Metric]) -> tuple[Figure, ...]:
    return tuple(as_figure(pick(metrics, *column)) for column in _COLUMNS)


def _first(line: tuple[str, IndexRow]) -> str:
    return line[0]


def _growth(ledger: Ledger) -> dict[int, Decimal | None]:
    """Month → growth of spending on the same month a year before, in per cent."""
    spent = {month.period_ym: month.spending for month in ledger.months}
    out: dict[int, Decimal | None] = {}
    for ym, amount in spent.items():
        before = spent.get(ym - 100)
        if amount is not None and before is not None and before > 0:
            out[ym] = (amount / before - 1) * 100
    return out


def _plain(value: Decimal | None) -> str:
    return "" if value is None else figure(value, "")


def _shade(value: Decimal | None, middle: Decimal, reach: Decimal) -> str:
    if value is None:
        return "h-none"
    step = int((value - middle) / reach * _HEAT_STEPS)
    return f"h{max(-_HEAT_STEPS, min(_HEAT_STEPS, step)):+d}".replace("+", "p").replace("-", "m")

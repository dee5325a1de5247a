"""From the report's values to what a template prints: tiles, waterfall, metric lines, heat table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.reports.charts import Step
from pipelines.reports.html.data import sections
from pipelines.reports.html.text import (
    FUNDS,
    LEVELS,
    STATUSES,
    VARIANTS,
    figure,
    months_back,
    shown_unit,
    sign_class,
    wan,
    worst,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.reports.html.data import Definition, Key, Ledger, Metric, Pool, Report, Warned

#: months in the heat table: what fits one A4 page
HEAT_MONTHS = 24

_HEAT_STEPS = 5
_WHOLE = ("ALL", "NA")
_POOLED = ("POOL", "NA")
#: (label, metric, variant, funds by preference, what stands below: label, metric, variant, funds)
_TILES: tuple[tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str, str, str], ...]], ...] = (
    ("当期结余（本年累计）", "M-01", "YTD", _WHOLE,
     (("本月", "M-01", "M", ""), ("结余率", "M-04", "YTD", ""))),
    ("累计结存", "M-02", "M", _WHOLE, (("统筹", "M-02", "M", "POOL"), ("个账", "M-02", "M", "PA"))),
    ("可支付月数（近12个月）", "M-06", "R12", _POOLED, (("按下年预算", "M-06", "FWD", ""),)),
    ("现金可支付月数（近12个月）", "M-07", "R12", _WHOLE, ()),
    ("支出增幅（本年累计同比）", "M-09", "YTD_OUT", _WHOLE,
     (("收入增幅", "M-09", "YTD_IN", ""), ("剪刀差", "M-10", "YTD", ""))),
)  # fmt: skip
#: columns of the index beside the sums of the statements
_COLUMNS = (
    ("M-06", "R12", _POOLED),
    ("M-07", "R12", _WHOLE),
    ("M-09", "YTD_IN", _WHOLE),
    ("M-09", "YTD_OUT", _WHOLE),
)


@dataclass(frozen=True)
class Figure:
    """A number with its unit, sign class and remark, ready to print."""

    text: str
    unit: str
    css: str
    remark: str = ""


@dataclass(frozen=True)
class Tile:
    """One headline figure: ``lines`` are (label, figure) below it, ``definition`` how it is made."""

    label: str
    figure: Figure
    lines: tuple[tuple[str, Figure], ...]
    definition: str


@dataclass(frozen=True)
class MetricLine:
    """One line of the metric table; amounts in yuan."""

    metric_id: str
    name: str
    scope: str
    figure: Figure
    numerator_amt: Decimal | None
    denominator_amt: Decimal | None
    month_cnt: int
    definition: Definition | None


@dataclass(frozen=True)
class Spell:
    """Consecutive months of one rule on one series."""

    rule_id: str
    title: str
    fund: str
    first_ym: int
    last_ym: int
    months: int
    level: str
    is_open: bool


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


def tiles(ledger: Ledger, definitions: Mapping[Key, Definition]) -> tuple[Tile, ...]:
    """The five headline figures of a ledger."""
    out = []
    for label, metric_id, variant, funds, below in _TILES:
        metric = pick(ledger.metrics, metric_id, variant, funds)
        lines = []
        for name, other_id, other_variant, fund in below:
            other = pick(ledger.metrics, other_id, other_variant, (fund,) if fund else funds)
            if other:
                lines.append((name, _figure(other)))
        definition = definitions.get(metric.key) if metric else None
        out.append(Tile(label, _figure(metric), tuple(lines), formula(definition)))
    return tuple(out)


def steps(ledger: Ledger) -> tuple[Step, ...]:
    """年初结存 → parts of the income statement (year to date) → 期末结存, in yuan."""
    net = ledger.balance.row("N9")
    opening, closing = (amount or Decimal(0) for amount in net.amounts)
    changes = []
    for code, name, spending in sections(ledger.income):
        amount = ledger.income.row(code).amounts[1] or Decimal(0)
        changes.append(Step(name, -amount if spending else amount))
    rest = closing - opening - sum((step.amount for step in changes), Decimal(0))
    if rest:
        changes.append(Step("待转及其他变动", rest))
    return (Step("年初结存", opening, True), *changes, Step("期末结存", closing, True))


def metric_lines(
    ledger: Ledger, definitions: Mapping[Key, Definition]
) -> tuple[MetricLine, ...]:
    """Every metric of the ledger's last month; whole-year variants repeat December's 本年累计."""
    order = list(VARIANTS)
    shown = [m for m in ledger.metrics.values() if not m.variant.startswith("CAL")]
    shown.sort(
        key=lambda m: (
            m.metric_id,
            list(FUNDS).index(m.fund) if m.fund in FUNDS else 9,
            order.index(m.variant) if m.variant in order else 99,
        )
    )
    return tuple(
        MetricLine(
            m.metric_id,
            m.metric_name or m.metric_id,
            f"{FUNDS.get(m.fund, m.fund)} · {VARIANTS.get(m.variant, m.variant)}",
            _figure(m),
            m.numerator_amt,
            m.denominator_amt,
            m.month_cnt,
            definitions.get(m.key),
        )
        for m in shown
    )


def spells(ledger: Ledger, since_ym: int) -> tuple[Spell, ...]:
    """Warnings put together to spells that end in or after ``since_ym``, newest first."""
    groups: dict[tuple[str, str, int], list[Warned]] = {}
    for warned in ledger.warnings:
        groups.setdefault((warned.rule_id, warned.series_id, warned.opened_ym), []).append(warned)
    out = [
        Spell(
            rule_id=group[0].rule_id,
            title=group[0].title,
            fund=FUNDS.get(group[0].fund, group[0].fund),
            first_ym=min(w.period_ym for w in group),
            last_ym=max(w.period_ym for w in group),
            months=len(group),
            level=worst([w.level for w in group]),
            is_open=max(w.period_ym for w in group) == ledger.period_ym,
        )
        for group in groups.values()
    ]
    recent = [spell for spell in out if spell.last_ym >= since_ym]
    return tuple(sorted(recent, key=lambda s: (-s.last_ym, -s.first_ym, s.rule_id, s.fund)))


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


def pick(
    metrics: Mapping[Key, Metric], metric_id: str, variant: str, funds: Sequence[str]
) -> Metric | None:
    """The metric of the first fund that has it."""
    found = (metrics.get((metric_id, variant, fund)) for fund in funds)
    return next((metric for metric in found if metric), None)


def formula(definition: Definition | None) -> str:
    """``分子 … ÷ 分母 …`` in the rule's own words; '' where there is no rule."""
    if definition is None:
        return ""
    if definition.denominator in ("", "无分母"):
        return definition.numerator
    return f"分子：{definition.numerator}；分母：{definition.denominator}"


def _figure(metric: Metric | None) -> Figure:
    if metric is None:
        return Figure(figure(None, ""), "", "none")
    remark = STATUSES.get(metric.status, metric.status)
    if metric.status == "short_history":
        remark = f"只有{metric.month_cnt}个月"
    if metric.value is None:
        return Figure("—", "", "none", remark)
    text = figure(metric.value, metric.unit)
    return Figure(text, shown_unit(metric.unit), sign_class(metric.value), remark)


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
    return tuple(_figure(pick(metrics, *column)) for column in _COLUMNS)


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


def outcome_names() -> tuple[tuple[str, str], ...]:
    """(column, heading) of what became of a row at intake."""
    return (
        ("duplicate", "重复"),
        ("superseded", "旧版本"),
        ("held", "暂挂"),
        ("quarantined", "隔离"),
        ("out_of_scope", "范围外"),
    )


def level_legend(levels: Iterable[str] = ("red", "orange", "yellow", "blue", "grey")) -> list[str]:
    """Levels as the legend lists them, worst first."""
    return [level for level in levels if level in LEVELS]


def money(amount: Decimal | None) -> str:
    """万元, or — for nothing."""
    return "—" if amount is None else wan(amount)

"""From the report's values to what a template prints: tiles, waterfall, metrics, heat table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.reports.charts import Step
from pipelines.reports.html.model import sections
from pipelines.reports.html.text import (
    FUNDS,
    STATUSES,
    VARIANTS,
    figure,
    shown_unit,
    sign_class,
    worst,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.reports.html.model import Definition, Key, Ledger, Metric, Warned

#: funds by preference: the whole ledger; the part that pays pooled benefits
WHOLE = ("ALL", "NA")
POOLED = ("POOL", "NA")
#: (label, metric, variant, funds by preference, what stands below: label, metric, variant, funds)
_TILES: tuple[tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str, str, str], ...]], ...] = (
    ("当期结余（本年累计）", "M-01", "YTD", WHOLE,
     (("本月", "M-01", "M", ""), ("结余率", "M-04", "YTD", ""))),
    ("累计结存", "M-02", "M", WHOLE, (("统筹", "M-02", "M", "POOL"), ("个账", "M-02", "M", "PA"))),
    ("可支付月数（近12个月）", "M-06", "R12", POOLED, (("按下年预算", "M-06", "FWD", ""),)),
    ("现金可支付月数（近12个月）", "M-07", "R12", WHOLE, ()),
    ("支出增幅（本年累计同比）", "M-09", "YTD_OUT", WHOLE,
     (("收入增幅", "M-09", "YTD_IN", ""), ("剪刀差", "M-10", "YTD", ""))),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A number with its unit, sign class and remark, ready to print."""

    text: str
    unit: str
    css: str
    remark: str = ""


@dataclass(frozen=True)
class Tile:
    """One headline figure; ``lines`` are (label, figure) below it, ``definition`` its formula."""

    label: str
    figure: Figure
    lines: tuple[tuple[str, Figure], ...]
    definition: str


@dataclass(frozen=True)
class MetricLine:
    """One line of the metric table; amounts in yuan."""

    scope: str
    figure: Figure
    numerator_amt: Decimal | None
    denominator_amt: Decimal | None
    month_cnt: int
    formula: str


@dataclass(frozen=True)
class MetricGroup:
    """The lines of one metric under what its definitions have in common."""

    metric_id: str
    name: str
    rules: tuple[str, ...]
    lines: tuple[MetricLine, ...]


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


def tiles(ledger: Ledger, definitions: Mapping[Key, Definition]) -> tuple[Tile, ...]:
    """The five headline figures of a ledger."""
    out = []
    for label, metric_id, variant, funds, below in _TILES:
        metric = pick(ledger.metrics, metric_id, variant, funds)
        lines = []
        for name, other_id, other_variant, fund in below:
            other = pick(ledger.metrics, other_id, other_variant, (fund,) if fund else funds)
            if other:
                lines.append((name, as_figure(other)))
        definition = definitions.get(metric.key) if metric else None
        out.append(Tile(label, as_figure(metric), tuple(lines), formula(definition)))
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


def metric_groups(ledger: Ledger, definitions: Mapping[Key, Definition]) -> tuple[MetricGroup, ...]:
    """Every metric of the ledger's last month; whole-year variants repeat December's 本年累计."""
    funds, variants = list(FUNDS), list(VARIANTS)
    shown = [m for m in ledger.metrics.values() if not m.variant.startswith("CAL")]
    shown.sort(key=lambda m: (m.metric_id, _place(funds, m.fund), _place(variants, m.variant)))
    out = []
    for metric_id, found in groupby(shown, key=lambda m: m.metric_id):
        group = tuple(found)
        told = [definitions[m.key] for m in group if m.key in definitions]
        rules = (
            ("不足12个月", dict.fromkeys(d.short_history for d in told)),
            ("分母为零或为负", dict.fromkeys(d.zero_spending for d in told)),
            ("依据", dict.fromkeys(d.source for d in told)),
        )
        out.append(
            MetricGroup(
                metric_id,
                "、".join(dict.fromkeys(m.metric_name or metric_id for m in group)),
                tuple(f"{name}：{' ／ '.join(texts)}" for name, texts in rules if any(texts)),
                tuple(_metric_line(m, definitions.get(m.key)) for m in group),
            )
        )
    return tuple(out)


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


def _metric_line(metric: Metric, definition: Definition | None) -> MetricLine:
    fund, variant = (
        FUNDS.get(metric.fund, metric.fund),
        VARIANTS.get(metric.variant, metric.variant),
    )
    return MetricLine(
        f"{fund} · {variant}",
        as_figure(metric),
        metric.numerator_amt,
        metric.denominator_amt,
        metric.month_cnt,
        formula(definition),
    )


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def as_figure(metric: Metric | None) -> Figure:
    """A metric as it is printed; 暂无 where there is none, — where it has no value."""
    if metric is None:
        return Figure(figure(None, ""), "", "none")
    remark = STATUSES.get(metric.status, metric.status)
    if metric.status == "short_history":
        remark = f"只有{metric.month_cnt}个月"
    if metric.value is None:
        return Figure("—", "", "none", remark)
    text = figure(metric.value, metric.unit)
    return Figure(text, shown_unit(metric.unit), sign_class(metric.value), remark)

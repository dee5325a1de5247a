"""Charts as static SVG text: monthly income and spending with warnings, and the year's waterfall.

Each kind is built once with Altair and then filled with figures. Positions never depend on the
width of a text (no automatic sizes, no legends), so the SVG does not differ by installed fonts;
Chinese texts take their places after rendering, for measuring them takes most of the time. Money
becomes a float here and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from pipelines.reports.html.text import LEVELS, wan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INK, GRID = "#3d4852", "#e3e7eb"
INCOME, SPENDING, BALANCE = "#1f6f8b", "#b4541a", "#4a5a6a"

_WIDTH = 1040
_PADDING = {"left": 78, "right": 14, "top": 12, "bottom": 30}
_TEN_THOUSAND = Decimal(10000)
_OPENING = re.compile(r"<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")
#: the page's CSS names the font; a whole chart is one image to a screen reader
_NOISE = re.compile(r' (?:font-family|role|aria-[a-z]+)="[^"]*"')
_NUMBERS = {
    "decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "-"
}  # fmt: skip


@dataclass(frozen=True)
class Month:
    """One month of a ledger; amounts in yuan, None where the month has no statement."""

    period_ym: int
    income: Decimal | None
    spending: Decimal | None
    #: worst warning of the month, '' for none
    level: str = ""


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall, in yuan: a balance standing on zero, or a signed change."""

    name: str
    amount: Decimal
    is_balance: bool = False


def spending_svg(months: Sequence[Month], *, key: str, title: str) -> Markup:
    """Income and spending by month (万元); warnings on the spending line, January–February shaded.

    ``months`` are consecutive, oldest first; ``key`` makes the element ids unique in a page.
    """
    points: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for x, month in enumerate(months):
        income, spending = _float(month.income), _float(month.spending)
        points += [
            {"x": x, "y": income, "series": "收入"},
            {"x": x, "y": spending, "series": "支出"},
        ]
        if month.level in LEVELS and spending is not None:
            marks.append({"x": x, "y": spending, "level": month.level})
    values = [point["y"] for point in points if point["y"] is not None]
    ticks = [
        (x, f"{month.period_ym // 100}年{month.period_ym % 100}月")
        for x, month in enumerate(months)
        if month.period_ym % 100 in (1, 7)
    ]
    data = {
        "points": points,
        "marks": marks,
        "spring": [
            {"x": min(xs) - 0.5, "x2": max(xs) + 0.5}
            for _, group in groupby(enumerate(months), key=lambda told: told[1].period_ym // 100)
            if (xs := [x for x, month in group if month.period_ym % 100 in (1, 2)])
        ],
        "ticks": [{"x": x, "label": _token(n)} for n, (x, _) in enumerate(ticks)],
    }
    bounds = {**_bounds(values), "last": len(months) - 0.5}
    told = _spending_text(months)
    texts = [text for _, text in ticks]
    return _render(_spending_spec(), data, bounds, texts, key=key, title=title, desc=told)


def waterfall_svg(steps: Sequence[Step], *, key: str, title: str) -> Markup:
    """期初结存 → changes → 期末结存 (万元); a fall is labelled below its bar, a rise above."""
    bars: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    level = Decimal(0)
    for x, step in enumerate(steps):
        start = Decimal(0) if step.is_balance else level
        end = step.amount if step.is_balance else level + step.amount
        falls = step.amount < 0
        sign = "" if step.is_balance or falls else "+"
        low, high = sorted((start, end))
        bars.append(
            {
                "x": x - 0.32,
                "x2": x + 0.32,
                "mid": x,
                "y": _float(start),
                "y2": _float(end),
                "edge": _float(low if falls else high),
                "kind": "balance" if step.is_balance else "fall" if falls else "rise",
                "side": "below" if falls else "above",
                "label": sign + wan(step.amount),
                "name": _token(x),
            }
        )
        if x + 1 < len(steps):
            links.append({"x": x + 0.32, "x2": x + 0.68, "y": _float(end)})
        level = end
    values = [bar[side] for bar in bars for side in ("y", "y2")]
    feet = [bar["edge"] for bar in bars if bar["side"] == "below"]
    data = {"bars": bars, "links": links, "zero": [{"y": 0}]}
    bounds = {**_bounds(values, feet), "last": len(steps) - 0.5}
    told = "；".join(f"{step.name} {wan(step.amount)} 万元" for step in steps)
    texts = [step.name for step in steps]
    return _render(_waterfall_spec(), data, bounds, texts, key=key, title=title, desc=told)


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount / _TEN_THOUSAND)


def _bounds(values: Sequence[float], feet: Sequence[float] = ()) -> dict[str, float]:
    """Zero is in the picture; 9 % of air above, and below what is negative or labelled there."""
    low, high = min((*values, 0.0)), max((*values, 0.0))
    air = (high - low or 1.0) * 0.09
    lowest = min((low if low < 0 else air, *feet)) - air
    return {"low": min(lowest, 0.0), "high": high + air}


def _spending_text(months: Sequence[Month]) -> str:
    known = [m for m in months if m.spending is not None]
    if not known:
        return "没有数据"
    last = known[-1]
    warned = sum(bool(m.level) for m in months)
    return (
        f"{months[0].period_ym} 至 {months[-1].period_ym} 共 {len(months)} 个月；"
        f"{last.period_ym} 收入 {wan(last.income)} 万元，支出 {wan(last.spending)} 万元；"
        f"有预警的月份 {warned} 个"
    )


@cache
def _spending_spec() -> dict[str, Any]:
    import altair as alt

    x = alt.X("x:Q", axis=None, scale=_scale(alt, "first", "last", nice=False))
    y = alt.Y("y:Q", axis=_money_axis(alt), scale=_scale(alt, "low", "high", nice=True))
    spring = alt.Chart(alt.NamedData("spring")).mark_rect(color="#f4ecdf").encode(x=x, x2="x2:Q")
    series = alt.Scale(domain=["收入", "支出"], range=[INCOME, SPENDING])
    dashes = alt.Scale(domain=["收入", "支出"], range=[[6, 4], [1, 0]])
    lines = (
        alt.Chart(alt.NamedData("points"))
        .mark_line(strokeWidth=2, strokeJoin="round")
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=series, legend=None),
            strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=None),
        )
    )
    names = list(LEVELS)
    shapes = alt.Scale(domain=names, range=[LEVELS[n].shape for n in names])
    colors = alt.Scale(domain=names, range=[LEVELS[n].color for n in names])
    marks = (
        alt.Chart(alt.NamedData("marks"))
        .mark_point(size=110, filled=True, opacity=1, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("level:N", scale=shapes, legend=None),
            fill=alt.Fill("level:N", scale=colors, legend=None),
        )
    )
    ticks = (
        alt.Chart(alt.NamedData("ticks"))
        .mark_text(baseline="top", fontSize=12, color=INK)
        .encode(x=x, y=alt.value(268), text="label:N")
    )
    return _spec(alt.layer(spring, lines, marks, ticks), height=260)


@cache
def _waterfall_spec() -> dict[str, Any]:
    import altair as alt

    x_scale = _scale(alt, "first", "last", nice=False)
    y_scale = _scale(alt, "low", "high", nice=True)
    kinds = alt.Scale(domain=["balance", "rise", "fall"], range=[BALANCE, INCOME, SPENDING])
    data = alt.Chart(alt.NamedData("bars"))
    bars = data.mark_rect().encode(
        x=alt.X("x:Q", axis=None, scale=x_scale),
        x2="x2:Q",
        y=alt.Y("y:Q", axis=_money_axis(alt), scale=y_scale),
        y2="y2:Q",
        color=alt.Color("kind:N", scale=kinds, legend=None),
    )
    links = (
        alt.Chart(alt.NamedData("links"))
        .mark_rule(color="#98a2ad", strokeDash=[3, 3])
        .encode(
            x=alt.X("x:Q", axis=None, scale=x_scale),
            x2="x2:Q",
            y=alt.Y("y:Q", axis=_money_axis(alt), scale=y_scale),
        )
    )
    zero = (
        alt.Chart(alt.NamedData("zero"))
        .mark_rule(color=INK)
        .encode(y=alt.Y("y:Q", axis=_money_axis(alt), scale=y_scale))
    )
    at = {
        "x": alt.X("mid:Q", axis=None, scale=x_scale),
        "y": alt.Y("edge:Q", axis=_money_axis(alt), scale=y_scale),
        "text": "label:N",
    }
    above = (
        data.transform_filter("datum.side == 'above'")
        .mark_text(baseline="bottom", dy=-4, fontSize=13, color=INK)
        .encode(**at)
    )
    below = (
        data.transform_filter("datum.side == 'below'")
        .mark_text(baseline="top", dy=5, fontSize=13, color=INK)
        .encode(**at)
    )
    names = data.mark_text(baseline="top", fontSize=13, color=INK).encode(
        x=alt.X("mid:Q", axis=None, scale=x_scale), y=alt.value(248), text="name:N"
    )
    return _spec(alt.layer(bars, links, zero, above, below, names), height=240)


def _scale(alt: Any, low: str, high: str, *, nice: bool) -> Any:
    return alt.Scale(domainMin=alt.ExprRef(low), domainMax=alt.ExprRef(high), nice=nice, zero=False)


def _money_axis(alt: Any) -> Any:
    return alt.Axis(
        title=None,
        format=",~f",
        tickCount=5,
        labelColor=INK,
        labelFontSize=12,
        labelOverlap=False,
        labelLimit=0,
        gridColor=GRID,
        domain=False,
        ticks=False,
    )


def _spec(chart: Any, *, height: int) -> dict[str, Any]:
    names = ("first", "last", "low", "high")
    spec: dict[str, Any] = (
        chart.properties(width=_WIDTH, height=height, autosize="none", padding=_PADDING)
        .configure(background="transparent", aria=False)
        .configure_view(stroke=None)
        .to_dict()
    )
    return {**spec, "params": [{"name": name, "value": 0} for name in names]}


def _render(
    template: Mapping[str, Any],
    data: Mapping[str, Any],
    bounds: Mapping[str, float],
    texts: Sequence[str],
    *,
    key: str,
    title: str,
    desc: str,
) -> Markup:
    import vl_convert

    values = {"first": -0.5, **bounds}
    spec = {
        **template,
        "params": [{"name": name, "value": value} for name, value in values.items()],
        "datasets": dict(data),
    }
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale=_NUMBERS)
    head = _OPENING.match(svg)
    if head is None:
        raise ValueError("the renderer gave no SVG")
    opening = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{box}" role="img" '
        'aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{title}</title>'
        '<desc id="{key}-d">{desc}</desc>'
    ).format(box=head.group(1), key=key, title=title, desc=desc)
    body = _unique_ids(_NOISE.sub("", svg[head.end() :]), key)
    for n, text in enumerate(texts):
        body = body.replace(f">{_token(n)}<", f">{escape(text)}<")
    return opening + Markup(body)


def _token(n: int) -> str:
    """What stands for the n-th text until the chart is rendered."""
    return f"@{n}@"


def _unique_ids(body: str, key: str) -> str:
    body = re.sub(r'id="', f'id="{key}-', body)
    return re.sub(r"url\(#", f"url(#{key}-", body)

"""Two monthly series of one ledger as a static SVG, zero always in the picture."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.reports.charts import (
    INCOME,
    INK,
    SPENDING,
    _bounds,
    _float,
    _money_axis,
    _render,
    _scale,
    _spec,
    _token,
)
from pipelines.reports.html.text import wan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from markupsafe import Markup

#: up to so many months each has its name under the chart
ALL_TICKS = 8


def pair_svg(
    months: Sequence[int],
    series: Sequence[tuple[str, Sequence[Decimal | None]]],
    *,
    key: str,
    title: str,
) -> Markup:
    """One or two series over consecutive months (yyyymm, oldest first), yuan shown in 万元.

    The first is dashed, the second solid; ``key`` makes the element ids unique in a page.
    """
    points: list[dict[str, Any]] = [
        {"x": x, "y": _float(value), "series": str(number)}
        for number, (_, values) in enumerate(series)
        for x, value in enumerate(values)
    ]
    shown = [point["y"] for point in points if point["y"] is not None]
    ticks = [
        (x, f"{ym // 100}年{ym % 100}月")
        for x, ym in enumerate(months)
        if ym % 100 in (1, 7) or len(months) <= ALL_TICKS
    ]
    data = {
        "points": points,
        "zero": [{"y": 0}],
        "ticks": [{"x": x, "label": _token(n)} for n, (x, _) in enumerate(ticks)],
    }
    bounds = {**_bounds(shown), "last": len(months) - 0.5}
    told = "；".join(
        f"{name} {month_} {wan(value)} 万元"
        for name, values in series
        for month_, value in list(zip(months, values, strict=True))[-1:]
        if value is not None
    )
    texts = [text for _, text in ticks]
    return _render(_pair_spec(), data, bounds, texts, key=key, title=title, desc=told)


@cache
def _pair_spec() -> dict[str, Any]:
    import altair as alt

    x = alt.X("x:Q", axis=None, scale=_scale(alt, "first", "last", nice=False))
    y = alt.Y("y:Q", axis=_money_axis(alt), scale=_scale(alt, "low", "high", nice=True))
    colors = alt.Scale(domain=["0", "1"], range=[INCOME, SPENDING])
    dashes = alt.Scale(domain=["0", "1"], range=[[6, 4], [1, 0]])
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(color=INK).encode(y=y)
    lines = (
        alt.Chart(alt.NamedData("points"))
        .mark_line(strokeWidth=2, strokeJoin="round", point={"size": 26, "filled": True})
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=colors, legend=None),
            strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=None),
        )
    )
    ticks = (
        alt.Chart(alt.NamedData("ticks"))
        .mark_text(baseline="top", fontSize=12, color=INK)
        .encode(x=x, y=alt.value(268), text="label:N")
    )
    return _spec(alt.layer(zero, lines, ticks), height=260)

"""A fund's reserve, known and ahead with its 80 % band, against six, three and no months of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.reports.charts import (
    BALANCE,
    INK,
    _bounds,
    _float,
    _money_axis,
    _render,
    _scale,
    _spec,
    _token,
)
from pipelines.reports.html.text import LEVELS, wan

if TYPE_CHECKING:
    from markupsafe import Markup

    from pipelines.reports.html.outlook import Outlook

#: line in payable months → the level whose colour it bears
LINE_LEVELS = {6: "yellow", 3: "orange", 0: "red"}
_BAND = "#d7dfe7"


def outlook_svg(outlook: Outlook, *, key: str, title: str) -> Markup:
    """Reserve by month (万元): solid where it is known, dashed ahead, the band around it.

    The lines are so many months of the mean spending of the twelve months up to each month;
    ``key`` makes the element ids unique in a page.
    """
    months = (*outlook.known, *outlook.ahead)
    split = len(outlook.known) - 1
    points: list[dict[str, Any]] = [
        {"x": x, "y": _float(month.reserve), "series": name}
        for name, inside in (("known", range(split + 1)), ("ahead", range(split, len(months))))
        for x, month in enumerate(months)
        if x in inside
    ]
    band: list[dict[str, Any]] = [
        {"x": x, "y": _float(month.early), "y2": _float(month.late)}
        for x, month in enumerate(months)
        if x >= split
    ]
    lines: list[dict[str, Any]] = [
        {"x": x, "y": _float(month.mean * line), "line": str(line)}
        for line in LINE_LEVELS
        for x, month in enumerate(months)
    ]
    ticks = [
        (x, f"{month.target_ym // 100}年{month.target_ym % 100}月")
        for x, month in enumerate(months)
        if month.target_ym % 100 in (1, 7)
    ]
    values = [value for row in (*points, *lines) if (value := row["y"]) is not None]
    values += [value for row in band for value in (row["y"], row["y2"]) if value is not None]
    data: dict[str, Any] = {
        "points": points,
        "band": band,
        "lines": lines,
        "now": [{"x": split}],
        "ticks": [{"x": x, "label": _token(n)} for n, (x, _) in enumerate(ticks)],
    }
    bounds = {**_bounds(values), "last": len(months) - 0.5}
    told = "；".join(
        [
            f"{outlook.base_ym} 可用结存 {wan(outlook.known[-1].reserve)} 万元",
            *(text for _, text in outlook.lines),
        ]
    )
    texts = [text for _, text in ticks]
    return _render(_outlook_spec(), data, bounds, texts, key=key, title=title, desc=told)


@cache
def _outlook_spec() -> dict[str, Any]:
    import altair as alt

    x = alt.X("x:Q", axis=None, scale=_scale(alt, "first", "last", nice=False))
    y = alt.Y("y:Q", axis=_money_axis(alt), scale=_scale(alt, "low", "high", nice=True))
    band = alt.Chart(alt.NamedData("band")).mark_area(color=_BAND).encode(x=x, y=y, y2="y2:Q")
    names = [str(line) for line in LINE_LEVELS]
    colors = alt.Scale(domain=names, range=[LEVELS[n].color for n in LINE_LEVELS.values()])
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=1.4)
        .encode(x=x, y=y, color=alt.Color("line:N", scale=colors, legend=None))
    )
    dashes = alt.Scale(domain=["known", "ahead"], range=[[1, 0], [6, 4]])
    points = (
        alt.Chart(alt.NamedData("points"))
        .mark_line(strokeWidth=2.4, strokeJoin="round", color=BALANCE)
        .encode(x=x, y=y, strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=None))
    )
    now = alt.Chart(alt.NamedData("now")).mark_rule(color="#98a2ad", strokeDash=[2, 3]).encode(x=x)
    ticks = (
        alt.Chart(alt.NamedData("ticks"))
        .mark_text(baseline="top", fontSize=12, color=INK)
        .encode(x=x, y=alt.value(268), text="label:N")
    )
    return _spec(alt.layer(band, now, lines, points, ticks), height=260)

"""The charts as SVG text: what is drawn where, told to a screen reader, whatever the fonts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import vl_convert

from pipelines.reports.charts import Month, Step, spending_svg, waterfall_svg
from pipelines.reports.html.text import LEVELS


def months(count: int, levels: dict[int, str] | None = None) -> list[Month]:
    """``count`` months from 2023-01: income 1–n 万元, spending half of it."""
    return [
        Month(
            (2023 + n // 12) * 100 + n % 12 + 1,
            Decimal(10000 * (n + 1)),
            Decimal(5000 * (n + 1)),
            (levels or {}).get(n, ""),
        )
        for n in range(count)
    ]


FALLING = (
    Step("年初结存", Decimal("755200"), True),
    Step("基金收入", Decimal("1987900")),
    Step("基金支出", Decimal("-2642300")),
    Step("期末结存", Decimal("100800"), True),
)


def texts(svg: str) -> dict[str, tuple[float, float]]:
    """Text → where it stands, in pixels of the plot."""
    found = re.findall(r"<text [^>]*translate\(([-\d.]+),([-\d.]+)\)[^>]*>([^<]+)</text>", svg)
    return {text: (float(x), float(y)) for x, y, text in found}


def test_each_warned_month_has_the_mark_of_its_level_and_no_other_has() -> None:
    svg = spending_svg(months(24, {3: "red", 4: "red", 9: "yellow"}), key="k", title="月度收支")
    drawn = {name: svg.count(f'fill="{level.color}"') for name, level in LEVELS.items()}
    assert drawn == {"grey": 0, "blue": 0, "yellow": 1, "orange": 0, "red": 2}


def test_levels_differ_by_shape_not_only_by_colour() -> None:
    shapes = set()
    for name, level in LEVELS.items():
        svg = spending_svg(months(6, {2: name}), key="k", title="t")
        found = re.search(rf'<path [^>]*d="([^"]+)"[^>]*fill="{level.color}"', svg) or re.search(
            rf'<path [^>]*fill="{level.color}"[^>]*d="([^"]+)"', svg
        )
        assert found, name
        shapes.add(found.group(1))
    assert len(shapes) == len(LEVELS)


def test_each_year_has_its_january_and_february_shaded_together() -> None:
    assert spending_svg(months(36), key="k", title="t").count('fill="#f4ecdf"') == 3


def test_a_month_without_a_statement_breaks_the_line() -> None:
    whole, gap = months(12), months(12)
    gap[6] = Month(202307, None, None)
    moves = [
        re.findall(r'd="(M[^"]+)"[^>]*stroke="#b4541a"', spending_svg(m, key="k", title="t"))
        for m in (whole, gap)
    ]
    assert [path.count("M") for path in (moves[0][0], moves[1][0])] == [1, 2]


def test_the_waterfall_names_and_signs_every_step() -> None:
    shown = texts(waterfall_svg(FALLING, key="k", title="t"))
    assert {"年初结存", "基金收入", "基金支出", "期末结存"} <= shown.keys()
    assert {"75.52", "+198.79", "-264.23", "10.08"} <= shown.keys()


def test_the_label_of_a_fall_that_ends_near_zero_keeps_clear_of_the_names() -> None:
    shown = texts(waterfall_svg(FALLING, key="k", title="t"))
    assert shown["基金支出"][1] - shown["-264.23"][1] >= 14


def test_no_label_leaves_the_picture() -> None:
    deficit = (Step("年初结存", Decimal(-100), True), Step("支出", Decimal(-900000)))
    for svg in (
        waterfall_svg(FALLING, key="k", title="t"),
        waterfall_svg(deficit, key="k", title="t"),
    ):
        assert [t for t, (_, y) in texts(svg).items() if not -2 <= y <= 290] == []


def test_a_ledger_without_money_is_still_drawn() -> None:
    empty = [Month(202501, Decimal(0), Decimal(0))]
    assert "2025年1月" in spending_svg(empty, key="k", title="t")
    nothing = (Step("年初结存", Decimal(0), True), Step("期末结存", Decimal(0), True))
    assert texts(waterfall_svg(nothing, key="k", title="t")).keys() >= {"年初结存", "期末结存"}


def test_a_screen_reader_is_told_title_and_figures_and_the_rest_is_one_image() -> None:
    svg = waterfall_svg(FALLING, key="w-1", title="延安市 <居民>")
    assert 'role="img" aria-labelledby="w-1-t w-1-d"' in svg
    assert '<title id="w-1-t">延安市 &lt;居民&gt;</title>' in svg
    assert "基金支出 -264.23 万元" in svg
    assert svg.count("role=") == 1


def test_ids_of_two_charts_on_a_page_do_not_meet() -> None:
    ids = [
        set(re.findall(r'id="([^"]+)"', spending_svg(months(12), key=key, title="t")))
        for key in ("a", "b")
    ]
    assert ids[0] and ids[1]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("font", ["DejaVu Serif", "monospace"])
def test_positions_do_not_depend_on_the_font(font: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain: Any = vl_convert.vegalite_to_svg

    def other(spec: dict[str, Any], **options: Any) -> str:
        config = {**spec["config"], "font": font}
        svg: str = plain({**spec, "config": config}, **options)
        return svg

    before = (
        spending_svg(months(36), key="k", title="t"),
        waterfall_svg(FALLING, key="k", title="t"),
    )
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", other)
    after = (
        spending_svg(months(36), key="k", title="t"),
        waterfall_svg(FALLING, key="k", title="t"),
    )
    assert before == after

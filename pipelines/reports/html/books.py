"""The page that sets the books of a pooling area side by side, one self-contained file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reports import layout
from pipelines.reports.compared import (
    KINDS,
    book_name,
    cause_text,
    explained,
    headlines,
)
from pipelines.reports.files import write_report
from pipelines.reports.html.books_chart import pair_svg
from pipelines.reports.html.render import environment
from pipelines.reports.html.text import SCHEMES, month

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from markupsafe import Markup

    from pipelines.books.comparison import Comparison


def file_name(poolarea_no: str) -> str:
    """``610100-books.html``: what other pages link to."""
    return f"{poolarea_no}-books.html"


def write_comparison(told: Sequence[Comparison], out_dir: Path) -> Path:
    """Write the page of one pooling area's ledgers; same input, same bytes.

    Raises JiecunError ``REPORT_WRITE`` (the file cannot be written).
    """
    return write_report(out_dir / file_name(told[0].poolarea_no), comparison_page(told))


def comparison_page(told: Sequence[Comparison]) -> str:
    """The page as text: for each ledger sentences, figures, chart, reasons and open items."""
    first = told[0]
    return (
        environment()
        .get_template("books.html.j2")
        .render(
            title=f"{first.poolarea_name}账簿比较 {month(first.period_ym)}",
            pool=first,
            parts=[_part(one) for one in told],
            book_name=book_name,
            cause_text=cause_text,
            kinds=KINDS,
            stamp=layout.STAMP if first.period_ym >= layout.STAMP_FROM else "",
        )
    )


def _part(told: Comparison) -> dict[str, object]:
    return {
        "told": told,
        "scheme": SCHEMES.get(told.scheme, told.scheme),
        "headlines": headlines(told),
        "explained": list(explained(told)),
        "charts": _charts(told),
    }


def _charts(told: Comparison) -> list[tuple[str, Sequence[str], Markup]]:
    """Caption, names of the dashed and the solid line, SVG."""
    at = {
        name: n
        for n, book in enumerate(told.books)
        for name in (book.policy + ("+" if book.is_accrual else ""),)
    }
    months = [one.period_ym for one in told.trend]
    fund = "统筹基金" if told.scheme == "310" else "基金"
    out: list[tuple[str, Sequence[str], Markup]] = []

    def values(policy: str) -> list[Decimal | None]:
        return [one.values[at[policy]] for one in told.trend]

    if told.scheme == "310" and {"A1999", "A2017", "B"} <= at.keys():
        names = tuple(book_name(told.books[at[p]].code) for p in ("A2017", "A1999"))
        series = [
            (name, _less(values(policy), values("B")))
            for name, policy in zip(names, ("A2017", "A1999"), strict=True)
        ]
        title = "统筹基金本月结余与建议制度之差"
        svg = pair_svg(months, series, key=f"p-{told.ledger_id}", title=title)
        out.append(
            (
                f"{title}（万元）：高于零是年末预分多记的（虚增），低于零是以后月份冲回或少记的",
                names,
                svg,
            )
        )
    if {"B", "B+"} <= at.keys():
        names = tuple(book_name(told.books[at[p]].code) for p in ("B", "B+"))
        pairs = [(name, values(p)) for name, p in zip(names, ("B", "B+"), strict=True)]
        title = f"{fund}本月结余：收付实现制与应计"
        svg = pair_svg(months, pairs, key=f"a-{told.ledger_id}", title=title)
        out.append((f"{title}（万元）", names, svg))
    return out


def _less(values: Sequence[Decimal | None], base: Sequence[Decimal | None]) -> list[Decimal | None]:
    return [
        None if value is None or other is None else value - other
        for value, other in zip(values, base, strict=True)
    ]

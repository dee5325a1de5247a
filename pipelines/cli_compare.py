"""``jiecun books``: the same events under every set of rules."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path  # noqa: TC003  (typer reads the annotations at run time)
from typing import Annotated

import typer

from pipelines.options import JsonOption, WarehouseOption, out, request_of

books_app = typer.Typer(help="各种制度的账簿比较。", no_args_is_help=True)


@books_app.callback()
def books() -> None:
    """各种制度的账簿比较。"""


@books_app.command()
def compare(
    pool: Annotated[str, typer.Option(help="统筹区编号，如 610100")],
    period: Annotated[int | None, typer.Option(help="月份 yyyymm，默认最后一个月")] = None,
    scheme: Annotated[str | None, typer.Option(help="310 职工或 390 居民，默认全部")] = None,
    html: Annotated[Path | None, typer.Option(help="另写成网页，到这个文件夹")] = None,
    release: Annotated[str | None, typer.Option(help="发布编号，默认当前发布")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """同一统筹区、同一月份，各种制度怎么说、为什么不同（虚增、虚假赤字、应计）。"""

    from pipelines.books.compare import compare as compare_books
    from pipelines.books.export.source import open_marts
    from pipelines.books.scope import MARTS, ledgers_of_pool
    from pipelines.console import print_json
    from pipelines.reports.compared import render, to_json
    from pipelines.reports.html.books import write_comparison
    from pipelines.warehouse.release import find_release

    found = find_release(request_of(None, warehouse).warehouse, release)
    with closing(open_marts(found.path, MARTS)) as con, out.status("正在比较…"):
        ledgers, ym = ledgers_of_pool(con, pool, period, scheme)
        told = [compare_books(con, ledger, ym, release_id=found.release_id) for ledger in ledgers]
    pages = [] if html is None else [write_comparison(told, html)]
    if as_json:
        facts = {"release_id": found.release_id, "period_ym": ym}
        compared = [to_json(one) for one in told]
        print_json({**facts, "comparisons": compared, "files": [str(page) for page in pages]})
        return
    for one in told:
        for part in render(one):
            out.print(part, highlight=False)
    for page in pages:
        out.print(f"网页 {page}", highlight=False)

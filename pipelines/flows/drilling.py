"""``jiecun drill``: a published release opened with the source rows as they stood behind it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.drill.books import MARTS, NEEDED, OPTIONAL_MARTS, PER_ROW, Books
from pipelines.drill.computed import LATER
from pipelines.drill.drill import drill_books
from pipelines.engine.runner import run_models
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.flows.steps import model_plan
from pipelines.flows.workspace import bind_extracts, open_workspace
from pipelines.reports.statements import BOOK
from pipelines.sql_text import quoted
from pipelines.warehouse.release import find_release

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.drill.node import Node
    from pipelines.flows.request import RunRequest

_NO_AREA = "select '' as poolarea_no where false"


@dataclass(frozen=True)
class _Batch:
    table_name: str
    source_sha: str
    replaced_rows: int
    released_rows: int


def drill(
    request: RunRequest,
    key: str,
    release_id: str | None = None,
    *,
    limit: int | None = None,
    deep: bool = False,
    book: str = BOOK,
) -> Node:
    """The tree under a figure of a book of a release (default: the current one, in force).

    ``limit`` and ``deep`` as for ``drill_books``. Raises JiecunError ``DRILL_KEY``,
    ``NO_RELEASE`` and ``STAGED_MISSING``.
    """
    books = open_books(request, release_id, book)
    with closing(books.con):
        return drill_books(books, key, limit=limit, deep=deep)


def _bind_meanings(con: duckdb.DuckDBPyConnection, mart: Path) -> None:
    """What region codes meant when the release was made; nothing in releases without that mart."""
    told = f"select * from read_parquet({quoted(str(mart))})"
    if not mart.is_file():
        told = "select '' as region_code, 0 as year_from, 0 as year_to, '' as region_sk where false"
    con.execute(f"create view region_meaning as {told}")


def _require_book(con: duckdb.DuckDBPyConnection, book: str) -> None:
    found = con.execute("select distinct book from fct_balance_sheet order by book").fetchall()
    if (book,) not in found:
        known = "、".join(row[0] for row in found)
        raise JiecunError(
            Problem("BOOK_UNKNOWN", "--book", f"发布中的账簿：{known}", book, "改正账簿名"),
            exit_code=EXIT_USAGE,
        )


def open_books(request: RunRequest, release_id: str | None = None, book: str = BOOK) -> Books:
    """A release, open for drilling; the caller closes ``con``.

    Vouchers and statements are those of the release. The rows behind them are staged files that
    were there at the time, less the rows replaced by then; what came later is not seen. They are
    split by today's rules and SQL: where these changed since, a drill says what it cannot explain.
    Raises JiecunError ``NO_RELEASE``, ``BOOK_UNKNOWN`` and ``STAGED_MISSING``.
    """
    release = find_release(request.warehouse, release_id)
    con = open_workspace(request)
    try:
        published = [path.stem for path in sorted((release.path / "marts").glob("*.parquet"))]
        for name in (*MARTS, *OPTIONAL_MARTS):
            if name in published:
                path = quoted(str(release.path / "marts" / f"{name}.parquet"))
                con.execute(f"create view {name} as select * from read_parquet({path})")
        _require_book(con, book)
        told = {row[0] for row in con.execute("describe fct_intake").fetchall()}
        released = "released_rows" if "released_rows" in told else "0"
        taken_in = con.execute(
            f"select table_name, source_sha, replaced_rows, {released}, source_file "
            "from fct_intake order by batch_id"
        ).fetchall()
        batches = [_Batch(*known) for *known, _ in taken_in]
        manifest: Any = release.manifest
        pools = [pool for pool in manifest["parts"]["pools"].split(",") if pool]
        bind_extracts(con, request.warehouse, batches, pools=pools)
        con.execute(
            "create table param_run as select ?::integer as through_ym",
            [int(manifest["parts"]["through_ym"])],
        )
        _bind_meanings(con, release.path / "marts" / "dim_region_code.parquet")
        areas = "from dim_pooling_area" if "dim_pooling_area" in published else _NO_AREA
        con.execute(f"create view pooling_area as {areas}")
        models = {model.name: model for model in model_plan()}
        run_models(con, [models[name] for name in models if name in NEEDED])
    except BaseException:
        con.close()
        raise
    return Books(
        con,
        release.release_id,
        book,
        request.raw,
        request.warehouse,
        {name: models[name] for name in PER_ROW},
        {sha: file for _, sha, *_, file in taken_in},
        {name: models[name] for name in models if name in LATER},
    )

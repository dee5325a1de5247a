"""The DuckDB of one run: rules loaded, staged rows bound as views, reference views for intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from pipelines.books.journal import bind_closed
from pipelines.books.periods import read_periods
from pipelines.engine.rules import load_rules
from pipelines.engine.runner import connect
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.live import live_view_sql
from pipelines.extracts.rates import rule_rates
from pipelines.paths import RULES
from pipelines.regions.load import load_region_list, load_region_pairs
from pipelines.regions.whole import assemble, lookups, tables
from pipelines.warnings.state import event_frame, known_by, read_events
from pipelines.warnings.thresholds import check_thresholds
from schemas.demo import RuleDemoLevel
from schemas.extracts import EXTRACTS
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_MODELS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.extracts.live import Batch
    from pipelines.extracts.log import BatchRecord
    from pipelines.flows.request import RunRequest
    from pipelines.paths import RawPaths, WarehousePaths
    from pipelines.regions.whole import Regions

#: table a run binds beside extracts and rules → the mart whose columns it has
BOUND_LIKE = {
    "pooling_area": "dim_pooling_area",
    "pooling_area_member": "dim_pooling_area_member",
    "region": "dim_region",
    "region_successor": "dim_region_successor",
    "region_meaning": "dim_region_code",
    "region_as_of": "dim_region_as_of",
    "region_change": "fct_region_change",
    "intake_batch": "fct_intake",
    "intake_rule": "fct_intake_rule",
    "declared_column": "meta_dictionary",
    "check_result": "fct_check",
    "closed_line": "fct_journal",
    "param_attribute": "meta_run",
    "forecast_path": "fct_forecast",
    "forecast_crossing": "fct_forecast_crossing",
    "warning_event": "fct_warning_event",
}
#: every input of the SQL graph that is neither an extract nor a rule
BOUND = (*BOUND_LIKE, "param_run", "closed_period")

_REFERENCE_SQL = {
    "ref_insutype": "select insutype from rule_insutype",
    "ref_insutype_in_scope": "select insutype from rule_insutype where in_scope",
    "ref_med_class": "select distinct med_prefix from rule_med_class",
    "ref_clct_way": "select clct_way from rule_clct_way",
    "ref_traf_item": "select traf_item from rule_traf_item",
    "ref_event": "select event_code from rule_event union all select 'OPEN'",
    # a voucher line names a leaf account of its scheme's chart
    "ref_account": """
        select a.account_code, a.insutype
        from rule_account as a
        where not exists (
            select 1 from rule_account as c
            where c.insutype = a.insutype and c.account_code <> a.account_code
                and starts_with(c.account_code, a.account_code)
        )
    """,
}


def read_regions(raw: RawPaths) -> Regions:
    """Read the region texts of the raw folder: one list, and the pairs where they are there.

    Raises JiecunError ``REGION_TEXT`` where there is no list or more than one text of a kind, and
    what ``load_region_text`` and ``assemble`` raise.
    """
    listed = _texts(raw, "000_*.txt", "区划清单", needed=True)
    paired = _texts(raw, "003_*.txt", "省市成对文本", needed=False)
    rules = RULES / "regions"
    return assemble(
        load_region_list(listed[0], rules),
        load_region_pairs(paired[0], rules) if paired else None,
        rules,
    )


def _texts(raw: RawPaths, pattern: str, name: str, *, needed: bool) -> list[Path]:
    texts = sorted(raw.regions.glob(pattern)) if raw.regions.is_dir() else []
    if len(texts) > 1 or (needed and not texts):
        raise JiecunError(
            Problem(
                "REGION_TEXT",
                str(raw.regions),
                f"一个{name}文件 {pattern}",
                f"{len(texts)} 个",
                f"regions 文件夹内只留一个{name}",
            ),
            exit_code=EXIT_USAGE,
        )
    return texts


def as_of_year(request: RunRequest, regions: Regions) -> int:
    """The year in whose geography the run rolls up: as asked, else the last of the lists.

    Raises JiecunError ``AS_OF_UNKNOWN`` where the lists do not tell of that year.
    """
    first, last = regions.dimension.first_year, regions.dimension.latest
    if request.as_of is None:
        return last
    if not first <= request.as_of <= last:
        raise JiecunError(
            Problem(
                "AS_OF_UNKNOWN",
                "--as-of",
                f"{first} 至 {last} 年",
                str(request.as_of),
                "改用代码沿革表所列的年份",
            ),
            exit_code=EXIT_USAGE,
        )
    return request.as_of


def open_workspace(request: RunRequest) -> duckdb.DuckDBPyConnection:
    """A DuckDB with the dated rules loaded."""
    con = connect(
        threads=request.threads,
        memory_limit=request.memory_limit,
        temp_dir=request.warehouse.state / "tmp",
    )
    declared = by_name((*RULE_MODELS, RuleDemoLevel))
    load_rules(con, RULES, declared, request.raw.rules)
    check_thresholds(con)
    return con


class References(Mapping[str, "pl.DataFrame"]):
    """The small tables that intake looks codes up in, made when the first is asked for."""

    def __init__(self, con: duckdb.DuckDBPyConnection, regions: Regions) -> None:
        self._con, self._regions = con, regions

    @cached_property
    def _frames(self) -> dict[str, pl.DataFrame]:
        refs = {name: _frame(self._con, sql) for name, sql in _REFERENCE_SQL.items()}
        return refs | lookups(self._regions)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


def check_pools(request: RunRequest, regions: Regions) -> None:
    """Raise JiecunError ``POOL_UNKNOWN`` where ``--pool`` names no pooling area of the text."""
    known = {area.poolarea_no for area in regions.areas}
    unknown = [pool for pool in request.pools if pool not in known]
    if unknown:
        raise JiecunError(
            Problem(
                "POOL_UNKNOWN",
                "--pool",
                "区划清单中的统筹区编号，如 610100（西安市）、619900（陕西省本级）",
                "、".join(unknown),
                '用 jiecun sql "select poolarea_no, poolarea_name from dim_pooling_area" 查编号',
            ),
            exit_code=EXIT_USAGE,
        )


def last_month(batches: Sequence[BatchRecord], through_ym: int | None) -> int:
    """The last month of the books: as asked, else the last month of the bank statements.

    Raises JiecunError ``THROUGH_BEYOND`` where a month is asked for that has no bank row yet: its
    books would be empty, and a month end must not pass for done.
    """
    bank = [ym for b in batches if b.table_name == "fund_transfers" for ym in b.event_yms]
    other = [ym for b in batches for ym in b.event_yms]
    last = max(bank or other)
    if through_ym is not None and through_ym > last:
        raise JiecunError(
            Problem(
                "THROUGH_BEYOND",
                "--through",
                f"至多 {last}（银行流水的最后一个月）",
                str(through_ym),
                "等该月的数据文件到齐后再运行，或改小截至月份",
            ),
            exit_code=EXIT_USAGE,
        )
    return last if through_ym is None else through_ym


def bind_extracts(
    con: duckdb.DuckDBPyConnection,
    warehouse: WarehousePaths,
    batches: Sequence[Batch],
    *,
    pools: Sequence[str],
) -> None:
    """Bind the staged rows of these files as one view for each extract."""
    for name in by_name(EXTRACTS):
        rows = live_view_sql(name, warehouse, batches)
        con.execute(f"create view {name} as {_limited(rows, pools)}")


def bind_inputs(
    con: duckdb.DuckDBPyConnection,
    request: RunRequest,
    regions: Regions,
    batches: Sequence[BatchRecord],
    *,
    through_ym: int,
    attributes: dict[str, str],
) -> None:
    """Bind everything the SQL graph reads that is not a rule.

    ``batches`` are the files whose rows count: all logged ones, or those of an earlier release.
    ``attributes`` are what the release is made of: steps taken on warnings later than they tell are
    left out. The request tells the pools, the year in whose geography figures are rolled up, and
    the warehouse whose closed months stay as they were posted.
    """
    as_of = as_of_year(request, regions)
    bind_extracts(con, request.warehouse, batches, pools=request.pools)
    for name, frame in tables(regions, as_of).items():
        bind_table(con, name, frame)
    bind_closed(
        con,
        request.warehouse,
        read_periods(request.warehouse),
        [area.poolarea_no for area in regions.areas],
        by_name(MARTS)["fct_journal"].sql_columns(),
    )
    events = read_events(request.warehouse)
    if "warnings" in attributes:
        events = known_by(events, attributes["warnings"])
    bind_table(con, "warning_event", event_frame(events))
    bind_table(con, "intake_batch", intake_frame(batches))
    bind_table(con, "intake_rule", intake_rule_frame(batches))
    bind_table(con, "declared_column", dictionary_frame())
    bind_table(
        con,
        "param_run",
        pl.DataFrame(
            {"through_ym": [through_ym], "as_of_year": [as_of]},
            {"through_ym": pl.Int32, "as_of_year": pl.Int32},
        ),
    )
    bind_table(
        con,
        "param_attribute",
        pl.DataFrame(
            {"attribute": list(attributes), "value": list(attributes.values())},
            {"attribute": pl.String, "value": pl.String},
        ),
    )


def intake_frame(batches: Sequence[BatchRecord]) -> pl.DataFrame:
    """The batches as rows of ``fct_intake``."""
    decl = by_name(MARTS)["fct_intake"]
    rows = []
    for batch in batches:
        told = asdict(batch)
        rows.append(
            {
                c.name: told[f"{c.name[4:]}_amt"] if c.name.startswith("amt_") else told[c.name]
                for c in decl.columns
            }
        )
    return pl.DataFrame(rows, schema=_polars_schema("fct_intake"), orient="row")


def intake_rule_frame(batches: Sequence[BatchRecord]) -> pl.DataFrame:
    """How often the counting rules of intake fired, as rows of ``fct_intake_rule``."""
    schema = _polars_schema("fct_intake_rule")
    return pl.DataFrame(rule_rates(batches), schema=schema, orient="row")


def dictionary_frame() -> pl.DataFrame:
    """Every column of every mart as rows of ``meta_dictionary``."""
    rows = [
        {
            "table_name": decl.name,
            "table_zh": decl.spec.zh,
            "grain": decl.spec.grain,
            "column_no": number,
            "column_name": col.name,
            "column_zh": col.meta.zh,
            "sql_type": col.sql_type,
            "unit": col.meta.unit or None,
            "note": col.meta.note or None,
            "sensitivity": col.meta.sensitivity,
            "is_key": col.name in decl.spec.key,
        }
        for decl in by_name(MARTS).values()
        for number, col in enumerate(decl.columns, start=1)
    ]
    return pl.DataFrame(rows, schema=_polars_schema("meta_dictionary"), orient="row")


def _polars_schema(mart: str) -> dict[str, pl.DataType]:
    types: dict[str, pl.DataType] = {
        "VARCHAR": pl.String(),
        "BIGINT": pl.Int64(),
        "INTEGER": pl.Int32(),
        "BOOLEAN": pl.Boolean(),
        "DATE": pl.Date(),
        "DECIMAL(18,2)": pl.Decimal(18, 2),
        "DECIMAL(9,6)": pl.Decimal(9, 6),
        "DECIMAL(18,4)": pl.Decimal(18, 4),
    }
    return {c.name: types[c.sql_type] for c in by_name(MARTS)[mart].columns}


def _limited(sql: str, pools: Sequence[str]) -> str:
    if not pools:
        return sql
    names = ", ".join(f"'{pool}'" for pool in pools)
    return f"select * from ({sql}) where poolarea_no in ({names})"


def bind_table(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Copy a frame into a table of the run, in place of one of that name."""
    con.register("_bound", frame.to_arrow())
    con.execute(f"create or replace table {name} as select * from _bound")
    con.unregister("_bound")


def _frame(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    frame = pl.from_arrow(con.sql(sql).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame

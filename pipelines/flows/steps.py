"""The steps of a run as plain functions: they run without Prefect, in this order."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

import pipelines
from pipelines.books.journal import closed_hash
from pipelines.books.periods import read_periods
from pipelines.engine.graph import LAYERS, Model, load_models, plan
from pipelines.engine.rules import rules_hash
from pipelines.engine.runner import CheckResult, run_checks, run_models
from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.intake import IntakeResult, run_intake
from pipelines.extracts.log import load_hash_key
from pipelines.extracts.profile_files import profiles_hash
from pipelines.flows.causes import find_causes, followers
from pipelines.flows.workspace import BOUND, References, as_of_year, bind_table
from pipelines.paths import ROOT, RULES, TRANSFORMS
from pipelines.warehouse.marts import write_mart
from pipelines.warehouse.release import CATALOG, Manifest, Published, publish, release_id
from pipelines.warnings.state import events_mark, known_by, read_events
from schemas.demo import RuleDemoLevel
from schemas.extracts import EXTRACTS
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_MODELS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.extracts.log import BatchRecord
    from pipelines.flows.request import RunRequest
    from pipelines.regions.whole import Regions

#: written after the checks, from their results
_LATE_MARTS = ("fct_check",)
#: what mends a check, where that can be told
_REMEDIES = {
    "J-02": "补送所列拨付的清算（clearing）与结算（settlements），"
    "起账月份之前结算、之后拨付的也要送",
    "T-16": "核对所列往来对象的收付；起账前已有的暂付、暂收余额须按往来对象（cntp_code）"
    "写进期初凭证（event_id 为 OPEN）",
}


def take_in(
    con: duckdb.DuckDBPyConnection,
    request: RunRequest,
    regions: Regions,
    on_file: Callable[[BatchRecord], None] | None = None,
) -> IntakeResult:
    """Read every new raw file; raises JiecunError ``NO_EXTRACTS`` where nothing was ever read."""
    result = run_intake(
        request.raw,
        request.warehouse,
        References(con, regions),
        load_hash_key(request.warehouse, os.environ),
        threads=request.threads,
        memory_limit=request.memory_limit,
        on_file=on_file,
    )
    if not any(batch.event_yms for batch in result.all):
        raise JiecunError(
            Problem(
                "NO_EXTRACTS",
                str(request.raw.extracts),
                "至少一个可接收的数据文件，如 settlements_610000_202301_B001.csv",
                "没有",
                "放入数据文件，或先用 jiecun demo 生成演示数据",
            ),
            exit_code=EXIT_USAGE,
        )
    return result


def inputs_hash(batches: Sequence[BatchRecord]) -> str:
    """sha256 over the files taken in, in intake order."""
    return hashlib.sha256(
        json.dumps([(b.batch_id, b.source_sha) for b in batches]).encode()
    ).hexdigest()


def identify(
    request: RunRequest,
    regions: Regions,
    batches: Sequence[BatchRecord],
    through_ym: int,
    *,
    warnings_mark: str | None = None,
) -> tuple[str, dict[str, str]]:
    """The release id of these inputs, and what it is made of.

    ``warnings_mark`` is that of an earlier release: steps taken since are left out.
    """
    events = read_events(request.warehouse)
    if warnings_mark is not None:
        events = known_by(events, warnings_mark)
    parts = {
        "inputs": inputs_hash(batches),
        "regions": regions.sha256,
        "rules": rules_hash(RULES),
        "site_rules": rules_hash(request.raw.rules),
        "code": code_hash(),
        "through_ym": str(through_ym),
        "pools": ",".join(request.pools),
        "as_of": str(as_of_year(request, regions)),
        "profiles": profiles_hash(request.raw.root),
        "closed": closed_hash(request.warehouse, read_periods(request.warehouse)),
        "warnings": events_mark(events),
    }
    return release_id(parts), parts


@lru_cache(maxsize=1)
def code_hash() -> str:
    """sha256 over the code, SQL and templates that make a release."""
    digest = hashlib.sha256()
    for room in (ROOT / "schemas", ROOT / "pipelines", TRANSFORMS):
        kinds = ("*.py", "*.sql", "*.j2", "*.css")
        for path in sorted(path for kind in kinds for path in room.rglob(kind)):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def model_plan() -> tuple[Model, ...]:
    """Every model in the order it runs; raises JiecunError where the graph is broken."""
    inputs = {
        *by_name(EXTRACTS),
        *by_name((*RULE_MODELS, RuleDemoLevel)),
        *BOUND,
    }
    return plan(load_models(TRANSFORMS), inputs)


def transform(con: duckdb.DuckDBPyConnection, layers: Sequence[str]) -> int:
    """Run the models of these layers, the forecast before the warnings; returns how many ran."""
    unknown = set(layers) - set(LAYERS)
    if unknown:
        raise ValueError(f"unknown layers: {sorted(unknown)}")
    models = [m for m in model_plan() if m.layer in layers and m.name not in _LATE_MARTS]
    left = LAYERS.index("warnings")
    run_models(con, [m for m in models if LAYERS.index(m.layer) < left])
    if "warnings" in layers:
        from pipelines.warnings.forecast_mart import bind_forecast

        bind_forecast(con)
    run_models(con, [m for m in models if LAYERS.index(m.layer) >= left])
    return len(models)


def tie_out(con: duckdb.DuckDBPyConnection) -> tuple[CheckResult, ...]:
    """Run every check and bind the results for ``fct_check``."""
    results = tuple(run_checks(con, [m for m in model_plan() if m.layer == "checks"]))
    columns = [c.name for c in by_name(MARTS)["fct_check"].columns]
    told = [asdict(result) for result in results]
    bind_table(
        con,
        "check_result",
        pl.DataFrame(
            {name: [row[name] for row in told] for name in columns},
            schema_overrides={"difference_amt": pl.Decimal(18, 2)},
        ),
    )
    run_models(con, [m for m in model_plan() if m.name in _LATE_MARTS])
    return results


def refuse_if_broken(con: duckdb.DuckDBPyConnection, results: Sequence[CheckResult]) -> None:
    """Raise JiecunError (exit code 3) where a hard check failed; nothing is published then.

    What explains failed checks is told first (``find_causes``).
    """
    broken = [r for r in results if r.severity == "H" and r.status in ("failed", "error")]
    if not broken:
        return
    causes = find_causes(con, broken)
    problems = [
        *causes.problems,
        *(_check_problem(r) for r in broken if r.check_id not in causes.follow),
    ]
    if causes.follow:
        problems.append(followers([r for r in broken if r.check_id in causes.follow]))
    raise JiecunError(*problems, exit_code=EXIT_CHECK)


def release(
    con: duckdb.DuckDBPyConnection,
    request: RunRequest,
    identity: str,
    parts: dict[str, str],
    results: Sequence[CheckResult],
) -> Published:
    """Write marts, workbooks, catalog and manifest aside, then switch to them at once."""
    builder = _Builder(con, request, identity, parts, results)
    try:
        return publish(request.warehouse, identity, builder)
    finally:
        # a failed run's frames live on in Prefect: they must not hold the connection
        builder.con = None


@dataclass
class _Builder:
    """Fills a release's folder: marts, workbooks, catalog."""

    con: duckdb.DuckDBPyConnection | None
    request: RunRequest
    identity: str
    parts: dict[str, str]
    results: Sequence[CheckResult]

    def __call__(self, folder: Path) -> Manifest:
        # read here: a run that finds nothing new needs none of them
        from pipelines.reports.excel import write_workbooks
        from pipelines.reports.html.page import write_html
        from pipelines.reports.statements import load_sheets
        from pipelines.warehouse.catalog import write_catalog

        if self.con is None:
            raise RuntimeError("the release was built already")
        marts = by_name(MARTS)
        files = [
            write_mart(self.con, decl, folder / "marts", kv={"release_id": self.identity})
            for decl in marts.values()
        ]
        reports = folder / "reports"
        reports.mkdir()
        write_workbooks(
            load_sheets(self.con), reports, release_id=self.identity, checks=self.results
        )
        write_html(self.con, reports / "html", release_id=self.identity, checks=self.results)
        final = self.request.warehouse.release(self.identity)
        write_catalog(folder / CATALOG, list(marts.values()), final)
        return Manifest(tuple(files), {"parts": self.parts, "version": pipelines.__version__})


def _check_problem(result: CheckResult) -> Problem:
    worst = "; ".join(
        f"{row.ledger_id} {row.period_ym} {row.item}: "
        f"应 {_told(row.expected)} 实 {_told(row.actual)}"
        for row in result.worst[:3]
    )
    return Problem(
        f"CHECK_{result.check_id}",
        f"transforms/checks/{result.model}.sql",
        result.title,
        f"{result.rows_tested} 项中 {result.rows_failed} 项不符，差额合计 {result.difference_amt}"
        + (f"（{result.note}）" if result.note else ""),
        "上一次发布未受影响；"
        + _REMEDIES.get(result.check_id, "按所列账套与期间核对来源数据后重跑"),
        excerpt=worst,
    )


def _told(figure: object) -> str:
    return "无" if figure is None else str(figure)

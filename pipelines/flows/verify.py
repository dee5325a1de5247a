"""``jiecun check``: a published release held against its manifest, its contracts and the laws."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines.engine.runner import run_checks, run_models
from pipelines.errors import EXIT_CHECK, JiecunError, Problem
from pipelines.extracts.log import read_log
from pipelines.flows import steps
from pipelines.flows.workspace import bind_inputs, open_workspace, read_regions
from pipelines.sql_text import quoted
from pipelines.warehouse.release import find_release
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_MODELS
from schemas.table import by_name

if TYPE_CHECKING:
    import duckdb

    from pipelines.engine.runner import CheckResult
    from pipelines.flows.request import RunRequest
    from pipelines.warehouse.release import ReleaseInfo


#: models that are made of rules alone
FROM_RULES = ("jrn_book",)


def check_release(
    request: RunRequest, release_id: str | None = None
) -> tuple[ReleaseInfo, tuple[CheckResult, ...], tuple[str, ...]]:
    """Hold a release (default: the current one) against everything known of it.

    Returns the release, the results, and the ids of checks left out: where rules or code
    have changed since, checks that need the source rows cannot be made.
    Raises JiecunError ``NO_RELEASE``, ``RELEASE_CHANGED`` where a file is not what the manifest
    says.
    """
    release = find_release(request.warehouse, release_id)
    _verify_files(release)
    with closing(open_workspace(request)) as con:
        for name in by_name(MARTS):
            path = release.path / "marts" / f"{name}.parquet"
            con.execute(f"create table {name} as select * from read_parquet({quoted(str(path))})")
        same = _bind_sources(con, request, release)
        checks = [m for m in steps.model_plan() if m.layer == "checks"]
        published = {*by_name(MARTS), *by_name(RULE_MODELS), *FROM_RULES}
        if not same:
            run_models(con, [m for m in steps.model_plan() if m.name in FROM_RULES])
        runnable = [m for m in checks if same or m.reads <= published]
        left_out = tuple(m.name.upper().replace("_", "-") for m in checks if m not in runnable)
        return release, tuple(run_checks(con, runnable)), left_out


def _verify_files(release: ReleaseInfo) -> None:
    manifest: Any = release.manifest
    told = {f"marts/{m['name']}.parquet": m["sha256"] for m in manifest["marts"]}
    told |= {f["path"]: f["sha256"] for f in manifest["files"]}
    problems = []
    for name, sha in sorted(told.items()):
        path = release.path / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "没有这个文件"
        if found != sha:
            problems.append(
                Problem(
                    "RELEASE_CHANGED",
                    f"{release.release_id}/{name}",
                    f"sha256 {sha[:16]}…",
                    found[:16],
                    "发布后的文件不得改动；删去该发布后重跑 jiecun run",
                )
            )
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)


def _bind_sources(
    con: duckdb.DuckDBPyConnection, request: RunRequest, release: ReleaseInfo
) -> bool:
    """Bring back the rows behind the release; False where rules, code or texts have changed."""
    manifest: Any = release.manifest
    told = manifest["parts"]
    pools = tuple(pool for pool in told["pools"].split(",") if pool)
    regions = read_regions(request.raw)
    taken_in = {row[0] for row in con.execute("select batch_id from fct_intake").fetchall()}
    batches = [b for b in read_log(request.warehouse).batches if b.batch_id in taken_in]
    through = int(told["through_ym"])
    as_of = int(told.get("as_of", regions.dimension.latest))
    asked = replace(request, pools=pools, as_of=as_of)
    identity, parts = steps.identify(
        asked, regions, batches, through, warnings_mark=told.get("warnings", "")
    )
    if identity != release.release_id:
        return False
    bind_inputs(
        con,
        asked,
        regions,
        batches,
        through_ym=through,
        attributes={**parts, "release_id": identity},
    )
    steps.transform(con, ("staging", "journal", "ledger", "statements"))
    return True

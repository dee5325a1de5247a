"""The steps of a run one after another, without Prefect: for tests, measurements and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.engine.graph import LAYERS
from pipelines.flows import steps
from pipelines.flows.workspace import bind_inputs, last_month, read_regions

if TYPE_CHECKING:
    import duckdb

    from pipelines.engine.runner import CheckResult
    from pipelines.extracts.intake import IntakeResult
    from pipelines.flows.request import RunRequest

#: every layer whose models are tables; the checks are queries
TABLE_LAYERS = LAYERS[:-1]


@dataclass(frozen=True)
class Kept:
    """Books that stand in a connection: what came in, the release they make, what checks say."""

    taken: IntakeResult
    identity: str
    parts: dict[str, str]
    checks: tuple[CheckResult, ...]


def keep_books(con: duckdb.DuckDBPyConnection, request: RunRequest) -> Kept:
    """Take in, book, state, warn and check; nothing is refused, nothing published.

    ``con`` is a fresh ``open_workspace`` of the request. Raises JiecunError as the steps do.
    """
    regions = read_regions(request.raw)
    taken = steps.take_in(con, request, regions)
    through = last_month(taken.all, request.through_ym)
    identity, parts = steps.identify(request, regions, taken.all, through)
    bind_inputs(
        con,
        request,
        regions,
        taken.all,
        through_ym=through,
        attributes={**parts, "release_id": identity},
    )
    steps.transform(con, TABLE_LAYERS)
    return Kept(taken, identity, parts, steps.tie_out(con))

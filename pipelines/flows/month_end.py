"""The main job as a Prefect flow: one task per step a person would want to see."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE

from pipelines.extracts.discover import discover
from pipelines.flows import steps
from pipelines.flows.request import RunOutcome, RunRequest
from pipelines.flows.workspace import (
    Regions,
    bind_inputs,
    check_pools,
    last_month,
    open_workspace,
    read_regions,
)
from pipelines.warehouse.lock import warehouse_lock
from pipelines.warehouse.release import current_release

if TYPE_CHECKING:
    import duckdb

    from pipelines.engine.runner import CheckResult
    from pipelines.extracts.intake import IntakeResult
    from pipelines.extracts.log import BatchRecord
    from pipelines.warehouse.release import Published


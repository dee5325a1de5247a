"""What ``jiecun intake`` does beyond looking: replaying batches and logs, proposing profiles."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.extracts.browse import find_batch
from pipelines.extracts.log import load_hash_key, read_log
from pipelines.extracts.propose import propose_profile
from pipelines.extracts.replay import replay_batch, replay_log
from pipelines.flows.workspace import References, open_workspace, read_regions
from pipelines.private import private_folder
from pipelines.warehouse.lock import warehouse_lock

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from pipelines.extracts.log import BatchRecord
    from pipelines.extracts.propose import Proposal
    from pipelines.extracts.replay import Replayed
    from pipelines.flows.request import RunRequest


def replay_one(request: RunRequest, told: str) -> tuple[BatchRecord, BatchRecord | None]:
    """The batch that ``told`` names, and what today's rules release of it (None = nothing).

    Raises JiecunError as ``find_batch`` and ``replay_batch`` do.
    """
    with warehouse_lock(request.warehouse, "jiecun intake replay"):
        record = find_batch(read_log(request.warehouse), told)
        done = replay_batch(
            request.warehouse,
            request.raw,
            _references(request),
            load_hash_key(request.warehouse, os.environ),
            record.batch_id,
            threads=request.threads,
            memory_limit=request.memory_limit,
        )
    return record, done


def replay_whole(request: RunRequest, log: Path) -> Replayed:
    """Replay an intake log (a warehouse's ``state/intake.jsonl``) into the empty warehouse.

    Ids are hashed with the key of the environment, else with the ``hash.key`` beside the log, which
    the new warehouse then keeps. Raises JiecunError LOG_UNKNOWN where there is no such file, and
    what ``replay_log`` raises.
    """
    if not log.is_file():
        raise JiecunError(
            Problem(
                "LOG_UNKNOWN", "--log", "某个仓库的 state/intake.jsonl", "没有该文件",
                "指向旧仓库中的接收日志",
            ),
            exit_code=EXIT_USAGE,
        )  # fmt: skip
    with warehouse_lock(request.warehouse, "jiecun intake replay --log"):
        beside, own = log.with_name("hash.key"), request.warehouse.state / "hash.key"
        if beside.is_file() and not own.exists() and "JIECUN_HASH_KEY" not in os.environ:
            private_folder(own.parent)
            own.touch(mode=0o600)
            own.write_bytes(beside.read_bytes())
        return replay_log(
            log,
            request.raw,
            _references(request),
            load_hash_key(request.warehouse, os.environ),
            request.warehouse,
            threads=request.threads,
            memory_limit=request.memory_limit,
        )


def propose(request: RunRequest, file: Path, table: str) -> Proposal:
    """A profile proposed for a file, and what would be refused under it; nothing is written."""
    return propose_profile(file, request.raw, _references(request), table=table)


def _references(request: RunRequest) -> dict[str, pl.DataFrame]:
    con = open_workspace(request)
    try:
        return dict(References(con, read_regions(request.raw)))
    finally:
        con.close()

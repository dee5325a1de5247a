"""What a run is asked to do, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.engine.runner import CheckResult
    from pipelines.extracts.log import BatchRecord
    from pipelines.paths import RawPaths, WarehousePaths


@dataclass(frozen=True)
class RunRequest:
    """One run: where from, where to, how far."""

    raw: RawPaths
    warehouse: WarehousePaths
    through_ym: int | None = None
    #: pooling areas the books are kept for; empty = all that deliver
    pools: tuple[str, ...] = ()
    threads: int = 2
    memory_limit: str = "2GB"
    #: year in whose geography figures are rolled up; None = the last year of the lists
    as_of: int | None = None


@dataclass(frozen=True)
class RunOutcome:
    """What a run did. ``published`` is False where nothing was new."""

    release_id: str
    release_path: Path
    published: bool
    through_ym: int
    new_batches: tuple[BatchRecord, ...]
    unchanged_files: int
    checks: tuple[CheckResult, ...] = ()
    #: step → seconds, in the order they ran
    seconds: dict[str, float] = field(default_factory=dict)

"""Delivery after a publication, for the run and for ``jiecun alerts send``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.alerts.deliver import Summary, deliver
from pipelines.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipelines.paths import WarehousePaths


def deliver_release(
    paths: WarehousePaths, release: Path | None, now: datetime, *, only: str | None = None
) -> Summary:
    """Tell the channels of the warehouse what a release's folder warns of; never raises.

    Call it where nothing new was published, too: it sends what an earlier run could not.
    """
    return deliver(paths, release, Settings(), now, only=only)

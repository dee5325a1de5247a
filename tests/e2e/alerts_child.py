"""A process that delivers a release and can be killed: ``alerts_child.py WAREHOUSE RELEASE``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from pipelines.alerts.deliver import deliver
from pipelines.paths import WarehousePaths
from pipelines.settings import Settings

if __name__ == "__main__":
    paths = WarehousePaths(Path(sys.argv[1]))
    deliver(paths, Path(sys.argv[2]), Settings(), datetime(2024, 12, 5, 6, 0))

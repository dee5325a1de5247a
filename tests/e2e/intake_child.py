"""A process of its own that takes in what lies in a raw folder; the kill test ends it."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.extracts.intake import run_intake
from pipelines.paths import RawPaths, WarehousePaths
from tests.unit.intake_harness import KEY, REFS

if __name__ == "__main__":
    print("started", flush=True)
    run_intake(RawPaths(Path(sys.argv[1])), WarehousePaths(Path(sys.argv[2])), REFS, KEY)

"""The whole pipeline against plain DuckDB reading the same CSV files to Parquet, as ratios.

``python3 dev.py bench`` or ``python benchmarks/pipeline.py [--settlements N] [--rounds N]``

Both sides run as processes of their own on the same files, in turn (A B A B …); CPU is user + sys
of the finished process. A is the steps of ``jiecun run`` into an empty warehouse without Prefect; B
reads every CSV with its declared types and writes one Parquet file each, checking nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PIPELINE = """
import sys
from contextlib import closing
from pathlib import Path
from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import bind_inputs, last_month, open_workspace, read_regions
from pipelines.paths import RawPaths, WarehousePaths

request = RunRequest(RawPaths(Path(sys.argv[1])), WarehousePaths(Path(sys.argv[2])))
regions = read_regions(request.raw)
with closing(open_workspace(request)) as con:
    taken = steps.take_in(con, request, regions)
    through = last_month(taken.all, None)
    identity, parts = steps.identify(request, regions, taken.all, through)
    if taken.new:
        bind_inputs(con, request, regions, taken.all, through_ym=through,
                    attributes={**parts, "release_id": identity})
        steps.transform(con, ("staging", "journal", "ledger", "statements", "metrics", "warnings"))
        steps.transform(con, ("marts",))
        results = steps.tie_out(con)
        steps.refuse_if_broken(con, results)
        steps.release(con, request, identity, parts, results)
"""

PLAIN = """
import sys
from pathlib import Path
import duckdb
from schemas.extracts import EXTRACTS
from schemas.table import by_name

con = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
con.execute("set enable_progress_bar = false")
out = Path(sys.argv[2])
out.mkdir(parents=True)
for name, decl in by_name(EXTRACTS).items():
    types = {c.name: c.sql_type for c in decl.columns}
    for file in sorted(Path(sys.argv[1], "extracts").glob(f"{name}_*.csv")):
        con.execute(
            f"copy (select * from read_csv('{file}', header=true, auto_detect=false, delim=',', "
            f"quote='\\"', columns={types})) to '{out / file.stem}.parquet' "
            "(format parquet, compression zstd)"
        )
"""


@dataclass(frozen=True)
class Cost:
    """One finished process: CPU and wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    peak_mb: float


def measure(program: str, *args: Path) -> Cost:
    """Run a program in a process of its own; raises CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "measured program")
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, usage.ru_maxrss / 1024)


def main() -> None:
    """Make a world, measure both sides in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--settlements", type=int, default=300_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiecun-bench-") as folder:
        base = Path(folder)
        raw = base / "raw"
        subprocess.run(
            [
                *(sys.executable, "-m", "pipelines.cli", "demo", "--out", raw),
                *("--settlements", str(chosen.settlements), "--months", str(chosen.months)),
            ],
            cwd=ROOT,
            check=True,
        )
        size = sum(f.stat().st_size for f in (raw / "extracts").glob("*.csv")) / 1e6
        pipeline, plain, again = [], [], []
        for n in range(chosen.rounds + 1):
            full = measure(PIPELINE, raw, base / f"house{n}")
            copied = measure(PLAIN, raw, base / f"plain{n}")
            nothing = measure(PIPELINE, raw, base / f"house{n}")
            if n:  # the first round warms the file cache
                pipeline.append(full)
                plain.append(copied)
                again.append(nothing)
        print(f"\n{chosen.settlements:,} settlements, {size:.0f} MB CSV, {chosen.rounds} rounds\n")
        print("| | CPU s | wall s | peak MB |\n|---|---|---|---|")
        for name, costs in (
            ("A pipeline, empty warehouse", pipeline),
            ("B plain DuckDB CSV → Parquet", plain),
            ("A again, nothing new", again),
        ):
            print(
                f"| {name} | {_median([c.cpu for c in costs])} | "
                f"{_median([c.wall for c in costs])} | {_median([c.peak_mb for c in costs], 0)} |"
            )
        ratios = [a.cpu / b.cpu for a, b in zip(pipeline, plain, strict=True)]
        walls = [a.wall / b.wall for a, b in zip(pipeline, plain, strict=True)]
        print(
            f"\nA/B pair by pair: CPU {_median(ratios)} (min {min(ratios):.2f}, "
            f"max {max(ratios):.2f}), wall {_median(walls)}"
        )


def _median(values: list[float], digits: int = 2) -> str:
    return f"{statistics.median(values):,.{digits}f}"


if __name__ == "__main__":
    main()

"""Intake of settlements against plain DuckDB reading the same CSV to Parquet, as CPU ratios.

``python3 dev.py bench intake`` or ``python benchmarks/intake.py [--rows N] [--rounds N]``

Both sides run as processes of their own on the same file, in turn (A B A B …); CPU is user + sys of
the finished process. A is the whole intake into an empty warehouse: inspection and hashing of the
bytes, every row check and look-up, keyed hashes, set rules, publication. B reads the CSV with its
declared types and writes one Parquet file (zstd 1), checking nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.pipeline import Cost, measure  # noqa: E402

#: settlements of the demo that is multiplied
SEED_ROWS = 600_000
MONTHS = 36

INTAKE = """
import sys
from contextlib import closing
from pathlib import Path
from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import open_workspace, read_regions
from pipelines.paths import RawPaths, WarehousePaths

request = RunRequest(RawPaths(Path(sys.argv[1])), WarehousePaths(Path(sys.argv[2])))
with closing(open_workspace(request)) as con:
    new = steps.take_in(con, request, read_regions(request.raw)).new
read, kept = (sum(getattr(b, name) for b in new) for name in ("rows_read", "rows_accepted"))
if read != kept:
    sys.exit(f"{read - kept} of {read} rows were turned away")
"""

PLAIN = """
import sys
from pathlib import Path
import duckdb
from schemas.extracts import Settlements
from schemas.table import declare

con = duckdb.connect(config={"threads": 2})
con.execute("set enable_progress_bar = false")
out = Path(sys.argv[2])
out.mkdir(parents=True)
types = {c.name: c.sql_type for c in declare(Settlements).columns}
for file in sorted(Path(sys.argv[1], "extracts").glob("settlements_*.csv")):
    con.execute(
        f"copy (select * from read_csv('{file}', header=true, auto_detect=false, delim=',', "
        f"quote='\\"', columns={types})) to '{out / file.stem}.parquet' "
        "(format parquet, compression zstd, compression_level 1)"
    )
"""


def make_seed(raw: Path, seed: Path) -> None:
    """A demo of three months; its settlements alone, those without their original left out."""
    command = [sys.executable, "-m", "pipelines.cli", "demo", "--out", str(raw)]
    command += ["--settlements", str(SEED_ROWS), "--months", "3"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    extracts = raw / "extracts"
    with duckdb.connect() as con:
        con.execute(
            "create temp table s as select * from read_csv("
            f"'{extracts.as_posix()}/settlements_*.csv', header=true, all_varchar=true)"
        )
        con.execute(
            "copy (with newest as (select * from s "
            "qualify row_number() over (partition by rid order by updt_time desc) = 1) "
            "select row_number() over (order by coalesce(init_setl_id, setl_id), "
            "init_setl_id nulls first) as n, * from newest where init_setl_id is null "
            f"or init_setl_id in (select setl_id from newest)) to '{seed.as_posix()}'"
        )
    shutil.rmtree(extracts)


def apart(work: Callable[..., None], *args: object) -> None:
    """Call a function in a process of its own: a child's peak memory counts its parent's."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=args)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{work.__name__} ended with {process.exitcode}")


def write_settlements(seed: Path, out: Path, rows: int, first: int = 0) -> None:
    """About ``rows`` settlements: copies of the seed under ids of their own, from ``first``."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"create temp table seed as select * from '{seed.as_posix()}'")
        size = con.execute("select count(*) from seed").fetchall()[0][0]
        own = "lpad(k::varchar, 6, '0') || right({0}, 7)"
        con.execute(
            "copy (select * exclude (n, k) replace ("
            f"left(rid, 1) || {own.format('rid')} as rid, "
            f"left(setl_id, 7) || {own.format('setl_id')} as setl_id, "
            f"left(init_setl_id, 7) || {own.format('init_setl_id')} as init_setl_id, "
            f"left(mdtrt_id, 7) || {own.format('mdtrt_id')} as mdtrt_id, "
            "left(psn_no, 8) || lpad((k % 40)::varchar, 5, '0') || right(psn_no, 7) as psn_no) "
            f"from range({first}, {first + -(-rows // size)}) c(k), seed "
            f"where (k - {first}) * {size} + n <= {rows}) "
            f"to '{out.as_posix()}' (header true, delimiter ',')"
        )


def main() -> None:
    """Make the files, measure both sides in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip-months", action="store_true", help="leave out the 36 month files")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiecun-bench-") as folder:
        base = Path(folder)
        raw = base / "raw"
        seed = base / "seed.parquet"
        apart(make_seed, raw, seed)
        file = raw / "extracts" / "settlements_610000_202310_B001.csv"
        apart(write_settlements, seed, file, chosen.rows)
        size = file.stat().st_size / 1e6
        full: list[Cost] = []
        plain: list[Cost] = []
        for n in range(chosen.rounds):
            full.append(_once(INTAKE, raw, base / f"house{n}"))
            plain.append(_once(PLAIN, raw, base / f"plain{n}"))
        print(f"\n{chosen.rows:,} settlements, {size:,.0f} MB CSV, {chosen.rounds} rounds\n")
        print("| | CPU s | wall s | peak MB |\n|---|---|---|---|")
        _line("A intake, every check", full)
        _line("B plain DuckDB CSV → Parquet", plain)
        ratios = [a.cpu / b.cpu for a, b in zip(full, plain, strict=True)]
        print(
            f"\nA/B pair by pair: CPU {statistics.median(ratios):.2f} "
            f"(min {min(ratios):.2f}, max {max(ratios):.2f})"
        )
        if not chosen.skip_months:
            file.unlink()
            _months(base, raw, seed, chosen.rows // MONTHS, chosen.rounds)


def _months(base: Path, raw: Path, seed: Path, rows: int, rounds: int) -> None:
    """36 unchanged months, and one new month among them against that month alone."""
    alone = base / "alone"
    shutil.copytree(raw, alone)
    names = [
        f"settlements_610000_{2021 + m // 12}{m % 12 + 1:02d}_B001.csv" for m in range(MONTHS + 1)
    ]
    copies = -(-rows // SEED_ROWS) + 2
    for at, name in enumerate(names):
        apart(write_settlements, seed, raw / "extracts" / name, rows, at * copies)
    last = raw / "extracts" / names[-1]
    shutil.move(last, alone / "extracts" / names[-1])
    house = base / "months"
    measure(INTAKE, raw, house)
    unchanged = [measure(INTAKE, raw, house) for _ in range(rounds)]
    shutil.copy2(alone / "extracts" / names[-1], last)
    among: list[Cost] = []
    single: list[Cost] = []
    for n in range(rounds):
        copy = base / f"months{n}"
        shutil.copytree(house, copy)
        among.append(_once(INTAKE, raw, copy))
        single.append(_once(INTAKE, alone, base / f"alone{n}"))
    print(f"\n{MONTHS} months of {rows:,} settlements\n")
    print("| | CPU s | wall s | peak MB |\n|---|---|---|---|")
    _line("again, nothing new", unchanged)
    _line("one new month among 36", among)
    _line("that month alone", single)
    ratios = [a.cpu / b.cpu for a, b in zip(among, single, strict=True)]
    print(f"\nOne month among 36 against alone: CPU {statistics.median(ratios):.2f}")


def _once(program: str, raw: Path, out: Path) -> Cost:
    cost = measure(program, raw, out)
    shutil.rmtree(out)
    return cost


def _line(name: str, costs: list[Cost]) -> None:
    cpu, wall, peak = (
        statistics.median(getattr(cost, field) for cost in costs)
        for field in ("cpu", "wall", "peak_mb")
    )
    print(f"| {name} | {cpu:,.2f} | {wall:,.2f} | {peak:,.0f} |")


if __name__ == "__main__":
    main()

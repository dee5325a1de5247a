"""One call that writes the whole synthetic province, month by month, in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.demo import bank, engine
from pipelines.demo.defects import plant_defects
from pipelines.demo.export import run_sql, set_variables
from pipelines.demo.labels import Label, deferral_labels, shift_labels, write_labels
from pipelines.demo.levels import Levels, load_levels
from pipelines.demo.months import BATCH, Run, write_month
from pipelines.demo.plan import Calendar, heads_for, plan_cells
from pipelines.demo.rare_plan import SITE, load_rare, plan_rare, pools_with, top_reserve
from pipelines.demo.reserves import opening_reserves, plant_shifts
from pipelines.demo.world import World, build_world, pools_from_regions
from pipelines.errors import EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.demo.plan import Shift
    from pipelines.demo.world import DemoPool


@dataclass(frozen=True)
class DemoSummary:
    """What was written: files, rows per table (planted ones too), seconds, number of labels."""

    files: int
    rows: dict[str, int]
    seconds: float
    labels: int


def _check_arguments(out: Path, months: int, settlements: int, start_ym: int) -> None:
    problems = []
    if not 3 <= months <= 60:
        problems.append(Problem("DEMO_MONTHS", "--months", "3–60", str(months), "改为3至60个月"))
    if not 2_000 <= settlements <= 20_000_000:
        problems.append(
            Problem(
                "DEMO_SETTLEMENTS", "--settlements", "2000 以上", str(settlements), "改大结算笔数"
            )
        )
    if not (2015 <= start_ym // 100 <= 2026 and 1 <= start_ym % 100 <= 12):
        problems.append(Problem("DEMO_START", "start_ym", "yyyymm", str(start_ym), "改为有效月份"))
    found = sorted(p.name for p in (out / "extracts").glob("*.csv"))
    if found:
        problems.append(
            Problem(
                "DEMO_OUT_NOT_EMPTY",
                str(out / "extracts"),
                "没有 csv 文件的目录",
                f"{len(found)} 个 csv",
                "换一个目录，或先移走原有数据",
                found[0],
            )
        )
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_USAGE)


def _copy_region(out: Path, region_file: Path) -> None:
    """Put the region text beside the extracts, unless a region text is there already."""
    folder = out / "regions"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / region_file.name
    if any(folder.iterdir()):
        return
    shutil.copyfile(region_file, target)


def _copy_site_rules(out: Path) -> None:
    """Put what the demo assumes of its pools beside the extracts."""
    folder = out / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SITE, folder / SITE.name)


def _move_in(source: Path, target: Path) -> None:
    """Move the finished files into place; nothing is seen of a generation that was stopped."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        path.replace(target / path.name)


def generate(
    out: Path,
    *,
    seed: int = 7,
    province: str = "陕西省",
    months: int = 36,
    settlements: int = 300_000,
    defects: bool = False,
    start_ym: int = 202301,
    region_file: Path,
    on_month: Callable[[int, int], None] | None = None,
    pools: tuple[DemoPool, ...] | None = None,
    threads: int = 2,
) -> DemoSummary:
    """Write ``out/extracts/*.csv``, ``out/labels.csv`` and a copy of the region text.

    ``months`` months of books from ``start_ym`` on, and one month of settlements before them;
    about ``settlements`` settlements in all, to which the population is scaled. ``defects`` adds
    bad rows of every class after the good ones. ``on_month(done, all)`` is called after each
    month. The same arguments give the same bytes, whatever ``threads`` is.

    Raises JiecunError for an unknown province, arguments out of range, or a folder that already
    holds extracts.
    """
    began = time.monotonic()
    _check_arguments(out, months, settlements, start_ym)
    chosen = pools or pools_from_regions(region_file, RULES, province)
    levels = load_levels(RULES)
    cal = Calendar(start_ym, months)
    heads_310, heads_390 = heads_for(levels, cal, settlements)
    world = build_world(
        chosen,
        seed=seed,
        heads_310=heads_310,
        heads_390=heads_390,
        retired_share=levels.get("retired_share", "310", start_ym),
        visits_per_month=settlements / (months + 1),
    )
    plain = plan_cells(world, levels, cal, (), seed)
    shifts, special = plant_shifts(world, levels, cal, plain, seed)
    labels: list[Label] = shift_labels(shifts, cal, special)
    codes = [pool.code for pool in world.pools if pool.heads_390]
    labels += deferral_labels(pools_with("suppl2026", "on"), codes, cal, len(labels) + 1)
    _copy_region(out, region_file)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=out) as temp:
        fresh = Path(temp) / "extracts"
        fresh.mkdir()
        run = _prepare(
            fresh, world, levels, cal, planted=(seed, shifts, special), place=(Path(temp), threads)
        )
        for m in cal.indexes:
            write_month(run, m)
            if on_month:
                on_month(m, months)
        run.con.close()
        if defects:
            planted = plant_defects(fresh, world, cal, BATCH)
            for label in planted:
                run.rows[label.table_name] += 1
            labels += planted
        _copy_site_rules(out)
        _move_in(fresh, out / "extracts")
    write_labels(out / "labels.csv", labels)
    seconds = time.monotonic() - began
    return DemoSummary(run.files, dict(run.rows), seconds, len(labels))


def _prepare(
    out: Path,
    world: World,
    levels: Levels,
    cal: Calendar,
    *,
    planted: tuple[int, tuple[Shift, ...], dict[tuple[str, str], float]],
    place: tuple[Path, int],
) -> Run:
    """Open the engine and load what all months read."""
    seed, shifts, special = planted
    con = engine.connect(*place)
    set_variables(con, {"seed": seed, "prov": world.province_code})
    run_sql(con, "setup")
    engine.load_world(con, world)
    engine.load_cells(con, plan_cells(world, levels, cal, shifts, seed))
    engine.load_allowances(con, world, levels, cal)
    months = [[m, cal.ym(m)] for m in cal.indexes]
    engine.load_table(con, "month_of", "m INTEGER, ym INTEGER", months)
    run_sql(con, "people")
    rare = plan_rare(world, levels, cal, seed, special)
    load_rare(con, rare)
    reserves = opening_reserves(world, levels, cal.start_ym, special) | top_reserve(rare.stage)
    adjusted = rare.stage.roles.adjusted
    banks = bank.open_banks(world, reserves, adjusted.code if adjusted else None)
    pendings = bank.pending_interest(world, cal, seed)
    return Run(con, out, world, levels, cal, seed, banks, reserves, pendings, rare)

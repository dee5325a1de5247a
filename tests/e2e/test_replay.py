"""An intake log with every kind of row, replayed into an empty warehouse, gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.books.periods import close_period, read_periods, reopen_period
from pipelines.errors import JiecunError
from pipelines.extracts.log import log_path, read_log
from pipelines.extracts.replay import Replayed, replay_batch, replay_log
from pipelines.paths import WarehousePaths
from tests.unit.intake_harness import KEY, REFS, S1, S2, S3, World
from tests.unit.test_extracts_sets import NEW, NEWEST, OLD, reversal, settlement

if TYPE_CHECKING:
    from pathlib import Path

S4 = "settlements_610000_202404_B001.csv"
S5 = "settlements_610000_202405_B001.csv"
COPY = "settlements_610000_202404_B009.csv"
FEB = {"setl_time": "2024-02-05 10:11:12"}
PAST = {"setl_time": "2022-11-05 10:00:00", "begndate": "2022-11-05", "enddate": "2022-11-05"}
MAPPED = {**REFS, "ref_med_class": pl.DataFrame({"med_prefix": ["11", "21", "51"]})}


def lived_through(root: Path) -> World:
    """Late, superseding, conflicting, reversing, held and released rows, open and closed months."""
    world = World(root)
    world.put(S1, [settlement(str(i)) for i in range(40)] + [reversal("r1", "later")])
    world.put(S2, [settlement("1", NEW, "50.00"), settlement("2", amount="7.00"),
                   settlement("60", **FEB), settlement("61", med_type="51", **FEB),
                   settlement("p", **PAST)])  # fmt: skip
    world.run()
    months = {202211, 202401, 202402}
    close_period(world.paths, 202211, [], by="甲", months=months, after=2)
    close_period(world.paths, 202401, [], by="甲", months=months, after=2)
    world.put(S3, [settlement("70"), settlement("later"), settlement("3", NEWEST, "9.00"),
                   settlement("3", OLD), settlement("4", NEW, "1.00", begndate="2024-01-09"),
                   settlement("s", **FEB), settlement("past", amount="8.00", **PAST),
                   settlement("p", NEW, "6.00", **PAST), reversal("r3", "past")])  # fmt: skip
    world.run()
    close_period(world.paths, 202402, ["610100"], by="甲", months=months, after=3)
    world.put(S4, [settlement("71", **FEB), reversal("r2", "none", **FEB)])
    world.put(COPY, (world.raw.extracts / S1).read_bytes())
    world.run()
    for ym, pools in ((202402, ["610100"]), (202401, []), (202211, [])):
        reopen_period(world.paths, ym, pools, by="乙", why="批准追溯", after=5)
    held = next(r for r in read_log(world.paths).batches if r.source_file == S3)
    done = replay_batch(world.paths, world.raw, REFS, KEY, held.batch_id)
    assert done is not None
    assert (done.released_rows, done.replaced_rows) == (3, 1)
    world.put(S5, [settlement("80"), settlement("none", **FEB)])
    world.run()
    return world


def tree(paths: WarehousePaths) -> dict[str, bytes]:
    return {
        path.relative_to(paths.root).as_posix(): path.read_bytes()
        for folder in (paths.staged, paths.quarantine)
        for path in sorted(folder.rglob("*.parquet"))
    }


def test_the_log_replayed_into_an_empty_warehouse_gives_the_same_bytes(tmp_path: Path) -> None:
    world = lived_through(tmp_path / "a")
    target = WarehousePaths(tmp_path / "b")
    assert replay_log(log_path(world.paths), world.raw, REFS, KEY, target) == Replayed(5, 6, ())
    assert tree(target) == tree(world.paths)
    assert {name.rsplit("/", 2)[0] for name in tree(target)} == {
        "quarantine", "staged", "staged/_held", "staged/_keys", "staged/_released",
        "staged/_replaced",
    }  # fmt: skip
    assert read_log(target).batches == read_log(world.paths).batches
    assert [e.ym for e in read_periods(target)] == [202211, 202401, 202402, 202402, 202401, 202211]
    with pytest.raises(JiecunError, match="TARGET_NOT_EMPTY"):
        replay_log(log_path(world.paths), world.raw, REFS, KEY, target)


def test_a_replay_under_other_rules_names_the_batches_that_differ(tmp_path: Path) -> None:
    world = lived_through(tmp_path / "a")
    told = replay_log(log_path(world.paths), world.raw, MAPPED, KEY, WarehousePaths(tmp_path / "b"))
    assert [batch[:26] for batch in told.differing] == ["settlements_610000_202402_"]


def test_without_its_closings_the_log_gives_other_bytes(tmp_path: Path) -> None:
    world = World(tmp_path / "a")
    world.put(S1, [settlement("1")])
    world.run()
    close_period(world.paths, 202401, [], by="甲", months={202401}, after=1)
    world.put(S2, [settlement("2")])
    world.run()
    (world.paths.state / "periods.jsonl").rename(tmp_path / "kept.jsonl")
    target = WarehousePaths(tmp_path / "b")
    replay_log(log_path(world.paths), world.raw, REFS, KEY, target)
    assert tree(target) != tree(world.paths)


def test_a_raw_file_gone_or_changed_stops_the_replay(tmp_path: Path) -> None:
    world = World(tmp_path / "a")
    path = world.put(S1, [settlement("1")])
    world.run()
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(JiecunError, match="RAW_CHANGED"):
        replay_log(log_path(world.paths), world.raw, REFS, KEY, WarehousePaths(tmp_path / "b"))
    path.unlink()
    with pytest.raises(JiecunError, match="RAW_MISSING"):
        replay_log(log_path(world.paths), world.raw, REFS, KEY, WarehousePaths(tmp_path / "c"))

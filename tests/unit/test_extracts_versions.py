"""Held rows that are released, late rows, versions across intakes, units, the hash key."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from pipelines.books.periods import close_period, reopen_period
from pipelines.errors import JiecunError
from pipelines.extracts.intake import run_intake
from pipelines.extracts.keys import repeated
from pipelines.extracts.limits import read_limits
from pipelines.extracts.live import live_view_sql, restatement_sql
from pipelines.extracts.log import read_log
from pipelines.extracts.replay import replay_batch
from tests.unit.intake_harness import KEY, REFS, S1, S2, S3, World, row
from tests.unit.test_extracts_sets import NEW, NEWEST, OLD, V1, line, reversal, settlement

if TYPE_CHECKING:
    from pathlib import Path

S4 = "settlements_610000_202404_B001.csv"
S5 = "settlements_610000_202405_B001.csv"
BEFORE = "2022-11-05 10:00:00"


def live(world: World) -> list[tuple[Any, ...]]:
    return sorted(world.live("settlements", "rid, medfee_sumamt, late_flag"))


def put_and_run(world: World, name: str, *rows: dict[str, str]) -> Any:
    world.put(name, rows)
    (record,) = world.run().new
    return record


def test_an_orphan_is_released_when_its_original_arrives(tmp_path: Path) -> None:
    world = World(tmp_path)
    first = put_and_run(world, S1, settlement("1"), reversal("2", "9"))
    assert (first.rows_held, first.held_amt) == (1, Decimal("-100.00"))
    other = put_and_run(world, S2, settlement("3"))
    assert (other.released_rows, live(world)[0][0]) == (0, "rid1")
    third = put_and_run(world, S3, settlement("9"))
    assert (third.rows_read, third.rows_accepted) == (1, 1)
    assert (third.released_rows, third.released_amt) == (1, Decimal("-100.00"))
    assert live(world) == [
        ("rid1", Decimal("100.00"), False), ("rid2", Decimal("-100.00"), False),
        ("rid3", Decimal("100.00"), False), ("rid9", Decimal("100.00"), False),
    ]  # fmt: skip
    assert world.live("settlements", "src_row, source_sha = 'x'").count((2, False)) == 1
    assert world.quarantine() == [(2, "held", "ORPHAN_REVERSAL")]
    again = put_and_run(world, S4, settlement("9", NEW))
    assert (again.released_rows, again.replaced_rows) == (0, 1)
    dup = put_and_run(world, S5, reversal("2", "9"))
    assert (dup.rows_duplicate, dup.rows_accepted) == (1, 0)


def test_a_chain_of_reversals_is_released_together(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, reversal("2", "1"),
                reversal("3", "2", amount="-100.00"))  # fmt: skip
    assert world.quarantine() == [(1, "held", "ORPHAN_REVERSAL")]
    world.put(S2, [reversal("5", "4")])
    world.run()
    record = put_and_run(world, S3, settlement("1"), settlement("4"))
    assert record.released_rows == 2


def test_an_orphan_expires_after_three_files_of_its_area(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, reversal("2", "9"))
    world.put("settlements_610400_202402_B001.csv", [settlement("o")])
    world.put(S2, [settlement("3")])
    world.put(S3, [settlement("4")])
    world.run()
    put_and_run(world, S4, settlement("5"))
    late = put_and_run(world, S5, settlement("9"))
    assert late.released_rows == 0
    record = replay_batch(
        world.paths, world.raw, REFS, KEY, read_log(world.paths).batches[0].batch_id
    )
    assert record is not None
    assert (record.released_rows, record.released_amt) == (1, Decimal("-100.00"))


def test_a_released_row_gives_way_to_a_newer_version_and_replaces_an_older(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("7", OLD, "60.00"), settlement("8", NEWEST, "80.00"))
    put_and_run(world, S2, reversal("7", "9", updt=NEW, setl_id="seven"),
                reversal("8", "9", updt=NEW, setl_id="eight"))  # fmt: skip
    record = put_and_run(world, S3, settlement("9"))
    assert (record.released_rows, record.replaced_rows) == (1, 1)
    assert record.replaced_amt == Decimal("60.00")
    assert [told[:2] for told in live(world)] == [
        ("rid7", Decimal("-100.00")), ("rid8", Decimal("80.00")), ("rid9", Decimal("100.00")),
    ]  # fmt: skip


def test_the_original_that_shows_its_flag_is_a_new_version(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"))
    record = put_and_run(world, S2, settlement("1", NEW, refd_setl_flag="1"), reversal("2", "1"))
    assert (record.rows_accepted, record.replaced_rows, record.rows_held) == (2, 1, 0)
    assert sorted(world.live("settlements", "rid, refd_setl_flag")) == [
        ("rid1", "1"),
        ("rid2", "1"),
    ]


def test_late_rows_against_open_and_closed_months(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"), settlement("2", poolarea_no="610400",
                                                        insu_admdvs="610402"))  # fmt: skip
    close_period(world.paths, 202401, ["610100"], by="甲", months={202401}, after=1)
    record = put_and_run(
        world, S2,
        settlement("3"), settlement("4", poolarea_no="610400", insu_admdvs="610402"),
        settlement("5", setl_time="2024-02-05 10:11:12"), settlement("1", NEW, "90.00"),
    )  # fmt: skip
    assert record.rows_accepted == 4
    assert live(world) == [
        ("rid1", Decimal("90.00"), True), ("rid2", Decimal("100.00"), False),
        ("rid3", Decimal("100.00"), True), ("rid4", Decimal("100.00"), False),
        ("rid5", Decimal("100.00"), False),
    ]  # fmt: skip
    sql = restatement_sql("settlements", world.paths, 202401, first=1)
    told = duckdb.connect().execute(
        f"SELECT version, count(*), sum(medfee_sumamt) FROM ({sql}) GROUP BY 1 ORDER BY 1"
    ).fetchall()  # fmt: skip
    assert told == [("first", 2, Decimal("200.00")), ("now", 4, Decimal("390.00"))]


def test_a_row_beyond_the_window_is_held_only_where_its_month_is_closed(tmp_path: Path) -> None:
    old = {"setl_time": BEFORE, "begndate": "2022-11-05", "enddate": "2022-11-05"}
    edge = {"setl_time": "2022-12-05 10:00:00", "begndate": "2022-12-05", "enddate": "2022-12-05"}
    world = World(tmp_path)
    first = put_and_run(world, S1, settlement("0", **old), settlement("1"))
    assert (first.rows_accepted, first.rows_held) == (2, 0)
    for ym, months in ((202211, {202211}), (202401, {202211, 202401})):
        close_period(world.paths, ym, [], by="甲", months=months, after=1)
    record = put_and_run(
        world, S2, settlement("2", amount="70.00", **old), settlement("3", amount="30.00", **edge),
        settlement("0", NEW, "40.00", **old),
    )  # fmt: skip
    assert (record.rows_accepted, record.rows_held, record.held_amt) == (0, 3, Decimal("140.00"))
    assert world.quarantine("reason") == [("LATE_BEYOND_WINDOW",)] * 3
    near = put_and_run(world, "settlements_610000_202401_B002.csv",
                       settlement("4", amount="30.00", **edge))  # fmt: skip
    assert (near.rows_accepted, near.rows_held) == (1, 0)
    assert live(world)[-1] == ("rid4", Decimal("30.00"), True)


def test_a_reopened_month_lets_a_replay_release_what_was_too_late(tmp_path: Path) -> None:
    old = {"setl_time": BEFORE, "begndate": "2022-11-05", "enddate": "2022-11-05"}
    world = World(tmp_path)
    put_and_run(world, S1, settlement("0", **old))
    close_period(world.paths, 202211, [], by="甲", months={202211}, after=1)
    held = put_and_run(world, S2, settlement("2", amount="70.00", **old))
    assert replay_batch(world.paths, world.raw, REFS, KEY, held.batch_id) is None
    reopen_period(world.paths, 202211, [], by="甲", why="批准追溯", after=2)
    record = replay_batch(world.paths, world.raw, REFS, KEY, held.batch_id)
    assert record is not None
    assert (record.released_rows, record.rows_read) == (1, 0)
    assert live(world) == [
        ("rid0", Decimal("100.00"), False), ("rid2", Decimal("70.00"), False)
    ]  # fmt: skip


def test_a_replay_after_a_map_changed_releases_and_then_does_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    first = put_and_run(
        world, S1, settlement("1", med_type="51"), settlement("2", med_type="99"), settlement("3"),
        settlement("4", begndate="2024-01-09"),
    )  # fmt: skip
    assert (first.rows_held, first.rows_quarantined) == (2, 1)
    second = put_and_run(world, S2, reversal("5", "1"))
    assert second.rows_held == 1
    before = {p: p.read_bytes() for p in world.paths.staged.rglob("*.parquet")}
    assert replay_batch(world.paths, world.raw, REFS, KEY, first.batch_id) is None
    mapped = {**REFS, "ref_med_class": pl.DataFrame({"med_prefix": ["11", "21", "51"]})}
    record = replay_batch(world.paths, world.raw, mapped, KEY, first.batch_id)
    assert record is not None
    assert (record.released_rows, record.released_amt) == (2, Decimal("0.00"))
    assert record.batch_id == f"{first.batch_id}-r1"
    assert [told[0] for told in live(world)] == ["rid1", "rid3", "rid5"]
    assert replay_batch(world.paths, world.raw, mapped, KEY, first.batch_id) is None
    assert all(path.read_bytes() == data for path, data in before.items())
    again = run_intake(world.raw, world.paths, mapped, KEY)
    assert ([r.batch_id for r in again.new], len(again.all)) == ([], 3)
    later = put_and_run(world, S3, settlement("1", NEW, "10.00"))
    assert later.replaced_rows == 1


def test_a_replay_needs_the_raw_file_as_it_was(tmp_path: Path) -> None:
    world = World(tmp_path)
    record = put_and_run(world, S1, settlement("1", med_type="51"))
    for batch, code in (("nobody", "BATCH_UNKNOWN"), (record.batch_id, "RAW_CHANGED")):
        world.put(S1, [settlement("1")])
        with pytest.raises(JiecunError, match=code):
            replay_batch(world.paths, world.raw, REFS, KEY, batch)
    (world.raw.extracts / S1).unlink()
    with pytest.raises(JiecunError, match="RAW_MISSING"):
        replay_batch(world.paths, world.raw, REFS, KEY, record.batch_id)


def test_vouchers_versions_and_content_work_across_many_intakes(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(V1, [line("a", 1, "8.00", "0"), line("a", 2, "0", "8.00", account_code="9999")])
    (first,) = world.run().new
    assert first.rows_accepted == 0
    known = pl.DataFrame({"account_code": ["1003", "9999"], "insutype": ["390", "390"]})
    record = replay_batch(
        world.paths, world.raw, {**REFS, "ref_account": known}, KEY, first.batch_id
    )
    assert record is not None
    assert record.released_rows == 2


def test_equal_hashes_of_different_keys_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.extracts import keys

    plain = keys.key_sql
    monkeypatch.setattr(keys, "key_sql", lambda *a: plain(*a).replace("hash(s.rid)", "7::UBIGINT"))
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"), settlement("2"), settlement("1"))
    record = put_and_run(world, S2, settlement("2", NEW), settlement("3"), settlement("1"))
    assert (record.rows_accepted, record.rows_duplicate, record.replaced_rows) == (2, 1, 1)
    assert [told[0] for told in live(world)] == ["rid1", "rid2", "rid3"]


def test_candidates_are_compared_in_parts_with_equal_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.extracts import keys, setrules

    worlds = [World(tmp_path / name) for name in "ab"]
    for at, world in enumerate(worlds):
        if at:
            monkeypatch.setattr(setrules, "CANDIDATES", 3)
            monkeypatch.setattr(keys, "SLICE", 3)
        world.put(S1, [settlement(str(i)) for i in range(9)] + [settlement("3")])
        world.run()
        world.put(S2, [settlement(str(i), NEW) for i in range(5)] + [settlement("8")])
        world.run()
    assert worlds[0].run().all == worlds[1].run().all
    assert worlds[0].run().all[1].replaced_rows == 5
    assert live(worlds[0]) == live(worlds[1])


def test_repeated_hashes(tmp_path: Path) -> None:
    path = tmp_path / "k.parquet"
    pl.DataFrame({"h": [5, 7, None, 5, None, 9, 7]}, {"h": pl.UInt64}).write_parquet(path)
    assert repeated([path], "h").to_list() == [5, 7]
    assert repeated([path, path], "h").to_list() == [5, 7, 9]


def test_key_files_that_are_gone_are_made_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"))
    (key_file,) = (world.paths.staged / "_keys" / "settlements").iterdir()
    data = key_file.read_bytes()
    key_file.unlink()
    record = put_and_run(world, S2, settlement("1"), settlement("2"))
    assert (record.rows_duplicate, key_file.read_bytes() == data) == (1, True)


def test_keys_older_than_the_horizon_are_not_looked_at_but_originals_are(tmp_path: Path) -> None:
    world = World(tmp_path)
    far = {"setl_time": "2022-01-05 10:00:00", "begndate": "2022-01-05", "enddate": "2022-01-05"}
    put_and_run(world, "settlements_610000_202201_B001.csv", settlement("1", **far))
    record = put_and_run(world, S1, settlement("1"), reversal("2", "1"))
    assert (record.rows_accepted, record.rows_duplicate, record.rows_held) == (2, 0, 0)


def test_another_hash_key_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"))
    world.put(S2, [settlement("2")])
    with pytest.raises(JiecunError, match="HASH_KEY_CHANGED") as caught:
        run_intake(world.raw, world.paths, REFS, "z" * 22)
    assert KEY not in str(caught.value)
    assert len(read_log(world.paths).batches) == 1


def months_of(*amounts: str) -> list[list[dict[str, str]]]:
    """One list of 100 settlements a month, all of one amount."""
    return [
        [settlement(f"{at}x{i}", amount=amount) for i in range(100)]
        for at, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize(
    ("amounts", "refused"),
    [
        (("120.00", "150.00", "90.00", "0.01"), True),
        (("120.00", "150.00", "90.00", "130000.00"), True),
        (("120.00", "150.00", "90.00", "119999.00"), False),
        (("120.00", "150.00", "0.13"), False),
        (("120.00", "150.00", "90.00", "0.13"), False),
    ],
)
def test_a_file_in_another_unit_is_refused(
    tmp_path: Path, amounts: tuple[str, ...], refused: bool
) -> None:
    world = World(tmp_path)
    for name, rows in zip((S1, S2, S3, S4), months_of(*amounts), strict=False):
        world.put(name, rows)
    if refused:
        assert world.codes() == ["UNIT_SUSPECT"]
        assert read_log(world.paths).batches == ()
        (world.raw.extracts / S4).unlink()
        assert len(world.run().new) == 3
        world.put(S4, months_of(*amounts)[3])
        assert world.codes() == ["UNIT_SUSPECT"]
    else:
        assert len(world.run().new) == len(amounts)


def test_limits_are_dated(tmp_path: Path) -> None:
    limits = read_limits(202401)
    assert (limits.window_months, limits.key_months, limits.hold_batches) == (13, 13, 3)
    path = tmp_path / "rule_intake.csv"
    rows = [f"{name},,{at},,2024-01-01,,x" for at, name in enumerate(limits.__dataclass_fields__)]
    rows[0] = "window_months,,9,,2024-01-01,2024-03-01,x\nwindow_months,,8,,2024-03-01,,x"
    path.write_text(
        "limit_id,limit_zh,value,unit,valid_from,valid_to,source\n" + "\n".join(rows) + "\n"
    )
    assert [read_limits(ym, path).window_months for ym in (202402, 202403)] == [9, 8]
    with pytest.raises(JiecunError, match="RULE_LIMIT"):
        read_limits(202312, path)


def test_the_view_as_of_a_place_in_the_log(tmp_path: Path) -> None:
    world = World(tmp_path)
    put_and_run(world, S1, settlement("1"))
    put_and_run(world, S2, settlement("1", NEW, "90.00"))
    con = duckdb.connect()
    told = [
        con.execute(
            f"SELECT medfee_sumamt FROM ({live_view_sql('settlements', world.paths, as_of=at)})"
        ).fetchall()
        for at in (0, 1, 2)
    ]
    assert told == [[], [(Decimal("100.00"),)], [(Decimal("90.00"),)]]


def test_other_tables_find_versions_whatever_their_month(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("fund_plan_610000_202101_B001.csv", [row("fund_plan", plan_ym="202101")])
    world.run()
    both = [row("fund_plan", plan_ym="202101"), row("fund_plan", plan_ym="202401")]
    world.put("fund_plan_610000_202401_B001.csv", both)
    (record,) = world.run().new
    assert record.rows_duplicate == 1

"""Manifests: what a sender tells of a file is checked, and a file that falls short is refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import JiecunError
from pipelines.extracts.control import amount_of
from pipelines.extracts.manifest import parse_manifest
from pipelines.extracts.profile import ProfileError
from tests.unit.intake_harness import S1, S2, World, csv_bytes, row

if TYPE_CHECKING:
    from pathlib import Path

STEM = S1.removesuffix(".csv")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def tell(world: World, **told: Any) -> None:
    (world.raw.extracts / f"{STEM}.json").write_text(json.dumps(told), encoding="utf-8")


def reversal(ident: str, of: str) -> dict[str, str]:
    return row(
        "settlements", ident, init_setl_id=of, refd_setl_flag="1", medfee_sumamt="-100.00",
        inscp_amt="-100.00", hifp_pay="-60.00", fund_pay_sumamt="-60.00", psn_pay="-40.00",
        cash_payamt="-40.00",
    )  # fmt: skip


def three(**first: str) -> bytes:
    """Two settlements and the reversal of one: net 100.00, of which the fund paid 60.00."""
    one, two = row("settlements", "1", **first), row("settlements", "2")
    return csv_bytes([one, two, reversal("3", two["setl_id"])])


def told_problems(world: World) -> list[tuple[str, str, str]]:
    with pytest.raises(JiecunError) as error:
        world.run()
    assert not any(world.paths.staged.rglob("*.parquet"))
    return [(p.code, p.expected, p.found) for p in error.value.problems]


def test_a_manifest_that_agrees_lets_the_file_in(world: World) -> None:
    data = three()
    world.put(S1, data)
    tell(
        world, row_cnt=3, settled_cnt=2, refd_cnt=1, fixmedins_setl_cnt=1, medfee_sumamt="100.00",
        fund_pay_sumamt=60, acct_pay=0.00, totals={"cash_payamt": "40.00"}, unit="元",
        encoding="UTF-8", sha256=hashlib.sha256(data).hexdigest().upper(), serial_dates=False,
        cent="0.00", delivered_at="2024-02-01T08:00:00+08:00",
    )  # fmt: skip
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted) == (3, 3)


def test_a_missing_row_is_a_truncated_file(world: World) -> None:
    world.put(S1, three())
    tell(world, row_cnt=1234)
    assert told_problems(world) == [("TRUNCATED", "清单 row_cnt 1,234", "文件 3")]


def test_totals_that_differ_are_told_with_both_figures(world: World) -> None:
    world.put(S1, three())
    tell(world, row_cnt=3, refd_cnt=0, medfee_sumamt="100.01", fund_pay_sumamt="60.00")
    assert told_problems(world) == [
        ("CONTROL_TOTAL", "清单 refd_cnt 0", "文件 1"),
        ("CONTROL_TOTAL", "清单 medfee_sumamt 100.01 元", "文件 100.00 元"),
    ]


def test_refused_rows_count_in_the_control_totals(world: World) -> None:
    world.put(S1, three(insu_admdvs="999999"))
    tell(world, row_cnt=3, medfee_sumamt="100.00")
    (record,) = world.run().new
    assert (record.rows_read, record.rows_quarantined) == (3, 1)


def test_cells_that_are_repaired_count_with_their_value(world: World) -> None:
    world.put(S1, three(medfee_sumamt="１００．００", psn_pay="¥40.00"))
    tell(world, medfee_sumamt="100.00", totals={"psn_pay": "40.00"})
    assert len(world.run().new) == 1


def test_a_row_that_cannot_be_cut_counts_as_a_row_and_fails_the_total(world: World) -> None:
    world.put(S1, three() + b"4,5\n")
    tell(world, row_cnt=4, medfee_sumamt="100.00")
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (4, 3, 1)


def test_another_file_than_the_one_told_of(world: World) -> None:
    world.put(S1, three())
    tell(world, sha256="0" * 64)
    (problem,) = told_problems(world)
    assert problem[:2] == ("MANIFEST_SHA", "SHA-256 0000000000000000…")


def test_a_unit_without_a_conversion_is_refused(world: World) -> None:
    world.put(S1, three())
    tell(world, unit="万元", medfee_sumamt="0.01")
    assert told_problems(world) == [("MANIFEST_UNIT", "金额单位 元", "万元")]


def test_totals_in_the_unit_of_the_profile(world: World) -> None:
    folder = world.raw.root / "profiles"
    folder.mkdir()
    (folder / "big.toml").write_text(
        'name = "big"\ntable = "budget"\n[read]\nmoney_unit = "万元"\n', encoding="utf-8"
    )
    stem = "budget_610000_202401_B001"
    world.put(f"{stem}.csv", csv_bytes([row("budget", budg_amt="1.5")]))
    told = {"profile": "big", "unit": "万元", "totals": {"budg_amt": "1.5"}}
    (world.raw.extracts / f"{stem}.json").write_text(json.dumps(told), encoding="utf-8")
    world.run()
    assert world.live("budget", "budg_amt") == [(Decimal("15000.00"),)]


def test_serial_dates_only_where_the_manifest_allows_them(world: World) -> None:
    world.put(S1, csv_bytes([row("settlements", begndate="45296", enddate="45296")]))
    world.run()
    assert world.quarantine("reason") == [("DATE_INVALID",)]
    world.put(S2, csv_bytes([row("settlements", "2", begndate="45296", enddate="45296")]))
    stem = S2.removesuffix(".csv")
    (world.raw.extracts / f"{stem}.json").write_text('{"serial_dates": true}', encoding="utf-8")
    world.run()
    assert world.live("settlements", "rid, begndate::VARCHAR") == [("rid2", "2024-01-05")]


def test_one_cent_of_tolerance_where_the_manifest_tells_it(world: World) -> None:
    data = csv_bytes([row("settlements", psn_pay="40.01", cash_payamt="40.01")])
    world.put(S1, data)
    world.run()
    assert world.quarantine("reason") == [("AMT_IDENTITY",)]
    data = csv_bytes([row("settlements", "2", psn_pay="40.01", cash_payamt="40.01")])
    world.put(S2, data)
    (world.raw.extracts / f"{S2[:-4]}.json").write_text('{"cent": 0.01}', encoding="utf-8")
    (record,) = world.run().new
    assert record.rows_accepted == 1


BAD: list[tuple[bytes, str]] = [
    (b"[]", "文件"),
    (b"{", "文件"),
    (b'{"\xff": 1}', "文件"),
    (b"[" * 100_000, "文件"),
    (b'{"rows": 3}', "rows"),
    (b'{"row_cnt": "many"}', "row_cnt"),
    (b'{"row_cnt": true}', "row_cnt"),
    (b'{"medfee_sumamt": "1e9"}', "medfee_sumamt"),
    (b'{"totals": []}', "totals"),
    (b'{"unit": "USD"}', "unit"),
    (b'{"encoding": "latin-1"}', "encoding"),
    (b'{"sha256": "abc"}', "sha256"),
    (b'{"serial_dates": 1}', "serial_dates"),
    (b'{"cent": 1}', "cent"),
    (b'{"profile": "../../secret"}', "profile"),
    (b'{"profile": "/etc/passwd"}', "profile"),
    (b'{"batch": "../B001"}', "batch"),
    (b'{"files": {"a.csv": {"profile": ".."}}}', "profile"),
]


@pytest.mark.parametrize(("data", "key"), BAD)
def test_a_manifest_that_cannot_stand_names_its_key(data: bytes, key: str) -> None:
    with pytest.raises(ProfileError) as error:
        parse_manifest(data, "m")
    assert error.value.key == key


def test_a_bad_manifest_and_one_without_its_file_are_fatal(world: World) -> None:
    world.put(S1, three())
    world.put(f"{STEM}.json", b"{")
    world.put(f"{S2[:-4]}.json", b"{}")
    assert world.codes() == ["MANIFEST_INVALID", "MANIFEST_ORPHAN"]


def test_a_manifest_linked_from_outside_and_an_unknown_profile(
    world: World, tmp_path: Path
) -> None:
    world.put(S1, three())
    outside = tmp_path / "told.json"
    outside.write_bytes(b'{"row_cnt": 3}')
    link = world.raw.extracts / f"{STEM}.json"
    link.symlink_to(outside)
    assert world.codes() == ["MANIFEST_INVALID"]
    link.unlink()
    tell(world, profile="nobody")
    assert world.codes() == ["PROFILE_CHOICE"]


def test_a_total_of_no_column_is_an_error_of_the_manifest(world: World) -> None:
    world.put(S1, three())
    tell(world, totals={"psn_no": "1.00"})
    assert world.codes() == ["MANIFEST_INVALID"]


def test_a_manifest_that_comes_after_its_file_is_held_against_it(world: World) -> None:
    world.put(S1, three())
    world.run()
    tell(world, row_cnt=4, medfee_sumamt="100.01")
    for _ in range(2):
        with pytest.raises(JiecunError) as error:
            world.run()
        assert [(p.code, p.expected, p.found) for p in error.value.problems] == [
            ("TRUNCATED", "清单 row_cnt 4", "文件 3"),
            ("CONTROL_TOTAL", "清单 medfee_sumamt 100.01 元", "文件 100.00 元"),
        ]
    tell(world, row_cnt=3, medfee_sumamt="100.00")
    again = world.run()
    assert (again.new, again.unchanged) == ((), 1)
    log = (world.paths.state / "intake.jsonl").read_text(encoding="utf-8")
    assert len(log.splitlines()) == 2
    world.run()
    assert (world.paths.state / "intake.jsonl").read_text(encoding="utf-8") == log


def test_the_manifest_of_a_byte_equal_copy_is_held_against_it(world: World) -> None:
    world.put(S1, three())
    world.run()
    world.put(S2, three())
    told = world.raw.extracts / S2.replace(".csv", ".json")
    told.write_text(json.dumps({"row_cnt": 2}), encoding="utf-8")
    with pytest.raises(JiecunError) as error:
        world.run()
    (problem,) = error.value.problems
    assert (problem.code, problem.place) == ("TRUNCATED", f"raw/extracts/{S2}")


def test_manifests_of_an_archives_members(world: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(S1, three())
        archive.writestr(f"{STEM}.json", b'{"row_cnt": 3}')
        archive.writestr(S2, csv_bytes([row("settlements", "9")]))
    world.put("a.zip", out.getvalue())
    told = {"files": {S2: {"row_cnt": 2}, "gone.csv": {}}}
    (world.raw.extracts / "a.json").write_text(json.dumps(told), encoding="utf-8")
    assert world.codes() == ["MANIFEST_ORPHAN", "TRUNCATED"]
    del told["files"]["gone.csv"]
    told["files"][S2]["row_cnt"] = 1
    (world.raw.extracts / "a.json").write_text(json.dumps(told), encoding="utf-8")
    assert len(world.run().new) == 2


def test_a_file_of_any_name_whose_manifest_names_it(world: World) -> None:
    world.put("二月结算.csv", three())
    told = {"table": "settlements", "area": "610100", "ym": 202401, "batch": "B007"}
    (world.raw.extracts / "二月结算.json").write_text(json.dumps(told), encoding="utf-8")
    (record,) = world.run().new
    assert record.source_file == "二月结算.csv!settlements_610100_202401_B007"
    assert record.order == (202401, "B007", "settlements", record.source_file)


def test_a_gb18030_file_whose_manifest_tells_the_encoding(world: World) -> None:
    world.put(S1, csv_bytes([row("settlements", setl_type="䶮")]).decode().encode("gb18030"))
    tell(world, encoding="gb18030", row_cnt=1)
    world.run()
    assert world.live("settlements", "setl_type") == [("䶮",)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234,567.89", "1234567.89"), ("（12.00）", "-12.00"), ("¥ 5", "5"), ("１２", "12"),
        ("1,23,4.5", "0"), ("12.345", "0"), ("1e3", "0"), ("-", "0"), ("", "0"),
    ],
)  # fmt: skip
def test_amounts_not_written_plainly(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)

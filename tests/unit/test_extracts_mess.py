"""The mess that real deliveries bring, case by case: the bytes that come and what becomes of them.

One test for each of the eighteen kinds; containers (gzip, zip, workbooks) have tests of their own.
"""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.extracts.browse import find_batch, refused_rows
from pipelines.extracts.log import read_log
from tests.unit.intake_harness import PERSON, S1, S2, S3, World, csv_bytes, row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.extracts.log import BatchRecord

AD = "account_details_610000_202401_B001.csv"
CO = "contributions_610000_202401_B001.csv"
VO = "vouchers_610000_202401_B001.csv"
MINUS = {
    name: f"-{amount}"
    for name, amount in {
        "medfee_sumamt": "100.00", "inscp_amt": "100.00", "hifp_pay": "60.00",
        "fund_pay_sumamt": "60.00", "psn_pay": "40.00", "cash_payamt": "40.00",
    }.items()
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def taken(world: World, name: str, data: bytes | list[dict[str, str]]) -> BatchRecord:
    """The record of one file after an intake of its own."""
    world.put(name, data)
    return next(record for record in world.run().all if record.source_file == name)


def settlement(ident: str, **cells: str) -> dict[str, str]:
    return row("settlements", ident, **cells)


def with_cell(
    table: str, column: str, texts: Mapping[str, bytes], line_end: bytes = b"\n"
) -> bytes:
    """A file with a good first row, then one row per text, that text standing in the column."""
    rows = [row(table, "good"), *(row(table, ident, **{column: "@@"}) for ident in texts)]
    data = csv_bytes(rows)
    for text in texts.values():
        data = data.replace(b"@@", text, 1)
    return data.replace(b"\n", line_end)


def test_01_gb18030_with_a_rare_character_is_read(world: World) -> None:
    rows = [
        row("vouchers", line_no="1", summary="@@"),
        row("vouchers", line_no="2", debit_amt="0", credit_amt="8", summary="@@"),
    ]
    data = csv_bytes(rows).replace(b"@@", b"\xfe\x9f\xcf\xc8\xc9\xfa")
    record = taken(world, VO, data)
    assert (record.encoding, record.rows_read, record.rows_accepted) == ("gb18030", 2, 2)
    assert world.live("vouchers", "summary") == [("䶮先生",), ("䶮先生",)]
    assert "ENC_GB18030" in record.warn_counts


def test_02_a_byte_order_mark_is_no_part_of_the_header(world: World) -> None:
    record = taken(world, S1, b"\xef\xbb\xbf" + csv_bytes([settlement("1")]))
    assert (record.encoding, record.rows_accepted) == ("utf-8-sig", 1)
    assert "BOM_STRIPPED" in record.warn_counts


def test_03_undecodable_lines_stand_alone_and_too_many_refuse_the_file(world: World) -> None:
    good = [settlement(str(at)) for at in range(200)]
    bad = settlement("bad", fixmedins_code="@@")
    record = taken(world, S1, csv_bytes([*good, bad]).replace(b"@@", b"H\xff\xfe"))
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (201, 200, 1)
    ((at, reason, text),) = world.quarantine("src_row, reason, raw_text")
    assert (at, reason) == (201, "ENC_INVALID")
    shown = base64.b64decode(text.removeprefix("base64:"))
    assert b"H\xff\xfe" in shown
    assert PERSON.encode() not in shown
    world.put(S2, csv_bytes([*good[:20], bad]).replace(b"@@", b"H\xff\xfe"))
    assert world.codes() == ["ENC_INVALID"]


def test_04_amounts_in_other_dress_are_understood_but_never_guessed(world: World) -> None:
    record = taken(world, AD, with_cell("account_details", "amt", {
        "a": b'"1,234,567.89"', "b": "１２３．００".encode(), "c": "¥12.00".encode(),
        "d": b"(12.00)", "e": b'"1,23,4.5"', "f": b"12.345", "g": b"1.2E3", "h": b"12 3",
    }))  # fmt: skip
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (9, 5, 4)
    assert world.live("account_details", "src_row, amt") == [
        (1, Decimal("1.00")), (2, Decimal("1234567.89")), (3, Decimal("123.00")),
        (4, Decimal("12.00")), (5, Decimal("-12.00")),
    ]  # fmt: skip
    assert world.quarantine() == [(at, "quarantined", "AMT_FORMAT") for at in (6, 7, 8, 9)]
    assert record.accepted_amt == Decimal("1234691.89")


def test_05_ids_that_went_through_a_float_are_never_repaired(world: World) -> None:
    record = taken(world, S1, with_cell("settlements", "mdtrt_id", {
        "a": b"5.201E+19", "b": b"52010000000000000000.0", "c": b"123456789012345.0",
    }))  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (2, 2)
    assert world.quarantine() == [(at, "quarantined", "ID_FLOAT_MANGLED") for at in (2, 3)]
    assert world.live("settlements", "mdtrt_id")[1] == ("123456789012345",)


def test_06_three_ways_to_write_a_day_and_those_that_are_none(world: World) -> None:
    record = taken(world, S1, with_cell("settlements", "enddate", {
        "a": b"20240131", "b": b"2024-01-31", "c": b"2024/1/31", "d": b"45322",
        "e": b"2024-02-30", "f": b"0000-00-00",
    }))  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (4, 3)
    assert [day for (day,) in world.live("settlements", "enddate::VARCHAR")][1:] == [
        "2024-01-31"
    ] * 3
    assert world.quarantine() == [(at, "quarantined", "DATE_INVALID") for at in (5, 6, 7)]
    taken(world, S2, with_cell("settlements", "crte_time", {"x": b"1970-01-01 08:00:00"}))
    assert world.quarantine()[-1] == (2, "quarantined", "DATE_INVALID")


def test_07_months(world: World) -> None:
    record = taken(world, CO, with_cell("contributions", "cashym", {
        "a": b"202401.0", "b": b"202413", "c": b"2024-1", "d": b"202419",
    }))  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (2, 3)
    assert world.live("contributions", "cashym") == [(202401,), (202401,)]
    assert world.quarantine() == [(at, "quarantined", "YM_INVALID") for at in (3, 4, 5)]


def test_08_blanks_of_all_kinds_at_the_ends_are_dropped(world: World) -> None:
    data = with_cell("settlements", "mdtrt_id", {
        "a": b"M1\t", "b": "M1\u3000".encode(), "c": "\u200bM1".encode(),
    }).replace(b"psn_no,", b"psn_no\t,", 1)  # fmt: skip
    record = taken(world, S1, data)
    assert record.rows_accepted == 4
    assert world.live("settlements", "mdtrt_id")[1:] == [("M1",)] * 3
    assert "WS_STRIPPED" in record.warn_counts


def test_09_the_same_row_twice_and_the_same_file_twice_count_once(world: World) -> None:
    record = taken(world, S1, [settlement("1"), settlement("1"), settlement("2")])
    assert (record.rows_accepted, record.rows_duplicate) == (2, 1)
    assert record.duplicate_amt == Decimal("100.00")
    assert world.quarantine() == [(2, "duplicate", "DUP_EXACT")]
    world.put(S2, (world.raw.extracts / S1).read_bytes())
    assert world.run().new == ()
    assert len(world.live("settlements", "rid")) == 2


def test_10_two_truths_under_one_id_leave_the_last_good_one_standing(world: World) -> None:
    taken(world, S1, [settlement("1")])
    other = {"hifp_pay": "50.00", "maf_pay": "10.00"}
    record = taken(world, S2, [settlement("1", **other), settlement("2"), settlement("2", **other)])
    assert (record.rows_accepted, record.rows_quarantined) == (0, 3)
    assert {reason for _, _, reason in world.quarantine()} == {"DUP_CONFLICT"}
    assert world.live("settlements", "rid, hifp_pay") == [("rid1", Decimal("60.00"))]


def reversal(ident: str, of: str) -> dict[str, str]:
    return settlement(ident, init_setl_id=of, refd_setl_flag="1", **MINUS)


def test_11_a_reversal_waits_for_its_original_and_no_longer_than_agreed(world: World) -> None:
    record = taken(world, S1, [reversal("9", "setl_i1"), reversal("8", "never")])
    assert (record.rows_held, record.held_amt) == (2, Decimal("-200.00"))
    assert world.live("settlements", "rid") == []
    later = taken(world, S2, [settlement("1")])
    assert (later.released_rows, later.released_amt) == (1, Decimal("-100.00"))
    assert sorted(world.live("settlements", "rid")) == [("rid1",), ("rid9",)]
    assert states(world, S1) == {1: "released", 2: "open"}
    for month in (3, 4):
        taken(world, f"settlements_610000_20240{month}_B001.csv", [settlement(f"4{month}")])
    assert states(world, S1) == {1: "released", 2: "expired"}
    assert (record.rows_held, world.run().all[0].rows_held) == (2, 2)


def states(world: World, name: str) -> dict[int, str]:
    log = read_log(world.paths)
    rows = refused_rows(world.paths, log, find_batch(log, name))
    return {refused.src_row: refused.state for refused in rows}


def test_12_the_sign_must_fit_what_the_row_is(world: World) -> None:
    record = taken(world, S1, [
        settlement("1"), settlement("2", **MINUS),
        settlement("3", init_setl_id="setl_i1", refd_setl_flag="1"),
    ])  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (1, 2)
    assert world.quarantine() == [(at, "quarantined", "SIGN_MISMATCH") for at in (2, 3)]


def test_13_parts_that_miss_the_whole_are_refused_with_the_difference(world: World) -> None:
    record = taken(world, S1, [
        settlement("1", medfee_sumamt="1000.00", inscp_amt="1000.00", hifp_pay="880.00",
                   fund_pay_sumamt="900.00", psn_pay="100.00", cash_payamt="100.00"),
        settlement("2", medfee_sumamt="100.01"),
        settlement("3", cash_payamt="39.99"),
    ])  # fmt: skip
    assert (record.rows_accepted, record.quarantined_amt) == (0, Decimal("1200.01"))
    assert world.quarantine("src_row, reason, gap_amt") == [
        (1, "AMT_IDENTITY", Decimal("20.00")), (2, "AMT_IDENTITY", Decimal("0.01")),
        (3, "AMT_IDENTITY", Decimal("0.01")),
    ]  # fmt: skip


def test_13_an_amount_that_cannot_be_read_has_no_difference(world: World) -> None:
    """It breaks one identity, and its third decimal is in the way of the other's difference."""
    record = taken(world, S1, [
        settlement("1", fund_pay_sumamt="61.00", psn_pay="40.005"),
        settlement("2", fund_pay_sumamt="61.00"),
    ])  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (0, 2)
    assert world.quarantine("src_row, reasons, gap_amt") == [
        (1, "AMT_FORMAT;AMT_IDENTITY", Decimal("1.00")),
        (2, "AMT_IDENTITY", Decimal("-1.00")),
    ]  # fmt: skip


def test_14_a_region_is_known_or_refused_never_defaulted(world: World) -> None:
    record = taken(world, S1, with_cell("settlements", "insu_admdvs", {
        "a": b"", "b": b"nan", "c": b"999999",
    }))  # fmt: skip
    assert (record.rows_accepted, record.rows_quarantined) == (1, 3)
    assert world.quarantine() == [
        (2, "quarantined", "REGION_MISSING"), (3, "quarantined", "REGION_MISSING"),
        (4, "quarantined", "REGION_UNKNOWN"),
    ]  # fmt: skip


def test_15_copies_of_another_place_and_other_schemes_are_kept_aside(world: World) -> None:
    record = taken(world, S1, [
        settlement("1"), settlement("2", out_flag="2"), settlement("3", insutype="340"),
    ])  # fmt: skip
    assert (record.rows_accepted, record.rows_out_of_scope) == (1, 2)
    assert record.out_of_scope_amt == Decimal("200.00")
    assert world.quarantine() == [
        (2, "out_of_scope", "OUTMED_COPY"), (3, "out_of_scope", "OUT_OF_SCOPE")
    ]  # fmt: skip


def test_16_a_stray_comma_or_a_cut_line_costs_one_row_unless_the_manifest_says_more(
    world: World,
) -> None:
    data = csv_bytes([settlement("1"), settlement("2", psn_type="@@"), settlement("3")])
    data = data.replace(b"@@", b"1,5")
    record = taken(world, S1, data[:-40])
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (3, 1, 2)
    assert world.quarantine() == [(at, "quarantined", "COL_COUNT") for at in (2, 3)]
    world.put(S2, csv_bytes([settlement("5")]))
    beside = world.raw.extracts / S2.replace(".csv", ".json")
    beside.write_text(json.dumps({"row_cnt": 2}), encoding="utf-8")
    assert world.codes() == ["TRUNCATED"]


def test_17_one_fact_under_two_names_or_under_none_refuses_the_file(world: World) -> None:
    good = csv_bytes([settlement("1")])
    world.put(S1, good.replace(b",clr_way,", b",psn_part_amt,", 1))
    world.put(S2, good.replace(b",psn_pay,", b",psn_paid,", 1))
    world.put(S3, good)
    assert sorted(world.codes()) == ["HEADER_AMBIGUOUS", "HEADER_MISSING"]
    assert world.live("settlements", "rid") == []


def test_18_a_file_in_another_unit_is_refused_whole(world: World) -> None:
    for month in (1, 2, 3):
        world.put(f"settlements_610000_20240{month}_B001.csv", [
            settlement(f"{month}x{at}", setl_time=f"2024-0{month}-05 10:11:12")
            for at in range(100)
        ])  # fmt: skip
    world.run()
    small = {"medfee_sumamt": "0.01", "inscp_amt": "0.01", "hifp_pay": "0.01",
             "fund_pay_sumamt": "0.01", "psn_pay": "0", "cash_payamt": "0"}  # fmt: skip
    world.put("settlements_610000_202404_B001.csv", [
        settlement(f"4x{at}", setl_time="2024-04-05 10:11:12", **small) for at in range(100)
    ])  # fmt: skip
    assert world.codes() == ["UNIT_SUSPECT"]
    assert len(world.live("settlements", "rid")) == 300

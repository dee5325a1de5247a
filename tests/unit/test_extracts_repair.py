"""Cells whose meaning is certain are brought into their plain form; the others are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.extracts.discover import TABLES
from pipelines.extracts.repair_cells import repair_cell
from tests.unit.intake_harness import S1, World, csv_bytes, row

if TYPE_CHECKING:
    from pathlib import Path

SETTLEMENTS = TABLES["settlements"]
FORMS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("maf_pay", "1,234,567.89", "1234567.89", ("AMT_UNIFIED",)),
    ("maf_pay", "-1,234.5", "-1234.5", ("AMT_UNIFIED",)),
    ("maf_pay", "¥12.00", "12.00", ("AMT_UNIFIED",)),
    ("maf_pay", "-¥12.00", "-12.00", ("AMT_UNIFIED",)),
    ("maf_pay", "(12.00)", "-12.00", ("AMT_UNIFIED",)),
    ("maf_pay", "（¥1,200.00）", "-1200.00", ("WIDTH_UNIFIED", "AMT_UNIFIED")),
    ("maf_pay", "１２３．００", "123.00", ("WIDTH_UNIFIED",)),
    ("maf_pay", "nan", "", ("NULL_TEXT",)),
    ("maf_pay", "1,23,4.5", "1,23,4.5", ()),
    ("maf_pay", "12.345", "12.345", ()),
    ("maf_pay", "1,234.567", "1,234.567", ()),
    ("maf_pay", "(-12.00)", "(-12.00)", ()),
    ("maf_pay", "1e3", "1e3", ()),
    ("maf_pay", "+1", "+1", ()),
    ("maf_pay", "12 345", "12 345", ()),
    ("med_type", "11.0", "11", ("FLOAT_SUFFIX",)),
    ("setl_id", "123456789012345.0", "123456789012345", ("FLOAT_SUFFIX",)),
    ("setl_id", "1234567890123456.0", "1234567890123456.0", ()),
    ("setl_id", "5.201E+19", "5.201E+19", ()),
    ("setl_id", '="00123"', "00123", ("EXCEL_TEXT",)),
    ("setl_id", "'00123", "00123", ("EXCEL_TEXT",)),
    ("setl_id", "A1\t", "A1", ("WS_STRIPPED",)),
    ("setl_id", "\u200bA1\u3000", "A1", ("WS_STRIPPED",)),
    ("setl_id", " A1 ", "A1", ()),
    ("insu_admdvs", "NULL", "", ("NULL_TEXT",)),
    ("insu_admdvs", "６１０１０２", "610102", ("WIDTH_UNIFIED",)),
    ("clr_ym", "202401.0", "202401", ("FLOAT_SUFFIX",)),
    ("clr_ym", "2024-1", "2024-1", ()),
    ("begndate", "20240131", "2024-01-31", ()),
    ("begndate", "2024/1/31", "2024-01-31", ()),
    ("begndate", "45322", "45322", ()),
    ("begndate", "2024-01-31 00:00:00", "2024-01-31 00:00:00", ()),
    ("setl_time", "2024-01-05 10:11:12+08:00", "2024-01-05 10:11:12", ("OFFSET_STRIPPED",)),
    ("setl_time", "2024-01-05 10:11:12+09:00", "2024-01-05 10:11:12+09:00", ()),
    ("setl_time", "2024-01-05+08:00", "2024-01-05+08:00", ()),
    ("setl_time", "2024/1/5 10:11:12", "2024-01-05 10:11:12", ()),
]


@pytest.mark.parametrize(("column", "text", "plain", "kinds"), FORMS)
def test_forms(column: str, text: str, plain: str, kinds: tuple[str, ...]) -> None:
    assert repair_cell(SETTLEMENTS.column(column), text) == (plain, kinds)


def test_names_keep_their_width_and_words() -> None:
    summary = TABLES["vouchers"].column("summary")
    assert repair_cell(summary, "（甲）１\t") == ("（甲）１", ("WS_STRIPPED",))
    assert repair_cell(summary, "null") == ("null", ())


def test_a_repaired_row_is_accepted_in_its_place_and_counted(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put(S1, [
        row("settlements", "1"),
        row("settlements", "2", medfee_sumamt="1,000.00", hifp_pay="（¥40.00）",
            fund_pay_sumamt="960.00", maf_pay="１，０００．００", inscp_amt="1000"),
        row("settlements", "3", setl_id='="000003"', insu_admdvs="610102\t"),
        row("settlements", "4", maf_pay="nan"),
        row("settlements", "5", setl_time="2024-01-05 10:11:12+08:00", clr_ym="202401.0"),
    ])  # fmt: skip
    (record,) = world.run().new
    assert world.live("settlements", "src_row, setl_id, medfee_sumamt, setl_time::VARCHAR") == [
        (1, "setl_i1", Decimal("100.00"), "2024-01-05 10:11:12"),
        (3, "000003", Decimal("100.00"), "2024-01-05 10:11:12"),
        (5, "setl_i5", Decimal("100.00"), "2024-01-05 10:11:12"),
    ]
    assert world.quarantine("src_row, reason, control_amt") == [
        (2, "SIGN_MISMATCH", Decimal("1000.00")), (4, "REQUIRED_MISSING", Decimal("100.00")),
    ]  # fmt: skip
    assert record.read_amt == Decimal("1400.00")
    assert record.warn_counts == {
        "EXCEL_TEXT": 1, "WS_STRIPPED": 1, "OFFSET_STRIPPED": 1, "FLOAT_SUFFIX": 1,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_the_file_s_own_remarks(tmp_path: Path, encoding: str) -> None:
    world = World(tmp_path)
    rows = [row("vouchers", "1", line_no="1", summary="䶮先生"),
            row("vouchers", "1", line_no="2", debit_amt="0", credit_amt="８")]  # fmt: skip
    world.put("vouchers_610000_202401_B001.csv", csv_bytes(rows).decode().encode(encoding))
    (record,) = world.run().new
    remark = {"gb18030": "ENC_GB18030", "utf-8-sig": "BOM_STRIPPED"}[encoding]
    assert record.warn_counts == {remark: 1, "WIDTH_UNIFIED": 1}
    assert record.rows_accepted == 2

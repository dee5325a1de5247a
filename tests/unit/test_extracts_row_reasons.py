"""Every reason a single row can be turned away for, one literal cell at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.extracts.discover import TABLES
from pipelines.extracts.parse_sql import checks_of
from tests.unit.intake_harness import World, row

if TYPE_CHECKING:
    from pathlib import Path

Q, H, OUT = "quarantined", "held", "out_of_scope"
CASES: list[tuple[str, str, str, dict[str, str]]] = [
    ("settlements", OUT, "OUT_OF_SCOPE", {"insutype": "340"}),
    ("settlements", OUT, "OUT_OF_SCOPE", {"insutype": "340", "medfee_sumamt": "x"}),
    ("settlements", Q, "ID_FLOAT_MANGLED", {"setl_id": "5.201E+19"}),
    ("settlements", Q, "ID_FLOAT_MANGLED", {"psn_no": "6.1e+19"}),
    ("settlements", Q, "AMT_FORMAT", {"medfee_sumamt": "1,23,4.5"}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "0.001"}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "1."}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "+1"}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "１.005"}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "12345678901234567.00"}),
    ("settlements", Q, "REQUIRED_MISSING", {"maf_pay": "nan"}),
    ("settlements", Q, "AMT_FORMAT", {"maf_pay": "1e3"}),
    ("settlements", Q, "AMT_FORMAT", {"pool_prop_selfpay": "0.1234567"}),
    ("settlements", Q, "DATE_INVALID", {"begndate": "2024-02-30"}),
    ("settlements", Q, "DATE_INVALID", {"begndate": "45322"}),
    ("settlements", Q, "DATE_INVALID", {"begndate": "0000-00-00"}),
    ("settlements", Q, "DATE_INVALID", {"begndate": "2024-01-05 00:00:00"}),
    ("settlements", Q, "DATE_INVALID", {"crte_time": "1970-01-01 08:00:00"}),
    ("settlements", Q, "DATE_INVALID", {"crte_time": "2024-01-05 25:00:00"}),
    ("settlements", Q, "DATE_INVALID", {"crte_time": "2024-01-05 10:11:12+09:00"}),
    ("settlements", Q, "YM_INVALID", {"clr_ym": "202413"}),
    ("settlements", Q, "YM_INVALID", {"clr_ym": "2024-1"}),
    ("settlements", Q, "REQUIRED_MISSING", {"psn_no": ""}),
    ("settlements", Q, "REQUIRED_MISSING", {"medfee_sumamt": " \t\u3000"}),
    ("settlements", Q, "REGION_MISSING", {"insu_admdvs": ""}),
    ("settlements", Q, "TEXT_TOO_LONG", {"psn_type": "1234567"}),
    ("settlements", Q, "SELF_REFERENCE", {"init_setl_id": "setl_i1"}),
    ("settlements", Q, "DATE_ORDER", {"begndate": "2024-01-06"}),
    ("settlements", Q, "TIME_RANGE", {"setl_time": "1999-12-31 23:59:59"}),
    ("settlements", Q, "SIGN_MISMATCH", {"maf_pay": "-1.00", "hifp_pay": "61.00"}),
    ("settlements", Q, "REFD_FLAG", {"refd_setl_flag": "3"}),
    ("settlements", OUT, "OUTMED_COPY", {"out_flag": "2"}),
    ("settlements", Q, "AMT_IDENTITY", {"fund_pay_sumamt": "60.01"}),
    ("settlements", Q, "INSUTYPE_UNKNOWN", {"insutype": "C"}),
    ("settlements", Q, "REGION_UNKNOWN", {"insu_admdvs": "999999"}),
    ("settlements", Q, "POOL_UNKNOWN", {"poolarea_no": "619999"}),
    ("settlements", H, "JM_ACCT_PAY", {"acct_pay": "10.00", "cash_payamt": "30.00"}),
    ("settlements", H, "POOL_MISMATCH", {"insu_admdvs": "610402"}),
    ("settlements", H, "MED_TYPE_UNMAPPED", {"med_type": "77"}),
    ("contributions", Q, "YM_INVALID", {"cashym": "202413"}),
    ("contributions", Q, "CLCT_OBJ", {"psn_no": ""}),
    ("contributions", Q, "CLCT_WAY_UNKNOWN", {"clct_way": "77"}),
    ("fund_transfers", Q, "TRAF_ITEM_UNMAPPED", {"traf_item": "XX"}),
    ("fund_transfers", Q, "INTEREST_TERMS", {"traf_item": "INTE_IN"}),
    ("recoveries", Q, "DETD_STAS", {"detd_stas": "30"}),
    ("budget", Q, "STT_MON", {"stt_mon": "13"}),
    ("insured_headcount", Q, "COUNT_FORMAT", {"insu_psncnt": "10.0"}),
    ("insured_headcount", Q, "COUNT_FORMAT", {"insu_psncnt": "-1"}),
]


def test_one_bad_cell_gives_one_reason_and_its_neighbours_pass(tmp_path: Path) -> None:
    world = World(tmp_path)
    by_table: dict[str, list[tuple[str, str, dict[str, str]]]] = {}
    for table, disposition, reason, cells in CASES:
        by_table.setdefault(table, []).append((disposition, reason, cells))
    for table, cases in by_table.items():
        bad = [
            row(table, f"{at}", **{k: v.replace("setl_i1", f"setl_i{at}") for k, v in c.items()})
            for at, (_, _, c) in enumerate(cases)
        ]
        world.put(f"{table}_610000_202401_B001.csv", [row(table, "good"), *bad])
    result = world.run()
    told = world.quarantine("source_file, src_row, disposition, reason")
    expected = sorted(
        (f"{table}_610000_202401_B001.csv", at, disposition, reason)
        for table, cases in by_table.items()
        for at, (disposition, reason, _) in enumerate(cases, start=2)
    )
    assert told == expected
    assert [record.rows_accepted for record in result.new] == [1] * len(by_table)


ACCEPTED: list[tuple[str, dict[str, str], str, object]] = [
    ("settlements", {"begndate": "20240105"}, "begndate::VARCHAR", "2024-01-05"),
    ("settlements", {"begndate": "2024/1/5"}, "begndate::VARCHAR", "2024-01-05"),
    ("settlements", {"begndate": "2024-1-5"}, "begndate::VARCHAR", "2024-01-05"),
    ("settlements", {"setl_time": "2024/1/5"}, "setl_time::VARCHAR", "2024-01-05 00:00:00"),
    ("settlements", {"setl_time": "20240105 01:02:03"}, "setl_time::VARCHAR",
     "2024-01-05 01:02:03"),
    ("settlements", {"setl_id": " \tA1\u200b\u3000\ufeff"}, "setl_id", "A1"),
    ("settlements", {"ownpay_hosp_part": ""}, "ownpay_hosp_part", Decimal("0.00")),
    ("settlements", {"medfee_sumamt": "100"}, "medfee_sumamt", Decimal("100.00")),
    ("settlements", {"psn_type": '"x"'}, "psn_type", '"x"'),
    ("contributions", {"clct_way": ""}, "clct_way", None),
    ("vouchers", {"summary": "甲,\n乙", "debit_amt": "0", "credit_amt": "0"}, "summary", "甲,\n乙"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "cells", "column", "value"), ACCEPTED)
def test_what_is_understood(
    tmp_path: Path, table: str, cells: dict[str, str], column: str, value: object
) -> None:
    world = World(tmp_path)
    rows = [row(table, **cells)]
    if table == "vouchers":
        rows = [row(table, line_no="1", **{**cells, "debit_amt": "8"}),
                row(table, line_no="2", debit_amt="0", credit_amt="8.00")]  # fmt: skip
    world.put(f"{table}_610000_202401_B001.csv", rows)
    world.run()
    assert world.quarantine() == []
    assert world.live(table, column)[0] == (value,)


def test_one_good_row_of_every_extract_is_accepted(tmp_path: Path) -> None:
    world = World(tmp_path)
    for table in TABLES:
        rows = [row(table)]
        if table == "vouchers":
            rows.append(row(table, line_no="2", debit_amt="0", credit_amt="8.00"))
        world.put(f"{table}_610000_202401_B001.csv", rows)
    result = world.run()
    assert world.quarantine() == []
    assert {r.table_name: (r.rows_accepted, r.event_yms) for r in result.new} == {
        table: (2 if table == "vouchers" else 1, (202401,)) for table in TABLES
    }


def test_warnings_are_counted_and_the_row_stays(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("settlements_610000_202401_B001.csv", [
        row("settlements", "1", inscp_amt="99.00"),
        row("settlements", "2", inscp_amt="99.00", fixmedins_code="X1"),
        row("settlements", "3", inscp_amt="99.00", fixmedins_code="X1", med_type="77"),
    ])  # fmt: skip
    (record,) = world.run().new
    assert record.warn_counts == {"A6_COST_SPLIT": 2, "FIXMEDINS_FORM": 1}
    assert (record.rows_accepted, record.rows_held, record.held_amt) == (2, 1, Decimal("100.00"))


def test_all_reasons_are_told_and_the_first_in_order_decides(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("settlements_610000_202401_B001.csv", [
        row("settlements", med_type="77", insu_admdvs="999999", begndate="x", psn_type="",
            rid="1E5"),
    ])  # fmt: skip
    world.run()
    assert world.quarantine("reason, reasons, bad_columns, control_amt") == [
        ("ID_FLOAT_MANGLED",
         "ID_FLOAT_MANGLED;DATE_INVALID;REQUIRED_MISSING;REGION_UNKNOWN;POOL_MISMATCH;"
         "MED_TYPE_UNMAPPED",
         "rid;begndate;psn_type;insu_admdvs;setl_time;poolarea_no;med_type", Decimal("100.00")),
    ]  # fmt: skip


def test_the_order_of_reasons_is_the_documented_one() -> None:
    checks = checks_of(TABLES["settlements"])
    first: dict[str, int] = {}
    for at, check in enumerate(checks):
        first.setdefault(check.reason, at)
    order = ["OUT_OF_SCOPE", "ID_FLOAT_MANGLED", "REQUIRED_MISSING", "TEXT_TOO_LONG",
             "SELF_REFERENCE", "INSUTYPE_UNKNOWN", "JM_ACCT_PAY", "POOL_MISMATCH"]  # fmt: skip
    assert sorted(order, key=first.__getitem__) == order

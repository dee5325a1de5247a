"""The declarations of the extracts: every reason has words, rules say what they are meant to."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.extracts import reasons, repair_cells, stage
from pipelines.extracts.discover import TABLES
from pipelines.extracts.parse_sql import checks_of
from pipelines.extracts.rates import rule_rates, warn_rules
from pipelines.extracts.reason_text import explain, reason_texts
from pipelines.paths import RULES
from tests.unit.intake_harness import World, row

if TYPE_CHECKING:
    from pathlib import Path

ELEVEN = {
    "settlements", "clearing", "contributions", "fund_transfers", "account_details", "vouchers",
    "budget", "fund_plan", "insured_headcount", "recoveries", "inspections",
}  # fmt: skip


def test_the_eleven_extracts_are_declared() -> None:
    assert set(TABLES) == ELEVEN


def every_reason() -> set[str]:
    checks = {check.reason for decl in TABLES.values() for check in checks_of(decl)}
    warns = {reason for table in TABLES for reason in warn_rules(table)}
    record = {check.reason for check in reasons.RECORD_CHECKS.values()}
    named = {
        value
        for module in (reasons, repair_cells, stage)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and name == value
    }
    return checks | warns | record | named


def test_every_reason_has_chinese_words_and_a_remedy() -> None:
    told = reason_texts()
    missing = every_reason() - told.keys()
    assert not missing
    for reason, words in told.items():
        assert re.search("[一-鿿]", words.zh), reason
        assert re.search("[一-鿿]", words.remedy), reason
    assert explain("NOT_A_REASON").zh == "NOT_A_REASON"


def test_reasons_are_told_once_each() -> None:
    with (RULES / "rule_reason.csv").open(encoding="utf-8", newline="") as file:
        names = [line["reason"] for line in csv.DictReader(file)]
    assert names == sorted(set(names))


def test_every_person_column_of_a_table_refuses_the_mask() -> None:
    for name, decl in TABLES.items():
        hidden = {col.name for col in decl.columns
                  if col.meta.sensitivity in ("person", "employer")}  # fmt: skip
        told = " ".join(r.predicate for r in decl.spec.rules if r.reason == "PERSON_MASKED")
        assert set(re.findall(r"(\w+) <> '\*\*\*'", told)) == hidden, name


Q, H, OUT = "quarantined", "held", "out_of_scope"
REFUSED: list[tuple[str, str, str, dict[str, str]]] = [
    ("settlements", Q, "PERSON_MASKED", {"psn_no": "***"}),
    ("settlements", OUT, "OUTMED_COPY", {"out_flag": "2"}),
    ("settlements", Q, "TIME_RANGE", {"setl_time": "2204-01-05 10:11:12"}),
    ("settlements", Q, "AMT_IDENTITY", {"medfee_sumamt": "100.01"}),
    ("settlements", Q, "AMT_IDENTITY", {"cash_payamt": "39.99"}),
    ("settlements", Q, "AMT_IDENTITY", {"hifp_pay": "59.99"}),
    ("contributions", Q, "CLCT_OBJ", {"clct_obj": "E", "emp_no": "E1"}),
    ("contributions", Q, "PERSON_MASKED", {"psn_no": "***"}),
    ("recoveries", Q, "OBJ_TYPE", {"obj_type": "30"}),
    ("recoveries", Q, "OBJ_TYPE", {"obj_type": "11"}),
    ("recoveries", Q, "REGION_UNKNOWN", {"insu_admdvs": "999999"}),
    ("inspections", Q, "PRD_TYPE", {"prd_type": "W"}),
    ("inspections", Q, "PRD_END", {"prd_type": "Y"}),
    ("inspections", Q, "PRD_END", {"prd_type": "Q", "stt_ym": "202405"}),
    ("inspections", Q, "POOL_UNKNOWN", {"poolarea_no": "619999"}),
    ("inspections", Q, "SIGN_MISMATCH", {"retn_amt": "-1.00"}),
]
ACCEPTED: list[tuple[str, dict[str, str]]] = [
    ("contributions", {"clct_obj": "E", "emp_no": "E1", "psn_no": ""}),
    ("recoveries", {"obj_type": "11", "fixmedins_code": "", "psn_no": "P1"}),
    ("recoveries", {"obj_type": "21", "fixmedins_code": "", "emp_no": "E1"}),
    ("inspections", {"prd_type": "Y", "stt_ym": "202412", "poolarea_no": "000000"}),
    ("inspections", {"prd_type": "Q", "stt_ym": "202406", "insp_cnt": "708000"}),
]
COUNTED: list[tuple[str, str, dict[str, str]]] = [
    ("settlements", "RATIO_RANGE", {"pool_prop_selfpay": "1.000001"}),
    ("settlements", "PSN_TYPE_SCHEME", {"psn_type": "1101"}),
    ("contributions", "TRAF_SUM", {"traf_sumamt": "4.00", "emp_clct_into_acct_amt": "1.00",
     "psn_clct_into_acct_amt": "1.00", "oth_clct_traf_amt": "1.00",
     "finsubs_traf_amt": "1.01"}),
    ("contributions", "ACCRYM_SPAN", {"accrym_begn": "202401", "accrym_end": "202501"}),
    ("contributions", "COLLECT_ORDER", {"intsury_time": "2024-01-06", "ursn_time": "2024-01-05"}),
    ("contributions", "REFUND_REFERENCE", {"init_clct_detl_id": "X1"}),
    ("fund_transfers", "TWO_LINES", {"hif_acct_type": "1", "incexpd_dirc": "2",
     "cntp_acct_type": "0"}),
    ("insured_headcount", "PSN_TYPE_GROUP", {"psn_type": "1101"}),
    ("recoveries", "RETN_CLR_YM", {"act_retn_amt": "5.00", "act_retn_date": "2024-01-05",
     "detd_stas": "30", "retn_way": "1"}),
    ("inspections", "HANDLED_ABOVE_INSPECTED", {"insp_cnt": "1", "hndl_cnt": "2"}),
]  # fmt: skip


def test_rules_turn_away_what_they_name_and_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path)
    expected = []
    files: dict[str, list[dict[str, str]]] = {}
    for table, where, reason, cells in REFUSED:
        rows = files.setdefault(table, [row(table, "good")])
        rows.append(row(table, f"{len(rows)}", **cells))
        expected.append((f"{table}_610000_202401_B001.csv", len(rows), where, reason))
    for table, cells in ACCEPTED:
        rows = files.setdefault(table, [])
        rows.append(row(table, f"ok{len(rows)}", **cells))
    for table, rows in files.items():
        world.put(f"{table}_610000_202401_B001.csv", rows)
    world.run()
    told = world.quarantine("source_file, src_row, disposition, reason")
    assert told == sorted(expected)


@pytest.mark.parametrize(("table", "reason", "cells"), COUNTED)
def test_counting_rules_count_and_keep_the_row(
    tmp_path: Path, table: str, reason: str, cells: dict[str, str]
) -> None:
    world = World(tmp_path)
    period = {"stt_ym": "202402"} if "stt_ym" in row(table) else {}
    first = row(table, "1", **period)
    world.put(f"{table}_610000_202401_B001.csv", [first, row(table, "2", **cells)])
    (record,) = world.run().new
    before = {r["reason"]: r for r in rule_rates([record])}
    assert record.rows_accepted == 2
    assert (before[reason]["rows_tested"], before[reason]["rows_hit"]) == (2, 1)


def test_rates_name_rules_without_a_hit(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("inspections_610000_202401_B001.csv", [row("inspections")])
    assert rule_rates(world.run().new) == [{
        "batch_id": world.run().all[0].batch_id, "table_name": "inspections",
        "reason": "HANDLED_ABOVE_INSPECTED", "rule_zh": "处理家次大于检查家次",
        "rows_tested": 1, "rows_hit": 0,
    }]  # fmt: skip


def test_budgets_of_a_pool_and_of_its_institutions_stand_beside_each_other(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.put("budget_610000_202401_B001.csv", [
        row("budget", fixmedins_code=""), row("budget", fixmedins_code="H61010200001"),
        row("budget", fixmedins_code="H61010200002"), row("budget", fixmedins_code=""),
    ])  # fmt: skip
    (record,) = world.run().new
    assert (record.rows_accepted, record.rows_duplicate) == (3, 1)
    assert record.accepted_amt == Decimal("21.00")

"""The dictionary page: every column of every mart with label, definition and unit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.reports.dictionary import dictionary_html
from schemas.marts import LIVE, MARTS
from schemas.table import by_name

ROOT = Path(__file__).resolve().parents[2]
TABLES = by_name((*MARTS, *LIVE))
QUANTITIES = ("money", "number", "count", "ratio")
#: quantities without a unit, and why they have none
UNITLESS = {
    "dim_region_successor.share": "part of one",
    "fct_region_statement.row_order": "ordinal",
    "dim_book.book_order": "ordinal",
    "dim_month.year": "calendar year",
    "dim_month.month": "month of the year",
    "fct_journal.voucher_no": "ordinal",
    "fct_journal.line_no": "ordinal",
    "fct_voucher_source.first_src_row": "ordinal",
    "fct_voucher_source.last_src_row": "ordinal",
    "fct_contract_hit.src_row": "ordinal",
    "fct_balance_sheet.row_order": "ordinal",
    "fct_income_statement.row_order": "ordinal",
    "fct_consolidated_balance_sheet.row_order": "ordinal",
    "fct_consolidated_income_statement.row_order": "ordinal",
    "fct_fund_metric.value": "the row's own column unit tells it",
    "fct_published_check.printed_value": "the row's own column printed_unit tells it",
    "fct_published_check.printed": "yuan for money, else the row's own column printed_unit",
    "fct_published_check.found": "yuan for money, else the row's own column printed_unit",
    "fct_published_check.difference": "yuan for money, else the row's own column printed_unit",
    "alert_event.event_no": "ordinal",
    "fct_warning.level_order": "ordinal",
    "fct_warning.worklist_no": "ordinal",
    "fct_warning_event.event_no": "ordinal",
    "fct_warning_event.level_order": "ordinal",
    "fct_warning.value": "the row's own column unit tells it",
    "fct_warning.threshold": "the row's own column unit tells it",
    "fct_budget_execution.execution_ratio": "money by money",
    "meta_dictionary.column_no": "ordinal",
}


def test_every_quantity_has_a_unit_or_a_reason_for_having_none() -> None:
    without = {
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if column.meta.kind in QUANTITIES and not column.meta.unit
    }
    assert sorted(without - UNITLESS.keys()) == []


def test_no_reason_is_left_over() -> None:
    known = {f"{t.name}.{c.name}": c.meta for t in TABLES.values() for c in t.columns}
    assert [name for name in UNITLESS if name not in known or known[name].unit] == []


@pytest.mark.parametrize("name", [n for n, why in UNITLESS.items() if "own column" in why])
def test_a_row_that_tells_its_own_unit_has_that_column(name: str) -> None:
    unit = UNITLESS[name].partition("own column ")[2].split()[0]
    assert TABLES[name.partition(".")[0]].column(unit).meta.kind == "text"


def test_every_table_and_column_has_a_chinese_label_and_the_table_says_what_a_row_is() -> None:
    for table in TABLES.values():
        assert table.spec.zh, table.name
        assert "一行" in table.spec.grain, table.name
        assert [c.name for c in table.columns if not c.meta.zh.strip()] == []


def test_every_column_is_on_the_page_with_type_unit_and_note() -> None:
    page = dictionary_html()
    for table in TABLES.values():
        part = page.partition(f'<section id="{table.name}"')[2].partition("</section>")[0]
        for column in table.columns:
            row = re.split(rf'class="w">{column.name}(?=[ <])', part)[1].partition("</tr>")[0]
            for text in (column.meta.zh, column.sql_type, column.meta.unit):
                assert text in row, f"{table.name}.{column.name}: {text}"


def test_the_page_is_self_contained() -> None:
    page = dictionary_html()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_page_in_docs_has_not_drifted() -> None:
    written = (ROOT / "docs" / "dictionary.html").read_text(encoding="utf-8")
    assert written == dictionary_html(), "run: python docs/generate.py"

"""Workbooks as files: names, bytes, limits and refusals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import fastexcel
import pytest

from pipelines.errors import JiecunError
from pipelines.reports.excel import file_name, workbook_bytes, write_workbooks
from pipelines.reports.statements import Sheet, SheetRow

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = Decimal("1.00"), Decimal("2.00")
LIMIT = Decimal("9999999999999.99")


def _row(code: str, side: str, amount: Decimal = ONE) -> SheetRow:
    left = "A" if side == "A" else "L"
    return SheetRow(code, 1, code, 0, left, True, (ONE, amount))  # type: ignore[arg-type]


def _sheet(assets: Decimal = ONE) -> Sheet:
    rows = (_row("A9", "A", assets), _row("L9", "L"), _row("N9", "L"), _row("T9", "L"))
    names = ("610100-390", "610100", "西安市", "390", "城乡居民基本医疗保险")
    return Sheet("BS", *names, "M", 202411, rows)


def _part(book: bytes, name: str) -> str:
    with ZipFile(BytesIO(book)) as file:
        return file.read(name).decode()


def test_one_workbook_for_each_pool_in_order_of_pools(tmp_path: Path) -> None:
    other = replace(_sheet(), poolarea_no="610600", poolarea_name="延安/市", period_ym=202410)
    paths = write_workbooks([other, _sheet()], tmp_path / "new", release_id="r1")
    assert [path.name for path in paths] == [
        "610100_西安市_会计报表_202411.xlsx",
        "610600_延安_市_会计报表_202410.xlsx",
    ]
    assert all(path.parent == tmp_path / "new" for path in paths)
    assert fastexcel.read_excel(paths[1]).sheet_names == ["目录与核对", "居民资产负债表202410"]


def test_no_sheets_no_files(tmp_path: Path) -> None:
    assert write_workbooks([], tmp_path, release_id="r1") == ()


def test_the_file_is_named_after_the_latest_month() -> None:
    annual = replace(_sheet(), period_type="Y", period_ym=202312)
    assert file_name([annual, _sheet()]).endswith("_202411.xlsx")


def test_bytes_depend_on_nothing_but_the_input() -> None:
    book = workbook_bytes([_sheet()], release_id="r1")
    assert workbook_bytes([_sheet()], release_id="r1") == book
    assert workbook_bytes([_sheet()], release_id="r2") != book
    assert "2024-11-30T00:00:00Z</dcterms:created>" in _part(book, "docProps/core.xml")


@pytest.mark.parametrize("amount", [LIMIT, -LIMIT, Decimal("-0.01"), Decimal("1234567890123.45")])
def test_an_amount_within_the_limit_is_kept_to_the_fen(amount: Decimal) -> None:
    book = workbook_bytes([_sheet(amount)], release_id="r1")
    assert f"<v>{amount}</v>" in _part(book, "xl/worksheets/sheet2.xml")


@pytest.mark.parametrize("amount", [LIMIT + Decimal("0.01"), -LIMIT - Decimal("0.01")])
def test_an_amount_that_a_double_cannot_show_is_refused(amount: Decimal, tmp_path: Path) -> None:
    with pytest.raises(JiecunError, match="REPORT_AMOUNT: 工作表 居民资产负债表202411 第 9 行"):
        write_workbooks([_sheet(amount)], tmp_path, release_id="r1")
    assert list(tmp_path.iterdir()) == []


def test_the_check_formula_carries_its_result_for_readers_that_do_not_compute() -> None:
    cover = _part(workbook_bytes([_sheet(TWO)], release_id="r1"), "xl/worksheets/sheet1.xml")
    sheet = "居民资产负债表202411"
    assert f"<f>ROUND({sheet}!C9-{sheet}!F9,2)</f><v>1.0</v>" in cover


def test_without_checks_the_cover_says_so() -> None:
    strings = _part(workbook_bytes([_sheet()], release_id="r1"), "xl/sharedStrings.xml")
    assert "三、勾稽核对：未提供核对结果" in strings
    assert "通过" not in strings


def test_before_2026_nothing_is_stamped_and_an_ampersand_is_no_footer_code() -> None:
    book = workbook_bytes([_sheet()], release_id="a&b")
    sheet = _part(book, "xl/worksheets/sheet2.xml")
    assert "&amp;L&amp;A&amp;C第&amp;P页 共&amp;N页&amp;R发布 a&amp;&amp;b" in sheet


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "reports"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(JiecunError, match="REPORT_WRITE"):
        write_workbooks([_sheet()], blocked, release_id="r1")

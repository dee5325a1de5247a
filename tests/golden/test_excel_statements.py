"""The workbook of one pool, read back cell by cell: what is on the paper a finance bureau gets."""

# ruff: noqa: E501  (a printed line is compared as one line)

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import duckdb
import fastexcel
import pytest

from pipelines.paths import RULES
from pipelines.reports.excel import write_workbooks
from pipelines.reports.statements import Check, load_sheets
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_TABLES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECLARED = by_name((*MARTS, *RULE_TABLES))

#: 职工: row | 2026-02 年初 期末 | 2025 年初 年末 (no row N1c in the annual sheet)
BS_310 = """
    A1  | 0          0          | 0         0
    A2  | 0          1500.50    | 0         0
    A3  | 900000.00  9999999898499.99 | 800000.00 900000.00
    A4  | 30000.00   25000.25   | 20000.00  30000.00
    A5  | 0          0          | 0         0
    A6  | 70000.00   74999.25   | 50000.00  70000.00
    A6a | 20000.00   20000.00   | 10000.00  20000.00
    A7  | 0          0          | 0         0
    A9  | 1000000.00 9999999999999.99 | 870000.00 1000000.00
    L1  | 0          0          | 5000.00   0
    L1a | 0          -12.34     | 5000.00   0
    L2  | 0          0          | 0         0
    L9  | 0          0          | 5000.00   0
    N1  | 1000000.00 9999999999999.99 | 865000.00 1000000.00
    N1a | 700000.00  9999999684999.99 | 600000.00 700000.00
    N1b | 300000.00  306000.00  | 265000.00 300000.00
    N1c | 0          9000.00
    N9  | 1000000.00 9999999999999.99 | 865000.00 1000000.00
    T9  | 1000000.00 9999999999999.99 | 870000.00 1000000.00
"""
#: 职工 收支表: row | 2026-02 form, year to date, flow | 2025
IS_310 = """
    1     | 10000.00  20000.00 10000.00 | 240000.00
    1.1   | 9000.00   18000.00 9000.00  | 200000.00
    1.2   | 0         0        0        | 0
    1.3   | 1000.00   2000.00  1000.00  | 30000.00
    1.4   | 0         0        0        | 0
    1.5   | 0         0        0        | 0
    1.6   | 0         0        0        | 10000.00
    2     | 5000.00   10000.00 5000.00  | 50000.00
    2.1   | 5000.00   10000.00 5000.00  | 49000.00
    2.2   | 0         0        0        | 1000.00
    2.3   | 0         0        0        | 0
    2.4   | 0         0        0        | 0
    2.5   | 0         0        0        | 0
    2.6   | 0         0        0        | 0
    3     | 4000.00   10000.00 4000.00  | 140000.00
    3.1   | 4000.00   10000.00 4000.00  | 140000.00
    3.1.1 | 3000.00   7000.00  3000.00  | 100000.00
    3.1.2 | 1000.00   2000.00  1000.00  | 20000.00
    3.1.3 | 0         500.00   0        | 10000.00
    3.1.4 | 0         300.00   0        | 6000.00
    3.1.5 | 0         200.00   0        | 4000.00
    3.2   | 0         0        0        | 0
    3.3   | 0         0        0        | 0
    3.4   | 0         0        0        | 0
    3.5   | 0         0        0        | 0
    4     | 2000.00   4000.00  2000.00  | 15000.00
    4.1   | 2000.00   4000.00  2000.00  | 15000.00
    4.1.1 | 0         0        0        | 1000.00
    4.1.2 | 500.00    1000.00  500.00   | 4000.00
    4.1.3 | 1500.00   3000.00  1500.00  | 10000.00
    4.2   | 0         0        0        | 0
    4.3   | 0         0        0        | 0
    4.4   | 0         0        0        | 0
    4.5   | 0         0        0        | 0
    5     | 18000.00  25000.00 13000.00 | 135000.00
    5.1   | 6000.00   10000.00 6000.00  | 100000.00
    5.2   | 3000.00   6000.00  3000.00  | 35000.00
    5.3   | 9000.00   9000.00  4000.00
"""
COVER = """\
会计报表目录与核对
编制单位：西安市（610100） |  |  |  |  | 发布编号：20260305T010203-ab12cd34
一、各账套主要数字 |  |  |  |  | 单位：元
账套 | 险种和制度 | 期间 | 资产总计 | 净资产合计 | 本期基金结余 |  |  | 资产−负债与净资产
 |  |  |  |  | 本月数（表样） | 本月发生额 | 本年累计数
610100-310 | 职工基本医疗保险基金 | 2026年2月 | 9999999999999.99 | 9999999999999.99 | 18000.00 | 13000.00 | 25000.00 | 0.00

二、目录
账套 | 报表 |  | 期间
610100-310 | 职工资产负债表202602 |  | 2026年2月
610100-310 | 职工收支表202602 |  | 2026年2月
610100-310 | 职工资产负债表2025年报 |  | 2025年报
610100-310 | 职工收支表2025年报 |  | 2025年报

三、勾稽核对：通过 2 项，不符 1 项，出错 0 项，不适用 1 项
核对覆盖本次发布的全部账套。
检查编号 | 内容 |  |  | 等级 | 结果 | 检查数（项） | 不符数（项） | 差额合计（元）
T-05 | 分基金滚动 |  |  | 提示 | 不符 | 30.00 | 2.00 | 0.01
I-01 | 接收恒等式 |  |  | 硬性 | 通过 | 120.00 | 0.00 | 0.00
T-01 | 每张凭证借贷相等 |  |  | 硬性 | 通过 | 5000.00 | 0.00 | 0.00
T-19 | 年报核对 |  |  | 硬性 | 不适用 | 0.00 | 0.00 | 0.00"""
MONTH_BS = """\
资产负债表
险种和制度：职工基本医疗保险基金 |  |  |  | 会社保01表
编制单位：西安市 |  | 2026年2月28日 |  | 单位：元
资产 | 年初余额 | 期末余额 | 负债和净资产 | 年初余额 | 期末余额
一、资产： |  |  | 二、负债：
库存现金 | 0.00 | 0.00 | 暂收款 | 0.00 | 0.00
收入户存款 | 0.00 | 1500.50 | 其中：异地就医资金 | 0.00 | -12.34
财政专户存款 | 900000.00 | 9999999898499.99 | 借入款项 | 0.00 | 0.00
支出户存款 | 30000.00 | 25000.25 | 负债合计 | 0.00 | 0.00
国库存款 | 0.00 | 0.00 | 三、净资产：
暂付款 | 70000.00 | 74999.25 | 一般基金结余 | 1000000.00 | 9999999999999.99
其中：异地就医预付金 | 20000.00 | 20000.00 | （一）统筹基金 | 700000.00 | 9999999684999.99
债券投资 | 0.00 | 0.00 | （二）个人账户基金 | 300000.00 | 306000.00
 |  |  | （三）待转基金 | 0.00 | 9000.00
 |  |  | 净资产合计 | 1000000.00 | 9999999999999.99
资产总计 | 1000000.00 | 9999999999999.99 | 负债与净资产总计 | 1000000.00 | 9999999999999.99
注：布局依2017制度，补充规定原文未核。"""
MONTH_IS = """\
收支表
险种和制度：职工基本医疗保险基金 | 会社保02表
编制单位：西安市 | 2026年2月 | 单位：元
项目 | 本月数 | 本年累计数
一、统筹基金收入 | 10000.00 | 20000.00
社会保险费收入 | 9000.00 | 18000.00
财政补贴收入 | 0.00 | 0.00
利息收入 | 1000.00 | 2000.00
上级补助收入 | 0.00 | 0.00
下级上解收入 | 0.00 | 0.00
其他收入 | 0.00 | 0.00
二、个人账户基金收入 | 5000.00 | 10000.00
社会保险费收入 | 5000.00 | 10000.00
利息收入 | 0.00 | 0.00
转移收入 | 0.00 | 0.00
上级补助收入 | 0.00 | 0.00
下级上解收入 | 0.00 | 0.00
其他收入 | 0.00 | 0.00
三、统筹基金支出 | 4000.00 | 10000.00
社会保险待遇支出 | 4000.00 | 10000.00
（一）住院费用 | 3000.00 | 7000.00
（二）门诊大病费用 | 1000.00 | 2000.00
（三）门诊统筹费用 | 0.00 | 500.00
（四）生育医疗费用 | 0.00 | 300.00
（五）生育津贴 | 0.00 | 200.00
大病保险支出 | 0.00 | 0.00
上解上级支出 | 0.00 | 0.00
补助下级支出 | 0.00 | 0.00
其他支出 | 0.00 | 0.00
四、个人账户基金支出 | 2000.00 | 4000.00
社会保险待遇支出 | 2000.00 | 4000.00
（一）住院费用 | 0.00 | 0.00
（二）门诊费用 | 500.00 | 1000.00
（三）药店医药费用 | 1500.00 | 3000.00
转移支出 | 0.00 | 0.00
上解上级支出 | 0.00 | 0.00
补助下级支出 | 0.00 | 0.00
其他支出 | 0.00 | 0.00
五、本期基金结余 | 18000.00 | 25000.00
统筹基金结余 | 6000.00 | 10000.00
个人账户基金结余 | 3000.00 | 6000.00
待转基金 | 9000.00 | 9000.00
注：“待转基金”的本月数按制度填列期末余额，与本月发生额不同（元）：五、本期基金结余 本月数 18,000.00、发生额 13,000.00；待转基金 本月数 9,000.00、发生额 4,000.00。
注：布局依2017制度，补充规定原文未核。"""
YEAR_BS = """\
资产负债表
险种和制度：职工基本医疗保险基金 |  |  |  | 会社保01表
编制单位：西安市 |  | 2025年12月31日 |  | 单位：元
资产 | 年初余额 | 期末余额 | 负债和净资产 | 年初余额 | 期末余额
一、资产： |  |  | 二、负债：
库存现金 | 0.00 | 0.00 | 暂收款 | 5000.00 | 0.00
收入户存款 | 0.00 | 0.00 | 其中：异地就医资金 | 5000.00 | 0.00
财政专户存款 | 800000.00 | 900000.00 | 借入款项 | 0.00 | 0.00
支出户存款 | 20000.00 | 30000.00 | 负债合计 | 5000.00 | 0.00
国库存款 | 0.00 | 0.00 | 三、净资产：
暂付款 | 50000.00 | 70000.00 | 一般基金结余 | 865000.00 | 1000000.00
其中：异地就医预付金 | 10000.00 | 20000.00 | （一）统筹基金 | 600000.00 | 700000.00
债券投资 | 0.00 | 0.00 | （二）个人账户基金 | 265000.00 | 300000.00
 |  |  | 净资产合计 | 865000.00 | 1000000.00
资产总计 | 870000.00 | 1000000.00 | 负债与净资产总计 | 870000.00 | 1000000.00"""
YEAR_IS_HEAD = """\
收支表
险种和制度：职工基本医疗保险基金 | 会社保02表
编制单位：西安市 | 2025年度 | 单位：元
项目 | 本年数 | 上年数
一、统筹基金收入 | 240000.00
社会保险费收入 | 200000.00
财政补贴收入 | 0.00
"""
YEAR_IS_TAIL = """\
其他支出 | 0.00
五、本期基金结余 | 135000.00
统筹基金结余 | 100000.00
个人账户基金结余 | 35000.00
注：账簿中没有上年数据，上年数空缺。"""
CHECKS = (
    Check("I-01", "H", "接收恒等式", "passed", 120, 0, Decimal("0.00")),
    Check("T-01", "H", "每张凭证借贷相等", "passed", 5000, 0, Decimal("0.00")),
    Check("T-05", "S", "分基金滚动", "failed", 30, 2, Decimal("0.01")),
    Check("T-19", "H", "年报核对", "not_applicable", 0, 0, Decimal("0.00")),
)


def _cells(block: str) -> dict[str, tuple[list[str], list[str] | None]]:
    out: dict[str, tuple[list[str], list[str] | None]] = {}
    for line in block.strip().splitlines():
        code, month, *year = (part.strip() for part in line.split("|"))
        out[code] = month.split(), year[0].split() if year else None
    return out


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        for name in ("fct_balance_sheet", "fct_income_statement", "dim_pooling_area"):
            columns = ", ".join(f"{n} {t}" for n, t in DECLARED[name].sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        con.execute(
            "insert into dim_pooling_area "
            "(poolarea_no, poolarea_name, level, province_code, province_name) "
            "values ('610100', '西安市', '市级', '610000', '陕西省')"
        )
        names = {
            (statement, code): (order, name)
            for statement, code, order, name in con.execute(
                "select statement, row_code, row_order::bigint, row_name "
                "from read_csv(?, all_varchar = true) where scheme = '310'",
                [str(RULES / "rule_statement_row.csv")],
            ).fetchall()
        }
        head = ["k17", "610100-310", "610100", "310"]
        for code, (month, year) in _cells(BS_310).items():
            row = [code, *names["BS", code]]
            _insert(con, "fct_balance_sheet", [*head, "M", 202602, "2026-02-01", *row, *month])
            if year:
                _insert(con, "fct_balance_sheet", [*head, "Y", 202512, "2025-12-01", *row, *year])
        for code, ((form, ytd, flow), year) in _cells(IS_310).items():
            row = [code, *names["IS", code]]
            printed: list[object] = [flow, ytd, None, form]
            _insert(con, "fct_income_statement", [*head, "M", 202602, "2026-02-01", *row, *printed])
            if year:
                past: list[object] = [None, year[0], None, year[0]]
                _insert(
                    con, "fct_income_statement", [*head, "Y", 202512, "2025-12-01", *row, *past]
                )
        yield con


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: list[object]) -> None:
    con.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)


@pytest.fixture
def book(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> bytes:
    (path,) = write_workbooks(
        load_sheets(con), tmp_path, release_id="20260305T010203-ab12cd34", checks=CHECKS
    )
    assert path.name == "610100_西安市_会计报表_202602.xlsx"
    return path.read_bytes()


def _text(book: bytes, sheet: str) -> str:
    """Rows as `` | `` separated lines, numbers with two decimals, the empty right end cut off."""
    frame = fastexcel.read_excel(book).load_sheet(sheet, header_row=None, dtypes="string")
    lines: list[str] = []
    for row in frame.to_polars().rows():
        cells = [_shown(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        lines.append(" | ".join(cells))
    return "\n".join(lines)


def _shown(cell: str | None) -> str:
    try:
        return f"{float(cell or ''):.2f}"
    except ValueError:
        return cell or ""


def test_1_the_sheets_follow_ledger_month_and_year(book: bytes) -> None:
    assert fastexcel.read_excel(book).sheet_names == [
        "目录与核对",
        "职工资产负债表202602",
        "职工收支表202602",
        "职工资产负债表2025年报",
        "职工收支表2025年报",
    ]


def test_2_the_monthly_balance_sheet_is_two_sided_and_its_totals_are_level(book: bytes) -> None:
    assert _text(book, "职工资产负债表202602") == MONTH_BS


def test_3_the_monthly_income_statement_prints_the_form_and_tells_the_flow(book: bytes) -> None:
    assert _text(book, "职工收支表202602") == MONTH_IS


def test_4_the_annual_balance_sheet_has_no_pending_fund(book: bytes) -> None:
    assert _text(book, "职工资产负债表2025年报") == YEAR_BS


def test_5_the_annual_income_statement_has_this_year_and_the_one_before(book: bytes) -> None:
    text = _text(book, "职工收支表2025年报")
    assert text.startswith(YEAR_IS_HEAD)
    assert text.endswith(YEAR_IS_TAIL)
    assert "待转" not in text


def test_6_the_cover_gives_key_figures_contents_and_tie_outs(book: bytes) -> None:
    assert _text(book, "目录与核对") == COVER


def test_7_the_same_release_gives_the_same_bytes(
    con: duckdb.DuckDBPyConnection, book: bytes, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    (path,) = write_workbooks(
        load_sheets(con), again, release_id="20260305T010203-ab12cd34", checks=CHECKS
    )
    assert path.read_bytes() == book


def test_8_paper_is_a4_one_page_wide_and_numbered(book: bytes) -> None:
    with ZipFile(BytesIO(book)) as file:
        balance = file.read("xl/worksheets/sheet2.xml").decode()
        income = file.read("xl/worksheets/sheet3.xml").decode()
        names = file.read("xl/workbook.xml").decode()
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in balance
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="portrait"/>' in income
    assert "&amp;L布局依2017制度，补充规定原文未核&amp;C第&amp;P页 共&amp;N页" in balance
    assert names.count("_xlnm.Print_Titles") == 4
    assert "职工资产负债表202602!$1:$4" in names


def test_9_ids_are_text_and_an_amount_keeps_every_fen(book: bytes) -> None:
    with ZipFile(BytesIO(book)) as file:
        cover = file.read("xl/worksheets/sheet1.xml").decode()
        balance = file.read("xl/worksheets/sheet2.xml").decode()
        strings = file.read("xl/sharedStrings.xml").decode()
    assert "<t>610100-310</t>" in strings
    assert "<v>9999999999999.99</v>" in balance
    assert "<v>-12.34</v>" in balance
    assert "<f>ROUND(职工资产负债表202602!C16-职工资产负债表202602!F16,2)</f><v>0.0</v>" in cover

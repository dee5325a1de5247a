"""The printed books of a ledger of one month: vouchers, journals, balances, bank, files."""

# ruff: noqa: E501  (a table row is written as one line)
# mypy: disable-error-code="comparison-overlap"

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

import duckdb
import fastexcel
import pytest

from pipelines.errors import JiecunError
from pipelines.reports.ledgers.accounts import day_rows
from pipelines.reports.ledgers.balances import trial_note, verdict
from pipelines.reports.ledgers.load import load_books
from pipelines.reports.ledgers.page import page_html
from pipelines.reports.ledgers.vouchers import PAGE, heading, signatures
from pipelines.reports.ledgers.workbook import workbook_bytes
from pipelines.reports.ledgers.write import write_ledger_books
from schemas.marts import MARTS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.reports.ledgers.model import LedgerBooks, Reconciliation

NAMES = ("dim_account", "dim_insurance", "dim_pooling_area", "fct_journal", "fct_ledger_month",
    "fct_voucher_source")  # fmt: skip
LEDGER = "610100-390"
CHART = """
    1002   | 收入户存款            |      | D
    1003   | 财政专户存款          |      | D
    1004   | 支出户存款            |      | D
    3001   | 一般基金结余          |      | C
    4001   | 社会保险费收入        |      | C
    5001   | 社会保险待遇支出      |      | D
    500101 | 待遇支出—住院费用     | 5001 | D
    500102 | 待遇支出—门诊费用     | 5001 | D
"""
#: month | date | no | event id | event | account | debit | credit | opening | closing | summary
LINES = """
    202401 | 2024-01-01 | 0 | MAN|OPEN      | OPEN | 1003   | 900 | 0   | true  | false | 期初余额
    202401 | 2024-01-01 | 0 | MAN|OPEN      | OPEN | 1004   | 100 | 0   | true  | false | 期初余额
    202401 | 2024-01-01 | 0 | MAN|OPEN      | OPEN | 3001   | 0   | 1000| true  | false | 期初余额
    202401 | 2024-01-20 | 1 | E04|2024-01-20| E04  | 1002   | 50  | 0   | false | false | 收居民当年医保费
    202401 | 2024-01-20 | 1 | E04|2024-01-20| E04  | 4001   | 0   | 50  | false | false | 收居民当年医保费
    202401 | 2024-01-31 | 2 | E110|202401   | E110 | 4001   | 50  | 0   | false | true  | 期末结转
    202401 | 2024-01-31 | 2 | E110|202401   | E110 | 3001   | 0   | 50  | false | true  | 期末结转
    202402 | 2024-02-05 | 1 | PAY|T1        | E41  | 500101 | 30  | 0   | false | false | 付居民住院费用
    202402 | 2024-02-05 | 1 | PAY|T1        | E41  | 500102 | 20  | 0   | false | false | 付居民门诊费用
    202402 | 2024-02-05 | 1 | PAY|T1        | E41  | 1004   | 0   | 30  | false | false | 付居民住院费用
    202402 | 2024-02-05 | 1 | PAY|T1        | E41  | 1004   | 0   | 20  | false | false | 付居民门诊费用
    202402 | 2024-02-20 | 2 | MAN|M7        | MANUAL | 1002 | 7   | 0   | false | false | 补记利息
    202402 | 2024-02-20 | 2 | MAN|M7        | MANUAL | 4001 | 0   | 7   | false | false | 补记利息
    202402 | 2024-02-28 | 3 | BANK|T9       | E43  | 1004   | 5   | 0   | false | false | 追回待遇
    202402 | 2024-02-28 | 3 | BANK|T9       | E43  | 500101 | 0   | 5   | false | false | 追回待遇
    202402 | 2024-02-29 | 4 | E110|202402   | E110 | 3001   | 45  | 0   | false | true  | 期末结转
    202402 | 2024-02-29 | 4 | E110|202402   | E110 | 500101 | 0   | 25  | false | true  | 期末结转
    202402 | 2024-02-29 | 4 | E110|202402   | E110 | 500102 | 0   | 20  | false | true  | 期末结转
    202402 | 2024-02-29 | 4 | E110|202402   | E110 | 4001   | 7   | 0   | false | true  | 期末结转
    202402 | 2024-02-29 | 4 | E110|202402   | E110 | 3001   | 0   | 7   | false | true  | 期末结转
"""
#: month | account | opening | debit, credit, closing before | and after closing
MONTHS = """
    202401 | 1002   | 0    | 50 | 0  | 50   | 50 | 0  | 50
    202401 | 1003   | 900  | 0  | 0  | 900  | 0  | 0  | 900
    202401 | 1004   | 100  | 0  | 0  | 100  | 0  | 0  | 100
    202401 | 3001   | 1000 | 0  | 0  | 1000 | 0  | 50 | 1050
    202401 | 4001   | 0    | 0  | 50 | 50   | 50 | 50 | 0
    202402 | 1002   | 50   | 7  | 0  | 57   | 7  | 0  | 57
    202402 | 1003   | 900  | 0  | 0  | 900  | 0  | 0  | 900
    202402 | 1004   | 100  | 5  | 50 | 55   | 5  | 50 | 55
    202402 | 3001   | 1050 | 0  | 0  | 1050 | 45 | 7  | 1012
    202402 | 4001   | 0    | 0  | 7  | 7    | 7  | 7  | 0
    202402 | 500101 | 0    | 30 | 5  | 25   | 30 | 30 | 0
    202402 | 500102 | 0    | 20 | 0  | 20   | 20 | 20 | 0
"""
#: account | date | serial | signed amount | balance after it
BANK = """
    1002 | 2024-01-20 | S1 | 50  | 50
    1002 | 2024-02-10 | S2 | 3   | 53
    1004 | 2024-02-05 | T1 | -50 | 50
    1004 | 2024-02-06 | S3 | -2  | 48
    1004 | 2024-03-01 | T9 | 5   | 53
"""


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("| ")] for line in text.strip().splitlines()]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        for name in NAMES:
            columns = ", ".join(f"{n} {t}" for n, t in by_name(MARTS)[name].sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        con.execute(
            """
            create table stg_transfer (ledger_id varchar, bank_account varchar, acen_date date,
                traf_sn varchar, signed_amt decimal(18, 2), balc decimal(18, 2));
            create table vouchers (voucher_no varchar, poolarea_no varchar, insutype varchar,
                maker varchar, checker varchar);
            insert into vouchers values ('M7', '610100', '390', '甲', '乙'),
                ('M7', '610600', '390', '丙', '丁');
            insert into dim_pooling_area by name
                select '610100' as poolarea_no, '西安<市>' as poolarea_name;
            insert into dim_insurance by name
                select '390' as insutype, '城乡居民基本医疗保险' as insutype_name;
            insert into fct_voucher_source by name
                select 'k17' as book, 'v202402-1' as voucher_id, t as table_name, n as source_row_cnt
                from (values ('settlements', 12), ('clearing', 1)) as s(t, n);
            """
        )
        for code, name, parent, side in cells(CHART):
            con.execute(
                "insert into dim_account by name select '390' as insutype, ? as account_code, "
                "? as account_name, nullif(?, '') as parent_code, ? as normal_side",
                [code, name, parent, side],
            )
        for number, row in enumerate(cells(LINES)):
            con.execute(
                "insert into fct_journal by name select 'k17' as book, ? as ledger_id, "
                "?::int as period_ym, period_ym as orig_period_ym, ?::date as posting_date, "
                "?::int as voucher_no, 'v' || period_ym || '-' || voucher_no as voucher_id, "
                "? as event_id, ? as event_code, ? as account_code, ?::decimal(18, 2) as debit_amt, "
                "?::decimal(18, 2) as credit_amt, ?::boolean as is_opening, "
                "?::boolean as is_closing, ? as summary, ?::int as line_no",
                [LEDGER, *row, number],
            )
        for ym, code, opening, *amounts in cells(MONTHS):
            for stage, told in (("pre", amounts[:3]), ("post", amounts[3:])):
                con.execute(
                    "insert into fct_ledger_month by name select 'k17' as book, ? as ledger_id, "
                    "'610100' as poolarea_no, '390' as insutype, ? as period_ym, "
                    "? as account_code, ? as closing_stage, ? as opening_amt, ? as debit_amt, "
                    "? as credit_amt, ? as closing_amt",
                    [LEDGER, ym, code, stage, opening, *told],
                )
        for row in cells(BANK):
            con.execute("insert into stg_transfer values (?, ?, ?, ?, ?, ?)", [LEDGER, *row])
        yield con


def books_of(con: duckdb.DuckDBPyConnection, period_ym: int = 202402) -> LedgerBooks:
    return load_books(con, LEDGER, period_ym, book="k17", release_id="r1")


def test_vouchers_show_maker_checker_number_and_rows_behind(con: duckdb.DuckDBPyConnection) -> None:
    books = books_of(con)
    assert [voucher.number for voucher in books.vouchers] == [1, 2, 3, 4]
    paid, manual, _, closing = books.vouchers
    assert heading(paid) == ("2024年2月5日", "记字第 1 号", "附单据 13 张")
    assert signatures(paid) == ("会计主管：", "复核：", "制单：结存（系统）")
    assert signatures(manual) == ("会计主管：", "复核：乙", "制单：甲")
    assert heading(closing)[1:] == ("记字第 4 号（期末结转）", "附单据 0 张")
    assert [(x.summary, x.account.code, x.debit, x.credit) for x in paid.lines] == [
        ("付居民住院费用", "500101", 30, 0),
        ("付居民门诊费用", "500102", 20, 0),
        ("付居民住院费用", "1004", 0, 30),
        ("付居民门诊费用", "1004", 0, 20),
    ]
    assert paid.total == (Decimal("50.00"), Decimal("50.00"))
    late = replace(paid, orig_period_ym=202312)
    assert heading(late)[0] == "2024年2月5日，原所属期 202312"
    assert [voucher.number for voucher in books_of(con, 202401).vouchers] == [1, 2]


def test_a_journal_runs_day_by_day_from_opening_to_closing(con: duckdb.DuckDBPyConnection) -> None:
    books = books_of(con)
    assert [page.account.code for page in books.journals] == ["1002", "1003", "1004"]
    spending = books.journals[2]
    assert (spending.opening, spending.closing) == (100, 55)
    assert [
        (e.day.day, e.number, e.against, e.debit, e.credit, e.balance) for e in spending.entries
    ] == [
        (5, 1, "社会保险待遇支出", 0, 30, 70),
        (5, 1, "社会保险待遇支出", 0, 20, 50),
        (28, 3, "社会保险待遇支出", 5, 0, 55),
    ]
    assert list(day_rows(spending, daily=True)) == [
        ("entry", 0, 0), ("entry", 1, 0), ("day", 0, 1), ("entry", 2, 0)
    ]  # fmt: skip
    assert [kind for kind, _, _ in day_rows(spending, daily=False)] == ["entry"] * 3
    assert (spending.debit, spending.credit) == (5, 50)
    premium = next(page for page in books.details if page.account.code == "4001")
    assert [entry.balance for entry in premium.entries] == [7, 0]
    assert (premium.year_debit, premium.year_credit) == (57, 57)


def test_general_ledger_adds_up_the_year_by_level_one(con: duckdb.DuckDBPyConnection) -> None:
    pages = {page.account.code: page for page in books_of(con).general}
    assert list(pages) == ["1002", "1003", "1004", "3001", "4001", "5001"]
    surplus = pages["3001"]
    assert surplus.opening == 1000
    assert [
        (m.period_ym, m.debit, m.credit, m.year_debit, m.year_credit, m.closing)
        for m in surplus.months
    ] == [(202401, 0, 50, 0, 50, 1050), (202402, 45, 7, 45, 57, 1012)]
    assert [(m.period_ym, m.debit, m.credit) for m in pages["5001"].months] == [(202402, 50, 50)]


def test_trial_balance_before_and_after_closing(con: duckdb.DuckDBPyConnection) -> None:
    before, after = books_of(con).trials
    assert [(r.account.code, r.level, r.is_leaf, *r.columns) for r in before.rows] == [
        ("1002", 0, True, 50, 0, 7, 0, 57, 0),
        ("1003", 0, True, 900, 0, 0, 0, 900, 0),
        ("1004", 0, True, 100, 0, 5, 50, 55, 0),
        ("3001", 0, True, 0, 1050, 0, 0, 0, 1050),
        ("4001", 0, True, 0, 0, 0, 7, 0, 7),
        ("5001", 0, False, 0, 0, 50, 5, 45, 0),
        ("500101", 1, True, 0, 0, 30, 5, 25, 0),
        ("500102", 1, True, 0, 0, 20, 0, 20, 0),
    ]
    assert before.total == (1050, 1050, 62, 62, 1057, 1057)
    assert after.total == (1050, 1050, 114, 114, 1012, 1012)
    assert trial_note(after).startswith("期初、发生额、期末借贷相等。")
    broken = replace(
        after, rows=(replace(after.rows[0], closing=Decimal("57.01")), *after.rows[1:])
    )
    assert "借贷不等，差额 0.00、0.00、0.01" in trial_note(broken)


def listed(told: Reconciliation) -> dict[str, list[tuple[date | None, str, Decimal]]]:
    lists = {name: getattr(told, name) for name in ("bank_in", "bank_out", "book_in", "book_out")}
    return {name: [(i.day, i.text, i.amount) for i in x] for name, x in lists.items() if x}


def test_reconciliation_lists_what_only_one_side_has(con: duckdb.DuckDBPyConnection) -> None:
    income, spending, fiscal = books_of(con).reconciliations
    assert [r.account.code for r in (income, spending, fiscal)] == ["1002", "1004", "1003"]
    assert (income.book_balance, income.bank_balance) == (57, 53)
    assert listed(income) == {
        "bank_in": [(date(2024, 2, 10), "对账单流水", 3)],
        "book_in": [(date(2024, 2, 20), "补记利息", 7)],
    }
    assert (income.book_adjusted, income.bank_adjusted, income.difference) == (60, 60, 0)
    assert verdict(income) == "相符，未达账项 2 笔"
    # T1 meets its voucher; T9 reaches the bank in March
    assert (spending.book_balance, spending.bank_balance) == (55, 48)
    assert listed(spending) == {
        "bank_out": [(date(2024, 2, 6), "对账单流水", 2)],
        "book_in": [(date(2024, 2, 28), "追回待遇", 5)],
    }
    assert (spending.book_adjusted, spending.bank_adjusted) == (53, 53)
    assert (fiscal.bank_balance, fiscal.difference, listed(fiscal)) == (None, None, {})
    assert verdict(fiscal) == "没有收到对账单，账面余额未能核对"
    january = books_of(con, 202401).reconciliations[0]
    assert (january.book_balance, january.bank_balance, listed(january)) == (50, 50, {})
    assert verdict(january) == "相符，没有未达账项"


def test_a_transfer_between_accounts_meets_by_day_where_its_serials_differ(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """One voucher moves two accounts, each with a serial of its own; only one is in the event."""
    con.execute("update fct_journal set event_id = 'BANK|X1' where voucher_id = 'v202402-1'")
    spending = books_of(con).reconciliations[1]
    assert [item.text for item in spending.bank_out] == ["对账单流水"]
    assert spending.difference == 0
    con.execute("update stg_transfer set acen_date = '2024-02-04' where traf_sn = 'T1'")
    spending = books_of(con).reconciliations[1]
    assert listed(spending)["book_out"] == [(date(2024, 2, 5), "付居民住院费用", 50)]
    assert spending.difference == 0


def test_a_gap_in_the_statement_and_another_opening_are_told(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update stg_transfer set balc = 49 where traf_sn = 'S3'")
    spending = books_of(con).reconciliations[1]
    assert spending.difference == Decimal("-1.00")
    assert verdict(spending) == "不符，未列明的差额 -1.00 元"
    con.execute("update stg_transfer set balc = balc - 10 where bank_account = '1004'")
    con.execute("update stg_transfer set balc = 38 where traf_sn = 'S3'")
    spending = books_of(con).reconciliations[1]
    assert listed(spending)["book_in"][0] == (None, "期初余额不同", 10)
    assert spending.difference == 0


def test_the_workbook_holds_every_book_and_its_figures(con: duckdb.DuckDBPyConnection) -> None:
    content = workbook_bytes(books_of(con))
    assert workbook_bytes(books_of(con)) == content
    file = fastexcel.read_excel(content)
    assert file.sheet_names == [
        "目录", "记账凭证", "收入户存款日记账", "财政专户存款日记账", "支出户存款日记账", "总账",
        "明细账", "科目余额表结转前", "科目余额表结转后", "收入户余额调节表", "支出户余额调节表",
        "财政专户余额调节表",
    ]  # fmt: skip
    vouchers = grid(content, "记账凭证")
    assert vouchers[:8] == [
        ["记　账　凭　证", "", "", "", ""],
        ["西安<市> 城乡居民基本医疗保险", "", "2024年2月5日", "记字第 1 号　附单据 13 张", ""],
        ["摘要", "科目编码", "会计科目", "借方金额", "贷方金额"],
        ["付居民住院费用", "500101", "待遇支出—住院费用", "30", ""],
        ["付居民门诊费用", "500102", "待遇支出—门诊费用", "20", ""],
        ["付居民住院费用", "1004", "支出户存款", "", "30"],
        ["付居民门诊费用", "1004", "支出户存款", "", "20"],
        ["合计（事项 E41）", "", "", "50", "50"],
    ]
    journal = grid(content, "支出户存款日记账")
    assert journal[5][2:] == ["期初余额", "", "", "", "借", "100"]
    assert journal[8] == ["2024-02-05", "", "本日合计", "", "0", "50", "借", "50"]
    assert journal[10][2:] == ["2024年2月合计", "", "5", "50", "借", "55"]
    bank = grid(content, "收入户余额调节表")
    assert [[row[n] for n in (0, 1, 2, 3, 4, 5)] for row in bank[3:8]] == [
        ["账面存款余额", "", "57", "对账单存款余额", "", "53"],
        ["加：银行已收、账面未收", "", "3", "加：账面已收、银行未收", "", "7"],
        ["2024-02-10", "对账单流水", "3", "2024-02-20", "补记利息", "7"],
        ["减：银行已付、账面未付", "", "0", "减：账面已付、银行未付", "", "0"],
        ["调节后余额", "", "60", "调节后余额", "", "60"],
    ]


def grid(content: bytes, sheet: str) -> list[list[str]]:
    read = fastexcel.read_excel(BytesIO(content).getvalue()).load_sheet(
        sheet, header_row=None, skip_rows=0, dtypes="string"
    )
    return [["" if v is None else v for v in row] for row in read.to_polars().rows()]


def test_no_voucher_is_torn_by_a_page_break(con: duckdb.DuckDBPyConnection) -> None:
    from zipfile import ZipFile

    books = books_of(con)
    many = replace(books, vouchers=books.vouchers * 6)
    with ZipFile(BytesIO(workbook_bytes(many))) as file:
        xml = file.read("xl/worksheets/sheet2.xml").decode()
    breaks = [int(part.split('"')[0]) for part in xml.split('<brk id="')[1:]]
    rows = grid(workbook_bytes(many), "记账凭证")
    assert len(breaks) == 5
    assert {rows[at][0] for at in breaks} == {"记　账　凭　证"}
    assert PAGE > 800


def test_the_page_escapes_names_and_shows_the_same_figures(con: duckdb.DuckDBPyConnection) -> None:
    html = page_html(books_of(con))
    assert "西安&lt;市&gt;城乡居民基本医疗保险会计账簿 2024年2月" in html
    assert "<script" not in html and "西安<市>" not in html
    assert "<b>记字第 2 号</b>　附单据 0 张　事项 MANUAL　会计主管：　复核：乙　制单：甲" in html
    assert "2024年2月29日。结论：相符，未达账项 2 笔" in html
    assert "没有收到对账单，账面余额未能核对" in html
    assert html.count("<h2>科目余额表") == 2
    assert page_html(books_of(con)) == html


def test_files_are_named_by_ledger_and_month(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    paths = write_ledger_books(con, tmp_path / "out", 202402, [LEDGER], book="k17", release_id="r1")
    assert [path.name for path in paths] == [
        "610100-390_会计账簿_202402.xlsx",
        "610100-390_会计账簿_202402.html",
    ]
    assert paths[0].read_bytes() == workbook_bytes(books_of(con))
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(JiecunError, match="REPORT_WRITE"):
        write_ledger_books(con, blocked, 202402, [LEDGER], book="k17", release_id="r1")


def test_lines_that_do_not_lead_to_the_balance_are_refused(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "update fct_journal set debit_amt = 7.01 where event_id = 'MAN|M7' and debit_amt = 7"
    )
    with pytest.raises(JiecunError) as error:
        books_of(con)
    problem = error.value.problems[0]
    assert (problem.code, problem.expected) == ("REPORT_LEDGER", "期末余额 57.00")
    assert problem.found == "逐笔累计 57.01，差 0.01"


def test_a_month_or_ledger_out_of_the_release_and_a_missing_table_are_told(
    con: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(JiecunError) as error:
        books_of(con, 202403)
    assert error.value.problems[0].code == "REPORT_EMPTY"
    assert error.value.problems[0].found == "有 202401—202402 各月"
    with pytest.raises(JiecunError) as error:
        load_books(con, "610600-390", 202402, book="k17", release_id="r1")
    assert error.value.problems[0].found == "没有这个账套"
    con.execute("drop table stg_transfer")
    with pytest.raises(JiecunError) as error:
        books_of(con)
    assert error.value.problems[0].code == "REPORT_SOURCE"
    assert error.value.problems[0].found == "没有 stg_transfer"

"""The two plain-text writers on a book of three vouchers, line by line."""

# ruff: noqa: E501  (a written line is compared as one line)

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.books.export.beancount import beancount_text
from pipelines.books.export.hledger import hledger_text
from pipelines.books.export.source import bind_marts, ledgers_of, load_ledger
from pipelines.books.export.write import export_ledgers
from pipelines.errors import JiecunError
from schemas.marts import MARTS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("dim_account", "dim_insurance", "dim_pooling_area", "fct_journal", "fct_ledger_month",
    "fct_voucher_source")  # fmt: skip
LEDGER = "610100-390"
#: code | name | parent | element | side | statutory
CHART = """
    1003   | 财政专户存款             |        | asset     | D | true
    1004   | 支出户存款               |        | asset     | D | true
    1101   | 暂付款                   |        | asset     | D | true
    110102 | 暂付款—医保预付金:甲(1)  | 1101   | asset     | D | false
    2001   | 暂收款                   |        | liability | C | true
    3001   | 一般基金结余             |        | net_asset | C | true
    4001   | 社会保险费收入           |        | income    | C | true
"""
#: period | date | no | voucher | event id | event | account | debit | credit | opening | closing | original period | summary
LINES = """
    202402 | 2024-02-01 | 0 | v0 | MAN|OPEN | OPEN | 1003   | 1000.00 | 0      | true  | false | 202402 | 期初余额
    202402 | 2024-02-01 | 0 | v0 | MAN|OPEN | OPEN | 3001   | 0       | 1000.00 | true  | false | 202402 | 期初余额
    202402 | 2024-01-31 | 1 | v1 | E16|x,y  | E16  | 4001   | 0       | -30.10 | false | false | 202401 | 退"保费"; 红字
    202402 | 2024-01-31 | 1 | v1 | E16|x,y  | E16  | 110102 | 0       | 30.10  | false | false | 202401 | 退"保费"; 红字
    202402 | 2024-02-29 | 2 | v2 | E110|202402 | E110 | 3001 | 30.10  | 0      | false | true  | 202402 | 期末结转
    202402 | 2024-02-29 | 2 | v2 | E110|202402 | E110 | 4001 | 0      | 30.10  | false | true  | 202402 | 期末结转
"""
#: account | opening | debit, credit, closing before | and after closing
MONTH = """
    1003   | 1000.00 | 0 | 0      | 1000.00 | 0     | 0      | 1000.00
    110102 | 0       | 0 | 30.10  | -30.10  | 0     | 30.10  | -30.10
    3001   | 1000.00 | 0 | 0      | 1000.00 | 30.10 | 0      | 969.90
    4001   | 0       | 0 | -30.10 | -30.10  | 0     | 0      | 0
"""


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" | ")] for line in text.strip().splitlines()]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        for name in NAMES:
            columns = ", ".join(f"{n} {t}" for n, t in by_name(MARTS)[name].sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        con.execute(
            "insert into dim_pooling_area by name select '610100' as poolarea_no, '西安市' as poolarea_name"
        )
        con.execute(
            "insert into dim_insurance by name select '390' as insutype, '城乡居民基本医疗保险' as insutype_name"
        )
        for code, name, parent, element, side, statutory in cells(CHART):
            con.execute(
                "insert into dim_account by name select '390' as insutype, ? as account_code, "
                "? as account_name, nullif(?, '') as parent_code, ? as element, "
                "? as normal_side, 'NA' as fund, ?::boolean as is_statutory",
                [code, name, parent, element, side, statutory],
            )
        for number, row in enumerate(cells(LINES)):
            con.execute(
                "insert into fct_journal by name select 'k17' as book, '610100-390' as ledger_id, "
                "'610100' as poolarea_no, '390' as insutype, ?::int as period_ym, "
                "?::date as posting_date, ?::int as voucher_no, ? as voucher_id, ? as event_id, "
                "? as event_code, ? as account_code, 'NA' as fund, ?::decimal(18, 2) as debit_amt, "
                "?::decimal(18, 2) as credit_amt, ?::boolean as is_opening, "
                "?::boolean as is_closing, ?::int as orig_period_ym, ? as summary, "
                "'R' as rule_id, ?::int as line_no",
                [*row, number],
            )
        for code, opening, debit, credit, pre, closing_debit, closing_credit, post in cells(MONTH):
            for stage, amounts in (
                ("pre", (debit, credit, pre)),
                ("post", (closing_debit, closing_credit, post)),
            ):
                con.execute(
                    "insert into fct_ledger_month by name select 'k17' as book, "
                    "'610100-390' as ledger_id, '610100' as poolarea_no, '390' as insutype, "
                    "202402 as period_ym, ? as account_code, ? as closing_stage, "
                    "? as opening_amt, ? as debit_amt, ? as credit_amt, ? as closing_amt",
                    [code, stage, opening, *amounts],
                )
        yield con


def text_of(con: duckdb.DuckDBPyConnection, fmt: str) -> list[str]:
    book = load_ledger(con, LEDGER, book="k17", release_id="r1")
    return list({"hledger": hledger_text, "beancount": beancount_text}[fmt](book))


HLEDGER = """\
; 西安市 城乡居民基本医疗保险 610100-390 k17
; 发布 r1；借方为正、贷方为负，单位元；由结存导出，请勿手改
decimal-mark .
commodity 1000.00 CNY

account 资产  ; type:A
account 净资产  ; type:E
account 收入  ; type:R
account 资产:1003 财政专户存款  ; code:1003, name:财政专户存款, fund:NA, statutory:yes
account 资产:1101 暂付款  ; code:1101, name:暂付款, fund:NA, statutory:yes
account 资产:1101 暂付款:110102 医保预付金：甲（1）  ; code:110102, name:暂付款—医保预付金:甲(1), fund:NA, statutory:no
account 净资产:3001 一般基金结余  ; code:3001, name:一般基金结余, fund:NA, statutory:yes
account 收入:4001 社会保险费收入  ; code:4001, name:社会保险费收入, fund:NA, statutory:yes

2024-02-01 * (0) 期初余额
    ; voucher_no:0, voucher_id:v0, event_id:MAN|OPEN, period:202402, event:OPEN, opening:
    资产:1003 财政专户存款  1000.00 CNY  ; fund:NA, rule:R
    净资产:3001 一般基金结余  -1000.00 CNY  ; fund:NA, rule:R

2024-02-01 * (1) 退"保费"； 红字
    ; voucher_no:1, voucher_id:v1, event_id:E16|x，y, period:202402, orig_period:202401, posted_on:2024-01-31, event:E16
    收入:4001 社会保险费收入  30.10 CNY  ; fund:NA, rule:R, red:credit
    资产:1101 暂付款:110102 医保预付金：甲（1）  -30.10 CNY  ; fund:NA, rule:R

2024-02-29 * 月末余额核对（结转前）
    ; check:pre, period:202402
    资产:1003 财政专户存款  0.00 CNY = 1000.00 CNY
    资产:1101 暂付款:110102 医保预付金：甲（1）  0.00 CNY = -30.10 CNY
    净资产:3001 一般基金结余  0.00 CNY = -1000.00 CNY
    收入:4001 社会保险费收入  0.00 CNY = 30.10 CNY

2024-02-29 * (2) 期末结转
    ; voucher_no:2, voucher_id:v2, event_id:E110|202402, period:202402, event:E110, closing:
    净资产:3001 一般基金结余  30.10 CNY  ; fund:NA, rule:R
    收入:4001 社会保险费收入  -30.10 CNY  ; fund:NA, rule:R

2024-02-29 * 月末余额核对（结转后）
    ; check:post, period:202402
    资产:1003 财政专户存款  0.00 CNY = 1000.00 CNY
    资产:1101 暂付款:110102 医保预付金：甲（1）  0.00 CNY = -30.10 CNY
    净资产:3001 一般基金结余  0.00 CNY = -969.90 CNY
    收入:4001 社会保险费收入  0.00 CNY = 0.00 CNY"""

BEANCOUNT_END = """\
2024-02-01 * "期初余额" #OPEN #opening
  voucher_no: "0"
  voucher_id: "v0"
  event_id: "MAN|OPEN"
  period: "202402"
  Assets:1003-财政专户存款  1000.00 CNY
    fund: "NA"
    rule: "R"
  Equity:3001-一般基金结余  -1000.00 CNY
    fund: "NA"
    rule: "R"

2024-02-01 * "退\\"保费\\"; 红字" #E16
  voucher_no: "1"
  voucher_id: "v1"
  event_id: "E16|x,y"
  period: "202402"
  orig_period: "202401"
  posted_on: "2024-01-31"
  Income:4001-社会保险费收入  30.10 CNY
    fund: "NA"
    rule: "R"
    red: "credit"
  Assets:1101-暂付款:110102-医保预付金-甲-1  -30.10 CNY
    fund: "NA"
    rule: "R"

2024-02-29 * "期末结转" #E110 #closing
  voucher_no: "2"
  voucher_id: "v2"
  event_id: "E110|202402"
  period: "202402"
  Equity:3001-一般基金结余  30.10 CNY
    fund: "NA"
    rule: "R"
  Income:4001-社会保险费收入  -30.10 CNY
    fund: "NA"
    rule: "R"

2024-03-01 balance Assets:1003-财政专户存款  1000.00 ~ 0.00 CNY
2024-03-01 balance Assets:1101-暂付款:110102-医保预付金-甲-1  -30.10 ~ 0.00 CNY
2024-03-01 balance Equity:3001-一般基金结余  -969.90 ~ 0.00 CNY
2024-03-01 balance Income:4001-社会保险费收入  0.00 ~ 0.00 CNY"""


def test_the_hledger_journal_line_by_line(con: duckdb.DuckDBPyConnection) -> None:
    assert "\n".join(text_of(con, "hledger")) == HLEDGER


def test_the_beancount_file_declares_the_chart_and_lists_the_vouchers(
    con: duckdb.DuckDBPyConnection,
) -> None:
    text = "\n".join(text_of(con, "beancount"))
    assert text.endswith(BEANCOUNT_END)
    head = text.removesuffix(BEANCOUNT_END).splitlines()
    assert head[1:3] == [
        'option "title" "西安市 城乡居民基本医疗保险 610100-390 k17"',
        'option "operating_currency" "CNY"',
    ]
    at = head.index("2024-02-01 open Assets:1101-暂付款:110102-医保预付金-甲-1 CNY")
    assert head[at + 1 : at + 5] == [
        '  code: "110102"', '  name: "暂付款—医保预付金:甲(1)"', '  fund: "NA"', "  statutory: FALSE"
    ]  # fmt: skip
    opened = [line.split()[2].partition(":")[0] for line in head if " open " in line]
    assert opened == ["Assets", "Assets", "Assets", "Equity", "Income"]


def test_beancount_reads_what_is_written(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    from beancount import loader

    path = export_ledgers(con, tmp_path, fmt="beancount", release_id="r1", book="k17")[0]
    entries, errors, options = loader.load_file(str(path))
    assert (errors, options["title"]) == ([], "西安市 城乡居民基本医疗保险 610100-390 k17")
    assert len(entries) == 1 + 5 + 3 + 4
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("-969.90 ~ 0.00", "-969.91 ~ 0.00"), encoding="utf-8")
    _, errors, _ = loader.load_file(str(path))
    assert [type(error).__name__ for error in errors] == ["BalanceError"]
    path.write_text(text.replace("-1000.00 CNY", "-1000.01 CNY"), encoding="utf-8")
    _, errors, _ = loader.load_file(str(path))
    assert "BalanceError" in [type(error).__name__ for error in errors]


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_reads_what_is_written_and_finds_a_fen_before_closing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = export_ledgers(con, tmp_path, fmt="hledger", release_id="r1", book="k17")[0]
    assert path.name == "610100-390_k17.journal"

    def check() -> subprocess.CompletedProcess[str]:
        command = [
            str(shutil.which("hledger")),
            "-f",
            str(path),
            "check",
            "--strict",
            "ordereddates",
        ]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", check=False, env={"LANG": "C.UTF-8"}
        )

    assert (check().returncode, check().stderr) == (0, "")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("0.00 CNY = 30.10", "0.00 CNY = 30.11"), encoding="utf-8")
    assert check().returncode == 1


def refused(error: pytest.ExceptionInfo[JiecunError]) -> tuple[str, str]:
    problem = error.value.problems[0]
    return problem.code, problem.found


def test_an_unknown_book_ledger_or_format_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert ledgers_of(con, "k17") == (LEDGER,)
    with pytest.raises(JiecunError) as error:
        ledgers_of(con, "a1999")
    assert refused(error) == ("BOOK_UNKNOWN", "a1999")
    with pytest.raises(JiecunError) as error:
        ledgers_of(con, "k17", (LEDGER, "999999-310"))
    assert refused(error) == ("LEDGER_UNKNOWN", "999999-310")
    with pytest.raises(JiecunError) as error:
        export_ledgers(con, tmp_path, fmt="ledger", release_id="r1", book="k17")
    assert refused(error) == ("EXPORT_FORMAT", "ledger")
    assert list(tmp_path.iterdir()) == []


def test_a_line_outside_the_chart_or_a_month_without_balances_is_refused(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("update fct_journal set account_code = '9999' where voucher_no = 2 and line_no = 5")
    with pytest.raises(JiecunError) as error:
        load_ledger(con, LEDGER, book="k17", release_id="r1")
    assert refused(error) == ("EXPORT_ACCOUNT", "9999")
    con.execute("update fct_journal set account_code = '4001' where account_code = '9999'")
    con.execute("update fct_journal set period_ym = 202403 where voucher_no = 2")
    with pytest.raises(JiecunError) as error:
        load_ledger(con, LEDGER, book="k17", release_id="r1")
    assert refused(error) == ("EXPORT_BALANCE", "202403")
    con.execute(
        "delete from fct_ledger_month where closing_stage = 'pre' and account_code = '1003'"
    )
    with pytest.raises(JiecunError) as error:
        load_ledger(con, LEDGER, book="k17", release_id="r1")
    assert refused(error) == ("EXPORT_BALANCE", "1003")


def test_a_folder_that_cannot_be_written_is_told(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(JiecunError) as error:
        export_ledgers(con, blocked, fmt="hledger", release_id="r1", book="k17")
    assert error.value.problems[0].code == "EXPORT_WRITE"


def test_marts_of_a_release_do_not_hide_tables_that_are_there(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    marts = tmp_path / "marts"
    marts.mkdir()
    con.execute(f"copy dim_account to '{marts / 'extra.parquet'}'")
    bind_marts(con, tmp_path, ("dim_account", "extra"))
    assert con.execute("select count(*) from extra").fetchall() == [(7,)]

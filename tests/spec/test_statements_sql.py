"""How statement rows are added up, opened, compared and printed."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

import pytest

from tests.spec.harness import ALL_BOOKS, Spec, rows, run, statement, table, world

IS = "fct_income_statement"
BS = "fct_balance_sheet"


def manual(*drawn: str, insutype: str = "310") -> Spec:
    """One voucher a line: day, debit account, credit account, amount. Day 0 is the opening."""
    out = [
        "voucher_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt"
    ]
    for number, line in enumerate(drawn, start=1):
        day, debit, credit, amount = (cell.strip() for cell in line.split("|"))
        event = "OPEN" if day.startswith("OPEN") else "手工"
        day = day.removeprefix("OPEN").strip()
        out += [
            f"V{number} | {insutype} | {event} | {day} | {debit} | {amount} | 0",
            f"V{number} | {insutype} | {event} | {day} | {credit} | 0 | {amount}",
        ]
    return world(vouchers="\n".join(out))


def test_a_total_row_is_resolved_to_the_accounts_below_it() -> None:
    """Row 5.2 = 2 − 4: income of the accounts with +1, expense with −1."""
    spec = run(world(), "stm_term")
    assert rows(
        spec,
        """SELECT account_prefix, measure, sign FROM stm_term
        WHERE statement = 'IS' AND scheme = '310' AND row_code = '5.2' AND period_type = 'M'
        ORDER BY ALL""",
    ) == table("""
        prefix | measure | sign
        400102 | cr      | 1
        420102 | cr      | 1
        4301   | cr      | 1
        440102 | cr      | 1
        440202 | cr      | 1
        450102 | cr      | 1
        500102 | dr      | -1
        5201   | dr      | -1
        530102 | dr      | -1
        530202 | dr      | -1
        540102 | dr      | -1
    """)


def test_every_income_and_expense_account_is_in_row_5_exactly_once() -> None:
    """No account falls out of the surplus, none is told twice; pending accounts are in it monthly."""
    spec = run(world(), "stm_term")
    assert (
        rows(
            spec,
            """SELECT a.insutype, a.account_code, count(t.account_prefix) AS n
            FROM rule_account AS a
            LEFT JOIN stm_term AS t
                ON t.scheme = a.insutype AND starts_with(a.account_code, t.account_prefix)
                AND t.statement = 'IS' AND t.period_type = 'M'
                AND t.row_code = CASE a.insutype WHEN '310' THEN '5' ELSE '3' END
            WHERE a.element IN ('income', 'expense')
                AND (a.closes_to IS NOT NULL OR a.account_code IN ('4601', '4602'))
            GROUP BY ALL HAVING n <> 1""",
        )
        == []
    )


def test_every_balance_sheet_account_is_in_the_totals_exactly_once() -> None:
    """A9 takes the assets, T9 the liabilities and net assets."""
    spec = run(world(books=ALL_BOOKS), "stm_term")
    assert (
        rows(
            spec,
            """SELECT b.book, a.insutype, a.account_code, p.period_type,
                count(t.account_prefix) AS n
            FROM rule_account AS a
            INNER JOIN rule_book AS b
                ON a.books IS NULL OR list_contains(string_split(a.books, ';'), b.book)
            CROSS JOIN (VALUES ('M'), ('Y')) AS p (period_type)
            LEFT JOIN stm_term AS t
                ON t.book = b.book AND t.scheme = a.insutype
                AND starts_with(a.account_code, t.account_prefix)
                AND t.statement = 'BS' AND t.period_type = p.period_type
                AND t.row_code = CASE a.element WHEN 'asset' THEN 'A9' ELSE 'T9' END
            WHERE a.element IN ('asset', 'liability', 'net_asset')
            GROUP BY ALL HAVING n <> 1""",
        )
        == []
    )


def test_income_rows_are_net_of_refunds_and_recoveries() -> None:
    """4001: credit − debit; 5001: debit − credit; closing lines are no movement."""
    spec = manual(
        "2023-11-10 | 1003     | 400101   | 600.00",
        "2023-11-20 | 400101   | 1002     | 100.00",
        "2023-11-21 | 50010101 | 1004     | 450.00",
        "2023-11-22 | 1004     | 50010101 | 30.00",
    )
    told = statement(spec, IS, 202311)
    assert {code: told[code][0] for code in ("1.1", "3.1.1", "3.1", "5.1")} == {
        "1.1": "500.00",
        "3.1.1": "420.00",
        "3.1": "420.00",
        "5.1": "80.00",
    }


#: debit account, credit account, the row that prints the amount
ROWS_310 = (
    ("1003", "400101", "1.1"),
    ("1003", "4101", "1.2"),
    ("1003", "42010102", "1.3"),
    ("1003", "440101", "1.4"),
    ("1003", "440201", "1.5"),
    ("1003", "450101", "1.6"),
    ("1003", "400102", "2.1"),
    ("1003", "42010201", "2.2"),
    ("1003", "4301", "2.3"),
    ("1003", "440102", "2.4"),
    ("1003", "440202", "2.5"),
    ("1003", "450102", "2.6"),
    ("50010101", "1004", "3.1.1"),
    ("50010102", "1004", "3.1.2"),
    ("50010103", "1004", "3.1.3"),
    ("50010104", "1004", "3.1.4"),
    ("50010105", "1004", "3.1.5"),
    ("5101", "1004", "3.2"),
    ("530101", "1004", "3.3"),
    ("530201", "1004", "3.4"),
    ("540101", "1004", "3.5"),
    ("50010201", "1004", "4.1.1"),
    ("50010202", "1004", "4.1.2"),
    ("50010203", "1004", "4.1.3"),
    ("50010209", "1004", "4.1"),
    ("5201", "1004", "4.2"),
    ("530102", "1004", "4.3"),
    ("530202", "1004", "4.4"),
    ("540102", "1004", "4.5"),
    ("1003", "4602", "5.3"),
)
ROWS_390 = (
    ("1003", "4001", "1.1"),
    ("1003", "4101", "1.2"),
    ("1003", "4201", "1.3"),
    ("1003", "4401", "1.4"),
    ("1003", "4402", "1.5"),
    ("1003", "4501", "1.6"),
    ("500101", "1004", "2.1.1"),
    ("500102", "1004", "2.1.2"),
    ("500103", "1004", "2.1.3"),
    ("5101", "1004", "2.2"),
    ("5301", "1004", "2.3"),
    ("5302", "1004", "2.4"),
    ("5401", "1004", "2.5"),
)
#: account, whether it stands in debit, the rows that print the balance
BALANCES = (
    ("1001", True, "A1 A9"),
    ("1002", True, "A2 A9"),
    ("1003", True, "A3 A9"),
    ("1004", True, "A4 A9"),
    ("1005", True, "A5 A9"),
    ("110101", True, "A6 A6a A9"),
    ("110102", True, "A6 A9"),
    ("1201", True, "A7 A9"),
    ("200103", False, "L1 L1a L9 T9"),
    ("200109", False, "L1 L9 T9"),
    ("2101", False, "L2 L9 T9"),
    ("300101", False, "N1 N1a N9 T9"),
    ("300102", False, "N1 N1b N9 T9"),
    ("4601", False, "N1 N1c N9 T9"),
    ("4602", False, "N1 N1c N9 T9"),
)


@cache
def one_pool_a_case(cases: tuple[tuple[str, str, str], ...], insutype: str) -> Spec:
    """7.00 from the credit account to the debit account, in a pool of its own for each case."""
    out = [
        "poolarea_no | insutype | event_id | posting_date | account_code | debit_amt | credit_amt"
    ]
    for number, (debit, credit, _) in enumerate(cases, start=10):
        out += [
            f"61{number}00 | {insutype} | 手工 | 2023-11-10 | {debit} | 7.00 | 0",
            f"61{number}00 | {insutype} | 手工 | 2023-11-10 | {credit} | 0 | 7.00",
        ]
    return world(vouchers="\n".join(out))


@cache
def one_pool_a_balance() -> Spec:
    """An opening line alone in a pool of its own: the other side is left out on purpose."""
    out = ["poolarea_no | posting_date | account_code | debit_amt | credit_amt"]
    for number, (account, debit, _) in enumerate(BALANCES, start=10):
        amounts = "7.00 | 0" if debit else "0 | 7.00"
        out.append(f"61{number}00 | 2023-11-01 | {account} | {amounts}")
    return world(vouchers="\n".join(out))


def parents(row: str) -> dict[str, str]:
    """7.00 on a row and the rows above it: 3.1.2 → 3, 3.1, 3.1.2."""
    return {".".join(row.split(".")[: n + 1]): "7.00" for n in range(row.count(".") + 1)}


@pytest.mark.mechanism("S01", "S38")
@pytest.mark.parametrize("case", ROWS_310, ids=lambda case: f"{case[0]}-{case[1]}")
def test_an_account_of_ledger_310_stands_on_its_row_and_the_rows_above(
    case: tuple[str, str, str],
) -> None:
    """The one amount is on its row, its parents and its surplus; everywhere else is zero."""
    spec, pool = one_pool_a_case(ROWS_310, "310"), f"61{ROWS_310.index(case) + 10}00"
    told = statement(spec, IS, 202311, pool=pool)
    moved = {code: amounts[0] for code, amounts in told.items() if amounts[0] != "0.00"}
    row = case[2]
    surplus = {"1": "5.1", "2": "5.2", "3": "5.1", "4": "5.2"}.get(row[0], row)
    amount = "-7.00" if row[0] in "34" else "7.00"
    assert moved == {**parents(row), surplus: amount, "5": amount}


@pytest.mark.parametrize("case", ROWS_390, ids=lambda case: f"{case[0]}-{case[1]}")
def test_an_account_of_ledger_390_stands_on_its_row_and_the_rows_above(
    case: tuple[str, str, str],
) -> None:
    """The residents' form: income, expense, surplus."""
    spec, pool = one_pool_a_case(ROWS_390, "390"), f"61{ROWS_390.index(case) + 10}00"
    told = statement(spec, IS, 202311, pool=pool)
    moved = {code: amounts[0] for code, amounts in told.items() if amounts[0] != "0.00"}
    row = case[2]
    assert moved == {**parents(row), "3": "7.00" if row[0] == "1" else "-7.00"}


@pytest.mark.parametrize("case", BALANCES, ids=lambda case: case[0])
def test_a_balance_stands_on_its_row_and_the_totals(case: tuple[str, bool, str]) -> None:
    """Every other row of the sheet is zero."""
    told = statement(one_pool_a_balance(), BS, 202311, pool=f"61{BALANCES.index(case) + 10}00")
    want = set(case[2].split())
    assert {code for code, (_, close) in told.items() if close == "7.00"} == want
    assert {close for code, (_, close) in told.items() if code not in want} == {"0.00"}


def test_books_that_open_in_the_middle_of_a_year_show_the_opening_as_year_open() -> None:
    """November's 年初余额 is what was brought in; December keeps it."""
    spec = manual(
        "OPEN 2023-11-01 | 1003 | 300101 | 1000.00",
        "2023-11-10      | 1003 | 4101   | 60.00",
        "2023-12-10      | 1003 | 4101   | 5.00",
    )
    assert statement(spec, BS, 202311)["A3"] == ("1000.00", "1060.00")
    assert statement(spec, BS, 202312)["A3"] == ("1000.00", "1065.00")
    assert statement(spec, BS, 202312, period="Y")["N1a"] == ("1000.00", "1065.00")


def test_year_open_of_the_next_year_is_decembers_balance() -> None:
    """T-08 row by row, monthly and annual."""
    spec = manual(
        "OPEN 2023-12-01 | 1003 | 300101 | 1000.00",
        "2023-12-10      | 1003 | 4101   | 60.00",
        "2024-01-10      | 1003 | 4101   | 5.00",
        "2024-12-10      | 1003 | 4101   | 2.00",
    )
    assert statement(spec, BS, 202401)["A3"] == ("1060.00", "1065.00")
    assert statement(spec, BS, 202412)["N1a"] == ("1060.00", "1067.00")
    assert statement(spec, BS, 202412, period="Y")["T9"] == ("1060.00", "1067.00")


def test_books_without_an_opening_begin_at_zero() -> None:
    """The first month's receipts are not in its year-open balance."""
    spec = manual("2023-11-10 | 1003 | 4101 | 60.00")
    assert statement(spec, BS, 202311)["A3"] == ("0.00", "60.00")


def test_year_to_date_adds_the_months_of_the_calendar_year() -> None:
    """November + December; January begins anew."""
    spec = manual(
        "2023-11-10 | 1003 | 4101 | 60.00",
        "2023-12-10 | 1003 | 4101 | 5.00",
        "2024-01-10 | 1003 | 4101 | 2.00",
    )
    told = [statement(spec, IS, ym)["1.2"][:2] for ym in (202311, 202312, 202401)]
    assert told == [("60.00", "60.00"), ("5.00", "65.00"), ("2.00", "2.00")]


def test_the_annual_statement_has_this_year_and_the_year_before() -> None:
    """本年数 and 上年数, no 本月数; the first year has no year before."""
    spec = manual(
        "2023-11-10 | 1003 | 4101 | 60.00",
        "2024-02-10 | 1003 | 4101 | 5.00",
        "2024-12-10 | 1003 | 4101 | 2.00",
    )
    assert statement(spec, IS, 202312, period="Y")["1.2"] == ("", "60.00", "", "60.00")
    assert statement(spec, IS, 202412, period="Y")["1.2"] == ("", "7.00", "60.00", "7.00")


def test_annual_statements_come_with_december_only() -> None:
    """Every month has a monthly pair."""
    spec = manual("2023-11-10 | 1003 | 4101 | 60.00", "2024-01-10 | 1003 | 4101 | 1.00")
    for mart in (BS, IS):
        run(spec, mart)
        assert rows(spec, f"SELECT DISTINCT period_type, period_ym FROM {mart} ORDER BY ALL") == [
            ("M", "202311"),
            ("M", "202312"),
            ("M", "202401"),
            ("Y", "202312"),
        ]


PENDING = (
    "2023-10-10 | 1003 | 4601   | 5000.00",
    "2023-11-10 | 1003 | 4601   | 10000.00",
    "2023-11-20 | 4601 | 400101 | 6000.00",
)


def test_row_5_3_is_a_flow_in_month_amt_and_the_closing_balance_on_the_form() -> None:
    """Golden-2 of the accounting page: flow 4,000, literal 9,000, the gap is October's 5,000."""
    spec = manual(*PENDING)
    assert statement(spec, IS, 202310)["5.3"] == ("5000.00", "5000.00", "", "5000.00")
    assert statement(spec, IS, 202311)["5.3"] == ("4000.00", "9000.00", "", "9000.00")


def test_row_5_follows_row_5_3_in_both_readings() -> None:
    """本期基金结余 = 5.1 + 5.2 + 5.3, as a flow and as printed."""
    spec = manual(*PENDING)
    assert statement(spec, IS, 202311)["5.1"] == ("6000.00", "6000.00", "", "6000.00")
    assert statement(spec, IS, 202311)["5"] == ("10000.00", "15000.00", "", "15000.00")


def test_rows_without_pending_money_print_their_flow() -> None:
    """form_amt differs from month_amt on rows 5 and 5.3 only."""
    spec = run(manual(*PENDING), IS)
    assert rows(
        spec,
        f"SELECT DISTINCT row_code FROM {IS} WHERE form_amt <> month_amt ORDER BY row_code",
    ) == [("5",), ("5.3",)]


def test_the_annual_forms_have_no_row_for_pending_money() -> None:
    """N1c and 5.3 are monthly rows."""
    spec = manual(*PENDING, "2023-12-10 | 4601 | 400101 | 9000.00")
    monthly, annual = statement(spec, BS, 202312), statement(spec, BS, 202312, period="Y")
    assert set(monthly) - set(annual) == {"N1c"}
    monthly, annual = statement(spec, IS, 202312), statement(spec, IS, 202312, period="Y")
    assert set(monthly) - set(annual) == {"5.3"}
    assert annual["5"] == ("", "15000.00", "", "15000.00")


@pytest.mark.mechanism("S35")
def test_pending_money_is_inside_the_main_row_every_month() -> None:
    """N1 = N1a + N1b + N1c: else the monthly sheet would be out by the pending amount (T-06)."""
    told = statement(manual(*PENDING), BS, 202311)
    assert {code: told[code][1] for code in ("N1", "N1a", "N1b", "N1c", "A9", "T9")} == {
        "N1": "15000.00",
        "N1a": "6000.00",
        "N1b": "0.00",
        "N1c": "9000.00",
        "A9": "15000.00",
        "T9": "15000.00",
    }


def test_the_forms_are_complete_and_in_print_order() -> None:
    """19 and 16 rows of 资产负债表, 38 and 17 of 收支表, names as in the rule."""
    spec = run(world(), "stm_row")
    assert rows(
        spec,
        """SELECT statement, scheme, period_type, count(*), first(row_name ORDER BY row_order),
            last(row_name ORDER BY row_order)
        FROM stm_row WHERE needs_account IS NULL GROUP BY ALL ORDER BY ALL""",
    ) == table("""
        statement | scheme | period | rows | first              | last
        BS        | 310    | M      | 19   | 库存现金           | 负债与净资产总计
        BS        | 310    | Y      | 18   | 库存现金           | 负债与净资产总计
        BS        | 390    | M      | 16   | 库存现金           | 负债与净资产总计
        BS        | 390    | Y      | 16   | 库存现金           | 负债与净资产总计
        IS        | 310    | M      | 38   | 一、统筹基金收入   | 待转基金
        IS        | 310    | Y      | 37   | 一、统筹基金收入   | 个人账户基金结余
        IS        | 390    | M      | 17   | 一、基金收入       | 三、本期基金结余
        IS        | 390    | Y      | 17   | 一、基金收入       | 三、本期基金结余
    """)

"""Statements taken from the marts: which months, in which order, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.errors import EXIT_USAGE, JiecunError
from pipelines.paths import RULES
from pipelines.reports.statements import Check, load_checks, load_layout, load_sheets
from schemas.marts import MARTS
from schemas.rules import RULES as RULE_TABLES
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARED = by_name((*MARTS, *RULE_TABLES))
ANNUAL_BS = {
    "310": "A1 A2 A3 A4 A5 A6 A6a A7 A9 L1 L1a L2 L9 N1 N1a N1b N9 T9",
    "390": "A1 A2 A3 A4 A5 A6 A6a A7 A9 L1 L1a L2 L9 N1 N9 T9",
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """西安 with both ledgers, 职工 to 2026-01 and 居民 to 2025-12; 延安 with one; another book."""
    with duckdb.connect(":memory:") as con:
        for name in (
            "fct_balance_sheet",
            "fct_income_statement",
            "fct_check",
            "dim_pooling_area",
            "rule_statement_row",
            "rule_insutype",
        ):
            columns = ", ".join(f"{n} {t}" for n, t in DECLARED[name].sql_columns().items())
            con.execute(f"create table {name} ({columns})")
        for name in ("rule_statement_row", "rule_insutype"):
            con.execute(
                f"insert into {name} by name select * from read_csv(?, all_varchar = true)",
                [str(RULES / f"{name}.csv")],
            )
        con.execute(
            "insert into dim_pooling_area "
            "(poolarea_no, poolarea_name, level, province_code, province_name) "
            "values ('610100', '西安市', '市级', '610000', '陕西省')"
        )
        con.execute(
            """
            create table ledger as
            from (values
                ('k17', '610100', '310', 'M', 202512), ('k17', '610100', '310', 'M', 202601),
                ('k17', '610100', '390', 'M', 202511), ('k17', '610100', '390', 'M', 202512),
                ('k17', '610100', '310', 'Y', 202412), ('k17', '610100', '310', 'Y', 202512),
                ('k17', '610100', '390', 'Y', 202512),
                ('k17', '610600', '310', 'M', 202601), ('proposed', '610100', '310', 'M', 202602)
            ) as t (book, pool, scheme, period_type, ym)
            """
        )
        con.execute(
            """
            insert into fct_balance_sheet
            select book, pool || '-' || l.scheme, pool, l.scheme, period_type, ym, '2026-01-01',
                row_code, row_order, row_name, row_order + 0.01, ym + 0.02
            from ledger as l, rule_statement_row as r
            where r.statement = 'BS' and r.scheme = l.scheme
                and if(period_type = 'M', is_monthly, is_annual)
                and r.needs_account is null
                and (r.books is null or list_contains(string_split(r.books, ';'), book))
            order by random()
            """
        )
        con.execute(
            """
            insert into fct_income_statement
            select book, pool || '-' || l.scheme, pool, l.scheme, period_type, ym, '2026-01-01',
                row_code, row_order, row_name,
                if(period_type = 'M', 1.11, null), 2.22,
                if(period_type = 'Y' and ym = 202512, 3.33, null),
                if(row_code = '5.3', 4.44, if(period_type = 'M', 1.11, 2.22))
            from ledger as l, rule_statement_row as r
            where r.statement = 'IS' and r.scheme = l.scheme
                and if(period_type = 'M', is_monthly, is_annual)
                and r.needs_account is null
                and (r.books is null or list_contains(string_split(r.books, ';'), book))
            order by random()
            """
        )
        yield con


def _heads(con: duckdb.DuckDBPyConnection, **asked: object) -> list[str]:
    sheets = load_sheets(con, **asked)  # type: ignore[arg-type]
    return [f"{s.ledger_id} {s.period_type}{s.period_ym} {s.statement}" for s in sheets]


def test_each_ledger_gives_its_latest_month_and_every_year(con: duckdb.DuckDBPyConnection) -> None:
    assert _heads(con) == [
        "610100-310 M202601 BS",
        "610100-310 M202601 IS",
        "610100-310 Y202412 BS",
        "610100-310 Y202412 IS",
        "610100-310 Y202512 BS",
        "610100-310 Y202512 IS",
        "610100-390 M202512 BS",
        "610100-390 M202512 IS",
        "610100-390 Y202512 BS",
        "610100-390 Y202512 IS",
        "610600-310 M202601 BS",
        "610600-310 M202601 IS",
    ]


def test_a_month_asked_for_brings_the_years_up_to_it(con: duckdb.DuckDBPyConnection) -> None:
    assert _heads(con, poolarea_no="610100", period_ym=202511) == [
        "610100-310 Y202412 BS",
        "610100-310 Y202412 IS",
        "610100-390 M202511 BS",
        "610100-390 M202511 IS",
    ]


def test_the_other_book_is_only_there_when_asked_for(con: duckdb.DuckDBPyConnection) -> None:
    assert _heads(con, book="proposed") == ["610100-310 M202602 BS", "610100-310 M202602 IS"]


def test_rows_stand_as_in_the_official_form(con: duckdb.DuckDBPyConnection) -> None:
    for sheet in load_sheets(con):
        shown = "is_monthly" if sheet.period_type == "M" else "is_annual"
        expected = con.execute(
            f"select row_code, row_name, indent, coalesce(side, ''), is_total "
            f"from rule_statement_row where statement = ? and scheme = ? and {shown} "
            "and needs_account is null "
            "and (books is null or list_contains(string_split(books, ';'), 'k17')) "
            "order by row_order",
            [sheet.statement, sheet.scheme],
        ).fetchall()
        found = [(r.row_code, r.row_name, r.indent, r.side, r.is_total) for r in sheet.rows]
        assert found == expected


def test_annual_balance_sheets_have_no_pending_fund(con: duckdb.DuckDBPyConnection) -> None:
    annual = {
        s.scheme: " ".join(r.row_code for r in s.rows)
        for s in load_sheets(con)
        if (s.statement, s.period_type) == ("BS", "Y")
    }
    assert annual == ANNUAL_BS


def test_the_printed_columns_are_those_of_the_form(con: duckdb.DuckDBPyConnection) -> None:
    month_bs, month_is, first_bs, first_is, _, second_is = load_sheets(con)[:6]
    assert month_bs.row("A3").amounts == (Decimal("3.01"), Decimal("202601.02"))
    assert month_is.row("5.3").amounts == (Decimal("4.44"), Decimal("2.22"))
    assert month_is.row("5.3").flow_amt == Decimal("1.11")
    assert first_bs.row("A3").flow_amt is None
    assert first_is.row("1").amounts == (Decimal("2.22"), None)
    assert second_is.row("1").amounts == (Decimal("2.22"), Decimal("3.33"))


def test_names_come_from_the_dimensions_and_fall_back_to_codes(
    con: duckdb.DuckDBPyConnection,
) -> None:
    names = {(s.poolarea_no, s.poolarea_name, s.scheme_name) for s in load_sheets(con)}
    assert names == {
        ("610100", "西安市", "职工基本医疗保险"),
        ("610100", "西安市", "城乡居民基本医疗保险"),
        ("610600", "610600", "职工基本医疗保险"),
    }


def test_a_catalog_without_rule_tables_uses_the_rules_of_the_code(
    con: duckdb.DuckDBPyConnection,
) -> None:
    layout, sheets = load_layout(con), load_sheets(con)
    con.execute("drop table rule_statement_row")
    con.execute("drop table rule_insutype")
    assert load_layout(con) == layout
    assert load_sheets(con) == sheets


def test_a_pool_or_month_that_is_not_there_is_told(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(JiecunError) as no_month:
        load_sheets(con, poolarea_no="610100", period_ym=202401)
    assert no_month.value.exit_code == EXIT_USAGE
    assert no_month.value.problems[0].code == "REPORT_EMPTY"
    assert no_month.value.problems[0].found == "有 202511—202601 各月的报表"
    with pytest.raises(JiecunError, match="没有这个统筹区或账簿的报表"):
        load_sheets(con, poolarea_no="619999")


def test_a_form_with_a_missing_or_foreign_row_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from fct_balance_sheet where row_code = 'L2' and ledger_id = '610600-310'")
    con.execute(
        "update fct_income_statement set row_code = '9' "
        "where row_code = '2.5' and ledger_id = '610600-310'"
    )
    with pytest.raises(JiecunError) as raised:
        load_sheets(con)
    assert [(p.code, p.place, p.found) for p in raised.value.problems] == [
        ("REPORT_LAYOUT", "报表 BS 610600-310 M 202601", "缺少 L2"),
        ("REPORT_LAYOUT", "报表 IS 610600-310 M 202601", "缺少 2.5；多出 9"),
    ]


def test_missing_marts_are_named(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table fct_income_statement")
    with pytest.raises(JiecunError, match="没有 fct_income_statement"):
        load_sheets(con)


def test_checks_come_by_id(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into fct_check values ('T-02', 'H', '乙', 'failed', 4, 1, 0.5), "
        "('T-01', 'S', '甲', 'passed', 3, 0, 0)"
    )
    assert load_checks(con) == (
        Check("T-01", "S", "甲", "passed", 3, 0, Decimal("0.00")),
        Check("T-02", "H", "乙", "failed", 4, 1, Decimal("0.50")),
    )

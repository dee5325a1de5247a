"""The two statutory statements of a connection, as frozen values ready to be laid out."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, cast

from pipelines.errors import EXIT_CHECK, EXIT_USAGE, JiecunError, Problem
from pipelines.paths import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import duckdb

Statement = Literal["BS", "IS"]
PeriodType = Literal["M", "Y"]
Side = Literal["A", "L", ""]

#: the book in force; statements of other books are asked for by name
BOOK = "k17"

_SOURCES = ("fct_balance_sheet", "fct_income_statement", "dim_pooling_area")

_SQL = """
with line as (
    select 'BS' as statement, ledger_id, poolarea_no, insutype, period_type, period_ym,
        row_code, row_order, row_name,
        year_open_amt as first_amt, close_amt as second_amt, null as flow_amt
    from fct_balance_sheet
    where book = $book
    union all
    select 'IS', ledger_id, poolarea_no, insutype, period_type, period_ym,
        row_code, row_order, row_name,
        form_amt, case when period_type = 'M' then ytd_amt else prior_year_amt end, month_amt
    from fct_income_statement
    where book = $book
),

latest as (
    select ledger_id, max(period_ym) as period_ym
    from line
    where period_type = 'M'
    group by ledger_id
)

select
    line.poolarea_no, line.insutype, line.period_type, line.period_ym, line.statement,
    line.ledger_id, coalesce(pool.poolarea_name, line.poolarea_no) as poolarea_name,
    line.row_code, line.row_order, line.row_name,
    line.first_amt, line.second_amt, line.flow_amt
from line
left join latest on line.ledger_id = latest.ledger_id
left join dim_pooling_area as pool on line.poolarea_no = pool.poolarea_no
where ($pool is null or line.poolarea_no = $pool)
    and case line.period_type
        when 'M' then line.period_ym = coalesce($ym, latest.period_ym)
        else line.period_ym <= coalesce($ym, line.period_ym)
    end
order by line.poolarea_no, line.insutype, line.ledger_id, line.period_type, line.period_ym,
    line.statement, line.row_order, line.row_code
"""


@dataclass(frozen=True)
class SheetRow:
    """One row of a form; amounts in yuan.

    ``amounts`` are the two printed columns: BS 年初余额, 期末余额 · IS monthly 本月数 (what the
    official form prints), 本年累计数 · IS annual 本年数, 上年数 (None where no year came before).
    ``flow_amt`` is the movement of the month behind 本月数; None elsewhere.
    """

    row_code: str
    row_order: int
    row_name: str
    indent: int
    side: Side
    is_total: bool
    amounts: tuple[Decimal | None, Decimal | None]
    flow_amt: Decimal | None = None


@dataclass(frozen=True)
class Sheet:
    """One statement of one ledger and period; ``period_ym`` is the last month of the period."""

    statement: Statement
    ledger_id: str
    poolarea_no: str
    poolarea_name: str
    scheme: str
    scheme_name: str
    period_type: PeriodType
    period_ym: int
    rows: tuple[SheetRow, ...]
    #: benefits are booked when settled: not the basis of the rule
    on_settlement: bool = False

    def row(self, row_code: str) -> SheetRow:
        """The row of that code; raises KeyError where the form has none."""
        for row in self.rows:
            if row.row_code == row_code:
                return row
        raise KeyError(f"{self.statement} {self.scheme}: no row {row_code}")


@dataclass(frozen=True)
class LayoutRow:
    """How a row stands in the form: indent in steps, BS side, and where it is shown.

    A row that is ``optional`` is told only by ledgers that keep its account.
    """

    row_order: int
    indent: int
    side: Side
    is_monthly: bool
    is_annual: bool
    is_total: bool
    optional: bool = False


@dataclass(frozen=True)
class Check:
    """One row of ``fct_check``; ``difference_amt`` in yuan."""

    check_id: str
    severity: str
    title: str
    status: str
    rows_tested: int
    rows_failed: int
    difference_amt: Decimal


#: (statement, scheme) → row code → how the row stands, in the form's order
Layout = dict[tuple[str, str], dict[str, LayoutRow]]


def load_sheets(
    con: duckdb.DuckDBPyConnection,
    *,
    poolarea_no: str | None = None,
    period_ym: int | None = None,
    book: str = BOOK,
) -> tuple[Sheet, ...]:
    """The statements of one book: of each ledger one month and the annual ones up to it.

    The month is ``period_ym`` (yyyymm), else each ledger's latest. ``con`` holds the marts (a run's
    connection or a release's catalog). Ordered by pool, scheme, M before Y, period, BS before IS.
    Raises JiecunError: ``REPORT_SOURCE`` (a mart is missing), ``REPORT_EMPTY`` (nothing of that
    pool or month), ``REPORT_LAYOUT`` (rows that are not those of the official form).
    """
    _require(con, _SOURCES)
    asked = {"book": book, "pool": poolarea_no, "ym": period_ym}
    rows = con.execute(_SQL, asked).fetchall()
    if not any(row[2] == "M" for row in rows):
        raise _empty(con, asked)
    layout = load_layout(con, book)
    names = {str(r["insutype"]): str(r["insutype_name"]) for r in _rule(con, "rule_insutype")}
    clocks = [r for r in _rule(con, "rule_parameter") if r["name"] == "benefit_clock"]
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for key, group in groupby(rows, key=lambda row: row[:7]):
        pool, scheme, period_type, ym, statement, ledger_id, pool_name = key
        form = layout.get((statement, scheme), {})
        lines = [row[7:] for row in group]
        problem = _layout_problem(key, [line[0] for line in lines], form)
        if problem:
            problems.append(problem)
            continue
        sheets.append(
            Sheet(
                statement=statement,
                ledger_id=ledger_id,
                poolarea_no=pool,
                poolarea_name=pool_name,
                scheme=scheme,
                scheme_name=names.get(scheme, scheme),
                period_type=period_type,
                period_ym=ym,
                rows=tuple(_sheet_row(line, form[line[0]]) for line in lines),
                on_settlement=_on_settlement(clocks, pool, ym),
            )
        )
    if problems:
        raise JiecunError(*problems, exit_code=EXIT_CHECK)
    return tuple(sheets)


def _on_settlement(clocks: list[dict[str, Any]], pool: str, ym: int) -> bool:
    """Whether the pool books benefits on settlement that month; its own row goes before ``*``."""
    month = f"{ym // 100}-{ym % 100:02d}-01"
    valid = [
        rule
        for rule in clocks
        if rule["scope"] in (pool, "*")
        and str(rule["valid_from"]) <= month
        and (not rule["valid_to"] or month <= str(rule["valid_to"]))
    ]
    own = sorted(valid, key=lambda rule: rule["scope"] == "*")
    return bool(own) and own[0]["value"] == "settlement"


def load_layout(con: duckdb.DuckDBPyConnection, book: str = BOOK) -> Layout:
    """The forms of a book: ``rule_statement_row`` of the connection, else the file of the code."""
    out: Layout = {}
    rules = [
        rule
        for rule in _rule(con, "rule_statement_row")
        if not rule["books"] or book in str(rule["books"]).split(";")
    ]
    for rule in sorted(rules, key=lambda r: int(r["row_order"])):
        form = out.setdefault((str(rule["statement"]), str(rule["scheme"])), {})
        form[str(rule["row_code"])] = LayoutRow(
            row_order=int(rule["row_order"]),
            indent=int(rule["indent"]),
            side=cast("Side", rule["side"] or ""),
            is_monthly=_true(rule["is_monthly"]),
            is_annual=_true(rule["is_annual"]),
            is_total=_true(rule["is_total"]),
            optional=bool(rule["needs_account"]),
        )
    return out


def load_checks(con: duckdb.DuckDBPyConnection) -> tuple[Check, ...]:
    """The release's tie-outs (they cover every ledger), by id; ``REPORT_SOURCE`` as above."""
    _require(con, ("fct_check",))
    rows = con.execute(
        "select check_id, severity, title, status, rows_tested, rows_failed, difference_amt "
        "from fct_check order by check_id"
    ).fetchall()
    return tuple(Check(*row) for row in rows)


def _sheet_row(line: tuple[Any, ...], form: LayoutRow) -> SheetRow:
    code, order, name, first, second, flow = line
    return SheetRow(code, order, name, form.indent, form.side, form.is_total, (first, second), flow)


def _layout_problem(
    key: tuple[Any, ...], found: list[str], form: Mapping[str, LayoutRow]
) -> Problem | None:
    _, _, period_type, ym, statement, ledger_id, _ = key
    shown = [
        code
        for code, row in form.items()
        if (row.is_monthly if period_type == "M" else row.is_annual)
        and (not row.optional or code in found)
    ]
    if found == shown:
        return None
    missing = [code for code in shown if code not in found]
    extra = [code for code in found if code not in shown]
    parts = [f"缺少 {'、'.join(missing)}"] if missing else []
    parts += [f"多出 {'、'.join(extra)}"] if extra else []
    return Problem(
        "REPORT_LAYOUT",
        f"报表 {statement} {ledger_id} {period_type} {ym}",
        "行码及次序与 rule_statement_row 一致",
        "；".join(parts) or "次序不同",
        "用产生该发布的程序版本出表，或重新运行",
    )


def _empty(con: duckdb.DuckDBPyConnection, asked: Mapping[str, str | int | None]) -> JiecunError:
    rows = con.execute(
        "select min(period_ym), max(period_ym) from fct_balance_sheet "
        "where period_type = 'M' and book = $book and ($pool is null or poolarea_no = $pool)",
        {"book": asked["book"], "pool": asked["pool"]},
    ).fetchall()
    first, last = rows[0]
    names = {"book": "账簿", "pool": "统筹区", "ym": "月份"}
    place = " ".join(f"{names[name]} {value}" for name, value in asked.items() if value is not None)
    found = "没有这个统筹区或账簿的报表" if first is None else f"有 {first}—{last} 各月的报表"
    remedy = "核对统筹区编号与月份（yyyymm）"
    return JiecunError(
        Problem("REPORT_EMPTY", f"报表 {place}", "有月报", found, remedy), exit_code=EXIT_USAGE
    )


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute("select table_name from information_schema.tables").fetchall()
    return {row[0] for row in rows}


def _require(con: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in _tables(con)]
    if missing:
        found = f"没有 {'、'.join(missing)}"
        raise JiecunError(
            Problem("REPORT_SOURCE", "报表取数", "发布中有这些表", found, "先运行 jiecun run")
        )


def _rule(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """The rows of a rule table; values are typed or text, as they come."""
    if name in _tables(con):
        cursor = con.execute(f'select * from "{name}"')
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    with (RULES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _true(value: object) -> bool:
    return str(value).lower() == "true"

"""What a metric divides: the statement cells of its numerator and of its denominator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.drill.keys import CellKey, MetricKey, key_error
from pipelines.drill.terms import MART, Cell, Term
from pipelines.months import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from pipelines.drill.books import Books

#: fund of the books → income rows, spending rows, money passed between levels, balance rows
_ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "POOL": (("1",), ("3",), ("3.3", "3.4"), ("N1a",)),
    "PA": (("2",), ("4",), ("4.3", "4.4"), ("N1b",)),
    "PEND": (("5.3",), (), (), ("N1c",)),
    "ALL": (("1", "2", "5.3"), ("3", "4"), ("3.3", "3.4", "4.3", "4.4"), ("N9",)),
    "NA": (("1",), ("2",), ("2.3", "2.4"), ("N9",)),
}
_CASH = ("A3", "A4")

#: measure → (mart column kind, sign, index in _ROWS)
_MEASURES: dict[str, tuple[tuple[str, int, int], ...]] = {
    "income": (("IS", 1, 0),),
    "expense": (("IS", 1, 1),),
    "outlay": (("IS", 1, 1), ("IS", -1, 2)),
    "net": (("IS", 1, 0), ("IS", -1, 1)),
    "shrunk": (("IS", 1, 1), ("IS", -1, 0)),
    "balance": (("BS", 1, 3),),
}
#: metric → (measure of the numerator, measure of the denominator); '' = nothing in the books
_SIDES = {
    "M-01": ("net", ""),
    "M-02": ("balance", ""),
    "M-03": ("net", ""),
    "M-04": ("net", "income"),
    "M-05": ("balance", "income"),
    "M-06": ("reserve", "outlay"),
    "M-07": ("cash", "outlay"),
    "M-08": ("expense", "expense"),
    "M-09": ("growth", "prior"),
    "M-11": ("budgeted", ""),
    "M-12": ("budgeted", ""),
    "M-14": ("balance", "premium"),
    "M-15": ("", "outlay"),
    "M-16": ("balance", "shrunk"),
}


@dataclass(frozen=True)
class Part:
    """One statement cell of a side, entering with ``sign``; ``amount`` as the statement has it.

    ``cell`` stands for a figure that is in no statement: it has no key.
    """

    sign: int
    ledger_id: str
    period_ym: int
    label: str
    amount: Decimal
    key: CellKey | None
    cell: Cell | None = None


@dataclass(frozen=True)
class Figure:
    """A metric as published. Amounts in yuan; ``value`` in ``unit``, None where not computed."""

    key: str
    name: str
    value: Decimal | None
    unit: str
    status: str
    month_cnt: int
    numerator_amt: Decimal | None
    denominator_amt: Decimal | None
    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...]
    definitions: tuple[str, str]
    origin: str
    #: the ledger the figure is of, '' where it is of several
    ledger_id: str
    #: ledger → key of the same metric of that ledger alone
    ledger_keys: Mapping[str, str]
    period_ym: int
    #: the ledgers of its scope
    members: tuple[str, ...]


def figure(books: Books, key: MetricKey) -> Figure:
    """The metric of a key, with the signed cells of both sides.

    Raises JiecunError ``DRILL_KEY`` where the release has no such figure.
    """
    fund = _fund(books, key)
    text = f"{key.metric_id}/{key.variant}/{fund}:{key.scope_id}:{key.period_ym}"
    row = books.rows(
        "select m.book, m.origin, m.metric_name, m.value, m.unit, m.status, m.month_cnt, "
        "m.numerator_amt, m.denominator_amt, m.insutype, coalesce(r.numerator, ''), "
        "coalesce(r.denominator, '') from fct_fund_metric as m left join rule_metric as r "
        "using (metric_id, variant, fund) where m.metric_id = ? and m.variant = ? and m.fund = ? "
        "and m.scope_id = ? and m.period_ym = ? order by m.book <> ? limit 1",
        key.metric_id, key.variant, fund, key.scope_id, key.period_ym, books.book,
    )[0]  # fmt: skip
    book, origin, name, value, unit, status, months, top, bottom, insutype, over, under = row
    parts: list[tuple[Part, ...]] = [(), ()]
    if book == books.book and top is not None:
        for at, measure in enumerate(_SIDES.get(key.metric_id, ("", ""))):
            of = "ALL" if key.metric_id == "M-08" and at == 1 else fund
            parts[at] = tuple(_parts(books, key, measure, of, insutype))
    alone = books.rows(
        "select ledger_id, fund from fct_fund_metric where scope_type = 'ledger' and book = ? "
        "and metric_id = ? and variant = ? and period_ym = ? and fund in (?, 'NA')",
        books.book, key.metric_id, key.variant, key.period_ym, fund,
    )  # fmt: skip
    keys = {
        ledger: f"{key.metric_id}/{key.variant}/{own}:{ledger}:{key.period_ym}"
        for ledger, own in alone
    }
    return Figure(
        text, name, value, unit, status, months, top, bottom, parts[0], parts[1], (over, under),
        origin, key.scope_id if key.scope_id in keys else "", keys, key.period_ym,
        tuple(ledger for ledger, _ in _members(books, key.scope_id, insutype)),
    )  # fmt: skip


def _fund(books: Books, key: MetricKey) -> str:
    where = "metric_id = ? and variant = ? and scope_id = ? and period_ym = ?"
    funds = sorted(
        books.texts(
            f"select distinct fund from fct_fund_metric where {where}",
            key.metric_id, key.variant, key.scope_id, key.period_ym,
        )
    )  # fmt: skip
    if key.fund in funds:
        return key.fund
    if funds and not key.fund and (len(funds) == 1 or "ALL" in funds):
        return funds[0] if len(funds) == 1 else "ALL"
    text = f"{key.metric_id}/{key.variant}/{key.fund}:{key.scope_id}:{key.period_ym}"
    if funds:
        raise key_error(text, f"基金之一：{'、'.join(funds)}")
    for column, value, what in (
        ("metric_id", key.metric_id, "指标"),
        ("scope_id", key.scope_id, "范围"),
        ("variant", key.variant, "变体"),
        ("period_ym", key.period_ym, "月份"),
    ):
        known = f"select distinct {column} from fct_fund_metric"
        if column in ("variant", "period_ym"):
            known += f" where metric_id = '{key.metric_id}' and scope_id = '{key.scope_id}'"
        values = books.texts(f"{known} order by 1")
        if str(value) not in values:
            raise key_error(text, f"{what}之一：{'、'.join(values)}")
    raise key_error(text, "该范围该月有的指标", "该月没有这个变体（CAL 只在 12 月）")


def _parts(books: Books, key: MetricKey, measure: str, fund: str, insutype: str) -> list[Part]:
    out: list[Part] = []
    for ledger_id, scheme in _members(books, key.scope_id, insutype):
        if scheme == "310":
            out += _ledger_parts(_Ledger(books, ledger_id, fund), key, measure)
        elif fund not in ("PA", "PEND"):
            out += _ledger_parts(_Ledger(books, ledger_id, "NA"), key, measure)
    return out


def _ledger_parts(ledger: _Ledger, key: MetricKey, measure: str) -> list[Part]:
    window, _, direction = key.variant.partition("_")
    months = ledger.months(window, key.period_ym)
    if measure == "reserve":
        return [*ledger.measured("balance", months), *ledger.advance(key.period_ym)]
    if measure == "cash":
        return ledger.listed("BS", _CASH, months)
    if measure == "premium":
        return ledger.listed("IS", ("1.1", "2.1"), months)
    if measure == "budgeted":
        return ledger.listed("IS", ledger.budgeted_rows(), months)
    if measure in ("growth", "prior"):
        what = "income" if direction == "IN" else "expense"
        before = ledger.measured(what, ledger.months(window, key.period_ym - 100))
        now = ledger.measured(what, months) if measure == "growth" else []
        turned = -1 if measure == "growth" else 1
        return [*now, *(replace(part, sign=turned * part.sign) for part in before)]
    # the forward variant divides by a budget
    in_books = measure and not (window == "FWD" and measure == "outlay")
    return ledger.measured(measure, months) if in_books else []


@dataclass(frozen=True)
class _Ledger:
    """The cells of one ledger, read as one fund."""

    books: Books
    ledger_id: str
    fund: str

    def months(self, window: str, period_ym: int) -> list[int]:
        """The months of a window that the ledger has; the window ends with ``period_ym``."""
        january = period_ym // 100 * 100 + 1
        start = {
            "YTD": january,
            "DEV": january,
            "CAL": january,
            "R12": add_months(period_ym, -11),
        }.get(window, period_ym)
        return [
            int(ym)
            for ym in self.books.texts(
                f"select distinct period_ym from {MART['IS']} where book = ? and ledger_id = ? "
                "and period_type = 'M' and period_ym between ? and ? order by 1",
                self.books.book,
                self.ledger_id,
                start,
                period_ym,
            )
        ]

    def measured(self, measure: str, months: Sequence[int]) -> list[Part]:
        """The signed cells of a measure over these months."""
        out = []
        for statement, sign, at in _MEASURES[measure]:
            parts = self.listed(statement, _ROWS[self.fund][at], months)
            out += [replace(part, sign=sign) for part in parts]
        return out

    def listed(self, statement: str, rows: Sequence[str], months: Sequence[int]) -> list[Part]:
        """The cells of these rows: balances at the end; flows by month, or the year to date."""
        if not months:
            return []
        first, last = months[0], months[-1]
        column = "close_amt" if statement == "BS" else "month_amt"
        wanted = months[-1:] if statement == "BS" else months
        if statement == "IS" and first < last and first % 100 == 1 and first // 100 == last // 100:
            column, wanted = "ytd_amt", months[-1:]
        found = self.books.rows(
            f"select row_code, period_ym, row_name, {column} from {MART[statement]} "
            "where book = ? and ledger_id = ? and period_type = 'M' "
            "and list_contains(?, row_code) and list_contains(?, period_ym) "
            "order by row_order, period_ym",
            self.books.book,
            self.ledger_id,
            list(rows),
            list(wanted),
        )
        return [
            Part(
                1,
                self.ledger_id,
                ym,
                name,
                amount,
                CellKey(statement, self.ledger_id, ym, row, "M", column),
            )
            for row, ym, name, amount in found
        ]

    def budgeted_rows(self) -> list[str]:
        """Spending rows that a budget item stands for."""
        return list(
            self.books.texts(
                "select distinct statement_row from rule_budget_item where scheme = ? "
                "and list_contains(?, left(statement_row, 1)) order by 1",
                self.ledger_id.partition("-")[2],
                list(_ROWS[self.fund][1]),
            )
        )

    def advance(self, period_ym: int) -> list[Part]:
        """Residents' premiums of the year for a benefit year that has not begun (E05)."""
        if self.fund != "NA":
            return []
        start = period_ym // 100 * 100 + 1
        amount = self.books.amount(
            "select sum(credit_amt - debit_amt)::decimal(18, 2) from fct_journal where book = ? "
            "and ledger_id = ? and event_code = 'E05' and starts_with(account_code, '4001') "
            "and not is_closing and period_ym between ? and ?",
            self.books.book,
            self.ledger_id,
            start,
            period_ym,
        )
        if not amount:
            return []
        term = Term("4001", -1, start, period_ym, "flow", event_code="E05")
        facts: dict[str, str | int] = {
            "ledger_id": self.ledger_id,
            "period_ym": period_ym,
            "event_code": "E05",
        }
        label = "已收以后年度保费（预缴）"
        cell = Cell("", label, self.ledger_id, amount, (term,), facts)
        return [Part(-1, self.ledger_id, period_ym, label, amount, None, cell)]


def _members(books: Books, scope_id: str, insutype: str) -> list[tuple[str, str]]:
    """Ledgers of a scope with their schemes: the ledger itself, or those of a region or all."""
    region, marked, _ = scope_id.partition("-")[0].partition("P")
    found = books.rows(
        f"select distinct ledger_id, insutype from {MART['BS']} where book = ? order by ledger_id",
        books.book,
    )
    if any(ledger == scope_id for ledger, _ in found):
        return [(ledger, scheme) for ledger, scheme in found if ledger == scope_id]
    if marked and not region.endswith("0000"):
        pools = books.texts(
            "select poolarea_no from dim_pooling_area where prefecture_code = ?", region
        )
        found = [(ledger, scheme) for ledger, scheme in found if ledger[:6] in pools]
    return [
        (ledger, scheme)
        for ledger, scheme in found
        if insutype in (scheme, "ALL") and (region == "000000" or ledger[:2] == region[:2])
    ]

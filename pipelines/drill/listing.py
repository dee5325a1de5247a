"""Which of the traced vouchers and rows are listed: the largest ones, ranked in SQL."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.drill.computed import inputs
from pipelines.drill.sources import Source, find_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from pipelines.drill.books import Books
    from pipelines.drill.node import Node

#: term, account, voucher under it, closed account, voucher: as far as a node goes
Path = tuple[Any, ...]

_PATH = ("term_no", "account_code", "top_id", "close_account", "voucher_id")

_TOP = """
create or replace temp table drill_top as
select term_no, account_code, top_id, sum(amt)::decimal(18, 2) as amt,
    sum(row_cnt)::bigint as row_cnt,
    count(*) over (partition by term_no, account_code) as siblings
from drill_group
group by term_no, account_code, top_id
qualify $1 is null or row_number() over (
    partition by term_no, account_code order by abs(sum(amt)) desc, top_id
) <= $1
"""
_CLOSED = """
create or replace temp table drill_closed as
select term_no, account_code, top_id, close_account, sum(amt)::decimal(18, 2) as amt,
    sum(row_cnt)::bigint as row_cnt,
    count(*) over (partition by term_no, account_code, top_id) as siblings
from drill_group
semi join drill_top using (term_no, account_code, top_id)
where close_account <> ''
group by term_no, account_code, top_id, close_account
qualify $1 is null or row_number() over (
    partition by term_no, account_code, top_id order by abs(sum(amt)) desc, close_account
) <= $1
"""
_LEAF = """
create or replace temp table drill_leaf as
select term_no, account_code, top_id, close_account, voucher_id, amt, row_cnt, 1 as siblings
from drill_group
semi join drill_top using (term_no, account_code, top_id)
where close_account = ''
union all
select term_no, account_code, top_id, close_account, voucher_id, amt, row_cnt, siblings
from (
    select *,
        count(*) over parent as siblings,
        row_number() over (parent order by abs(amt) desc, voucher_id) as place
    from drill_group
    semi join drill_closed using (term_no, account_code, top_id, close_account)
    window parent as (partition by term_no, account_code, top_id, close_account)
)
where $1 is null or place <= $1
"""
_ROWS = """
select term_no, account_code, top_id, close_account, voucher_id, table_name, source_sha, src_row,
    amt
from drill_row
semi join drill_leaf using (term_no, account_code, top_id, close_account, voucher_id)
qualify $1 is null or source_sha = '' or row_number() over (
    partition by term_no, account_code, top_id, close_account, voucher_id, source_sha = ''
    order by abs(amt) desc, table_name, source_sha, src_row
) <= $1
order by table_name = 'unexplained', table_name = 'difference', table_name, source_sha, src_row
"""
_VOUCHERS = """
select j.voucher_id, j.account_code, any_value(j.ledger_id), any_value(j.period_ym),
    any_value(j.voucher_no), min(j.posting_date)::varchar, any_value(j.event_id),
    string_agg(distinct j.event_code, '、' order by j.event_code),
    string_agg(distinct j.summary, '；' order by j.summary), max(j.orig_period_ym)
from fct_journal as j
where j.book = ? and j.voucher_id in (
    select voucher_id from drill_leaf union all select top_id from drill_top
)
group by j.voucher_id, j.account_code
"""
_VOUCHER_COLUMNS = (
    "ledger_id",
    "period_ym",
    "voucher_no",
    "posting_date",
    "event_id",
    "event_code",
    "summary",
    "orig_period_ym",
)
_DOCUMENTS = """
with shown as (
    select distinct j.voucher_id, j.ledger_id, j.event_id
    from fct_journal as j
    semi join drill_leaf using (voucher_id)
    where j.book = $1 and starts_with(j.event_id, 'PAY|')
),
paid as (
    select s.voucher_id, p.ledger_id, p.fee_clr_id, p.source_sha, p.src_row
    from shown as s
    inner join jrn_payment as p
        on s.ledger_id = p.ledger_id
        and s.event_id = 'PAY|' || p.traf_sn
)
select voucher_id, 'fund_transfers', source_sha, src_row from paid
union all
select p.voucher_id, 'clearing', c.source_sha, c.src_row
from paid as p
inner join stg_clearing as c using (ledger_id, fee_clr_id)
order by all
"""


@dataclass(frozen=True)
class Listed:
    """A child that is listed: its last path element, yuan, source rows, number of its siblings."""

    name: str
    amount: Decimal
    rows: int
    siblings: int


@dataclass(frozen=True)
class Row:
    """A source row under a voucher; ``source`` is None for differences."""

    table: str
    amount: Decimal
    source: Source | None


@dataclass(frozen=True)
class Listing:
    """What is listed under each path, and what is known of vouchers."""

    accounts: Mapping[Path, Sequence[Listed]]
    tops: Mapping[Path, Sequence[Listed]]
    closed: Mapping[Path, Sequence[Listed]]
    leaves: Mapping[Path, Sequence[Listed]]
    rows: Mapping[Path, Sequence[Row]]
    #: (voucher, account) → what its lines there say
    vouchers: Mapping[tuple[str, str], Mapping[str, Any]]
    documents: Mapping[str, Sequence[Source]]
    #: computed voucher → what it was computed from
    inputs: Mapping[str, tuple[Node, ...]]
    #: (scheme, account) → its name
    names: Mapping[tuple[str, str], str]


def listing(books: Books, limit: int | None) -> Listing:
    """At most ``limit`` vouchers an account, accounts a closing, and rows a voucher; all if None.

    The largest by absolute amount are taken, and stand in the order of date and voucher number.
    """
    for sql in (_TOP, _CLOSED, _LEAF):
        books.con.execute(sql, [limit])
    vouchers = {
        (voucher_id, account): dict(zip(_VOUCHER_COLUMNS, told, strict=True))
        for voucher_id, account, *told in books.rows(_VOUCHERS, books.book)
    }
    listed = books.rows(_ROWS, limit)
    documents = books.rows(_DOCUMENTS, books.book)
    found = find_sources(
        books,
        {row[5:8] for row in listed if row[6]} | {row[1:] for row in documents},
    )
    rows: dict[Path, list[Row]] = defaultdict(list)
    for *path, table, sha, src_row, amount in listed:
        rows[tuple(path)].append(Row(table, amount, found.get((sha, src_row))))
    papers: dict[str, list[Source]] = defaultdict(list)
    for voucher_id, _, sha, src_row in documents:
        papers[voucher_id].append(found[sha, src_row])
    accounts: dict[Path, list[Listed]] = defaultdict(list)
    for term_no, account, amount, count in books.rows(
        "select term_no, account_code, sum(amt)::decimal(18, 2), sum(row_cnt)::bigint "
        "from drill_group group by all order by all"
    ):
        accounts[(term_no,)].append(Listed(account, amount, count, 0))
    order = {
        voucher_id: (told["posting_date"], told["voucher_no"])
        for (voucher_id, _), told in vouchers.items()
    }
    names = books.rows("select insutype, account_code, account_name from rule_account")
    return Listing(
        accounts,
        _children(books, "drill_top", _PATH[:3], order),
        _children(books, "drill_closed", _PATH[:4], order),
        _children(books, "drill_leaf", _PATH, order),
        rows,
        vouchers,
        papers,
        _inputs(books, vouchers, {row[4] for row in listed if row[5] == "computed"}, limit),
        {(scheme, code): name for scheme, code, name in names},
    )


def _inputs(
    books: Books, vouchers: Mapping[tuple[str, str], Mapping[str, Any]], computed: set[str],
    limit: int | None,
) -> dict[str, tuple[Node, ...]]:  # fmt: skip
    told = {voucher_id: about for (voucher_id, _), about in vouchers.items()}
    return {
        voucher_id: inputs(
            books, told[voucher_id]["ledger_id"], told[voucher_id]["event_id"], limit
        )
        for voucher_id in sorted(computed)
    }


def _children(
    books: Books, table: str, path: tuple[str, ...], order: Mapping[str, tuple[str, int]]
) -> Mapping[Path, Sequence[Listed]]:
    """The rows of a table by all but the last element of their path, vouchers by date."""
    out: dict[Path, list[Listed]] = defaultdict(list)
    for *at, amount, rows, siblings in books.rows(
        f"select {', '.join(path)}, amt, row_cnt, siblings from {table}"
    ):
        out[tuple(at[:-1])].append(Listed(at[-1], amount, rows, siblings))
    for children in out.values():
        children.sort(key=lambda child: (order.get(child.name, ("", 0)), child.name))
    return out

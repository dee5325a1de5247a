"""From cells to journal lines and from those to source rows, all of it summed in SQL.

Tables left for ``tree``: ``drill_row`` (one source row of one voucher of one account of one term)
and ``drill_group`` (the same, summed by voucher). ``top_id`` is the voucher that stands under the
account: the month's closing voucher where ``close_account`` is filled, else ``voucher_id`` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.drill.parts import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.drill.books import Books
    from pipelines.drill.terms import Term

_TERM_TABLE = """
create or replace temp table drill_term (
    term_no integer, ledger_id varchar, prefix varchar, sign integer, from_ym integer,
    to_ym integer, lines varchar, voucher_id varchar, event_code varchar
)
"""

# net_amt: debit less credit of the lines that one posting of one voucher leaves on one account
_LINE = """
create or replace temp table drill_line as
with posting as (
    select
        j.ledger_id, j.period_ym, j.voucher_id, j.event_code, j.account_code,
        j.is_opening, j.is_closing,
        -- LATE|month|event: what came after the month was closed
        case when starts_with(j.event_id, 'LATE|') then substr(j.event_id, 13) else j.event_id end
            as event_id,
        case
            when j.rule_id = 'MANUAL' then 'MANUAL|' || j.account_code || '|' || case
                when starts_with(j.event_id, 'LATE|') then split_part(j.event_id, '|', 2)
                else j.period_ym::varchar
            end
            when b.is_accrual then p.posting_key
            else split_part(p.posting_key, '@', 1)
        end as posting_key,
        -- a manual part carries its sign; of an event's amount the line tells the side
        case
            when bool_or(p.style = 'RD' and j.account_code = p.credit_account) then -1
            when bool_or(p.style = 'RC' and j.account_code = p.debit_account) then 1
            when bool_or(j.rule_id = 'MANUAL') or max(abs(j.debit_amt)) > 0 then 1
            else -1
        end as side,
        sum(j.debit_amt - j.credit_amt) as net_amt
    from fct_journal as j
    inner join jrn_book as b on j.book = b.book
    left join rule_posting as p on j.rule_id = p.rule_id
    where j.book = $1 and j.ledger_id in (select ledger_id from drill_term)
    group by all
),

holder as (
    -- the closing line of an account stands for the lines of the accounts it took in, or gave away
    select insutype, closes_to as account_code, account_code as closed_code, 1 as factor
    from rule_account
    where closes_to is not null
    union all
    select insutype, account_code, account_code, -1
    from rule_account
    where closes_to is not null
),

picked as (
    select t.term_no, t.sign, t.lines, p.*
    from drill_term as t
    inner join posting as p
        on t.ledger_id = p.ledger_id
        and starts_with(p.account_code, t.prefix)
        and p.period_ym between t.from_ym and t.to_ym
        and (t.voucher_id = '' or t.voucher_id = p.voucher_id)
        and (t.event_code = '' or t.event_code = p.event_code)
),

closing as (
    select distinct term_no, sign, ledger_id, period_ym, voucher_id, account_code
    from picked
    where is_closing and lines = 'all'
)

select term_no, ledger_id, account_code, voucher_id as top_id, '' as close_account, voucher_id,
    event_id, posting_key, sign as factor, side, net_amt
from picked
where not is_closing
    and (lines = 'all' or (lines = 'opening') = is_opening)
    and (lines <> 'external' or event_code not in ('E88', 'E89'))
    and (lines <> 'credit' or side < 0)
    and (lines <> 'adjusting' or event_code in ('E87', 'E91', 'E92', 'E93'))
union all
select c.term_no, c.ledger_id, c.account_code, c.voucher_id, h.closed_code, p.voucher_id,
    p.event_id, p.posting_key, c.sign * h.factor, p.side, p.net_amt
from closing as c
inner join holder as h
    on split_part(c.ledger_id, '-', 2) = h.insutype
    and c.account_code = h.account_code
inner join posting as p
    on c.ledger_id = p.ledger_id
    and c.period_ym = p.period_ym
    and h.closed_code = p.account_code
    and not p.is_closing
"""

_ROW = """
create or replace temp table drill_row as
with traced as (
    select l.term_no, l.account_code, l.top_id, l.close_account, l.voucher_id, p.table_name,
        p.source_sha, p.src_row, l.factor * l.side * p.amt as amt
    from drill_line as l
    inner join drill_part as p
        on l.ledger_id = p.ledger_id
        and l.event_id = p.voucher_key
        and l.posting_key = p.posting_key
),

line as (
    select term_no, account_code, top_id, close_account, voucher_id,
        sum(factor * net_amt) as amt
    from drill_line
    group by all
),

found as (
    select term_no, account_code, top_id, close_account, voucher_id, sum(amt) as amt
    from traced
    group by all
)

select term_no, account_code, top_id, close_account, voucher_id, table_name, source_sha, src_row,
    sum(amt)::decimal(18, 2) as amt
from traced
group by all
union all
select l.term_no, l.account_code, l.top_id, l.close_account, l.voucher_id,
    case
        when f.amt is null and l.voucher_id in (select voucher_id from drill_computed)
            then 'computed'
        when l.voucher_id in (select voucher_id from drill_late where is_late) then 'posted'
        when l.voucher_id in (select voucher_id from drill_late where not is_late) then 'later'
        else 'unexplained'
    end,
    '', 0,
    (l.amt - coalesce(f.amt, 0))::decimal(18, 2)
from line as l
left join found as f
    on l.term_no = f.term_no
    and l.account_code = f.account_code
    and l.top_id = f.top_id
    and l.close_account = f.close_account
    and l.voucher_id = f.voucher_id
where l.amt <> coalesce(f.amt, 0)
"""

# vouchers that a book computes from its open items, not from source rows
_COMPUTED = """
create or replace temp table drill_computed as
select distinct j.voucher_id
from fct_journal as j
inner join rule_event as e on j.event_code = e.event_code
where j.book = $1 and (
    e.source_kind = 'computed'
    -- given back out of money that a presplit had given to the funds
    or (j.event_code = 'E17' and starts_with(j.event_id, 'E16P|'))
)
"""

# vouchers of closed months whose event was posted again later, and those later ones
_LATE = """
create or replace temp table drill_late as
with late as (
    select distinct ledger_id, split_part(event_id, '|', 2) as event_ym,
        substr(event_id, 13) as event_id
    from fct_journal
    where book = $1 and starts_with(event_id, 'LATE|')
)
select distinct voucher_id, true as is_late
from fct_journal
where book = $1 and starts_with(event_id, 'LATE|')
union all
select distinct j.voucher_id, false
from fct_journal as j
inner join late as l
    on j.ledger_id = l.ledger_id
    and j.event_id = l.event_id
    and j.period_ym::varchar = l.event_ym
where j.book = $1
"""

_GROUP = """
create or replace temp table drill_group as
select term_no, account_code, top_id, close_account, voucher_id,
    sum(amt)::decimal(18, 2) as amt,
    count(*) filter (source_sha <> '')::bigint as row_cnt
from drill_row
group by all
"""


def trace(books: Books, terms: Sequence[tuple[str, Term]]) -> None:
    """Trace ``(ledger, term)`` pairs to their source rows; a term's number is its place.

    The rows of a term sum to the term exactly. What is no sum of source rows stands in a row of the
    table ``computed`` (by a ratio, on a balance), ``posted`` (a late voucher: what was posted
    before), ``later`` (a closed month: what its rows have by now and did not have then), or
    ``unexplained`` (rules or code changed since the release).
    """
    for ledger_id in dict.fromkeys(ledger for ledger, _ in terms):
        prepare(books, ledger_id)
    books.con.execute(_TERM_TABLE)
    if terms:
        books.con.executemany(
            "insert into drill_term values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, ledger, t.prefix, t.sign, t.from_ym, t.to_ym, t.lines, t.voucher_id,
                 t.event_code)
                for number, (ledger, t) in enumerate(terms)
            ],
        )  # fmt: skip
    books.con.execute(_LINE, [books.book])
    books.con.execute(_COMPUTED, [books.book])
    books.con.execute(_LATE, [books.book])
    books.con.execute(_ROW)
    books.con.execute(_GROUP)

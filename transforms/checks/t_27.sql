-- grain: one month before December of one ledger, the book of 1999
-- check: T-27
-- severity: S
-- title: 1999年制度自相矛盾：收支表贷方发生额 − 资产负债表余额 = 年内已归属
-- guards: the gap between the two old notes must be exactly what was attributed, nothing else
with printed as (
    select s.ledger_id, s.period_ym, sum(p.form_amt)::decimal(18, 2) as credited_amt
    from fct_income_statement as s
    inner join jrn_book as b on s.book = b.book
    inner join fct_income_statement as p
        on s.book = p.book
        and s.ledger_id = p.ledger_id
        and s.row_code = p.row_code
        and s.period_type = p.period_type
        and p.period_ym between s.period_ym // 100 * 100 + 1 and s.period_ym
    where b.policy = 'A1999' and s.row_code = '5.3' and s.period_type = 'M'
        and s.period_ym % 100 < 12
    group by s.ledger_id, s.period_ym
),

sheet as (
    select s.ledger_id, s.period_ym, s.close_amt
    from fct_balance_sheet as s
    inner join jrn_book as b on s.book = b.book
    where b.policy = 'A1999' and s.row_code = 'N1c' and s.period_type = 'M'
),

attributed as (
    select j.ledger_id, j.period_ym, sum(j.debit_amt) as out_amt
    from fct_journal as j
    inner join jrn_book as b on j.book = b.book
    where b.policy = 'A1999' and j.account_code in ('4601', '4602') and not j.is_opening
    group by j.ledger_id, j.period_ym
)

select
    p.ledger_id,
    p.period_ym,
    '5.3' as item,
    coalesce(sum(a.out_amt), 0)::decimal(18, 2) as expected_amt,
    (p.credited_amt - s.close_amt)::decimal(18, 2) as actual_amt
from printed as p
inner join sheet as s
    on p.ledger_id = s.ledger_id
    and p.period_ym = s.period_ym
left join attributed as a
    on p.ledger_id = a.ledger_id
    and a.period_ym between p.period_ym // 100 * 100 + 1 and p.period_ym
group by p.ledger_id, p.period_ym, p.credited_amt, s.close_amt

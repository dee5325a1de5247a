-- grain: W-12: one bank account of one ledger in one month and measure
with cash_account as (
    select insutype, account_code, account_name
    from rule_account
    where account_code in ('1001', '1002', '1003', '1004', '1005')
),

-- money that may not stay over a month end: collection account and treasury
residue as (
    select book, ledger_id, period_ym, case row_code when 'A2' then '1002' else '1005' end
            as account_code,
        close_amt
    from stm_balance_sheet
    where book in (select book from jrn_book where is_statutory)
        and period_type = 'M' and row_code in ('A2', 'A5')
),

outside as (
    select ledger_id, period_ym, account_code,
        sum(entry_cnt)::bigint as entry_cnt,
        sum(entry_amt)::decimal(18, 2) as entry_amt,
        string_agg(
            '借' || debit_account || '贷' || credit_account, '、'
            order by debit_account, credit_account
        ) as pairs_zh
    from wrn_pair
    where not is_allowed
    group by ledger_id, period_ym, account_code
),

ledger_account as (
    select m.book, m.ledger_id, m.poolarea_no, m.insutype, m.period_ym, m.period_start_date,
        a.account_code, a.account_name
    from led_month as m
    inner join cash_account as a on m.insutype = a.insutype
    where m.book in (select book from jrn_book where is_statutory)
)

select
    l.book, 'W-12' as rule_id, '月末余额' as measure, l.ledger_id, l.poolarea_no, l.insutype,
    'ALL' as fund,
    l.ledger_id || '-' || l.account_code as series_id,
    l.period_ym, l.period_start_date,
    abs(r.close_amt)::decimal(18, 4) as value,
    abs(r.close_amt)::decimal(18, 2) as excess_amt,
    r.close_amt as amount_amt,
    l.account_name as account_zh,
    null::varchar as detail_zh
from ledger_account as l
inner join residue as r
    on l.book = r.book
    and l.ledger_id = r.ledger_id
    and l.period_ym = r.period_ym
    and l.account_code = r.account_code
union all
select
    l.book, 'W-12', '白名单外分录', l.ledger_id, l.poolarea_no, l.insutype, 'ALL',
    l.ledger_id || '-' || l.account_code,
    l.period_ym, l.period_start_date,
    coalesce(o.entry_cnt, 0)::decimal(18, 4),
    coalesce(o.entry_amt, 0)::decimal(18, 2),
    coalesce(o.entry_amt, 0)::decimal(18, 2),
    l.account_name,
    o.pairs_zh
from ledger_account as l
left join outside as o
    on l.ledger_id = o.ledger_id
    and l.period_ym = o.period_ym
    and l.account_code = o.account_code

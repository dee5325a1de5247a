-- grain: one voucher line on an account that another pool's books mirror, with its counterparty
with mirrored as (
    select
        j.book, j.ledger_id, j.insutype, j.period_ym, j.event_date, j.account_code, j.line_key,
        j.is_opening, j.debit_amt, j.credit_amt,
        case when starts_with(j.event_id, 'LATE|') then substr(j.event_id, 13) else j.event_id end
            as event_id,
        r.kind, r.basis, r.role, r.account_order,
        -- 统筹 or 个人账户: what one pool pays out of a fund the other receives into the same fund
        substr(j.account_code, length(r.account_prefix) + 1) as fund_part
    from jrn_journal as j
    inner join rule_elimination as r
        on starts_with(j.account_code, r.account_prefix)
        and j.event_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
    where not j.is_closing
),

bank as (
    select ledger_id, 'BANK|' || traf_sn as event_id,
        min(coalesce(docno, approval_id)) as notice,
        min(cntp_code) as cntp_code
    from stg_transfer
    group by ledger_id, traf_sn
),

voucher_line as (
    select ledger_id, 'MAN|' || voucher_no as event_id, line_no::varchar as line_key, account_code,
        debit_amt, credit_amt, coalesce(doc_no, approval_id) as notice, cntp_code
    from stg_voucher
),

-- a line of a closed month bears the number it had in the journal
voucher as (
    select ledger_id, event_id, account_code, min(notice) as notice, min(cntp_code) as cntp_code
    from voucher_line
    group by ledger_id, event_id, account_code
),

told as (
    select
        m.book, m.ledger_id, m.insutype, m.period_ym, m.event_date, m.account_code, m.kind,
        m.basis, m.role, m.account_order, m.fund_part, m.is_opening, m.debit_amt, m.credit_amt,
        coalesce(b.notice, l.notice, v.notice, '') as notice,
        coalesce(b.cntp_code, l.cntp_code, v.cntp_code, '') as cntp_code
    from mirrored as m
    left join bank as b
        on m.ledger_id = b.ledger_id
        and m.event_id = b.event_id
    left join voucher_line as l
        on m.ledger_id = l.ledger_id
        and m.event_id = l.event_id
        and m.line_key = l.line_key
        and m.account_code = l.account_code
        and m.debit_amt = l.debit_amt
        and m.credit_amt = l.credit_amt
    left join voucher as v
        on m.ledger_id = v.ledger_id
        and m.event_id = v.event_id
        and m.account_code = v.account_code
)

select
    t.book, g.province_code, t.ledger_id, t.insutype, t.period_ym, t.kind, t.basis, t.role,
    t.account_order, t.account_code, t.fund_part, t.notice,
    -- the other ledger; a code that is no pool's stays as it is told
    coalesce(p.poolarea_no || '-' || t.insutype, t.cntp_code) as cntp_ledger_id,
    t.is_opening,
    t.credit_amt,
    (t.debit_amt - t.credit_amt)::decimal(18, 2) as net_amt
from told as t
inner join con_ledger as g
    on t.book = g.book
    and t.ledger_id = g.ledger_id
left join con_cntp as p
    on t.cntp_code = p.cntp_code
    and t.event_date = p.event_date

-- grain: one line of a manual voucher, with its ledger
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
)

select
    v.source_sha,
    v.src_row,
    v.poolarea_no || '-' || i.scheme as ledger_id,
    v.poolarea_no,
    i.scheme,
    v.voucher_no,
    v.line_no,
    v.posting_date,
    v.event_id,
    case
        when v.event_id = 'OPEN' then 'OPEN'
        else coalesce(nullif(regexp_extract(v.event_id, '^(E[0-9]+[a-z]?)', 1), ''), 'MANUAL')
    end as event_code,
    -- decisions on pending money: the pending list turns them into entries, book by book
    starts_with(v.event_id, 'E83') or starts_with(v.event_id, 'E87') as is_decision,
    v.account_code,
    v.fund,
    v.cntp_code,
    v.psn_no_hash,
    v.doc_no,
    v.approval_id,
    v.maker,
    v.checker,
    v.debit_amt,
    v.credit_amt,
    coalesce(v.orig_period_ym, year(v.posting_date) * 100 + month(v.posting_date))
        as orig_period_ym,
    coalesce(v.summary, '手工凭证') as summary
from vouchers as v
inner join scheme as i on v.insutype = i.insutype

-- grain: one raw file behind one voucher
with premium as (
    select ledger_id, source_sha, src_row,
        unnest(case event_code
            when 'E01' then [
                'E01|' || cash_date::varchar || '|' || bank_account,
                'E02|' || cash_date::varchar || '|' || bank_account
            ]
            else [event_code || '|' || cash_date::varchar || '|' || coalesce(bank_account, '')]
        end) as voucher_key,
        case when event_code in ('E19', 'PADEDUCT') then pa_amt else premium_amt end as amt
    from stg_contribution
    union all
    select ledger_id, source_sha, src_row,
        'E12|' || cash_date::varchar || '|' || bank_account,
        latefee_amt
    from stg_contribution
    where latefee_amt <> 0
    union all
    select ledger_id, source_sha, src_row,
        'E83|' || attributed_date::varchar || '|'
            || (year(received_date) * 100 + month(received_date))::varchar,
        premium_amt
    from stg_contribution
    where event_code in ('E81', 'E16P') and attributed_date is not null
    union all
    select ledger_id, source_sha, src_row, 'E06s|' || recognised_date::varchar, premium_amt
    from stg_contribution
    where recognised_date is not null
),

payment as (
    select ledger_id, traf_sn, fee_clr_id, insutype, fixmedins_code, clr_type, clr_ym
    from jrn_payment
),

settled as (
    select s.ledger_id, 'SETL|' || s.event_ym::varchar as voucher_key, s.source_sha, s.src_row,
        s.hifp_pay + s.acct_pay as amt
    from stg_settlement as s
    inner join stg_parameter as c
        on c.name = 'benefit_clock'
        and c.value = 'settlement'
        and s.poolarea_no = c.poolarea_no
        and last_day(make_date(s.event_ym // 100, s.event_ym % 100, 1))
            between c.valid_from and c.valid_to
),

outside as (
    select ledger_id, insutype, out_admdvs, clr_type, clr_ym, hifp_pay, acct_pay, source_sha,
        src_row
    from stg_settlement
    where out_admdvs is not null
),

row_source as (
    select ledger_id, voucher_key, 'contributions' as table_name, source_sha, src_row, amt
    from premium
    union all
    select ledger_id, 'PAY|' || traf_sn, 'fund_transfers', source_sha, src_row, amt
    from jrn_payment
    union all
    select p.ledger_id, 'PAY|' || p.traf_sn, 'clearing', c.source_sha, c.src_row,
        c.act_dfr_amt + c.acct_pay
    from payment as p
    inner join stg_clearing as c
        on p.ledger_id = c.ledger_id
        and p.fee_clr_id = c.fee_clr_id
    union all
    select p.ledger_id, 'PAY|' || p.traf_sn, 'settlements', s.source_sha, s.src_row,
        s.hifp_pay + s.acct_pay
    from payment as p
    inner join stg_settlement as s
        on p.ledger_id = s.ledger_id
        and p.insutype = s.insutype
        and p.fixmedins_code = s.fixmedins_code
        and p.clr_type = s.clr_type
        and p.clr_ym = s.clr_ym
    union all
    select p.ledger_id, 'PAY|' || p.traf_sn, 'settlements', s.source_sha, s.src_row,
        s.hifp_pay + s.acct_pay
    from payment as p
    inner join outside as s
        on p.ledger_id = s.ledger_id
        and p.insutype = s.insutype
        and p.fixmedins_code = s.out_admdvs
        and p.clr_type = s.clr_type
        and p.clr_ym = s.clr_ym
    union all
    select p.ledger_id, 'PAY|' || p.traf_sn, 'settlements', s.source_sha, s.src_row,
        s.hifp_pay + s.acct_pay
    from payment as p
    inner join stg_settlement as s
        on p.ledger_id = s.ledger_id
        and p.fixmedins_code = 'SETL|' || s.setl_id
    where starts_with(p.fixmedins_code, 'SETL|')
    union all
    select ledger_id, voucher_key, 'settlements', source_sha, src_row, amt
    from settled
    union all
    select ledger_id, 'BANK|' || traf_sn, 'fund_transfers', source_sha, src_row, amt
    from stg_transfer
    where posting_source = 'fund_transfers' and (is_external or posting_leg in ('ANY', leg))
    union all
    select ledger_id, 'REC|' || recovery_id, 'recoveries', source_sha, src_row, added_amt
    from stg_recovery
    union all
    select ledger_id, 'MAN|' || voucher_no, 'vouchers', source_sha, src_row,
        debit_amt + credit_amt
    from stg_voucher
)

select
    ledger_id, voucher_key, table_name, source_sha,
    count(*)::bigint as source_row_cnt,
    min(src_row)::bigint as first_src_row,
    max(src_row)::bigint as last_src_row,
    sum(amt)::decimal(18, 2) as source_amt
from row_source
group by ledger_id, voucher_key, table_name, source_sha

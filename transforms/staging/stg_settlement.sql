-- grain: one valid settlement leg, with its ledger and its benefit parts
with settlement as (
    select
        source_sha, src_row, event_ym, setl_id, init_setl_id, insutype, poolarea_no, insu_admdvs,
        psn_type, fixmedins_code, med_type, clr_type, clr_ym, setl_time, medfee_sumamt, hifp_pay, acct_pay,
        cash_payamt, cvlserv_pay, hifes_pay, hifmi_pay, hifob_pay, hifdm_pay, maf_pay,
        othfund_pay, fund_pay_sumamt,
        -- care outside the area is cleared with the region of care
        case when out_flag = '1' or pay_loc in ('3', '4') then fix_blng_admdvs end as out_admdvs
    from settlements
    -- 1 valid; 0 and 2 (冲正挂起) are kept in staging and never counted
    where vali_flag = '1'
),

scheme as (
    select insutype, scheme, valid_from, valid_to
    from rule_insutype
    where in_scope
),

med_class as (
    select med_prefix, scheme, spending_class, pool_part, pa_part, valid_from, valid_to
    from rule_med_class
),

scoped as (
    select
        s.source_sha,
        s.src_row,
        s.poolarea_no || '-' || i.scheme as ledger_id,
        s.poolarea_no,
        -- what the code of the insured's region means in the year of the settlement
        s.insu_admdvs,
        g.region_sk,
        i.scheme,
        s.insutype,
        s.event_ym,
        s.setl_id,
        s.init_setl_id is not null as is_reversal,
        -- 11 in service, 12 retired
        left(s.psn_type, 2) as psn_group,
        s.fixmedins_code,
        s.out_admdvs,
        left(s.med_type, 2) as med_prefix,
        m.spending_class,
        m.pool_part,
        m.pa_part,
        s.clr_type,
        s.clr_ym,
        s.medfee_sumamt,
        s.hifp_pay,
        s.acct_pay,
        s.cash_payamt,
        s.cvlserv_pay,
        s.hifes_pay,
        s.hifmi_pay,
        s.hifob_pay,
        s.hifdm_pay,
        s.maf_pay,
        s.othfund_pay,
        s.fund_pay_sumamt
    from settlement as s
    inner join scheme as i
        on s.insutype = i.insutype
        and s.setl_time::date >= i.valid_from
        and s.setl_time::date <= coalesce(i.valid_to, date '9999-12-31')
    inner join med_class as m
        on left(s.med_type, 2) = m.med_prefix
        and i.scheme = m.scheme
        and s.setl_time::date >= m.valid_from
        and s.setl_time::date <= coalesce(m.valid_to, date '9999-12-31')
    left join region_meaning as g
        on s.insu_admdvs = g.region_code
        and year(s.setl_time) >= g.year_from
        and year(s.setl_time) <= g.year_to
)

select
    source_sha, src_row, ledger_id, poolarea_no, insu_admdvs, region_sk, scheme, insutype, event_ym,
    setl_id, is_reversal, psn_group, fixmedins_code, out_admdvs, med_prefix, spending_class, pool_part, pa_part,
    clr_type, clr_ym, medfee_sumamt, hifp_pay, acct_pay, cash_payamt, cvlserv_pay, hifes_pay, hifmi_pay, hifob_pay,
    hifdm_pay, maf_pay, othfund_pay, fund_pay_sumamt
from scoped

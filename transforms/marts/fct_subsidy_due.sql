-- grain: one year of one pooling area's residents: subsidy due by heads against subsidy received
with scheme as (
    select insutype, scheme
    from rule_insutype
    where in_scope
),

ledger as (
    select distinct m.ledger_id, m.poolarea_no, m.insutype, m.period_ym // 100 as subsidy_year
    from led_month as m
    where m.insutype = '390'
        and m.book in (select book from jrn_book where is_statutory)
),

place as (
    select h.poolarea_no, h.insu_admdvs, h.insutype, h.stt_ym,
        -- the row of all heads, where it is told, else the sum of the groups
        coalesce(
            sum(h.insu_psncnt) filter (h.psn_type = 'ALL'),
            sum(h.insu_psncnt)
        ) as head_cnt
    from insured_headcount as h
    inner join scheme as i on h.insutype = i.insutype
    cross join param_run as r
    where i.scheme = '390' and h.stt_ym <= r.through_ym
    group by h.poolarea_no, h.insu_admdvs, h.insutype, h.stt_ym
),

counted as (
    select poolarea_no, stt_ym, sum(head_cnt)::bigint as head_cnt
    from place
    group by poolarea_no, stt_ym
),

-- the heads of the last month told of the year
head as (
    select poolarea_no, stt_ym // 100 as subsidy_year,
        max(stt_ym) as head_ym,
        arg_max(head_cnt, stt_ym) as head_cnt
    from counted
    group by poolarea_no, stt_ym // 100
),

received as (
    select t.ledger_id, year(t.acen_date) as subsidy_year, sum(t.signed_amt) as received_amt
    from stg_transfer as t
    cross join param_run as r
    where t.traf_item = 'FINSUBS_IN'
        and year(t.acen_date) * 100 + month(t.acen_date) <= r.through_ym
    group by t.ledger_id, year(t.acen_date)
),

-- what the premium rows say was subsidised, by the year the premium is for: memo
told as (
    select p.ledger_id, c.accrym_begn // 100 as subsidy_year, sum(p.finsubs_amt) as told_amt
    from met_premium_due as p
    inner join contributions as c
        on p.source_sha = c.source_sha
        and p.src_row = c.src_row
    where p.cash_ym is not null
    group by p.ledger_id, c.accrym_begn // 100
),

standard as (
    select l.ledger_id, l.subsidy_year,
        coalesce(p.subsidy_amt, a.subsidy_amt) as subsidy_amt,
        coalesce(p.personal_amt, a.personal_amt) as personal_amt
    from ledger as l
    left join rule_subsidy as p
        on l.poolarea_no = p.scope
        and l.subsidy_year = p.benefit_year
    left join rule_subsidy as a
        on a.scope = '*'
        and l.subsidy_year = a.benefit_year
),

matched as (
    select l.ledger_id, l.poolarea_no, l.insutype, l.subsidy_year, h.head_ym, h.head_cnt,
        s.subsidy_amt, s.personal_amt,
        (h.head_cnt * s.subsidy_amt)::decimal(18, 2) as due_amt,
        coalesce(r.received_amt, 0)::decimal(18, 2) as received_amt,
        coalesce(t.told_amt, 0)::decimal(18, 2) as told_amt
    from ledger as l
    inner join standard as s
        on l.ledger_id = s.ledger_id
        and l.subsidy_year = s.subsidy_year
    left join head as h
        on l.poolarea_no = h.poolarea_no
        and l.subsidy_year = h.subsidy_year
    left join received as r
        on l.ledger_id = r.ledger_id
        and l.subsidy_year = r.subsidy_year
    left join told as t
        on l.ledger_id = t.ledger_id
        and l.subsidy_year = t.subsidy_year
)

select
    m.ledger_id, m.poolarea_no, m.insutype,
    m.subsidy_year::bigint as subsidy_year,
    (m.subsidy_year * 100 + 12)::integer as period_ym,
    make_date(m.subsidy_year, 12, 1) as period_start_date,
    m.head_ym::integer as head_ym,
    m.head_cnt,
    m.subsidy_amt as standard_amt,
    m.personal_amt as personal_standard_amt,
    m.due_amt, m.received_amt,
    (m.received_amt - m.due_amt)::decimal(18, 2) as diff_amt,
    m.told_amt,
    case
        when m.head_cnt is null then 'no_count'
        when m.subsidy_amt is null then 'no_standard'
        when m.received_amt = m.due_amt then 'matched'
        when m.received_amt > m.due_amt then 'over'
        -- the year is not over: what is missing may still come
        when m.subsidy_year * 100 + 12 > b.last_ym then 'open'
        else 'short'
    end as status
from matched as m
cross join (select max(period_ym) as last_ym from led_month) as b

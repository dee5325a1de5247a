-- grain: one payer class of one ledger in one month of fees: assessed, collected, and the base behind
with rule as (
    select base_rule, scope, payer_class, value, valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_contribution_base
),

premium as (
    select p.ledger_id, p.poolarea_no, p.insutype, p.due_ym, p.cash_ym, p.payer_class,
        p.emp_no_hash, p.is_refund, p.premium_amt, p.psn_clct_amt, p.base_amt, p.person_cnt
    from met_premium_due as p
    cross join param_run as r
    where p.due_ym <= r.through_ym
        and (p.cash_ym is null or p.cash_ym <= r.through_ym or not p.is_refund)
),

cell as (
    select distinct ledger_id, poolarea_no, insutype, due_ym, payer_class,
        make_date(due_ym // 100, due_ym % 100, 1) as due_date
    from premium
),

-- the nearest rule: the pool's before all pools', the payer class's before all classes'
ruled as (
    select c.ledger_id, c.due_ym, c.payer_class, r.base_rule,
        bool_or(r.scope <> '*') as is_local,
        arg_max(r.value, case r.scope when '*' then 0 else 2 end
            + case r.payer_class when '*' then 0 else 1 end) as value
    from cell as c
    inner join rule as r
        on r.scope in ('*', c.poolarea_no)
        and r.payer_class in ('*', c.payer_class)
        and c.due_date between r.valid_from and r.valid_to
    where c.insutype = '310'
    group by c.ledger_id, c.due_ym, c.payer_class, r.base_rule
),

rate as (
    select ledger_id, due_ym, payer_class,
        max(value) filter (base_rule = 'EMP_RATE') + max(value) filter (base_rule = 'PSN_RATE')
            as premium_rate,
        -- rates are set locally: the general one is about right and decides nothing
        bool_or(is_local) filter (base_rule = 'EMP_RATE') as is_local_rate,
        max(value) filter (base_rule = 'BASE_RATIO') as base_ratio,
        max(value) filter (base_rule = 'MEAN_WAGE') as mean_wage
    from ruled
    group by ledger_id, due_ym, payer_class
),

summed as (
    select p.ledger_id, p.poolarea_no, p.insutype, p.due_ym, p.payer_class,
        count(*)::bigint as row_cnt,
        count(*) filter (not p.is_refund and (p.cash_ym is null or p.cash_ym > r.through_ym))
            ::bigint as unpaid_cnt,
        sum(p.premium_amt) as assessed_amt,
        coalesce(sum(p.premium_amt) filter (p.cash_ym <= r.through_ym), 0) as collected_amt,
        sum(p.psn_clct_amt) as person_part_amt,
        sum(p.person_cnt) filter (not p.is_refund) as person_cnt,
        sum(p.base_amt) filter (not p.is_refund) as base_amt,
        -- only rows that tell their base can be held against the rate
        sum(p.premium_amt) filter (p.base_amt > 0 and not p.is_refund) as based_amt,
        count(*) filter (p.base_amt > 0 and not p.is_refund)::bigint as based_cnt
    from premium as p
    cross join param_run as r
    group by p.ledger_id, p.poolarea_no, p.insutype, p.due_ym, p.payer_class
),

employer as (
    select ledger_id, poolarea_no, insutype, payer_class, emp_no_hash, due_ym,
        sum(premium_amt) as premium_amt,
        (year(make_date(due_ym // 100, due_ym % 100, 1) + interval 1 month) * 100
            + month(make_date(due_ym // 100, due_ym % 100, 1) + interval 1 month)) as next_ym
    from premium
    where insutype = '310'
        and payer_class not in ('S', 'R', '02', '03')
        and emp_no_hash is not null
        and not is_refund
    group by ledger_id, poolarea_no, insutype, payer_class, emp_no_hash, due_ym
),

last_told as (
    select ledger_id, max(due_ym) as last_ym
    from employer
    group by ledger_id
),

-- declared a month and not the next: last month's premium times the dated factor, memo
undeclared as (
    select e.ledger_id, e.poolarea_no, e.insutype, e.payer_class, e.next_ym as due_ym,
        count(*)::bigint as undeclared_cnt,
        -- whole fen and ten-thousandths, rounded half up a payer
        sum((2 * (e.premium_amt * 100)::hugeint * (v.value * 10000)::hugeint + 10000) // 20000)
            ::decimal(18, 0) * 0.01::decimal(3, 2) as undeclared_amt
    from employer as e
    inner join last_told as t
        on e.ledger_id = t.ledger_id
        and e.next_ym <= t.last_ym
    inner join rule as v
        on v.base_rule = 'UNDECLARED'
        and v.scope = '*'
        and make_date(e.next_ym // 100, e.next_ym % 100, 1) between v.valid_from and v.valid_to
    where e.premium_amt > 0
        and not exists (
            select 1 from employer as n
            where n.ledger_id = e.ledger_id
                and n.emp_no_hash = e.emp_no_hash
                and n.due_ym = e.next_ym
        )
    group by e.ledger_id, e.poolarea_no, e.insutype, e.payer_class, e.next_ym
),

key as (
    select ledger_id, poolarea_no, insutype, due_ym, payer_class from summed
    union
    select ledger_id, poolarea_no, insutype, due_ym, payer_class from undeclared
),

implied as (
    select s.ledger_id, s.due_ym, s.payer_class,
        (((2 * (s.base_amt * 100)::hugeint * (r.premium_rate * 10000)::hugeint + 10000) // 20000)
            ::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2) as implied_amt,
        (((2 * (r.mean_wage * 10000)::hugeint * (r.base_ratio * 10000)::hugeint * s.person_cnt
            + 1000000) // 2000000)::decimal(18, 0) * 0.01::decimal(3, 2))::decimal(18, 2)
            as rule_base_amt,
        r.base_ratio is not null as is_base_ruled,
        r.is_local_rate
    from summed as s
    inner join rate as r
        on s.ledger_id = r.ledger_id
        and s.due_ym = r.due_ym
        and s.payer_class = r.payer_class
)

select
    k.ledger_id, k.poolarea_no, k.insutype,
    k.due_ym::integer as period_ym,
    make_date(k.due_ym // 100, k.due_ym % 100, 1) as period_start_date,
    k.payer_class,
    coalesce(s.row_cnt, 0)::bigint as row_cnt,
    coalesce(s.unpaid_cnt, 0)::bigint as unpaid_cnt,
    coalesce(s.assessed_amt, 0)::decimal(18, 2) as assessed_amt,
    coalesce(s.collected_amt, 0)::decimal(18, 2) as collected_amt,
    coalesce(s.assessed_amt - s.collected_amt, 0)::decimal(18, 2) as arrear_amt,
    s.base_amt::decimal(18, 2) as base_amt,
    case when s.based_cnt > 0 then i.implied_amt end as implied_amt,
    case when s.based_cnt > 0 then s.based_amt - i.implied_amt end::decimal(18, 2)
        as rate_diff_amt,
    i.rule_base_amt,
    (s.base_amt - i.rule_base_amt)::decimal(18, 2) as base_diff_amt,
    case
        when s.based_cnt is null or s.based_cnt = 0 or i.implied_amt is null then 'no_base'
        -- every row is rounded to the fen on its own
        when i.rule_base_amt is not null and abs(s.base_amt - i.rule_base_amt) > s.based_cnt * 0.01
            then 'base_differs'
        when i.is_base_ruled and s.person_part_amt <> 0 then 'person_charged'
        when not i.is_local_rate then 'no_local_rate'
        when abs(s.based_amt - i.implied_amt) > s.based_cnt * 0.01 then 'rate_differs'
        else 'matched'
    end as status,
    coalesce(u.undeclared_cnt, 0)::bigint as undeclared_cnt,
    coalesce(u.undeclared_amt, 0)::decimal(18, 2) as undeclared_amt
from key as k
left join summed as s
    on k.ledger_id = s.ledger_id
    and k.due_ym = s.due_ym
    and k.payer_class = s.payer_class
left join implied as i
    on k.ledger_id = i.ledger_id
    and k.due_ym = i.due_ym
    and k.payer_class = i.payer_class
left join undeclared as u
    on k.ledger_id = u.ledger_id
    and k.due_ym = u.due_ym
    and k.payer_class = u.payer_class

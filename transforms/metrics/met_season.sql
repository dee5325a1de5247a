-- grain: one month of one year for one fund of one scope, its share of the year's spending
with spending as (
    select book, scope_type, scope_id, insutype, fund, period_ym // 100 as year,
        period_ym % 100 as month, ledger_cnt,
        outlay_amt * 100 as outlay_fen
    from met_base
    where fund in ('POOL', 'PA', 'NA')
),

yearly as (
    select book, scope_id, fund, year,
        sum(outlay_fen)::hugeint as year_fen,
        count(*) = 12 and min(ledger_cnt) = max(ledger_cnt) as is_full
    from spending
    group by book, scope_id, fund, year
),

cumulative as (
    select
        s.book, s.scope_id, s.fund, s.year, s.month,
        y.year_fen,
        sum(s.outlay_fen) over (
            partition by s.book, s.scope_id, s.fund, s.year
            order by s.month
        )::hugeint as ytd_fen
    from spending as s
    inner join yearly as y
        on s.book = y.book and s.scope_id = y.scope_id and s.fund = y.fund and s.year = y.year
    where y.is_full and y.year_fen > 0
),

-- shares as whole numbers of 1e-10
past_share as (
    select book, scope_id, fund, year, month,
        ytd_fen * 10000000000 // year_fen as share_e10
    from cumulative
),

series as (
    select distinct book, scope_type, scope_id, insutype, fund, year, generate_series as month
    from spending
    cross join generate_series(1, 12)
),

averaged as (
    select
        s.book, s.scope_type, s.scope_id, s.insutype, s.fund, s.year, s.month,
        count(p.share_e10) as year_cnt,
        case
            when count(p.share_e10) > 0 then sum(p.share_e10)::hugeint // count(p.share_e10)
            else s.month * 10000000000 // 12
        end as share_e10
    from series as s
    left join past_share as p
        on s.book = p.book and s.scope_id = p.scope_id and s.fund = p.fund and s.month = p.month
        and p.year between s.year - 3 and s.year - 1
    group by s.book, s.scope_type, s.scope_id, s.insutype, s.fund, s.year, s.month
),

-- the New Year moves between January and February: each takes half of both
pooled as (
    select book, scope_type, scope_id, insutype, fund, year, month, year_cnt,
        case month
            when 1 then lead(share_e10) over (
                partition by book, scope_id, fund, year order by month
            ) // 2
            else share_e10
        end as ytd_share_e10
    from averaged
)

select
    book, scope_type, scope_id, insutype, fund, year, month,
    year_cnt::bigint as year_cnt,
    ytd_share_e10::bigint as ytd_share_e10,
    (ytd_share_e10 - coalesce(lag(ytd_share_e10) over (
        partition by book, scope_id, fund, year order by month
    ), 0))::bigint as month_share_e10
from pooled

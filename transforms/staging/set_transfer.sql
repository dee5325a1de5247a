-- grain: one leg of a transfer between the fund's own accounts (TRANSFER_ONE_LEG)
-- Legs of equal amount and opposite direction are paired one to one: those of one day first, then
-- the earliest with the earliest within the days allowed, so that few are left alone.
with recursive item as (
    select traf_item
    from rule_traf_item
    where not is_external
),

allowed as (
    select value as day_cnt, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_intake
    where limit_id = 'transfer_days'
),

-- the days a ledger's statements cover
covered as (
    select poolarea_no, scheme, min(acen_date) as first_day, max(acen_date) as last_day
    from set_statement_line
    group by poolarea_no, scheme
),

line as (
    select t.source_sha, t.src_row, t.event_ym, t.poolarea_no, t.scheme, t.account_id, t.line_no,
        t.traf_sn, t.init_traf_sn, t.traf_item, t.leg, t.amt, t.acen_date, t.fin_vali_flag
    from set_statement_line as t
    semi join item as i on t.traf_item = i.traf_item
),

-- a line taken back in its own account: neither it nor what took it back waits for another leg
struck as (
    select o.poolarea_no, o.traf_sn, r.traf_sn as struck_by
    from line as r
    inner join line as o
        on r.poolarea_no = o.poolarea_no
        and r.init_traf_sn = o.traf_sn
        and r.account_id = o.account_id
        and r.leg = o.leg
        and r.amt = -o.amt
    where r.fin_vali_flag = '-'
),

leg as (
    select l.source_sha, l.src_row, l.event_ym, l.poolarea_no, l.scheme, l.traf_item, l.leg, l.amt,
        l.acen_date, a.day_cnt::integer as day_cnt,
        case l.leg
            when 'OUT' then l.acen_date + a.day_cnt::integer <= c.last_day
            else l.acen_date - a.day_cnt::integer >= c.first_day
        end as is_covered,
        row_number() over (
            partition by l.poolarea_no, l.scheme, l.traf_item, l.amt, l.acen_date, l.leg
            order by l.account_id, l.line_no
        ) as day_no,
        count(*) filter (l.leg = 'OUT') over (
            partition by l.poolarea_no, l.scheme, l.traf_item, l.amt, l.acen_date
        ) as out_cnt,
        count(*) filter (l.leg = 'IN') over (
            partition by l.poolarea_no, l.scheme, l.traf_item, l.amt, l.acen_date
        ) as in_cnt
    from line as l
    inner join covered as c
        on l.poolarea_no = c.poolarea_no
        and l.scheme = c.scheme
    left join allowed as a on l.acen_date between a.valid_from and a.valid_to
    where not exists (
        select 1 from struck as s
        where s.poolarea_no = l.poolarea_no and l.traf_sn in (s.traf_sn, s.struck_by)
    )
),

alone as (
    select poolarea_no, scheme, traf_item, amt,
        list({'sha': source_sha, 'row': src_row, 'day': acen_date, 'days': day_cnt}
            order by acen_date, source_sha, src_row) filter (leg = 'OUT') as outs,
        list({'sha': source_sha, 'row': src_row, 'day': acen_date, 'days': day_cnt}
            order by acen_date, source_sha, src_row) filter (leg = 'IN') as ins
    from leg
    where day_no > least(out_cnt, in_cnt)
        and day_cnt is not null
    group by poolarea_no, scheme, traf_item, amt
),

-- one step a pair or a leg left alone: with the next of both sides in reach of one another, both
-- are done; otherwise the earlier one is
walk as (
    select outs, ins, 1 as out_no, 1 as in_no, 0 as out_step, 0 as in_step
    from alone
    union all
    select outs, ins, out_no + out_step, in_no + in_step,
        case
            when outs[out_no + out_step] is null then 0
            when ins[in_no + in_step] is null then 1
            when outs[out_no + out_step].day - ins[in_no + in_step].day
                > greatest(outs[out_no + out_step].days, ins[in_no + in_step].days) then 0
            else 1
        end,
        case
            when ins[in_no + in_step] is null then 0
            when outs[out_no + out_step] is null then 1
            when ins[in_no + in_step].day - outs[out_no + out_step].day
                > greatest(outs[out_no + out_step].days, ins[in_no + in_step].days) then 0
            else 1
        end
    from walk
    where outs[out_no + out_step] is not null or ins[in_no + in_step] is not null
),

single as (
    select outs[out_no].sha as source_sha, outs[out_no].row as src_row
    from walk
    where out_step = 1 and in_step = 0
    union all
    select ins[in_no].sha, ins[in_no].row
    from walk
    where out_step = 0 and in_step = 1
)

select
    'TRANSFER_ONE_LEG' as rule_id,
    l.poolarea_no,
    l.scheme as insutype,
    l.event_ym as period_ym,
    l.source_sha,
    l.src_row,
    1::bigint as row_cnt,
    case
        when l.day_no <= least(l.out_cnt, l.in_cnt) then false
        when l.day_cnt is null then null
        when s.source_sha is null then false
        -- the other leg may stand on a page before the first or after the last one delivered
        when l.is_covered then true
    end as is_hit,
    l.amt as expected_amt,
    null::decimal(18, 2) as found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    abs(l.amt)::decimal(18, 2) as amount
from leg as l
left join single as s
    on l.source_sha = s.source_sha
    and l.src_row = s.src_row

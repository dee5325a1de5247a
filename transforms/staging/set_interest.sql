-- grain: one interest payment of one account, its rows by fund taken together (INTEREST_ODD)
-- Against rate × balance × days / 360, day by day from the first to the last day of its term.
with allowed as (
    select limit_id, value, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from rule_intake
    where limit_id in ('interest_odd_pct', 'interest_odd_floor')
),

paid as (
    select poolarea_no, scheme, account_id, acen_date, int_begndate, int_enddate, int_rate,
        event_ym, min({'line_no': line_no, 'sha': source_sha, 'row': src_row}) as first_line,
        sum(amt)::decimal(18, 2) as found_amt,
        bool_or(coalesce(term_flag, '0') <> '0') as is_term
    from set_statement_line
    where traf_item = 'INTE_IN'
    group by poolarea_no, scheme, account_id, acen_date, int_begndate, int_enddate, int_rate,
        event_ym
),

-- the balance at each day's end, and the sum of the daily balances before that day
day_end as (
    select poolarea_no, scheme, account_id, acen_date as day, max_by(line_balc, line_no) as balance
    from set_statement_line
    group by poolarea_no, scheme, account_id, acen_date
    having max_by(line_balc, line_no) is not null
),

spanned as (
    select *,
        coalesce(
            balance * (lead(day) over (
                partition by poolarea_no, scheme, account_id order by day
            ) - day), 0
        )::decimal(28, 2) as span_amt
    from day_end
),

summed as (
    select poolarea_no, scheme, account_id, day, balance,
        (sum(span_amt) over (
            partition by poolarea_no, scheme, account_id order by day
        ) - span_amt)::decimal(28, 2) as before_amt
    from spanned
),

held as (
    select p.*,
        (e.before_amt + e.balance * (p.int_enddate + 1 - e.day)
            - b.before_amt - b.balance * (p.int_begndate - b.day))::decimal(28, 2) as held_amt
    from paid as p
    asof left join summed as b
        on p.poolarea_no = b.poolarea_no
        and p.scheme = b.scheme
        and p.account_id = b.account_id
        and p.int_begndate >= b.day
    asof left join summed as e
        on p.poolarea_no = e.poolarea_no
        and p.scheme = e.scheme
        and p.account_id = e.account_id
        and p.int_enddate + 1 >= e.day
),

expected as (
    select h.*,
        -- whole numbers: fen × millionths / 360 million, half a fen upwards; none for a deposit
        -- with a term, whose principal the statement does not tell
        case when not h.is_term and h.int_begndate <= h.int_enddate and h.held_amt >= 0 then
            (((h.held_amt * 100)::hugeint * (h.int_rate * 1000000)::hugeint + 180000000)
                // 360000000)::decimal(20, 0) * 0.01::decimal(3, 2)
        end::decimal(18, 2) as expected_amt
    from held as h
)

select
    'INTEREST_ODD' as rule_id,
    e.poolarea_no,
    e.scheme as insutype,
    e.event_ym as period_ym,
    e.first_line.sha as source_sha,
    e.first_line.row as src_row,
    1::bigint as row_cnt,
    abs(e.found_amt - e.expected_amt) > o.value
        and abs(e.found_amt - e.expected_amt) * 100 > e.expected_amt * p.value as is_hit,
    e.expected_amt,
    e.found_amt,
    null::bigint as expected_cnt,
    null::bigint as found_cnt,
    abs(e.found_amt - e.expected_amt)::decimal(18, 2) as amount
from expected as e
left join allowed as p
    on p.limit_id = 'interest_odd_pct' and e.acen_date between p.valid_from and p.valid_to
left join allowed as o
    on o.limit_id = 'interest_odd_floor'
    and e.acen_date between o.valid_from and o.valid_to

-- grain: one series in one month that can be judged: its score and the excess behind it
with scored as (
    select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
        excess_micro,
        -- the excess in its own scale: both parts with weights 1 / scale
        case
            when second_micro is null then first_micro / first_scale
            else (
                first_micro / first_scale * second_scale
                + second_micro / second_scale * first_scale
            ) / (first_scale + second_scale)
        end as score
    from sco_part
)

select series_id, region, fund, month_start, clean_amt, behind_cnt, peer_cnt, is_alone,
    greatest(least(score, 1e9), -1e9)::decimal(18, 4) as score,
    ((exp(least(excess_micro, 20000000) / 1000000) - 1) * 100)::decimal(18, 4) as excess_pct,
    -- against what the month would have been; nothing where it is below that
    (clean_amt::double * (1 - exp(-greatest(excess_micro, 0) / 1000000)))::decimal(18, 2)
        as excess_amt
from scored
where score is not null

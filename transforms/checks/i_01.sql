-- grain: one raw file and measure
-- check: I-01
-- severity: H
-- title: 接收恒等式：读入 = 接收+重复+旧版本+暂挂+隔离+范围外（行数与金额）
-- guards: a row lost between the file and the warehouse
select
    ''::varchar as ledger_id,
    0::integer as period_ym,
    batch_id || ' 行数' as item,
    rows_read::decimal(18, 2) as expected_amt,
    (rows_accepted + rows_duplicate + rows_superseded + rows_held + rows_quarantined
        + rows_out_of_scope)::decimal(18, 2) as actual_amt
from fct_intake
union all
select
    '', 0, batch_id || ' 金额', amt_read,
    (amt_accepted + amt_duplicate + amt_superseded + amt_held + amt_quarantined
        + amt_out_of_scope)::decimal(18, 2)
from fct_intake
where amt_read is not null

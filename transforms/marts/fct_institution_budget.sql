-- grain: one institution with a budget of its own, of one ledger in one month
select ledger_id, poolarea_no, insutype, fixmedins_code, period_ym, period_start_date,
    budget_amt, ytd_amt, pace_pct
from wrn_institution_base

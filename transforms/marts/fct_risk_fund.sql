-- grain: one residents' ledger that keeps a risk fund in one month
select ledger_id, poolarea_no, insutype, period_ym, period_start_date, balance_amt,
    year_open_amt, raised_amt, used_amt, entitled_amt, short_month_cnt
from wrn_risk_base

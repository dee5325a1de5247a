-- grain: prepaid money of one institution and ledger that stands at one month end
select
    ledger_id, poolarea_no, insutype, period_ym, period_start_date,
    cntp_code,
    advance_amt, old_advance_amt
from met_advance

-- grain: one book of one ledger at a year end: personal accounts by the platform and by the book
select book, ledger_id, poolarea_no, insutype, period_ym, period_start_date, platform_amt, book_amt,
    presplit_amt, diff_amt, adjusted_amt, detail_amt, status
from met_pa_difference

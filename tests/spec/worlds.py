"""A small world in which every check has something to test and none fails.

One pool, both schemes, November 2023 to January 2024: an opening voucher, premiums over bank and
treasury, one premium attributed a month late, a refund, a payment below what was settled, a
recovery, subsidy, money for catastrophic illness. The bank statement carries its own balances.

``pending`` is the same for the four books: one pool's employees, October 2023 to January 2024, with
money nobody owns over the year end, accounts that the platform counts 100 yuan higher, one employer
that never paid.
"""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

from tests.spec.harness import ALL_BOOKS, Spec, check, check_ids, copy, run, world

VOUCHERS = """
    voucher_no | line_no | insutype | posting_date | account_code | debit_amt  | credit_amt | fund
    V1         | 1       | 310      | 2023-11-01   | 1003         | 1000000.00 | 0.00       | NA
    V1         | 2       | 310      | 2023-11-01   | 300101       | 0.00       | 700000.00  | POOL
    V1         | 3       | 310      | 2023-11-01   | 300102       | 0.00       | 300000.00  | PA
    V2         | 1       | 390      | 2023-11-01   | 1003         | 50000.00   | 0.00       | NA
    V2         | 2       | 390      | 2023-11-01   | 3001         | 0.00       | 50000.00   | NA
"""

CONTRIBUTIONS = """
    clct_detl_id | init_clct_detl_id | clct_obj | insutype | revs_flag | clct_way | accrym_begn | emp_clct_amt | psn_clct_amt | finsubs_amt | traf_sumamt | arvl_date  | intsury_time        | traf_time
    C1           |                   | E        | 310      | Z         | 01       | 202311      | 60000.00     | 20000.00     | 0.00        | 20000.00    | 2023-11-06 |                     |
    C2           |                   | E        | 310      | Z         | 01       | 202311      | 10000.00     | 0.00         | 0.00        | 2500.00     | 2023-11-08 |                     | 2023-12-15 09:00:00
    C3           |                   | E        | 310      | Z         | 02       | 202312      | 40000.00     | 10000.00     | 0.00        | 10000.00    | 2023-12-05 | 2023-12-06 16:00:00 |
    C4           |                   | E        | 310      | Z         | 01       | 202312      | 1000.00      | 0.00         | 0.00        | 0.00        | 2023-12-07 |                     |
    C5           | C1                | E        | 310      | -         | 01       | 202311      | -600.00      | -200.00      | 0.00        | -200.00     | 2023-12-20 |                     |
    C6           |                   | R        | 390      | Z         | 01       | 202401      | 0.00         | 40000.00     | 64000.00    |             | 2023-11-09 |                     |
"""

FUND_TRANSFERS = """
    traf_sn | insutype | traf_item  | hif_acct_type | incexpd_dirc | amt      | balc       | acen_date  | fund_code | fee_clr_id | dfr_souc | fixmedins_code
    T01     | 310      | PREM_IN    | 1             | 1            | 80000.00 | 80000.00   | 2023-11-06 |           | |          |
    T02     | 310      | PREM_IN    | 1             | 1            | 10000.00 | 90000.00   | 2023-11-08 |           | |          |
    T03     | 310      | URSN       | 1             | 2            | 90000.00 | 0.00       | 2023-11-10 |           | |          |
    T04     | 310      | URSN       | 4             | 1            | 90000.00 | 1090000.00 | 2023-11-10 |           | |          |
    T05     | 310      | INTE_IN    | 4             | 1            | 1000.00  | 1091000.00 | 2023-11-21 | 310100    | |          |
    T06     | 310      | ALLOC_OUT  | 4             | 2            | 70000.00 | 1021000.00 | 2023-11-22 |           | |          |
    T07     | 310      | ALLOC_OUT  | 2             | 1            | 70000.00 | 70000.00   | 2023-11-22 |           | |          |
    T08     | 310      | SURY_IN    | 5             | 1            | 50000.00 | 50000.00   | 2023-12-06 |           | |          |
    T09     | 310      | URSN       | 5             | 2            | 50000.00 | 0.00       | 2023-12-07 |           | |          |
    T10     | 310      | URSN       | 4             | 1            | 50000.00 | 1071000.00 | 2023-12-07 |           | |          |
    T11     | 310      | PREM_IN    | 1             | 1            | 1000.00  | 1000.00    | 2023-12-07 |           | |          |
    T12     | 310      | DFR_OUT    | 2             | 2            | 65000.00 | 5000.00    | 2023-12-12 |           | F1 |          |
    T13     | 310      | REFD_OUT   | 1             | 2            | 800.00   | 200.00     | 2023-12-20 |           | |          |
    T14     | 310      | URSN       | 1             | 2            | 200.00   | 0.00       | 2023-12-21 |           | |          |
    T15     | 310      | URSN       | 4             | 1            | 200.00   | 1071200.00 | 2023-12-21 |           | |          |
    T16     | 310      | RETN_IN    | 2             | 1            | 300.00   | 5300.00    | 2023-12-22 |           | |          |
    T17     | 310      | FINSUBS_IN | 4             | 1            | 5000.00  | 1076200.00 | 2024-01-05 |           | |          |
    T18     | 310      | DFR_OUT    | 2             | 2            | 100.00   | 5200.00    | 2024-01-08 |           |            | 207      | H61010000001
    T31     | 390      | PREM_IN    | 1             | 1            | 40000.00 | 40000.00   | 2023-11-09 |           | |          |
    T32     | 390      | URSN       | 1             | 2            | 40000.00 | 0.00       | 2023-11-10 |           | |          |
    T33     | 390      | URSN       | 4             | 1            | 40000.00 | 90000.00   | 2023-11-10 |           | |          |
    T34     | 390      | FINSUBS_IN | 4             | 1            | 64000.00 | 154000.00  | 2023-11-15 |           | |          |
    T35     | 390      | ALLOC_OUT  | 4             | 2            | 30000.00 | 124000.00  | 2023-12-05 |           | |          |
    T36     | 390      | ALLOC_OUT  | 2             | 1            | 30000.00 | 30000.00   | 2023-12-05 |           | |          |
    T37     | 390      | DFR_OUT    | 2             | 2            | 20000.00 | 10000.00   | 2023-12-12 |           | F2 |          |
    T38     | 390      | DABING_OUT | 2             | 2            | 9000.00  | 1000.00    | 2023-12-15 |           | |          |
"""

SETTLEMENTS = """
    setl_id | insutype | med_type | hifp_pay | acct_pay | hifmi_pay
    S1      | 310      | 21       | 40000.00 | 5000.00  | 0.00
    S2      | 310      | 11       | 12000.00 | 10000.00 | 0.00
    S3      | 390      | 21       | 20000.00 | 0.00     | 3000.00
"""

CLEARING = """
    fee_clr_id | insutype | fund_appy_sum | det_sumamt | act_dfr_amt | acct_pay
    F1         | 310      | 52000.00      | 2000.00    | 50000.00    | 15000.00
    F2         | 390      | 20000.00      | 0.00       | 20000.00    | 0.00
"""

RECOVERIES = """
    det_id | setl_id | ocur_ym | retn_way | traf_sn | crtf_amt | act_retn_amt | act_retn_date
    D1     | S1      | 202311  | 2        | T16     | 300.00   | 300.00       | 2023-12-22
"""

INSPECTIONS = """
    prd_type | stt_ym | insp_cnt | hndl_cnt | retn_amt
    Q        | 202303 | 40       | 18       | 0.00
    Q        | 202306 | 30       | 12       | 0.00
    Q        | 202309 | 20       | 9        | 0.00
    Q        | 202312 | 10       | 1        | 300.00
    Y        | 202312 | 100      | 40       | 300.00
"""

INTAKE = """
    batch_id | rows_read | rows_accepted | rows_duplicate | rows_quarantined | amt_read | amt_accepted | amt_duplicate | amt_superseded | amt_held | amt_quarantined | amt_out_of_scope
    B001     | 10        | 7             | 2              | 1                | 100.00   | 70.00        | 20.00         | 0.00           | 0.00     | 10.00           | 0.00
    B002     | 4         | 4             | 0              | 0                |          |              |               |                |          |                 |
"""

REGIONS = """
    region_sk | region_code | code_order | region_name | level  | province_code | valid_from | valid_to
    k1        | 500110      | 500110     | 万盛区      | county | 500000        | 2000-01-01 | 2010-12-31
    k2        | 500110      | 500110     | 綦江区      | county | 500000        | 2011-01-01 |
"""

GOOD = {
    "region": REGIONS,
    "vouchers": VOUCHERS,
    "contributions": CONTRIBUTIONS,
    "fund_transfers": FUND_TRANSFERS,
    "settlements": SETTLEMENTS,
    "clearing": CLEARING,
    "recoveries": RECOVERIES,
    "inspections": INSPECTIONS,
    "intake_batch": INTAKE,
}


PENDING = {
    "vouchers": """
        voucher_no | line_no | event_id | posting_date | account_code | debit_amt  | credit_amt | fund | orig_period_ym | psn_no_hash | doc_no
        V1         | 1       | OPEN     | 2023-10-01   | 1003         | 1000000.00 | 0.00       | NA   |                |             |
        V1         | 2       | OPEN     | 2023-10-01   | 300101       | 0.00       | 700000.00  | POOL |                |             |
        V1         | 3       | OPEN     | 2023-10-01   | 300102       | 0.00       | 300000.00  | PA   |                |             |
        V2         | 1       | E91      | 2023-12-31   | 30010303     | 100.00     | 0.00       | PEND |                |             |
        V2         | 2       | E91      | 2023-12-31   | 300102       | 0.00       | 60.00      | PA   |                | p1          | D1
        V2         | 3       | E91      | 2023-12-31   | 300102       | 0.00       | 40.00      | PA   |                | p2          | D2
        V3         | 1       | E83      | 2024-01-15   | 4602         | 1000.00    | 0.00       | PEND | 202311         |             |
        V3         | 2       | E83      | 2024-01-15   | 42010101     | 0.00       | 700.00     | POOL | 202311         |             |
        V3         | 3       | E83      | 2024-01-15   | 42010201     | 0.00       | 300.00     | PA   | 202311         |             |
    """,
    "contributions": """
        clct_detl_id | cashym | clct_flag | emp_clct_amt | psn_clct_amt | traf_sumamt | arvl_date  | traf_time
        C1           | 202310 | 1         | 60000.00     | 20000.00     | 20000.00    | 2023-10-06 |
        C2           | 202310 | 1         | 2000.00      | 0.00         | 500.00      | 2023-10-09 | 2023-11-15 09:00:00
        C3           | 202310 | 1         | 3000.00      | 0.00         | 1000.00     | 2023-10-09 | 2024-01-10 09:00:00
        C4           | 202311 | 1         | 6000.00      | 0.00         | 1500.00     | 2023-11-06 | 2023-12-12 09:00:00
        C5           | 202312 | 1         | 5000.00      | 0.00         | 1300.00     | 2023-12-06 | 2024-01-10 09:00:00
        C6           | 202401 | 1         | 8000.00      | 0.00         | 2000.00     | 2024-01-08 |
        C7           | 202311 | 0         | 1200.00      | 0.00         | 300.00      |            |
    """,
    "fund_transfers": """
        traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt      | balc       | acen_date
        T01     | PREM_IN   | 1             | 1            | 80000.00 | 80000.00   | 2023-10-06
        T02     | PREM_IN   | 1             | 1            | 5000.00  | 85000.00   | 2023-10-09
        T03     | URSN      | 1             | 2            | 85000.00 | 0.00       | 2023-10-10
        T04     | URSN      | 4             | 1            | 85000.00 | 1085000.00 | 2023-10-10
        T05     | PREM_IN   | 1             | 1            | 6000.00  | 6000.00    | 2023-11-06
        T06     | URSN      | 1             | 2            | 6000.00  | 0.00       | 2023-11-10
        T07     | URSN      | 4             | 1            | 6000.00  | 1091000.00 | 2023-11-10
        T08     | INTE_IN   | 4             | 1            | 1000.00  | 1092000.00 | 2023-11-21
        T09     | PREM_IN   | 1             | 1            | 5000.00  | 5000.00    | 2023-12-06
        T10     | URSN      | 1             | 2            | 5000.00  | 0.00       | 2023-12-11
        T11     | URSN      | 4             | 1            | 5000.00  | 1097000.00 | 2023-12-11
        T12     | PREM_IN   | 1             | 1            | 8000.00  | 8000.00    | 2024-01-08
        T13     | URSN      | 1             | 2            | 8000.00  | 0.00       | 2024-01-10
        T14     | URSN      | 4             | 1            | 8000.00  | 1105000.00 | 2024-01-10
    """,
    "account_details": """
        psn_no_hash | acct_ym | amt     | balc      | updt_time
        p1          | 202310  | 200.00  | 199000.00 | 2023-10-31 10:00:00
        p1          | 202311  | 1060.00 | 200060.00 | 2023-11-30 10:00:00
        p2          | 202312  | 40.00   | 122040.00 | 2023-12-31 10:00:00
        p2          | 202401  | 5.00    | 122045.00 | 2024-01-31 10:00:00
    """,
}


def pending(*mutations: str) -> Spec:
    """The four books' inputs, changed by the statements given; no model is made yet."""
    return copy(_pending_inputs()).sql(*mutations)


def pending_books() -> Spec:
    """The four books with every model the checks read."""
    return copy(_pending_books())


def good(*mutations: str) -> Spec:
    """The world's inputs, changed by the statements given; no model is made yet."""
    return copy(_inputs()).sql(*mutations)


def good_books() -> Spec:
    """The world with every model the checks read."""
    return copy(_books())


@cache
def _pending_inputs() -> Spec:
    return world(202401, books=ALL_BOOKS, **PENDING)


@cache
def _pending_books() -> Spec:
    spec = copy(_pending_inputs())
    for check_id in check_ids():
        check(spec, check_id)
    run(spec, "fct_journal")
    return spec


@cache
def _inputs() -> Spec:
    return world(**GOOD)


@cache
def _books() -> Spec:
    spec = copy(_inputs())
    for check_id in check_ids():
        check(spec, check_id)
    run(spec, "fct_journal")
    return spec

"""A province of three pools that pay one another: 西安, 宝鸡 and the province's own.

Employees, November 2023 to January 2024. 上解 and 下拨 with notices that match at once, a month
late, over the year end, never, and without a number; 异地就医 money sent to 宝鸡 directly, through
the province, and to another province whose books are not loaded.
"""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

from functools import cache

from tests.spec.harness import ALL_BOOKS, Spec, check, check_ids, copy, run, world

A, B, TOP = "610100-310", "610300-310", "619900-310"

POOLS = """
    poolarea_no | poolarea_name | level        | province_code | province_name
    610100      | 西安市        | prefecture   | 610000        | 陕西省
    610300      | 宝鸡市        | prefecture   | 610000        | 陕西省
    619900      | 陕西省本级    | province_own | 610000        | 陕西省
"""

MEMBERS = """
    region_code | poolarea_no | valid_from | valid_to | source
    610102      | 610100      | 2000-01-01 |          | default
    610303      | 610300      | 2000-01-01 |          | default
"""

VOUCHERS = """
    voucher_no | line_no | poolarea_no | posting_date | account_code | debit_amt  | credit_amt | fund | cntp_code
    V1         | 1       | 610100      | 2023-11-01   | 1003         | 990000.00  | 0.00       | NA   |
    V1         | 4       | 610100      | 2023-11-01   | 1004         | 10000.00   | 0.00       | NA   |
    V1         | 2       | 610100      | 2023-11-01   | 110101       | 1000.00    | 0.00       | NA   | 610303
    V1         | 3       | 610100      | 2023-11-01   | 300101       | 0.00       | 1001000.00 | POOL |
    V2         | 1       | 610300      | 2023-11-01   | 1003         | 501000.00  | 0.00       | NA   |
    V2         | 2       | 610300      | 2023-11-01   | 200103       | 0.00       | 1000.00    | NA   | 610100
    V2         | 3       | 610300      | 2023-11-01   | 300101       | 0.00       | 500000.00  | POOL |
    V3         | 1       | 619900      | 2023-11-01   | 1003         | 200000.00  | 0.00       | NA   |
    V3         | 2       | 619900      | 2023-11-01   | 300101       | 0.00       | 200000.00  | POOL |
"""

FUND_TRANSFERS = """
    traf_sn | poolarea_no | traf_item  | hif_acct_type | incexpd_dirc | amt      | acen_date  | fund_code | cntp_admdvs | docno | fee_clr_id
    A01     | 610100      | UPREM_OUT  | 4             | 2            | 20000.00 | 2023-11-10 | 310100    | 610000      | N1    |
    U01     | 619900      | DNREM_IN   | 4             | 1            | 20000.00 | 2023-11-12 | 310100    | 610100      | N1    |
    B01     | 610300      | UPREM_OUT  | 4             | 2            | 10000.00 | 2023-11-28 | 310100    | 619900      | N2    |
    U02     | 619900      | DNREM_IN   | 4             | 1            | 10000.00 | 2023-12-03 | 310100    | 610303      | N2    |
    U03     | 619900      | DNSUBS_OUT | 4             | 2            | 15000.00 | 2023-12-05 | 310100    | 610300      | N3    |
    B02     | 610300      | UPSUBS_IN  | 4             | 1            | 15000.00 | 2023-12-06 | 310100    | 610000      | N3    |
    U04     | 619900      | DNSUBS_OUT | 4             | 2            | 5000.00  | 2023-12-29 | 310100    | 610100      | N4    |
    A02     | 610100      | UPSUBS_IN  | 4             | 1            | 5000.00  | 2024-01-02 | 310100    | 610000      | N4    |
    A03     | 610100      | UPREM_OUT  | 4             | 2            | 3000.00  | 2023-12-11 | 310100    | 610000      | N6    |
    B03     | 610300      | UPREM_OUT  | 4             | 2            | 700.00   | 2023-12-12 | 310100    | 610000      |       |
    U05     | 619900      | DNREM_IN   | 4             | 1            | 700.00   | 2023-12-12 | 310100    | 610300      |       |
    A04     | 610100      | XPRE_OUT   | 4             | 2            | 8000.00  | 2023-11-15 |           | 610300      | P1    |
    B04     | 610300      | XPRE_IN    | 4             | 1            | 8000.00  | 2023-11-16 |           | 610100      | P1    |
    A05     | 610100      | XPRE_OUT   | 4             | 2            | 6000.00  | 2023-11-17 |           | 610000      | P2    |
    U06     | 619900      | XPRE_FWD   | 4             | 1            | 6000.00  | 2023-11-18 |           | 610100      | P2    |
    U07     | 619900      | XPRE_FWD   | 4             | 2            | 6000.00  | 2023-12-01 |           | 610300      | P2    |
    B05     | 610300      | XPRE_IN    | 4             | 1            | 6000.00  | 2023-12-02 |           | 610000      | P2    |
    B06     | 610300      | XHOSP_OUT  | 4             | 2            | 2500.00  | 2023-12-20 |           | 610102      |       |
    A06     | 610100      | XPRE_OUT   | 4             | 2            | 4000.00  | 2023-11-20 |           | 620000      | P3    |
    A07     | 610100      | XPRE_OUT   | 4             | 1            | 500.00   | 2024-01-08 |           | 610300      | P4    |
    B07     | 610300      | XPRE_IN    | 4             | 2            | 500.00   | 2024-01-08 |           | 610100      | P4    |
    A08     | 610100      | XCLR_OUT   | 2             | 2            | 2500.00  | 2024-01-15 |           | 610300      | C1    | F1
    B08     | 610300      | XCLR_IN    | 4             | 1            | 2500.00  | 2024-01-16 |           | 610100      | C1    |
"""

SETTLEMENTS = """
    setl_id | poolarea_no | med_type | hifp_pay | clr_type | out_flag | fix_blng_admdvs | fixmedins_code
    S1      | 610100      | 21       | 2500.00  | 9910     | 1        | 610300          | H61030000001
"""

CLEARING = """
    fee_clr_id | poolarea_no | fixmedins_code | clr_type | act_dfr_amt
    F1         | 610100      | 610300         | 9910     | 2500.00
"""


def province(*mutations: str) -> Spec:
    """The world's inputs, changed by the statements given; no model is made yet."""
    return copy(_inputs()).sql(*mutations)


def province_books() -> Spec:
    """The world with every model the checks read."""
    return copy(_books())


@cache
def _inputs() -> Spec:
    return world(
        202401,
        books=ALL_BOOKS,
        pooling_area=POOLS,
        pooling_area_member=MEMBERS,
        vouchers=VOUCHERS,
        fund_transfers=FUND_TRANSFERS,
        settlements=SETTLEMENTS,
        clearing=CLEARING,
    )


@cache
def _books() -> Spec:
    spec = copy(_inputs())
    for check_id in check_ids():
        check(spec, check_id)
    run(spec, "fct_journal")
    return spec

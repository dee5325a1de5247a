"""Bank lines that post by their item alone: one rule row each, in both ledgers."""

# ruff: noqa: E501  (tables drawn in text)

from __future__ import annotations

import pytest

from tests.spec.harness import Spec, check, lines, table, world

#: event, ledger, item, account type, direction, fund code or 拨付来源 → debit, credit, fund of the
#: account that is no bank account
POSTED = """
    event | insutype | traf_item   | acct | dirc | told   | debit    | credit   | fund
    E10   | 310      | BOND_INTE   | 4    | 1    | 310100 | 1003     | 42010102 | POOL
    E10   | 310      | BOND_INTE   | 4    | 1    | 310200 | 1003     | 42010202 | PA
    E82   | 310      | BOND_INTE   | 4    | 1    |        | 1003     | 4602     | PEND
    E10   | 390      | BOND_INTE   | 4    | 1    |        | 1003     | 4201     | NA
    E11   | 310      | BOND_OUT    | 4    | 2    |        | 1201     | 1003     | NA
    E11   | 390      | BOND_OUT    | 4    | 2    |        | 1201     | 1003     | NA
    E13   | 310      | DONA_IN     | 1    | 1    |        | 1002     | 450101   | POOL
    E13   | 390      | DONA_IN     | 4    | 1    |        | 1003     | 4501     | NA
    E14   | 310      | RELA_IN     | 1    | 1    |        | 1002     | 4301     | PA
    E15   | 310      | RELA_IN     | 1    | 2    |        | 4301     | 1002     | PA
    E18   | 310      | LOAN_IN     | 4    | 1    |        | 1003     | 2101     | NA
    E18   | 390      | LOAN_IN     | 4    | 1    |        | 1003     | 2101     | NA
    E18   | 310      | LOAN_OUT    | 4    | 2    |        | 2101     | 1003     | NA
    E18   | 310      | LOAN_INTE   | 4    | 2    |        | 540101   | 1003     | POOL
    E18   | 390      | LOAN_INTE   | 4    | 2    |        | 5401     | 1003     | NA
    E37   | 310      | DFR_OUT     | 2    | 2    | 103    | 50010105 | 1004     | POOL
    E40   | 310      | DABING_COMP | 2    | 2    |        | 5101     | 1004     | POOL
    E40   | 390      | DABING_COMP | 4    | 2    |        | 5101     | 1003     | NA
    E42   | 310      | HIFOB_OUT   | 2    | 2    |        | 5101     | 1004     | POOL
    E42   | 390      | HIFOB_OUT   | 2    | 2    |        | 5101     | 1004     | NA
    E51   | 310      | DFR_OUT     | 2    | 2    | 207    | 110102   | 1004     | NA
    E51   | 390      | DFR_OUT     | 4    | 2    | 207    | 110102   | 1003     | NA
    E53   | 310      | PREPAY_BACK | 2    | 1    |        | 1004     | 110102   | NA
    E53   | 390      | PREPAY_BACK | 2    | 1    |        | 1004     | 110102   | NA
    E54   | 310      | JC_OUT      | 4    | 2    |        | 110103   | 1003     | NA
    E54   | 310      | JC_BACK     | 4    | 1    |        | 1003     | 110103   | NA
    E54   | 390      | JC_OUT      | 4    | 2    |        | 110103   | 1003     | NA
    E54   | 390      | JC_BACK     | 4    | 1    |        | 1003     | 110103   | NA
    E55   | 310      | DIRECT_OUT  | 4    | 2    |        | 110104   | 1003     | NA
    E55   | 390      | DIRECT_OUT  | 2    | 2    |        | 110104   | 1004     | NA
    E57   | 310      | ADVB_OUT    | 2    | 2    |        | 110105   | 1004     | NA
    E57   | 310      | ADVB_IN     | 1    | 1    |        | 1002     | 110105   | NA
    E57   | 390      | ADVB_OUT    | 2    | 2    |        | 110105   | 1004     | NA
    E57   | 390      | ADVB_IN     | 1    | 1    |        | 1002     | 110105   | NA
    E58   | 310      | TEMP_IN     | 4    | 1    |        | 1003     | 200109   | NA
    E58   | 310      | TEMP_OUT    | 2    | 2    |        | 200109   | 1004     | NA
    E58   | 390      | TEMP_IN     | 1    | 1    |        | 1002     | 200109   | NA
    E58   | 390      | TEMP_OUT    | 4    | 2    |        | 200109   | 1003     | NA
    E58   | 310      | LEDG_OUT    | 4    | 2    |        | 200109   | 1003     | NA
    E58   | 390      | LEDG_IN     | 4    | 1    |        | 1003     | 110109   | NA
    E61   | 310      | XPRE_OUT    | 4    | 2    |        | 110101   | 1003     | NA
    E61   | 390      | XPRE_OUT    | 4    | 2    |        | 110101   | 1003     | NA
    E62   | 310      | XPRE_FWD    | 4    | 1    |        | 1003     | 200101   | NA
    E62   | 390      | XPRE_FWD    | 4    | 2    |        | 200101   | 1003     | NA
    E64   | 310      | XCLR_FWD    | 4    | 1    |        | 1003     | 200102   | NA
    E64   | 390      | XCLR_FWD    | 4    | 2    |        | 200102   | 1003     | NA
    E65   | 310      | XPRE_OUT    | 4    | 1    |        | 1003     | 110101   | NA
    E65   | 390      | XPRE_OUT    | 4    | 1    |        | 1003     | 110101   | NA
    E65b  | 310      | XPRE_BACK   | 4    | 1    |        | 1003     | 200101   | NA
    E65b  | 390      | XPRE_BACK   | 4    | 2    |        | 200101   | 1003     | NA
    E66   | 310      | XPRE_IN     | 4    | 1    |        | 1003     | 200103   | NA
    E66   | 390      | XCLR_IN     | 4    | 1    |        | 1003     | 200103   | NA
    E67   | 310      | XHOSP_OUT   | 4    | 2    |        | 200103   | 1003     | NA
    E67   | 390      | XHOSP_OUT   | 2    | 2    |        | 200103   | 1004     | NA
    E68   | 310      | XPRE_IN     | 4    | 2    |        | 200103   | 1003     | NA
    E69   | 390      | XPRE_DOWN   | 4    | 2    |        | 200103   | 1003     | NA
    E70   | 310      | XPRE_DOWN   | 4    | 1    |        | 1003     | 200103   | NA
    E71   | 310      | UPREM_OUT   | 4    | 2    | 310100 | 530101   | 1003     | POOL
    E71   | 310      | UPREM_OUT   | 1    | 2    | 310200 | 530102   | 1002     | PA
    E71   | 310      | UPREM_OUT   | 2    | 2    |        | 530101   | 1004     | POOL
    E71   | 390      | UPREM_OUT   | 4    | 2    |        | 5301     | 1003     | NA
    E72   | 310      | DNREM_IN    | 4    | 1    | 310100 | 1003     | 440201   | POOL
    E72   | 310      | DNREM_IN    | 1    | 1    | 310200 | 1002     | 440202   | PA
    E72   | 310      | DNREM_IN    | 4    | 1    |        | 1003     | 440201   | POOL
    E72   | 390      | DNREM_IN    | 4    | 1    |        | 1003     | 4402     | NA
    E73   | 310      | DNSUBS_OUT  | 4    | 2    | 310100 | 530201   | 1003     | POOL
    E73   | 310      | DNSUBS_OUT  | 2    | 2    | 310200 | 530202   | 1004     | PA
    E73   | 310      | DNSUBS_OUT  | 4    | 2    |        | 530201   | 1003     | POOL
    E73   | 390      | DNSUBS_OUT  | 4    | 2    |        | 5302     | 1003     | NA
    E74   | 310      | UPSUBS_IN   | 4    | 1    | 310100 | 1003     | 440101   | POOL
    E74   | 310      | UPSUBS_IN   | 2    | 1    | 310200 | 1004     | 440102   | PA
    E74   | 310      | UPSUBS_IN   | 1    | 1    |        | 1002     | 440101   | POOL
    E74   | 390      | UPSUBS_IN   | 4    | 1    |        | 1003     | 4401     | NA
    E75   | 310      | RELA_OUT    | 2    | 2    |        | 5201     | 1004     | PA
    E75   | 310      | DFR_OUT     | 2    | 2    | 99908  | 5201     | 1004     | PA
    E76   | 310      | RELA_OUT    | 1    | 1    |        | 1002     | 5201     | PA
    E79   | 390      | RISK_OUT    | 4    | 2    |        | 110111   | 1003     | NA
    E79   | 390      | RISK_OUT    | 4    | 1    |        | 1003     | 110111   | NA
    E80   | 390      | RISK_IN     | 4    | 1    |        | 1003     | 200111   | NA
    E80b  | 390      | RISK_IN     | 4    | 2    |        | 200111   | 1003     | NA
    E94   | 310      | DFR_OUT     | 2    | 2    | 303    | 50010209 | 1004     | PA
"""
BANKS = ("1002", "1003", "1004", "1005")


def bank(insutype: str, item: str, acct: str, dirc: str, told: str = "") -> Spec:
    """One bank line of 500.00 over an opening balance that covers it."""
    fund_code, souc = ("", told) if item == "DFR_OUT" else (told, "")
    return world(
        fund_transfers=f"""
        insutype   | traf_item | hif_acct_type | incexpd_dirc | amt    | balc   | fund_code   | dfr_souc | fixmedins_code | cntp_admdvs | approval_id
        {insutype} | {item}    | {acct}        | {dirc}       | 500.00 | 500.00 | {fund_code} | {souc}   | H61010000001   | 620000      | A1
        """
    )


@pytest.mark.mechanism("S02", "S07", "S12", "S34", "S42", "S43", "S44")
@pytest.mark.event(
    "E10", "E11", "E13", "E14", "E15", "E18", "E20", "E37", "E40", "E42", "E51", "E53", "E54",
    "E55", "E57", "E58", "E61", "E62", "E64", "E65", "E65b", "E66", "E67", "E68", "E69", "E70",
    "E71", "E72", "E73", "E74", "E75", "E76", "E79", "E80", "E80b", "E82", "E94", "E96",
)  # fmt: skip
@pytest.mark.parametrize("row", table(POSTED), ids=lambda row: " ".join(filter(None, row[:6])))
def test_a_bank_line_posts_by_its_item(row: tuple[str, ...]) -> None:
    """One debit, one credit; one rule for the key; a pair of accounts that may meet."""
    event, insutype, item, acct, dirc, told, debit, credit, fund = row
    spec = bank(insutype, item, acct, dirc, told)
    assert lines(spec) == [
        (event, debit, "NA" if debit in BANKS else fund, "500.00", ""),
        (event, credit, "NA" if credit in BANKS else fund, "", "500.00"),
    ]
    for check_id in ("J-01", "J-04", "T-01", "T-12", "T-30"):
        assert check(spec, check_id).items == [], check_id


@pytest.mark.event("E39")
@pytest.mark.parametrize(("insutype", "fund"), [("310", "POOL"), ("390", "NA")])
def test_e39_surplus_of_the_insurer_lowers_the_same_debit(insutype: str, fund: str) -> None:
    """E39: red ink, because the row 大病保险支出 is one-sided."""
    spec = bank(insutype, "DABING_IN", "4", "1")
    assert lines(spec) == [
        ("E39", "1003", "NA", "500.00", ""),
        ("E39", "5101", fund, "-500.00", ""),
    ]


@pytest.mark.parametrize(
    ("item", "dirc", "key"),
    [
        ("DONA_IN", "2", "DONA_IN.OUT"),
        ("TEMP_OUT", "1", "TEMP_OUT.IN"),
        ("BANKRET_IN", "1", "BANKRET_IN.UNKNOWN"),
        ("RELA_IN", "1", "RELA_IN.IN"),
    ],
)
def test_money_that_no_rule_knows_stops_the_release(item: str, dirc: str, key: str) -> None:
    """The wrong side of an item, a return without its original, accounts in the wrong ledger."""
    insutype = "390" if item == "RELA_IN" else "310"
    spec = bank(insutype, item, "2", dirc)
    assert lines(spec) == []
    assert check(spec, "J-01").items == [key]


BOND = """
    traf_sn | init_traf_sn | traf_item | hif_acct_type | incexpd_dirc | amt     | acen_date
    T1      |              | BOND_OUT  | 4             | 2            | 1000.00 | 2023-01-10
    T2      | T1           | BOND_IN   | 4             | 1            | 700.00  | 2023-11-10
    T3      | T1           | BOND_IN   | 4             | 1            | 380.00  | 2023-12-10
"""


@pytest.mark.mechanism("S12")
@pytest.mark.event("E10", "E11")
def test_a_redemption_gives_back_the_cost_before_it_is_interest() -> None:
    """1,080 for a bond of 1,000 in two lines: 700 and 300 of cost, 80 of interest."""
    assert lines(world(fund_transfers=BOND), "event_code = 'E10'") == table("""
        event | account  | fund | debit  | credit
        E10   | 1003     | NA   | 700.00 |
        E10   | 1201     | NA   |        | 700.00
        E10   | 1003     | NA   | 80.00  |
        E10   | 42010102 | POOL |        | 80.00
        E10   | 1003     | NA   | 300.00 |
        E10   | 1201     | NA   |        | 300.00
    """)


def test_a_redemption_that_names_a_bond_nobody_bought_is_refused() -> None:
    """J-01: what it cost cannot be told."""
    spec = world(
        fund_transfers=BOND.replace("| T1      |              |", "| T9      |              |")
    )
    spec.sql("DELETE FROM fund_transfers WHERE traf_sn = 'T1'")
    assert set(check(spec, "J-01").items) == {"BOND_IN.UNKNOWN"}


@pytest.mark.mechanism("S25")
@pytest.mark.event("E18")
def test_a_repayment_above_the_loan_is_interest() -> None:
    """2,000 borrowed, 2,050 paid back in one line that names the borrowing."""
    spec = world(
        fund_transfers="""
        traf_sn | init_traf_sn | insutype | traf_item | hif_acct_type | incexpd_dirc | amt     | acen_date
        T1      |              | 390      | LOAN_IN   | 4             | 1            | 2000.00 | 2023-10-10
        T2      | T1           | 390      | LOAN_OUT  | 4             | 2            | 2050.00 | 2023-11-10
        """
    )
    assert lines(spec, "period_ym = 202311") == table("""
        event | account | fund | debit   | credit
        E18   | 5401    | NA   | 50.00   |
        E18   | 1003    | NA   |         | 50.00
        E18   | 2101    | NA   | 2000.00 |
        E18   | 1003    | NA   |         | 2000.00
    """)

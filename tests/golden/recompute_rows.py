"""What the second opinion knows of the rows of the forms: which item stands in which row.

A term is a row's code, with '-' before it where the amount is taken off.
"""

from __future__ import annotations

#: what the demo holds; other rows of the forms are zero
ITEM_ROW = {
    "310": {
        "premium": "1.1", "interest": "1.3", "other": "1.6", "pa_premium": "2.1",
        "pa_interest": "2.2", "POOL_INPATIENT": "3.1.1", "POOL_CHRONIC": "3.1.2",
        "POOL_OUTPATIENT": "3.1.3", "POOL_MATERNITY": "3.1.4", "allowance": "3.1.5",
        "PA_INPATIENT": "4.1.1", "PA_OUTPATIENT": "4.1.2", "PA_PHARMACY": "4.1.3",
        "pending": "5.3", "past": "3.5", "pa_past": "4.5", "heirs": "4.1x", "held": "L1",
        "lent": "A6",
    },
    "390": {
        "premium": "1.1", "interest": "1.3", "other": "1.6",
        "POOL_INPATIENT": "2.1.1", "POOL_OUTPATIENT": "2.1.2", "held": "L1",
        "lent": "A6",
    },
}  # fmt: skip
#: bank line (scheme, item, direction 1 in 2 out) → the rows that it alone tells
BANK_ROWS = {
    ("310", "FINSUBS_IN", "1"): "1.2", ("390", "FINSUBS_IN", "1"): "1.2",
    ("310", "DONA_IN", "1"): "1.6", ("310", "RELA_IN", "1"): "2.3", ("310", "RELA_IN", "2"): "-2.3",
    ("310", "RELA_OUT", "2"): "4.2", ("310", "RELA_OUT", "1"): "-4.2",
    ("310", "UPREM_OUT", "2"): "3.3", ("390", "UPREM_OUT", "2"): "2.3",
    ("310", "DNREM_IN", "1"): "1.5", ("390", "DNREM_IN", "1"): "1.5",
    ("310", "DNSUBS_OUT", "2"): "3.4", ("390", "DNSUBS_OUT", "2"): "2.4",
    ("310", "UPSUBS_IN", "1"): "1.4", ("390", "UPSUBS_IN", "1"): "1.4",
    ("310", "HIFOB_OUT", "2"): "3.2", ("390", "DABING_OUT", "2"): "2.2",
    ("390", "DABING_COMP", "2"): "2.2", ("390", "DABING_IN", "1"): "-2.2",
    ("310", "BOND_OUT", "2"): "A7", ("310", "LOAN_IN", "1"): "L2",
    ("310", "LOAN_INTE", "2"): "3.5",
    ("310", "ADVB_OUT", "2"): "A6", ("310", "ADVB_IN", "1"): "-A6",
    ("310", "JC_OUT", "2"): "A6", ("310", "JC_BACK", "1"): "-A6",
    ("310", "DIRECT_OUT", "2"): "A6", ("310", "PREPAY_BACK", "1"): "-A6",
    ("310", "TEMP_IN", "1"): "L1", ("310", "TEMP_OUT", "2"): "-L1",
    ("310", "LEDG_OUT", "2"): "-L1", ("390", "LEDG_IN", "1"): "-A6",
    ("310", "XPRE_OUT", "2"): "A6 A6a", ("310", "XPRE_OUT", "1"): "-A6 -A6a",
    ("310", "XPRE_FWD", "1"): "L1", ("310", "XPRE_FWD", "2"): "-L1",
    ("310", "XPRE_BACK", "1"): "L1", ("310", "XPRE_BACK", "2"): "-L1",
    ("310", "XPRE_IN", "1"): "L1 L1a", ("310", "XPRE_IN", "2"): "-L1 -L1a",
    ("310", "XPRE_DOWN", "1"): "L1 L1a", ("310", "XPRE_DOWN", "2"): "-L1 -L1a",
    ("310", "XCLR_FWD", "1"): "L1", ("310", "XCLR_FWD", "2"): "-L1",
    ("310", "XCLR_IN", "1"): "L1 L1a", ("310", "XHOSP_OUT", "2"): "-L1 -L1a",
    ("390", "RISK_OUT", "2"): "A6", ("390", "RISK_OUT", "1"): "-A6",
    ("390", "RISK_IN", "1"): "L1", ("390", "RISK_IN", "2"): "-L1",
}  # fmt: skip
#: bank lines that move money inside the fund, or that another extract tells
OTHER_TELLS = ("URSN", "ALLOC_OUT", "INTE_OUT", "SURY_IN", "PREM_IN", "REFD_OUT", "RETN_IN",
               "XCLR_OUT")  # fmt: skip
#: bank lines told by more than their direction: by fund, by purpose, by the line they name
TOLD_APART = ("INTE_IN", "BOND_INTE", "BOND_IN", "LOAN_OUT", "DFR_OUT", "BANKRET_IN")
#: payment of what is no clearing row → its row; what the bank sends back is taken off again
PAID_ROWS = {"103": "3.1.5", "207": "A6", "303": "4.1x"}
#: rows made of rows, in the order they are built
TOTALS = {
    "310": {
        "3.1": "3.1.1 3.1.2 3.1.3 3.1.4 3.1.5", "4.1": "4.1.1 4.1.2 4.1.3 4.1x",
        "1": "1.1 1.2 1.3 1.4 1.5 1.6", "2": "2.1 2.2 2.3", "3": "3.1 3.2 3.3 3.4 3.5",
        "4": "4.1 4.2 4.5", "5.1": "1 -3", "5.2": "2 -4", "5": "5.1 5.2 5.3",
        "A9": "A2 A3 A4 A5 A6 A7", "L9": "L1 L2", "N1a": "pool_fund 5.1", "N1b": "pa_fund 5.2",
        "N1c": "5.3", "N1": "N1a N1b N1c", "N9": "N1", "T9": "L9 N9",
    },
    "390": {
        "2.1": "2.1.1 2.1.2", "1": "1.1 1.2 1.3 1.4 1.5 1.6", "2": "2.1 2.2 2.3 2.4 2.5",
        "3": "1 -2", "A9": "A2 A3 A4 A5 A6", "L9": "L1", "N1": "fund 3", "N9": "N1 N2",
        "T9": "L9 N9",
    },
}  # fmt: skip
#: account of a manual voucher → its row, credit less debit; ``*fund`` = net assets by themselves
VOUCHER_ROW = {
    "1003": "-A3", "300101": "pool_fund", "300102": "pa_fund", "3001": "fund", "3101": "N2",
    "2101": "L2", "4101": "1.2",
    "50010101": "-3.1.1", "110104": "-A6", "110102": "-A6", "200109": "L1", "450101": "1.6",
    "540101": "-3.5",
}  # fmt: skip
#: vouchers of other books than the one that is filed
OTHER_BOOKS = ("E91", "E92", "E93", "E108")

"""The books of account as printed and filed: vouchers, journals, ledgers, trial balance, bank."""

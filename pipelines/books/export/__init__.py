"""The journal of a ledger as plain text for other accounting tools: hledger and beancount."""

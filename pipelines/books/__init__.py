"""The books of account: periods, and what leaves them for other tools."""

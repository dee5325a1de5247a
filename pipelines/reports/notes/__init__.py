"""附注: what must be said beside the statements of one ledger and month."""

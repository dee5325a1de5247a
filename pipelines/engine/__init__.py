"""The graph of ``transforms/*.sql`` and the DuckDB runner (docs/architecture.md §2)."""

"""The report as self-contained pages: an index and one page a pooling area."""

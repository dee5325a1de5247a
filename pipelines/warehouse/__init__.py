"""Releases, marts, publication, the ad-hoc catalog and the lock (docs/architecture.md §3)."""

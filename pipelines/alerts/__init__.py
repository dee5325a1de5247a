"""Delivery of warnings: an outbox first, then robots and mail. See docs/alerts.md."""

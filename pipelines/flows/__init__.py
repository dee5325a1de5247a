"""Prefect flows: a thin shell round plain functions."""

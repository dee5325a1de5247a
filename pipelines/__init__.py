"""Jiecun (结存): batch analytics and double-entry books for medical insurance funds."""

__version__ = "0.1.0"

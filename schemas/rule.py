"""What every rule table shares."""

from __future__ import annotations

from schemas.table import Spec


def rule(zh: str, grain: str, *key: str) -> Spec:
    """The Spec of a rule table: one file of ``transforms/rules``."""
    return Spec(zh=zh, layer="rules", grain=grain, key=key)

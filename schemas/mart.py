"""What the declarations of marts share."""

from __future__ import annotations

from schemas.table import Spec

BOOK = "账簿"
LEDGER = "账套（统筹区-险种）"


def mart(zh: str, grain: str, *key: str, weakness: str = "") -> Spec:
    return Spec(zh=zh, layer="mart", grain=grain, key=key, weakness=weakness)

"""The demo's calibration levels: what a synthetic province is scaled to (no part of the books)."""

from __future__ import annotations

from typing import ClassVar

from schemas.columns import Money, Ratio, Text, Ym, money, ratio, text, ym
from schemas.table import Spec, Table


class RuleDemoLevel(Table):
    """One level of the synthetic province from a month on: an amount or a ratio, with its source.

    Known weakness: shares, visit rates and the local top-up are our own defaults; only rows with
    a named publication in ``source`` are published figures.
    """

    _spec: ClassVar[Spec] = Spec(
        zh="演示数据标定水平",
        layer="rules",
        grain="一个项目一个险种一个起始月份一行",
        key=("item", "insutype", "valid_from"),
    )

    item: Text = text("项目", max_len=40)
    insutype: Text = text("险种", max_len=6, note="ALL = 不分险种")
    valid_from: Ym = ym("起始月份")
    amount: Money = money("数额", null=True, note="计量单位见 unit 列")
    ratio: Ratio = ratio("比率", null=True)
    unit: Text = text("计量单位")
    zh: Text = text("含义")
    source: Text = text("依据")


DEMO_RULES: tuple[type[Table], ...] = (RuleDemoLevel,)

"""Why more was spent: by spending class and factor, and by institution."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.reports.overspend_model import SPANS, Block, Cell, Grid, Heads, percent, span_zh
from pipelines.warnings.overspend import CLASSES, FACTORS

if TYPE_CHECKING:
    from pipelines.warnings.casefile import CaseFile
    from pipelines.warnings.overspend import ClassEffect, InstitutionEffect, Span

#: institutions named one by one; the rest stand together
NAMED = 15


def class_block(case: CaseFile) -> Block:
    """The change of settlements by class, each by heads, visits a head and cost a visit."""
    compared = [one for one in (case.month, case.year) if one.is_compared]
    if not compared:
        return Block("三、原因分解", ("发布中没有上年同期的结算，不作分解。",))
    words = tuple(
        f"{SPANS[one.kind]}没有报送全部月份的参保人数，人均人次一项为全部人次的变动。"
        for one in compared
        if one.heads is None
    )
    grids = [grid for one in compared for grid in (_effect_grid(one), _volume_grid(one))]
    note = (
        "次均费用一项再分为机构内（同一机构的次均费用变动）与机构间（就医在费用高低不同的机构之间移动）。"
        "一端为零时取公式的极限：全部变动归于首个为零的因素；金额为负时不能取对数，列入不能分解。"
    )
    return Block("三、原因分解：按支出类别", words, tuple(grids), note)


def _effect_grid(one: Span) -> Grid:
    heads: Heads = (
        ("支出类别", "text"), ("上年同期", "money"), ("本期", "money"), ("变动", "money"),
        *((name, "money") for name in FACTORS),
        ("其中机构内", "money"), ("其中机构间", "money"), ("不能分解", "money"),
    )  # fmt: skip
    rows = [_effect_row(CLASSES.get(c.name, c.name), (c,)) for c in one.classes]
    rows.append(_effect_row("合计", one.classes))
    return Grid(f"{SPANS[one.kind]}统筹基金结算额的变动，单位：元", heads, tuple(rows), 1)


def _effect_row(name: str, classes: tuple[ClassEffect, ...]) -> tuple[Cell, ...]:
    zero = Decimal(0)
    before = sum((c.before_amt for c in classes), zero)
    now = sum((c.now_amt for c in classes), zero)
    effects = [sum((c.parts.effects[n] for c in classes), zero) for n in range(len(FACTORS))]
    within = sum((c.within_amt for c in classes), zero)
    unsplit = sum((c.parts.unsplit for c in classes), zero)
    return (name, before, now, now - before, *effects, within, effects[2] - within, unsplit)


def _volume_grid(one: Span) -> Grid:
    heads: Heads = (
        ("支出类别", "text"), ("上年人次", "count"), ("本期人次", "count"),
        ("上年每百人人次", "rate"), ("本期每百人人次", "rate"), ("上年次均", "money"),
        ("本期次均", "money"),
    )  # fmt: skip
    rows = [
        (
            CLASSES.get(c.name, c.name), c.before_cnt, c.now_cnt,
            _a_hundred(c.before_cnt, one.heads and one.heads[0]),
            _a_hundred(c.now_cnt, one.heads and one.heads[1]),
            _mean(c.before_amt, c.before_cnt), _mean(c.now_amt, c.now_cnt),
        )
        for c in one.classes
    ]  # fmt: skip
    heads_zh = "未报全" if one.heads is None else f"上年 {one.heads[0]:,}，本期 {one.heads[1]:,}"
    return Grid(f"{SPANS[one.kind]}因素（参保人月：{heads_zh}）", heads, tuple(rows))


def institution_block(one: Span) -> Block:
    """The change of settlements by institution, the largest increase first."""
    if not one.is_compared:
        return Block("四、按机构分解", ("发布中没有上年同期的结算，不作分解。",))
    heads: Heads = (
        ("机构", "text"), ("上年同期", "money"), ("本期", "money"), ("变动", "money"),
        ("人次的影响", "money"), ("次均费用的影响", "money"), ("不能分解", "money"),
        ("上年人次", "count"), ("本期人次", "count"),
    )  # fmt: skip
    rows = [_institution_row(i.code, (i,)) for i in one.institutions[:NAMED]]
    if rest := one.institutions[NAMED:]:
        rows.append(_institution_row(f"其余 {len(rest)} 家", rest))
    rows.append(_institution_row("合计", one.institutions))
    caption = f"{span_zh(one)}统筹基金结算额，增加最多的在前，单位：元"
    note = "人次的影响含参保人数、人均人次与机构间移动；次均费用的影响合计等于上表的机构内。"
    return Block("四、按机构分解", (), (Grid(caption, heads, tuple(rows), 1),), note)


def _institution_row(name: str, ones: tuple[InstitutionEffect, ...]) -> tuple[Cell, ...]:
    zero = Decimal(0)
    return (
        name,
        sum((i.before_amt for i in ones), zero),
        sum((i.now_amt for i in ones), zero),
        sum((i.change_amt for i in ones), zero),
        sum((i.parts.effects[0] for i in ones), zero),
        sum((i.parts.effects[1] for i in ones), zero),
        sum((i.parts.unsplit for i in ones), zero),
        sum(i.before_cnt for i in ones),
        sum(i.now_cnt for i in ones),
    )


def _a_hundred(visits: int, heads: int | None) -> Decimal | None:
    """Visits a hundred person months."""
    return None if not heads else percent(Decimal(visits), Decimal(heads))


def _mean(amount: Decimal, visits: int) -> Decimal | None:
    return None if visits <= 0 else (amount / visits).quantize(Decimal("0.01"), ROUND_HALF_UP)

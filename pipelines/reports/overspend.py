"""The overspend report in words and tables: the same blocks for the page, the workbook and JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.reports.html.text import LEVELS, SCHEMES, month
from pipelines.reports.layout import money_text
from pipelines.reports.overspend_causes import class_block, institution_block
from pipelines.reports.overspend_model import SPANS, Block, Cell, Grid, Heads, percent, span_zh
from pipelines.warnings.procedure import STATES

if TYPE_CHECKING:
    from pipelines.warnings.casefile import CaseFile
    from pipelines.warnings.precision import Precision
    from pipelines.warnings.remedy import Remedy

_GROUPS = {"control": "控费（不动用资金）", "fund": "动用资金", "unit": "政策调整（按单位测算）"}
#: the words first, so that the figures of the three tables stand under each other
_MEASURE: Heads = (("次序", "text"), ("措施", "wide"), ("测算", "wide"), ("依据", "wide"))
_REMEDY_HEADS: dict[str, Heads] = {
    "control": (*_MEASURE, ("到年末可少支", "money")),
    "fund": (*_MEASURE, ("限额", "money"), ("拟用", "money"), ("弥补后缺口", "money")),
    "unit": (*_MEASURE, ("每单位全年可弥补", "money"), ("补足所需单位数", "rate")),
}


def heading(case: CaseFile) -> str:
    """``榆林市居民基金超支报告 2025年6月``."""
    return (
        f"{case.pool_zh}{SCHEMES.get(case.scheme, case.scheme)}基金超支报告 {month(case.period_ym)}"
    )


def file_stem(case: CaseFile) -> str:
    """``610800-390_超支报告_202506``."""
    return f"{case.ledger_id}_超支报告_{case.period_ym}"


def blocks(case: CaseFile) -> tuple[Block, ...]:
    """The report, section by section, in the order it is read."""
    return (
        Block("一、超支情况", summary(case), (_plan_grid(case),)),
        _bridge_block(case),
        class_block(case),
        institution_block(case.year),
        _warning_block(case),
        _outlook_block(case),
        _remedy_block(case),
        _precision_block(case.precision),
    )


def summary(case: CaseFile) -> tuple[str, ...]:
    """What was spent, planned and overspent; what has to be made up."""
    out = []
    for one in (case.month, case.year):
        when = month(one.to_ym) if one.kind == "M" else f"{span_zh(one)}累计"
        if one.over_amt is None or one.plan_amt is None or one.actual_amt is None:
            out.append(f"{when}没有预算，不能判断是否超支。")
            continue
        word = "超支" if one.over_amt > 0 else "比预算少"
        share = f"（{percent(abs(one.over_amt), one.plan_amt)}%）" if one.plan_amt > 0 else ""
        out.append(
            f"{when}支出 {money_text(one.actual_amt)} 元，按季节分配的预算 "
            f"{money_text(one.plan_amt)} 元，{word} {money_text(abs(one.over_amt))} 元{share}。"
        )
    if case.position.gap_amt:
        out.append(f"需要弥补 {money_text(case.position.gap_amt)} 元：{case.gap_zh}。")
    else:
        out.append(f"{case.gap_zh}，没有需要弥补的缺口。")
    return tuple(out)


def to_json(case: CaseFile) -> dict[str, Any]:
    """The report as plain values; money as text with two decimals."""
    return {
        "release_id": case.release_id,
        "ledger_id": case.ledger_id,
        "poolarea_name": case.pool_zh,
        "scheme": case.scheme,
        "period_ym": case.period_ym,
        "gap_amt": str(case.position.gap_amt),
        "blocks": [
            {
                "title": block.title,
                "words": list(block.words),
                "tables": [
                    {
                        "caption": grid.caption,
                        "columns": [name for name, _ in grid.heads],
                        "rows": [[_plain(cell) for cell in row] for row in grid.rows],
                    }
                    for grid in block.grids
                ],
                "note": block.note,
            }
            for block in blocks(case)
        ],
    }


def _plain(cell: Cell) -> str | int | None:
    return str(cell) if isinstance(cell, Decimal) else cell


def _plan_grid(case: CaseFile) -> Grid:
    rows = []
    for one in (case.month, case.year):
        over = one.over_amt
        share = percent(over, one.plan_amt) if over is not None and one.plan_amt else None
        rows.append((SPANS[one.kind], one.plan_amt, one.actual_amt, over, share, one.base_amt))
    heads: Heads = (
        ("期间", "text"), ("计划（季节预算）", "money"), ("实际支出", "money"),
        ("超支（负为少支）", "money"), ("超支%", "rate"), ("上年同期支出", "money"),
    )  # fmt: skip
    return Grid("计划与实际（账簿口径，列有预算的支出项目），单位：元", heads, tuple(rows))


def _bridge_block(case: CaseFile) -> Block:
    grids = []
    for one in (case.month, case.year):
        if not one.bridge:
            continue
        rows: list[tuple[Cell, ...]] = [("按季节分配的预算", one.plan_amt), *one.bridge]
        rows.append(("实际支出", one.actual_amt))
        heads: Heads = (("项目", "wide"), ("金额", "money"))
        grids.append(Grid(f"{SPANS[one.kind]}，单位：元", heads, tuple(rows), 1))
    words = () if grids else ("没有预算或没有上年同期的数，不能从计划分解到实际。",)
    note = (
        "参保人数、人均人次、次均费用三项按对数平均迪氏指数（LMDI）分解统筹基金结算额与上年同期之差，"
        "取整到分，舍入的余数计入最后一项，各项相加与总数分毫不差。账簿按付款、结算按就医，"
        "两者的时间差单列一行。"
    )
    return Block("二、从计划到实际", words, tuple(grids), note if grids else "")


def _warning_block(case: CaseFile) -> Block:
    if not case.warned:
        return Block("五、相关预警", (f"{month(case.period_ym)}该账套没有预警。",))
    heads: Heads = (
        ("标识", "text"), ("等级", "text"), ("规则", "text"), ("事由", "wide"),
        ("影响金额", "money"), ("状态", "text"), ("责任人", "text"), ("期限", "text"),
    )  # fmt: skip
    rows = tuple(
        (
            one.warning_id[:8], f"{LEVELS[one.level].symbol} {LEVELS[one.level].name}",
            one.rule_id, one.reason_zh, one.excess_amt, STATES[one.standing.state],
            one.standing.owner, str(one.standing.due_date or ""),
        )
        for one in case.warned
    )  # fmt: skip
    return Block("五、相关预警", (), (Grid("影响金额单位：元", heads, rows),))


def _outlook_block(case: CaseFile) -> Block:
    if case.outlook is None:
        return Block("六、预测", ("本次发布未做预测。",))
    words = list(case.outlook.lines)
    if case.outlook.year_outlay_amt is not None:
        total = money_text(case.outlook.year_outlay_amt)
        words.append(f"按预测，{case.period_ym // 100}年全年支出 {total} 元。")
    return Block("六、预测", tuple(words))


def _remedy_block(case: CaseFile) -> Block:
    grids = []
    for kind, name in _GROUPS.items():
        rows = tuple(_remedy_row(one) for one in case.remedies if one.rule.kind == kind)
        if rows:
            grids.append(Grid(f"{name}，单位：元", _REMEDY_HEADS[kind], rows))
    left = next((one.left_amt for one in reversed(case.remedies)), case.position.gap_amt)
    words = [f"需要弥补 {money_text(case.position.gap_amt)} 元：{case.gap_zh}。"]
    if left > 0:
        words.append(
            f"各项资金用足后仍差 {money_text(left)} 元，须控费并调整政策，或专项申请财政补助。"
        )
    elif case.position.gap_amt > 0:
        words.append("以上资金足以弥补。")
    if case.risk_plan is not None:
        plan = case.risk_plan
        back = "" if plan.years is None else f"，约 {plan.years} 年补足"
        words.append(
            f"风险基金申请额 {money_text(plan.used_amt)} 元，"
            f"用后余额 {money_text(plan.left_amt)} 元；"
            f"按年提取 {money_text(plan.accrual_amt)} 元{back}。"
        )
    note = (
        "次序依财社〔2017〕144号第38条：存款、调剂金与风险基金、投资变现、财政补助、调整费率与待遇。"
        "每项不超过其限额，也不超过前项用后的缺口；限额及依据见 rule_remedy，"
        "标 [D]、[U] 的须经主管部门确认。"
    )
    return Block("七、弥补措施", tuple(words), tuple(grids), note)


def _remedy_row(one: Remedy) -> tuple[Cell, ...]:
    rule = one.rule
    words = (str(rule.order) if rule.order else "—", rule.zh, one.how, rule.source)
    if rule.kind == "fund":
        return (*words, one.limit_amt, one.amount_amt, one.left_amt)
    return (*words, one.limit_amt, one.units) if rule.kind == "unit" else (*words, one.limit_amt)


def _precision_block(rows: tuple[Precision, ...]) -> Block:
    if not rows:
        return Block("八、预警准确率", ("没有可统计的预警。",))
    heads: Heads = (
        ("规则", "text"), ("起报", "count"), ("属实", "count"), ("误报", "count"),
        ("不计", "count"), ("未定", "count"), ("准确率%", "rate"),
    )  # fmt: skip
    told = tuple(
        (
            one.rule_id, one.raised, one.confirmed, one.false, one.excluded, one.undecided,
            None if one.percent is None else one.percent.quantize(Decimal("0.01")),
        )
        for one in rows
    )  # fmt: skip
    note = "近12个月起报、全部统筹区；准确率＝属实÷（属实＋误报），没有已定的为空。"
    return Block("八、预警准确率", (), (Grid("件数", heads, told),), note)

"""The comparison in words: sentences both the terminal and the page show, tables, and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from pipelines.reports.html.text import SCHEMES, month
from pipelines.reports.layout import money_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from rich.console import RenderableType

    from pipelines.books.comparison import Cause, Comparison, Difference, Line

KINDS = {"PREM": "待转保险费", "INTE": "待转利息"}
SHORT = {
    "k17": "现行制度（2017）",
    "a1999": "1999年制度",
    "proposed": "建议制度",
    "proposed_accrual": "建议制度＋应计",
}


def book_name(code: str) -> str:
    """A book's short name; its code where it has none."""
    return SHORT.get(code, code)


def heading(told: Comparison) -> str:
    """``西安市职工 2024年1月：4 种账簿比较``."""
    scheme = SCHEMES.get(told.scheme, told.scheme)
    return f"{told.poolarea_name}{scheme} {month(told.period_ym)}：{len(told.books)} 种账簿比较"


def headlines(told: Comparison) -> tuple[str, ...]:
    """What the month shows, in sentences: 虚增, 虚假赤字, accrual; amounts in yuan."""
    out = []
    for inflation in told.inflations:
        name = book_name(inflation.book)
        if inflation.total:
            out.append(
                f"虚增：{name}把归属未定的 {money_text(inflation.total)} 元算入基金，"
                f"其中统筹基金 {money_text(inflation.pool_amt)}、"
                f"个人账户基金 {money_text(inflation.pa_amt)}（E84、E85 年末预分，尚未确认归属）。"
            )
    for deficit in told.false_deficits:
        name = book_name(deficit.book)
        back = deficit.reversed_pool_amt + deficit.reversed_pa_amt
        text = (
            f"{name}本月冲回上年预分 {money_text(-back)} 元（E86），"
            f"其中统筹基金 {money_text(-deficit.reversed_pool_amt)}、"
            f"个人账户基金 {money_text(-deficit.reversed_pa_amt)}。"
        )
        parts = [
            f"{fund} {money_text(amount)} 元"
            for fund, amount in (("统筹基金", deficit.pool_amt), ("个人账户基金", deficit.pa_amt))
            if amount
        ]
        text += f"虚假赤字：{'、'.join(parts)}，没有任何实际支出。" if parts else "没有虚假赤字。"
        out.append(text)
    if told.bridge and told.bridge.accrual_amt != told.bridge.cash_amt:
        more = told.bridge.accrual_amt - told.bridge.cash_amt
        side = "多" if more > 0 else "少"
        out.append(
            f"应计：本月结余比收付实现制{side} {money_text(abs(more))} 元，来自应收、应付的变动。"
        )
    if not out:
        out.append("本月各账簿之间没有虚增，也没有虚假赤字。")
    return tuple(out)


def cause_text(cause: Cause) -> str:
    """``E84 年末按比例预分待转医保费``, or the earlier years with their events."""
    if cause.event_code:
        return f"{cause.event_code} {cause.name}"
    events = "、".join(cause.events[:6]) + ("等" if len(cause.events) > 6 else "")
    return f"{cause.name}：{events}"


def explained(told: Comparison) -> Iterator[tuple[Line, Difference]]:
    """Every line and book that differs from the base, in the order shown."""
    for line in told.lines:
        for difference in line.differences:
            if difference.amount or difference.unexplained:
                yield line, difference


def render(told: Comparison) -> Iterator[RenderableType]:
    """Title, sentences, the figures side by side, the reasons, the bridge, the open items."""
    yield Text(heading(told), style="bold")
    yield Text(f"账套 {told.ledger_id}　发布 {told.release_id}　单位：元", style="dim")
    for sentence in headlines(told):
        yield Text(f"· {sentence}")
    figures = Table("项目", *(book_name(book.code) for book in told.books), title="各账簿的数")
    for column in figures.columns[1:]:
        column.justify = "right"
    for line in told.lines:
        figures.add_row(line.name, *map(_amount, line.values))
    yield figures
    if any(True for _ in explained(told)):
        yield _reasons(told)
    if told.bridge:
        yield _bridge(told)
    if told.items:
        yield _items(told)
    if told.arrears:
        yield _arrears(told)


def to_json(told: Comparison) -> dict[str, Any]:
    """The comparison as plain values; money as text with two decimals, None where no row is."""
    return {
        "release_id": told.release_id,
        "ledger_id": told.ledger_id,
        "poolarea_name": told.poolarea_name,
        "period_ym": told.period_ym,
        "books": [
            {"book": b.code, "name": b.name, "policy": b.policy, "is_accrual": b.is_accrual}
            for b in told.books
        ],
        "sentences": list(headlines(told)),
        "虚增": {
            i.book: {"pool": str(i.pool_amt), "pa": str(i.pa_amt), "total": str(i.total)}
            for i in told.inflations
        },
        "虚假赤字": {
            d.book: {
                "pool": str(d.pool_amt),
                "pa": str(d.pa_amt),
                "reversed_pool": str(d.reversed_pool_amt),
                "reversed_pa": str(d.reversed_pa_amt),
            }
            for d in told.false_deficits
        },
        "lines": [_line_json(told, line) for line in told.lines],
        "bridge": None
        if told.bridge is None
        else {
            "cash": str(told.bridge.cash_amt),
            "steps": [
                {"account_code": code, "name": name, "amount": str(amount)}
                for code, name, amount in told.bridge.steps
            ],
            "accrual": str(told.bridge.accrual_amt),
            "unexplained": str(told.bridge.unexplained),
        },
        "pending": [
            {
                "kind": i.kind,
                "received_ym": i.received_ym,
                "received": str(i.received_amt),
                "open": str(i.open_amt),
                "age_months": i.age_months,
            }
            for i in told.items
        ],
        "arrears": [
            {
                "payer_class": a.payer_class,
                "age_bucket": a.age_bucket,
                "item_cnt": a.item_cnt,
                "open": str(a.open_amt),
                "late_fee": str(a.late_fee_amt),
            }
            for a in told.arrears
        ],
    }


def _line_json(told: Comparison, line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name,
        "values": {
            book.code: None if value is None else str(value)
            for book, value in zip(told.books, line.values, strict=True)
        },
        "differences": [
            {
                "book": d.book,
                "amount": str(d.amount),
                "causes": [
                    {
                        "event_code": c.event_code,
                        "name": c.name,
                        "amount": str(c.amount),
                        "events": list(c.events),
                    }
                    for c in d.causes
                ],
                "unexplained": str(d.unexplained),
            }
            for d in line.differences
        ],
    }


def _reasons(told: Comparison) -> Table:
    base = book_name(told.books[0].code)
    reasons = Table("项目", "账簿", "原因", "元", title=f"与{base}的差额及原因")
    reasons.columns[3].justify = "right"
    for line, difference in explained(told):
        total = _amount(difference.amount)
        reasons.add_row(line.name, book_name(difference.book), Text("差额", style="bold"), total)
        for cause in difference.causes:
            reasons.add_row("", "", cause_text(cause), _amount(cause.amount))
        if difference.unexplained:
            reasons.add_row("", "", Text("未能解释", style="red"), _amount(difference.unexplained))
    return reasons


def _items(told: Comparison) -> Table:
    table = Table("未结项目", "收到月份", "收到", "未确认归属", "账龄（月）", title="待转明细")
    for column in table.columns[2:]:
        column.justify = "right"
    for item in told.items:
        kind = KINDS.get(item.kind, item.kind)
        amounts = (_amount(item.received_amt), _amount(item.open_amt))
        table.add_row(kind, str(item.received_ym), *amounts, str(item.age_months))
    return table


def _arrears(told: Comparison) -> Table:
    table = Table("缴费主体", "账龄（天）", "笔数", "欠缴", "应收滞纳金", title="应收医保费明细")
    for column in table.columns[2:]:
        column.justify = "right"
    for arrear in told.arrears:
        amounts = (_amount(arrear.open_amt), _amount(arrear.late_fee_amt))
        table.add_row(arrear.payer_class, arrear.age_bucket, f"{arrear.item_cnt:,}", *amounts)
    return table


def _bridge(told: Comparison) -> Table:
    assert told.bridge is not None
    table = Table("项目", "元", title="收付实现制 → 应计（本月结余）")
    table.columns[1].justify = "right"
    table.add_row("建议制度（收付实现制）", _amount(told.bridge.cash_amt))
    for code, name, amount in told.bridge.steps:
        table.add_row(f"{code} {name}变动的影响", _amount(amount))
    if told.bridge.unexplained:
        table.add_row(Text("未能解释", style="red"), _amount(told.bridge.unexplained))
    table.add_row("建议制度＋应计", _amount(told.bridge.accrual_amt))
    return table


def _amount(amount: Decimal | None) -> Text:
    if amount is None:
        return Text("无此行", style="dim")
    return Text(money_text(amount) if amount else "-", style="red" if amount < 0 else "")

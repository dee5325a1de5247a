"""Nodes out of the traced rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.drill.node import LeftOut, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.drill.listing import Listed, Listing, Path, Row
    from pipelines.drill.node import Fact, Kind
    from pipelines.drill.terms import Cell, Term

ZERO = Decimal("0.00")
DIFFERENCE = "支付方式差额（DRG/DIP、扣款、预留、分次拨付）"
UNEXPLAINED = "来源行不能还原的部分（该发布之后规则或程序改过）"
COMPUTED = "按规则计算，计算依据如下"
_KNOWN = {"difference": DIFFERENCE}
_LINES = {
    "all": "余额",
    "flow": "发生额",
    "opening": "期初",
    "external": "发生额（不含结转、转回）",
    "credit": "贷方发生额",
    "adjusting": "净资产直接调整",
}


def cell_node(listing: Listing, cell: Cell, numbers: Sequence[int], kind: Kind = "cell") -> Node:
    """A cell over its terms, traced under these numbers."""
    children = [
        _term(listing, number, term, cell.ledger_id)
        for number, term in zip(numbers, cell.terms, strict=True)
    ]
    rest = cell.amount - total(children)
    if rest:
        children.append(Node("unexplained", UNEXPLAINED, rest))
    facts: dict[str, Fact] = {"key": cell.key, **cell.facts}
    rows = sum(node.rows for node in children)
    return Node(kind, cell.label, cell.amount, rows, facts, tuple(children))


def voucher_node(
    listing: Listing, key: str, voucher_id: str, ledger_id: str, numbers: Sequence[int]
) -> Node:
    """A voucher over its accounts, debit less credit, so that it sums to zero."""
    children = []
    for number in numbers:
        for account in listing.accounts[(number,)]:
            child = listing.tops[number, account.name][0]
            node = _under(listing, (number, account.name), child)
            label, facts = _account(listing, account.name, ledger_id)
            side = "借" if account.amount > 0 else "贷"
            children.append(replace(node, kind="account", label=f"{side}：{label}", facts=facts))
    debit = sum((n.amount for n in children if n.amount and n.amount > 0), ZERO)
    label, facts = _voucher(listing, voucher_id, children[0].facts["account_code"])
    told: dict[str, Fact] = {**facts, "key": key, "debit_amt": str(debit)}
    rows = sum(node.rows for node in children)
    return Node("voucher_cell", label, total(children), rows, told, tuple(children))


def total(nodes: Sequence[Node]) -> Decimal:
    """The sum of the nodes' amounts."""
    return sum((node.amount for node in nodes if node.amount is not None), ZERO)


def _term(listing: Listing, number: int, term: Term, ledger_id: str) -> Node:
    children = []
    for account in listing.accounts[(number,)]:
        path = (number, account.name)
        listed = listing.tops[path]
        label, facts = _account(listing, account.name, ledger_id)
        nodes = [_under(listing, path, child) for child in listed]
        children.append(
            _parent("account", label, account, facts, nodes, siblings=listed[0].siblings)
        )
    name = listing.names.get((ledger_id.partition("-")[2], term.prefix), "")
    span = f"{term.from_ym}–{term.to_ym}"
    if term.lines == "all" and not term.voucher_id:
        span = f"至 {term.to_ym}"
    elif term.from_ym == term.to_ym:
        span = str(term.to_ym)
    side = "借−贷" if term.sign > 0 else "贷−借"
    told: dict[str, Fact] = {
        "account_prefix": term.prefix,
        "sign": term.sign,
        "lines": term.lines,
        "from_ym": None if term.lines == "all" else term.from_ym,
        "to_ym": term.to_ym,
    }
    label = f"科目 {term.prefix} {name} {_LINES[term.lines]}（{span}，{side}）"
    rows = sum(node.rows for node in children)
    return Node("term", label, total(children), rows, told, tuple(children))


def _under(listing: Listing, parent: Path, child: Listed) -> Node:
    """A voucher under an account: a closing voucher over the accounts it closed, or its rows."""
    path = (*parent, child.name)
    closed = listing.closed.get(path)
    if not closed:
        return _leaf(listing, (*path, "", child.name), child)
    ledger_id = listing.vouchers[child.name, parent[-1]]["ledger_id"]
    nodes = []
    for account in closed:
        at = (*path, account.name)
        leaves = listing.leaves[at]
        label, facts = _account(listing, account.name, ledger_id)
        below = [_leaf(listing, (*at, leaf.name), leaf) for leaf in leaves]
        label = f"结转 {label}"
        nodes.append(_parent("account", label, account, facts, below, siblings=leaves[0].siblings))
    label, facts = _voucher(listing, child.name, parent[-1])
    return _parent("closing", label, child, facts, nodes, siblings=closed[0].siblings)


def _leaf(listing: Listing, path: Path, leaf: Listed) -> Node:
    rows = [_row(listing, path, leaf, row) for row in listing.rows.get(path, ())]
    missing = leaf.rows - sum(node.kind == "row" for node in rows)
    left = LeftOut(missing, leaf.amount - total(rows)) if missing else None
    # path: term, account, voucher, closed account or '', voucher
    label, facts = _voucher(listing, path[-1], path[3] or path[1])
    return Node("voucher", label, leaf.amount, leaf.rows, facts, tuple(rows), left)


def _parent(
    kind: Kind,
    label: str,
    listed: Listed,
    facts: dict[str, Fact],
    children: Sequence[Node],
    *,
    siblings: int,
) -> Node:
    missing = siblings - len(children)
    left = LeftOut(missing, listed.amount - total(children)) if missing else None
    return Node(kind, label, listed.amount, listed.rows, facts, tuple(children), left)


def _row(listing: Listing, path: Path, leaf: Listed, row: Row) -> Node:
    if row.table == "computed":
        told = listing.inputs.get(path[-1], ())
        return Node("computed", COMPUTED, row.amount, 0, {}, told)
    if row.table in ("posted", "later"):
        return _late(listing, path, leaf, row)
    if row.source is None:
        label = _KNOWN.get(row.table)
        return Node("difference" if label else "unexplained", label or UNEXPLAINED, row.amount)
    return Node("row", row.source.label(), row.amount, 1, row.source.facts())


def _late(listing: Listing, path: Path, leaf: Listed, row: Row) -> Node:
    """What a late voucher leaves out because it stood before, or a closed month because it came
    later; ``now_amt`` is what today's rows make of the event, ``posted_amt`` what was posted."""
    now = leaf.amount - row.amount
    posted = leaf.amount if row.table == "later" else -row.amount
    facts: dict[str, Fact] = {"now_amt": str(now), "posted_amt": str(posted)}
    told = f"按现有来源应记 {now:,.2f}，"
    if row.table == "later":
        told += f"结账时已记 {posted:,.2f}；其余在以后月份补记"
    else:
        month = listing.vouchers[path[-1], path[3] or path[1]]["orig_period_ym"]
        facts["orig_period_ym"] = month
        told = f"属 {month}：{told}以前已记 {posted:,.2f}"
    return Node("late", told, row.amount, 0, facts)


def _account(listing: Listing, code: str, ledger_id: str) -> tuple[str, dict[str, Fact]]:
    name = listing.names.get((ledger_id.partition("-")[2], code), "")
    return f"{code} {name}", {"account_code": code, "account_name": name}


def _voucher(listing: Listing, voucher_id: str, account: Any) -> tuple[str, dict[str, Fact]]:
    """What a voucher says on an account."""
    told = listing.vouchers[voucher_id, account]
    facts: dict[str, Fact] = {"key": f"V:{voucher_id}", "voucher_id": voucher_id, **told}
    number = f"第 {told['voucher_no']} 号" if told["voucher_no"] else "期初"
    label = f"{told['period_ym']} {number}  {told['posting_date']}  "
    label += f"{told['event_code']} {told['summary']}"
    documents = listing.documents.get(voucher_id)
    if documents:
        facts["documents"] = [source.facts() for source in documents]
        refs = {source.table: source for source in documents}
        for table, what, column in (
            ("fund_transfers", "拨付", "traf_sn"),
            ("clearing", "清算", "fee_clr_id"),
        ):
            if table in refs:
                label += f"  {what} {refs[table].named.get(column, '')}"
    return label, facts

"""``drill``: a key, looked up in an open release, as a tree down to the rows of the raw files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.drill.evidence import evidence
from pipelines.drill.keys import (
    AccountKey,
    CellKey,
    MetricKey,
    VoucherKey,
    cell_text,
    key_error,
    parse_key,
)
from pipelines.drill.listing import listing
from pipelines.drill.metrics import figure
from pipelines.drill.node import Fact, Node
from pipelines.drill.terms import Term, account_cell, statement_cell
from pipelines.drill.trace import trace
from pipelines.drill.tree import UNEXPLAINED, ZERO, cell_node, total, voucher_node

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from pipelines.drill.books import Books
    from pipelines.drill.metrics import Figure, Part
    from pipelines.drill.terms import Cell

_NOT_IN_BOOKS = "预算、季节权重、应征数、人数等不落到凭证的部分"


def drill_books(books: Books, text: str, *, limit: int | None = None, deep: bool = False) -> Node:
    """What the key ``text`` names in the open release.

    ``limit``: children listed under each account and below (None: all); the sums are always over
    everything. ``deep``: the cells of a metric are followed to their rows, too.
    Raises JiecunError ``DRILL_KEY`` where the key names nothing.
    """
    key = parse_key(text)
    if isinstance(key, VoucherKey):
        return _voucher(books, key, limit)
    if isinstance(key, MetricKey):
        if not books.rows("select 1 from duckdb_views() where view_name = 'fct_fund_metric'"):
            raise key_error(text, "该发布有的内容", "该发布没有基金指标")
        return _metric(books, figure(books, key), limit, deep)
    if isinstance(key, CellKey):
        return _cells(books, [statement_cell(books, key)], limit)[0]
    assert isinstance(key, AccountKey)
    cell = account_cell(books, key)
    numbers = _trace(books, [cell])
    return cell_node(listing(books, limit), cell, numbers[0], "account_cell")


def _cells(books: Books, cells: Sequence[Cell], limit: int | None) -> list[Node]:
    numbers = _trace(books, cells)
    known = listing(books, limit)
    return [cell_node(known, cell, at) for cell, at in zip(cells, numbers, strict=True)]


def _trace(books: Books, cells: Sequence[Cell]) -> list[range]:
    """Trace all terms of the cells at once; the numbers of each cell's terms."""
    trace(books, [(cell.ledger_id, term) for cell in cells for term in cell.terms])
    numbers, at = [], 0
    for cell in cells:
        numbers.append(range(at, at + len(cell.terms)))
        at += len(cell.terms)
    return numbers


def _voucher(books: Books, key: VoucherKey, limit: int | None) -> Node:
    lines = books.rows(
        "select distinct ledger_id, account_code, period_ym, min(debit_amt = 0) over "
        "(partition by account_code) as is_credit from fct_journal where book = ? "
        "and voucher_id = ? order by is_credit, account_code",
        books.book, key.voucher_id,
    )  # fmt: skip
    if not lines:
        raise key_error(
            f"V:{key.voucher_id}",
            "该发布中的凭证标识",
            '用 jiecun sql "select voucher_id, voucher_no, summary from fct_journal" 查标识',
        )
    ledger_id = str(lines[0][0])
    terms = [
        (ledger_id, Term(account, 1, ym, ym, "all", voucher_id=key.voucher_id))
        for _, account, ym, _ in lines
    ]
    trace(books, terms)
    known = listing(books, limit)
    return voucher_node(known, f"V:{key.voucher_id}", key.voucher_id, ledger_id, range(len(terms)))


def _metric(books: Books, told: Figure, limit: int | None, deep: bool) -> Node:
    sides = []
    for at, (name, amount, parts, text) in enumerate(
        (
            ("分子", told.numerator_amt, told.numerator, told.definitions[0]),
            ("分母", told.denominator_amt, told.denominator, told.definitions[1]),
        )
    ):
        if amount is None:
            continue
        shown = evidence(books, told, at, limit)
        if shown is None:
            children = _ledgers(books, told, [part for part in parts if part.amount], limit, deep)
        else:
            children = [*shown[0], *(_cells(books, shown[1], limit) if shown[1] else [])]
        children += _rest(told, amount - total(children), bool(parts or shown))
        rows = sum(node.rows for node in children)
        sides.append(Node("side", name, amount, rows, {"definition": text}, tuple(children)))
    facts: dict[str, Fact] = {
        "key": told.key,
        "unit": told.unit,
        "status": told.status,
        "month_cnt": told.month_cnt,
        "origin": told.origin,
    }
    rows = sum(node.rows for node in sides)
    return Node("metric", told.name, told.value, rows, facts, tuple(sides))


def _ledgers(
    books: Books, told: Figure, parts: Sequence[Part], limit: int | None, deep: bool
) -> list[Node]:
    """The cells of a side; of several ledgers, one node each, which names its own metric."""
    by_ledger: dict[str, list[Part]] = {}
    for part in parts:
        by_ledger.setdefault(part.ledger_id, []).append(part)
    if told.ledger_id:
        return _parts(books, parts, limit, deep)
    out = []
    for ledger_id, own in by_ledger.items():
        amount = sum((part.sign * part.amount for part in own), ZERO)
        children = _parts(books, own, limit, deep) if deep else []
        rows = sum(node.rows for node in children)
        facts: dict[str, Fact] = {"ledger_id": ledger_id}
        if ledger_id in told.ledger_keys:
            facts["key"] = told.ledger_keys[ledger_id]
        out.append(Node("ledger", f"账套 {ledger_id}", amount, rows, facts, tuple(children)))
    return out


def _parts(books: Books, parts: Sequence[Part], limit: int | None, deep: bool) -> list[Node]:
    # a figure without a key of its own can be followed from here only
    cells = [
        part.cell or (statement_cell(books, part.key) if deep and part.key else None)
        for part in parts
    ]
    followed = [cell for cell in cells if cell]
    nodes = iter(_cells(books, followed, limit) if followed else [])
    out = []
    for part, cell in zip(parts, cells, strict=True):
        node = next(nodes) if cell else _named(part)
        node = replace(node, label=f"{part.ledger_id} {part.period_ym} {part.label}")
        out.append(node if part.sign > 0 else replace(_negated(node), label=f"减：{node.label}"))
    return out


def _rest(told: Figure, rest: Decimal, in_books: bool) -> list[Node]:
    if not rest:
        return []
    if told.origin == "published":
        return [Node("unexplained", "公开数据，来源见 rule_published_figure", rest)]
    budget = told.key[:4] in ("M-11", "M-12") or not in_books
    return [Node("unexplained", _NOT_IN_BOOKS if budget else UNEXPLAINED, rest)]


def _named(part: Part) -> Node:
    facts: dict[str, Fact] = {"ledger_id": part.ledger_id, "period_ym": part.period_ym}
    if part.key:
        facts["key"] = cell_text(part.key)
    return Node("cell", part.label, part.amount, 0, facts)


def _negated(node: Node) -> Node:
    """The node as it is taken off: every amount turned."""
    left = node.left_out
    return replace(
        node,
        amount=None if node.amount is None else -node.amount,
        children=tuple(_negated(child) for child in node.children),
        left_out=None if left is None else replace(left, amount=-left.amount),
    )

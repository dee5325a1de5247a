"""The tree that a drill returns, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

Kind = Literal[
    "cell",
    "account_cell",
    "voucher_cell",
    "metric",
    "side",
    "ledger",
    "term",
    "account",
    "voucher",
    "closing",
    "rows",
    "row",
    "difference",
    "late",
    "computed",
    "input",
    "source",
    "unexplained",
]
#: nodes without rows to count
_PLAIN = ("row", "source", "difference", "late", "unexplained")
#: what JSON can hold; amounts among them are texts
Fact = str | int | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]


@dataclass(frozen=True)
class LeftOut:
    """Children that are not listed: how many, and their sum in yuan."""

    count: int
    amount: Decimal


@dataclass(frozen=True)
class Node:
    """One step of a drill.

    ``amount`` is in yuan, with the sign with which it enters the node above: the amounts of
    ``children`` and ``left_out`` sum to it. ``rows`` counts the source rows beneath, listed or
    not. A metric's ``amount`` is its value; the sums hold from its two sides downwards. Under a
    ``computed`` node stand the inputs of its formula with their ``source`` rows: they do not sum to
    it, and ``rows`` above does not count them. A cell or a
    ledger that a metric only names has no children: drill it by ``facts["key"]``.
    """

    kind: Kind
    label: str
    amount: Decimal | None
    rows: int = 0
    facts: Mapping[str, Fact] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    left_out: LeftOut | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all beneath it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def to_json(node: Node) -> dict[str, Fact]:
    """The tree as JSON objects; amounts as decimal text, absent parts left away."""
    out: dict[str, Fact] = {
        "kind": node.kind,
        "label": node.label,
        "amount": None if node.amount is None else str(node.amount),
    }
    if node.kind not in _PLAIN:
        out["rows"] = node.rows
    if node.facts:
        out["facts"] = dict(node.facts)
    if node.children:
        out["children"] = [to_json(child) for child in node.children]
    if node.left_out is not None:
        out["left_out"] = {"count": node.left_out.count, "amount": str(node.left_out.amount)}
    return out

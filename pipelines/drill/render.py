"""The tree on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

if TYPE_CHECKING:
    from pipelines.drill.node import Node

_STYLES = {
    "cell": "bold",
    "metric": "bold",
    "account_cell": "bold",
    "voucher_cell": "bold",
    "ledger": "cyan",
    "account": "cyan",
    "term": "cyan",
    "row": "",
    "source": "dim",
    "input": "green",
    "computed": "yellow",
    "late": "yellow",
    "difference": "yellow",
    "unexplained": "bold red",
}
_UNITS = {
    "account": "个科目",
    "voucher": "张凭证",
    "closing": "张凭证",
    "row": "个来源行",
    "source": "个来源行",
}


def drill_tree(node: Node) -> Tree:
    """A drill as a rich tree: amounts in yuan, what is not listed by count and sum."""
    tree = Tree(_text(node))
    _grow(tree, node)
    return tree


def _grow(tree: Tree, node: Node) -> None:
    for child in node.children:
        # a term of one account of the same name says the same thing twice
        only = child.children[0] if child.kind == "term" and len(child.children) == 1 else None
        if only and only.facts.get("account_code") == child.facts.get("account_prefix"):
            _grow(tree.add(_text(child)), only)
        else:
            _grow(tree.add(_text(child)), child)
    if node.left_out is not None:
        listed = node.children[0].kind if node.children else "row"
        what = f"其余 {node.left_out.count:,} {_UNITS.get(listed, '项')}"
        tree.add(Text(f"{node.left_out.amount:>20,.2f}  {what}", style="dim"))


def _text(node: Node) -> Text:
    out = Text()
    if node.amount is None:
        out.append("—".rjust(20))
    elif node.kind == "metric":
        out.append(f"{node.amount:>20,.4f}")
    else:
        out.append(f"{node.amount:>20,.2f}", style="red" if node.amount < 0 else "")
    out.append("  ")
    if node.kind == "metric":
        out.append(f"{node.facts.get('unit', '')}  ")
    out.append(node.label, style=_STYLES.get(node.kind, ""))
    if node.facts.get("definition"):
        out.append(f"  {node.facts['definition']}", style="dim")
    key = node.facts.get("key")
    if key:
        out.append(f"  {key}", style="dim")
    if node.rows > 1:
        out.append(f"  {node.rows:,} 个来源行", style="dim")
    return out

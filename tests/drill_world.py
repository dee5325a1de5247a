"""Releases made in the process, marts only, for the tests of ``jiecun drill``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.flows.plain import keep_books
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import open_workspace
from pipelines.paths import RawPaths, WarehousePaths
from pipelines.warehouse.marts import write_mart
from pipelines.warehouse.release import Manifest, publish
from schemas.marts import MARTS
from schemas.table import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from pipelines.drill.node import Node


def request_of(folder: Path) -> RunRequest:
    """The run of a world: ``raw`` and ``house`` under its folder."""
    return RunRequest(RawPaths(folder / "raw"), WarehousePaths(folder / "house"))


def publish_release(folder: Path) -> str:
    """The steps of ``month_end`` without Prefect and workbooks; checks run and refuse nothing."""
    request = request_of(folder)
    con = open_workspace(request)
    kept = keep_books(con, request)

    def build(out: Path) -> Manifest:
        files = [write_mart(con, mart, out / "marts", kv={}) for mart in by_name(MARTS).values()]
        return Manifest(tuple(files), {"parts": kept.parts})

    publish(request.warehouse, kept.identity, build)
    con.close()
    return kept.identity


def leaves(node: Node) -> Iterator[Node]:
    """The nodes that list money: source rows, differences, what is computed or not explained."""
    kinds = ("row", "difference", "late", "computed", "unexplained")
    return (n for n in node.walk() if n.kind in kinds)


def assert_sums(node: Node) -> None:
    """Every node is the sum of what is listed under it and what is told to be left out."""
    for parent in node.walk():
        # the inputs of a formula are no sum
        if parent.kind in ("metric", "computed") or not (parent.children or parent.left_out):
            continue
        amounts: list[Decimal] = [c.amount for c in parent.children if c.amount is not None]
        if parent.left_out:
            amounts.append(parent.left_out.amount)
        assert sum(amounts) == parent.amount, parent.label

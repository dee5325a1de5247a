"""Worlds that several files of tests read: made once a session, by whichever worker comes first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from filelock import FileLock

from pipelines.demo.generate import generate
from pipelines.flows import steps
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import open_workspace, read_regions
from pipelines.paths import ROOT, RawPaths, WarehousePaths
from tests.drill_world import publish_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder ``name`` as ``make`` filled it; no test may write to it."""
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, made = root / name, root / f"{name}.made"
    with FileLock(root / f"{name}.lock"):
        if not made.exists():
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def clean_province(factory: pytest.TempPathFactory) -> Path:
    """``raw`` and ``house`` of fourteen months of eleven pools, over two year ends; marts only."""
    return once(factory, "clean-province", lambda folder: _province(folder, defects=False))


def spoilt_province(factory: pytest.TempPathFactory) -> Path:
    """The same province with bad rows of every class among the good ones."""
    return once(factory, "spoilt-province", lambda folder: _province(folder, defects=True))


def whole_demo(factory: pytest.TempPathFactory) -> Path:
    """``raw`` and ``house`` of the default demo, all taken in and nothing published.

    Eleven pools and thirty-six months, with a third of the default's settlements.
    """
    return once(factory, "whole-demo", _whole_demo)


def _whole_demo(folder: Path) -> None:
    generate(folder / "raw", settlements=100_000, region_file=REGION_TEXT)
    request = RunRequest(RawPaths(folder / "raw"), WarehousePaths(folder / "house"))
    con = open_workspace(request)
    steps.take_in(con, request, read_regions(request.raw))
    con.close()


def _province(folder: Path, *, defects: bool) -> None:
    generate(
        folder / "raw",
        seed=5,
        months=14,
        settlements=6_000,
        start_ym=202311,
        defects=defects,
        region_file=REGION_TEXT,
    )
    publish_release(folder)

"""docs/accounting.md leaves nothing out: what is built has a test that shows it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_built_event_and_mechanism_is_shown_and_every_marker_names_one() -> None:
    generate = generator()
    shown = generate.shown_by(ROOT / "tests")
    assert len(shown) > 130
    assert generate.missing(shown) == []


def test_an_event_without_a_test_and_a_marker_without_an_event_are_told() -> None:
    """E95 moves no money, S21 is planned: neither asks for a test."""
    generate = generator()
    shown = generate.shown_by(ROOT / "tests")
    for code in ("E21", "S36", "E95", "S21"):
        shown.pop(code, None)
    assert generate.missing(shown | {"E999": ["x"]}) == ["E21", "S36", "E999?"]
    page = generate.accounting_page(shown)
    (line,) = [text for text in page.splitlines() if text.startswith("| E21 ")]
    assert line.endswith("| — |")


def test_what_a_test_file_shows(tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "test_a.py").write_text(
        "@pytest.mark.event('E01', 'E02')\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.mechanism('S22'))])\n"
        "def test_one(x): ...\n"
        "@pytest.mark.event('E02')\n"
        "def test_two(): ...\n",
        encoding="utf-8",
    )
    assert generator().shown_by(tmp_path) == {
        "E01": ["spec/test_a.py::test_one"],
        "E02": ["spec/test_a.py::test_one", "spec/test_a.py::test_two"],
        "S22": ["spec/test_a.py::test_one"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "pytestmark = pytest.mark.event('E01')\n",
        "@pytest.mark.event('E01')\ndef helper(): ...\n",
        "@pytest.mark.event(CODE)\ndef test_a(): ...\n",
        "@pytest.mark.event()\ndef test_a(): ...\n",
    ],
)
def test_a_marker_that_would_be_lost_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "test_a.py").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="test_a"):
        generator().shown_by(tmp_path)

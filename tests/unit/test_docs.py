"""The pages of ``docs/`` and the README say what the code does."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@cache
def _pages() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


@pytest.mark.parametrize(
    "name", ["accounting.md", "checks.md", "posting.md", "extracts.md", "dictionary.md"]
)
def test_generated_page_has_not_drifted(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == _pages()[name], "run: python docs/generate.py"


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(targets) >= 6
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_every_command_is_in_the_architecture_page() -> None:
    from pipelines.cli import app

    names = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    names |= {g.name for g in app.registered_groups if g.name}
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert names >= {"run", "demo", "check", "status", "sql"}
    assert [n for n in sorted(names) if f"`jiecun {n}" not in page] == []

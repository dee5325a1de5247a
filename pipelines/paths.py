"""Where things stand on disk: the raw folder and the warehouse (docs/architecture.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: the checkout (or installed package) that holds schemas/, transforms/ and pipelines/
ROOT = Path(__file__).resolve().parent.parent
TRANSFORMS = ROOT / "transforms"
RULES = TRANSFORMS / "rules"


@dataclass(frozen=True)
class RawPaths:
    """The raw inputs of one run."""

    root: Path

    @property
    def extracts(self) -> Path:
        return self.root / "extracts"

    @property
    def regions(self) -> Path:
        return self.root / "regions"

    @property
    def rules(self) -> Path:
        """Rule rows of this site, read behind those of the project."""
        return self.root / "rules"


@dataclass(frozen=True)
class WarehousePaths:
    """The warehouse of one run; nothing here creates a folder."""

    root: Path

    @property
    def staged(self) -> Path:
        return self.root / "staged"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def alerts(self) -> Path:
        """What was sent, as a table for readers; written anew after every delivery."""
        return self.root / "alerts"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def catalog(self) -> Path:
        return self.root / "jiecun.duckdb"

    def staged_file(self, table: str, sha: str) -> Path:
        return self.staged / table / f"{sha}.parquet"

    def quarantine_file(self, table: str, sha: str) -> Path:
        return self.quarantine / table / f"{sha}.parquet"

    def release(self, release_id: str) -> Path:
        return self.releases / release_id

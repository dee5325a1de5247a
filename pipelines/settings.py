"""Settings of one machine: folders, threads, memory. Environment ``JIECUN_*`` overrides."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.paths import ROOT


class Settings(BaseSettings):
    """What a run takes from the machine rather than from the data."""

    model_config = SettingsConfigDict(env_prefix="JIECUN_", extra="ignore")

    raw: Path = ROOT / "data" / "raw"
    warehouse: Path = ROOT / "data" / "warehouse"
    threads: int = os.cpu_count() or 2
    memory_limit: str = "2GB"
    alerts: Path | None = None  # file of channels; default: state/alerts.toml of the warehouse

"""A file taken in for real under a profile, into a temporary warehouse: what would be refused."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.discover import TABLES, parse_name, split_suffix
from pipelines.extracts.header import find_header
from pipelines.extracts.mapping import read_header
from pipelines.extracts.profile import choose, words
from pipelines.paths import RawPaths, WarehousePaths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from pipelines.extracts.discover import RawFile
    from pipelines.extracts.profile import Profile

_FACTS = ("file_area", "file_ym", "file_batch")


@dataclass(frozen=True)
class Refusal:
    """Rows that would not be accepted for one reason: how many, and the first of them masked."""

    reason: str
    disposition: str
    rows: int
    first_line: int
    first_text: str


@dataclass(frozen=True)
class Preview:
    """What intake would make of the file."""

    rows_read: int
    rows_accepted: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Fit:
    """A way there is already to take the file in: a profile in force, or none (``profile`` '').

    ``is_chosen`` tells that the file's header or name chooses the profile by itself. ``area`` stood
    in for the area that the profile takes from the file's name, '' where it takes none or the name
    tells one.
    """

    profile: str
    title_zh: str
    table: str
    is_chosen: bool
    area: str
    preview: Preview | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Trial:
    """What a file is tried with: its bytes at ``delivered``, reference views, a private folder."""

    file: RawFile
    delivered: Path
    refs: Mapping[str, pl.DataFrame]
    root: Path

    def of(
        self, table: str, profile: str, toml: str, area: str = ""
    ) -> tuple[Preview | None, tuple[Problem, ...]]:
        """Take the file in under a profile's text ('' = a shipped or no profile of that name)."""
        from pipelines.extracts.intake import run_intake

        root = self.root / secrets.token_hex(8)
        raw, paths = RawPaths(root / "raw"), WarehousePaths(root / "warehouse")
        raw.extracts.mkdir(parents=True)
        if toml:
            (raw.root / "profiles").mkdir()
            (raw.root / "profiles" / f"{profile}.toml").write_text(toml, encoding="utf-8")
        stem = _stem(self.file, table, area)
        suffix = split_suffix(self.delivered.name)[1] or ".csv"
        (raw.extracts / f"{stem}{suffix}").symlink_to(self.delivered.resolve())
        if profile:
            told = json.dumps({"profile": profile})
            (raw.extracts / f"{stem}.json").write_text(told, encoding="utf-8")
        try:
            result = run_intake(raw, paths, self.refs, secrets.token_urlsafe(17)[:22])
        except JiecunError as error:
            return None, tuple(self._placed(problem, stem, suffix) for problem in error.problems)
        read = sum(record.rows_read for record in result.new)
        accepted = sum(record.rows_accepted for record in result.new)
        return Preview(read, accepted, _refusals(paths)), ()

    def _placed(self, problem: Problem, stem: str, suffix: str) -> Problem:
        """The problem with the file's own name instead of the one it was tried under."""
        place = problem.place.replace(f"raw/extracts/{stem}{suffix}", self.file.path.name)
        return replace(problem, place=place.replace(f"raw/extracts/{stem}.json", "来源配置"))


def find_fits(
    trial: Trial,
    heads: Sequence[str],
    profiles: Mapping[str, Profile],
    files: Mapping[str, Path],
) -> tuple[Fit, ...]:
    """The profiles that find all they need in the file, each tried; where none is needed, that.

    ``heads`` are the first records of the file's text, ``files`` the profiles' own. The fit that is
    chosen by itself comes first, then the one that accepts most rows.
    """
    told = trial.file.name.table
    fits = [
        (profile, bool(choose([profile], trial.file.delivered_name, profile.table, names)))
        for profile in profiles.values()
        if told in ("", profile.table)
        and (names := _names_if_fit(heads, profile.table, profile)) is not None
    ]
    if not any(chosen for _, chosen in fits):
        for table in [told] if told else list(TABLES):
            if _names_if_fit(heads, table, None) is not None:
                return (Fit("", "", table, True, "", *trial.of(table, "", "")),)
    tried = []
    for profile, chosen in fits:
        area = "" if parse_name(trial.file.path.name) else _stand_in(profile, trial.refs)
        text = files[profile.name].read_text(encoding="utf-8")
        found = trial.of(profile.table, profile.name, text, area)
        tried.append(Fit(profile.name, profile.title_zh, profile.table, chosen, area, *found))
    return tuple(sorted(tried, key=_worse))


def _worse(fit: Fit) -> tuple[bool, int, str]:
    return (not fit.is_chosen, -(fit.preview.rows_accepted if fit.preview else -1), fit.profile)


def _names_if_fit(
    heads: Sequence[str], table: str, profile: Profile | None
) -> tuple[str, ...] | None:
    """The header's names where all that is required is found in them, else None."""
    header = find_header(heads, TABLES[table], profile)
    facts = dict.fromkeys(_FACTS, "0")
    return None if read_header(TABLES[table], header, "", profile, facts)[1] else header.names


def _stand_in(profile: Profile, refs: Mapping[str, pl.DataFrame]) -> str:
    """A region in its own city's pool for a profile that takes the area from the file's name."""
    members = refs.get("ref_pooling_area_member")
    if members is None or not any("file_area" in words(rule.sql) for rule in profile.columns):
        return ""
    pairs = sorted(set(members.select("region_code", "poolarea_no").iter_rows()))
    return next((region for region, pool in pairs if f"{region[:4]}00" == pool), "")


def _stem(file: RawFile, table: str, area: str) -> str:
    months = re.findall(r"20[0-9]{2}(?:0[1-9]|1[0-2])", file.path.name)
    named = parse_name(file.path.name)
    told = named.area if named else area or "000000"
    return f"{table}_{told}_{months[-1] if months else '202501'}_B001"


def _refusals(paths: WarehousePaths) -> tuple[Refusal, ...]:
    import duckdb

    files = sorted(paths.quarantine.glob("*/*.parquet"))
    if not files:
        return ()
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT reason, disposition, count(*), min(src_line), arg_min(raw_text, src_line) "
            "FROM read_parquet(?) GROUP BY ALL ORDER BY 3 DESC, 1, 2",
            [[file.as_posix() for file in files]],
        ).fetchall()
    return tuple(
        Refusal(reason, disposition, count, line, text or "")
        for reason, disposition, count, line, text in rows
    )

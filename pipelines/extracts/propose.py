"""A source profile proposed from a file, and what intake would refuse of the file under it.

The file is taken in for real, into a temporary warehouse that is removed: what is shown is what
would happen, and nothing is written anywhere else.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import JiecunError, Problem
from pipelines.extracts.container import Limits, zip_members
from pipelines.extracts.decode import decodes, inspect, records
from pipelines.extracts.discover import TABLES, FileName, RawFile, parse_name, split_suffix
from pipelines.extracts.guess import Guess, as_toml, guess, names_of
from pipelines.extracts.header import cells_of, find_header
from pipelines.extracts.profile_files import load_profiles, profile_files
from pipelines.extracts.sources import encoding_of, first_records, unpacked
from pipelines.extracts.trial import Fit, Preview, Trial, find_fits

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from pipelines.extracts.profile import Profile
    from pipelines.paths import RawPaths

SAMPLE = 1000
_CODES = {
    "insu_admdvs": ("ref_region_code", "region_code"),
    "poolarea_no": ("ref_pooling_area", "poolarea_no"),
    "insutype": ("ref_insutype", "insutype"),
}


@dataclass(frozen=True)
class Proposal:
    """A profile proposed for a file.

    ``matched`` is declared column → header name; ``missing`` are required columns that must be
    filled in before the file can be taken in; ``drop`` are person columns; ``problems`` are fatal
    ones met by the trial, and ``preview`` is None where there are any. ``fits`` are the ways there
    are already to take the file in: the trial then is that of the first. ``toml`` is '' where the
    header suggests no profile of its own.
    """

    file: str
    table: str
    toml: str
    matched: Mapping[str, str]
    missing: tuple[str, ...]
    drop: tuple[str, ...]
    unused: tuple[str, ...]
    encoding: str
    problems: tuple[Problem, ...]
    preview: Preview | None
    fits: tuple[Fit, ...] = ()


def propose_profile(
    path: Path, raw: RawPaths, refs: Mapping[str, pl.DataFrame], *, table: str = ""
) -> Proposal:
    """Propose a profile for a delivered file and try it.

    ``table`` names the table where it is known; else the file's own name tells it, or the header
    does. Of an archive the first member is taken. Raises JiecunError FILE_UNKNOWN where there is no
    such file or no table fits it, and ARCHIVE_* where it cannot be unpacked.
    """
    suffix = split_suffix(path.name)[1]
    if not path.is_file() or not suffix or (table and table not in TABLES):
        raise _not_ours(path, "没有该文件、后缀不识别或表名未知")
    with tempfile.TemporaryDirectory(prefix="jiecun-") as folder:
        root = Path(folder)
        named = parse_name(path.name)
        member = _first_member(path) if suffix == ".zip" else ""
        own = FileName(path.name, table or (named.table if named else ""), "000000", 0, "B001")
        file = RawFile(path, own, 0, 0, member)
        text, _ = unpacked(file, "", root, Limits(), path.name)
        return _proposed(file, text, raw, refs, root)


def _not_ours(path: Path, found: str) -> JiecunError:
    return JiecunError(
        Problem(
            "FILE_UNKNOWN",
            path.name,
            "csv、txt、tsv（可为 .gz）、xlsx 或 zip 文件，表头含 "
            + "、".join(TABLES)
            + " 之一的列名",
            found,
            "检查文件，或以 --table 指明表名",
        )
    )


def _first_member(path: Path) -> str:
    for name in zip_members(path, path.name, Limits()):
        if split_suffix(name)[1]:
            return name
    raise _not_ours(path, "压缩包内没有数据文件")


def _proposed(
    file: RawFile,
    text: Path,
    raw: RawPaths,
    refs: Mapping[str, pl.DataFrame],
    root: Path,
) -> Proposal:
    profiles = load_profiles(raw.root)[0]
    facts = inspect(text)
    problems: list[Problem] = []
    encoding = "utf-8" if facts.utf8 else encoding_of(text, "", file.path.name, problems)
    heads = first_records(text, encoding)
    delivered = text if split_suffix(file.path.name)[1] in (".zip", ".xlsx") else file.path
    trial = Trial(file, delivered, refs, root)
    fits = find_fits(trial, heads, profiles, profile_files(raw.root))
    best = _best_guess(file, text, encoding, list(profiles.values()), refs)
    if best is None and not fits:
        raise _not_ours(file.path, "表头与哪张表都对不上")
    if best is None:
        return Proposal(
            file.path.name, fits[0].table, "", {}, (), (), (), encoding, tuple(problems), None, fits
        )
    toml = as_toml(best, "proposed", encoding)
    preview, found = (
        (fits[0].preview, fits[0].problems) if fits else trial.of(best.table, "proposed", toml)
    )
    return Proposal(
        file=file.path.name,
        table=best.table,
        toml=toml,
        matched={match.column: match.source for match in best.matches},
        missing=best.missing,
        drop=best.drop,
        unused=best.unused,
        encoding=encoding,
        problems=(*problems, *found),
        preview=preview,
        fits=fits,
    )


def _best_guess(
    file: RawFile,
    text: Path,
    encoding: str,
    profiles: list[Profile],
    refs: Mapping[str, pl.DataFrame],
) -> Guess | None:
    heads = first_records(text, encoding)
    codes = {
        column: frozenset(refs[view][name].to_list())
        for column, (view, name) in _CODES.items()
        if view in refs and name in refs[view].columns
    }
    best: Guess | None = None
    for decl in [TABLES[file.name.table]] if file.name.table else TABLES.values():
        known = names_of(decl, profiles)
        header = find_header(heads, decl, None, more=known)
        rows = [
            cells
            for record in islice(records(text, header.delimiter), header.records, SAMPLE)
            if decodes(record.raw, encoding)
            and len(cells := cells_of(record.raw.decode(encoding), header.delimiter))
            == len(header.names)
        ]
        one = guess(decl, header, rows, profiles, codes)
        if one.matches and (best is None or one.strength > best.strength):
            best = one
    return best

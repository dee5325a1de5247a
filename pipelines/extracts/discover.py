"""Which raw files there are, what their names say, and in which order they are taken in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import Problem
from schemas.extracts import EXTRACTS
from schemas.table import Declaration, by_name

if TYPE_CHECKING:
    from pathlib import Path

TABLES: dict[str, Declaration] = by_name(EXTRACTS)
_NAME = re.compile(
    rf"(?P<table>{'|'.join(sorted(TABLES))})"
    r"_(?P<area>[0-9A-Za-z]+)_(?P<ym>[0-9]{4}(?:0[1-9]|1[0-2]))_(?P<batch>[0-9A-Za-z-]+)\.csv"
)


@dataclass(frozen=True)
class FileName:
    """What a raw file's name tells: ``{table}_{area}_{yyyymm}_{batch}.csv``."""

    name: str
    table: str
    area: str
    ym: int
    batch: str

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Intake order: later months and batches, hence later versions, come after."""
        return (self.ym, self.batch, self.table, self.name)


@dataclass(frozen=True)
class RawFile:
    """A raw file as it stands on disk."""

    path: Path
    name: FileName
    size: int
    mtime_ns: int


def parse_name(name: str) -> FileName | None:
    """The parts of a raw file's name, None where it is not one of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return FileName(name, match["table"], match["area"], int(match["ym"]), match["batch"])


def discover(extracts: Path) -> tuple[list[RawFile], list[Problem]]:
    """All ``*.csv`` of the folder in intake order, and a problem for each foreign name."""
    files: list[RawFile] = []
    problems: list[Problem] = []
    paths = sorted(extracts.glob("*.csv")) if extracts.is_dir() else []
    for path in paths:
        name = parse_name(path.name)
        if name is None or not path.is_file():
            problems.append(
                Problem(
                    "FILE_UNKNOWN",
                    f"raw/extracts/{path.name}",
                    "{表名}_{区划或统筹区}_{yyyymm}_{批次}.csv，表名为 " + "、".join(TABLES),
                    "文件名不符合约定",
                    "改正文件名，或把文件移出 raw/extracts 后重新运行",
                )
            )
            continue
        stat = path.stat()
        files.append(RawFile(path, name, stat.st_size, stat.st_mtime_ns))
    files.sort(key=lambda file: file.name.order)
    return files, problems

"""From a delivered file to a readable source: container, encoding, header, layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.errors import Problem
from pipelines.extracts.batch import Source
from pipelines.extracts.decode import MAX_BAD_LINES, choose_encoding, inspect
from pipelines.extracts.discover import TABLES
from pipelines.extracts.header import read_header

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.extracts.discover import RawFile


def read_source(file: RawFile, work: Path) -> tuple[str, Source | None, list[Problem]]:
    """The sha of a delivered file and, where nothing is fatal, how its rows are to be read.

    ``work`` is a private folder for a copy where the delivered bytes are not CSV text themselves.
    """
    facts = inspect(file.path)
    place = f"raw/extracts/{file.name.name}"
    encoding, problems = "utf-8-sig" if facts.bom else "utf-8", []
    if not facts.utf8:
        encoding, bad, total = choose_encoding(file.path)
        if bad > MAX_BAD_LINES * total:
            problems.append(
                Problem(
                    "ENC_INVALID",
                    place,
                    "UTF-8 或 GB18030 文本，无法解码的行不超过 1%",
                    f"{total} 行中 {bad} 行无法解码",
                    "请数据提供方以 UTF-8 重新导出",
                )
            )
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        header_encoding = plain
        facts.header.decode(plain)
    except UnicodeDecodeError:
        header_encoding = "latin-1"
    layout, found = read_header(TABLES[file.name.table], facts.header, header_encoding, place)
    if encoding == "gb18030" and any(problem.code == "HEADER_MISSING" for problem in found):
        found = [
            Problem(
                "FILE_FOREIGN",
                place,
                "UTF-8 文本，或表头为约定列名的 GB18030 文本",
                "不是 UTF-8，且表头不可识别",
                "确认文件内容；请数据提供方以 UTF-8 重新导出",
            )
        ]
    problems += found
    source = None if problems else Source(file, file.path, facts, encoding, layout)
    return facts.sha, source, problems

"""The header row: which cell of a file is which declared column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import Problem
from pipelines.extracts.decode import BLANKS, BOM, cell_texts
from pipelines.extracts.discover import TABLES
from pipelines.extracts.reasons import unique

if TYPE_CHECKING:
    from schemas.table import Declaration

#: columns that no extract needs and that would bring a person's identity into the warehouse
_PERSON_WORDS = """
    psn_name name certno cert_no psn_cert_no psn_certno psn_cert_type cert_type tel tel_no mob
    mobile phone coner_name coner_tel coner_certno brdy birthday addr live_addr resd_addr rprno
    hsecfc mdtrt_cert_no card_no card_sn ecert_no ec_token bankacct bank_acct bank_card_no acctname
    legrep_name legrep_certno dr_name
"""
PERSON_HEADERS = frozenset(_PERSON_WORDS.split())
_DECLARED_PERSONS = frozenset(
    name
    for decl in TABLES.values()
    for col in decl.columns
    if col.meta.hash_domain == "P"
    for name in (col.name, *col.meta.aliases)
)


@dataclass(frozen=True)
class Layout:
    """How the records of a file are cut into cells, and what each cell is.

    ``columns`` names the cells in their order: a declared column, a name of its own for a cell that
    only ``texts`` use, or '' for a cell nobody needs. ``texts`` gives, for declared columns that
    are not a cell as it stands, SQL over the cells (``c_<name>``, raw text, NULL where empty) whose
    result is read like a delivered cell. ``header_records`` come before the first data record.
    """

    columns: tuple[str, ...]
    header_records: int = 1
    delimiter: str = ","
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def width(self) -> int:
        return len(self.columns)


def clean_header(cell: str) -> str:
    """A header cell without blanks at its ends, in lower case."""
    return cell.strip(BLANKS).strip().lower()


def read_header(
    decl: Declaration, raw: bytes, encoding: str, place: str
) -> tuple[Layout, list[Problem]]:
    """Map the header record to the declaration; the problems are fatal for the file."""
    names = [clean_header(cell) for cell in cell_texts(raw.removeprefix(BOM), encoding)]
    known = {alias: col.name for col in decl.columns for alias in (col.name, *col.meta.aliases)}
    columns = tuple(known.get(name, "") for name in names)
    problems: list[Problem] = []
    required = [col.name for col in decl.columns if not col.meta.optional]
    missing = [name for name in required if name not in columns]
    if missing:
        problems.append(
            Problem(
                "HEADER_MISSING",
                f"{place} 第1行",
                f"表头含 {'、'.join(missing)}",
                f"缺 {len(missing)} 列",
                "请数据提供方按约定的列名重新导出",
                excerpt="、".join(n for n, c in zip(names, columns, strict=True) if c)[:200],
            )
        )
    twice = unique(name for name in columns if name and columns.count(name) > 1)
    if twice:
        same = [n for n, c in zip(names, columns, strict=True) if c in twice]
        problems.append(
            Problem(
                "HEADER_AMBIGUOUS",
                f"{place} 第1行",
                f"{'、'.join(twice)} 只出现一次",
                f"由 {'、'.join(same)} 重复给出",
                "只保留其中一列后重新导出",
            )
        )
    unneeded = [n for n, c in zip(names, columns, strict=True) if not c]
    persons = unique(n for n in unneeded if n in PERSON_HEADERS or n in _DECLARED_PERSONS)
    if persons:
        problems.append(
            Problem(
                "HEADER_PERSON_COLUMN",
                f"{place} 第1行",
                "不含姓名、证件号、电话、账号等个人信息列",
                f"含 {'、'.join(persons)}",
                "请数据提供方去掉这些列后重新导出，并删除本文件",
            )
        )
    return Layout(columns), problems

"""Files drawn at random, then damaged: rows and fen are counted again by a reader of its own.

The reader below knows nothing of intake: it cuts records, counts them, and adds up the readable
amounts. What it cannot tell is whether a row was given the right reason.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pipelines.errors import JiecunError
from pipelines.extracts.log import read_log
from tests.property.test_intake_laws import holds
from tests.unit.intake_harness import PERSON, World, row

LONG = os.environ.get("JIECUN_LONG") == "1"
REFUSALS = {"ENC_INVALID", "FILE_FOREIGN", "HEADER_MISSING", "HEADER_AMBIGUOUS", "FILE_EMPTY",
            "HEADER_PERSON_COLUMN", "HEADER_UNREADABLE"}  # fmt: skip
BLANKS = " \t\u00a0\u200b\u3000\ufeff"
AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,2})?")
COLUMNS = list(row("settlements"))

VARIANTS: list[dict[str, str]] = [
    {}, {"med_type": "77"}, {"insutype": "340"}, {"insu_admdvs": ""}, {"begndate": "45322"},
    {"medfee_sumamt": "1.005"}, {"medfee_sumamt": ""}, {"medfee_sumamt": "-100.00"},
    {"medfee_sumamt": "１００.00"}, {"psn_type": "15\t"}, {"out_flag": "2"},
    {"init_setl_id": "nowhere", "refd_setl_flag": "1"}, {"fixmedins_code": "中文"},
]  # fmt: skip
PIECES = [b'"', b",", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xd6\xd0", "中".encode(), b"0",
          b"-", b".", b"\t", b" ", b'""', b"\n\n", b'"\n', b"E5"]  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """One file: rows (variant, id), the order of its columns, what is done to it."""

    rows: list[tuple[int, int]]
    order: list[str]
    extra: bool
    gb_lines: set[int]
    crlf_lines: set[int]
    quoted: set[int]
    bom: bool
    injected: list[tuple[int, bytes]]
    cut: int

    def data(self) -> bytes:
        names = [*self.order, "备注"] if self.extra else self.order
        cells = [row("settlements", str(ident), **VARIANTS[kind]) for kind, ident in self.rows]
        table = [names] + [[r.get(name, "说明") for name in names] for r in cells]
        lines = []
        for at, line in enumerate(table):
            parts = [f'"{c}"' if at and place in self.quoted else c for place, c in enumerate(line)]
            encoding = "gb18030" if at in self.gb_lines else "utf-8"
            end = b"\r\n" if at in self.crlf_lines else b"\n"
            lines.append(",".join(parts).encode(encoding) + end)
        head, body = lines[0], b"".join(lines[1:])
        for place, piece in self.injected:
            at = place % (len(body) + 1)
            body = body[:at] + piece + body[at:]
        whole = (b"\xef\xbb\xbf" if self.bom else b"") + head + body
        return whole[: len(whole) - self.cut] if self.cut < len(whole) else whole


small = st.sets(st.integers(0, 12), max_size=4)
drawn = st.builds(
    Drawn,
    rows=st.lists(st.tuples(st.integers(0, len(VARIANTS) - 1), st.integers(0, 6)), max_size=10),
    order=st.one_of(st.just(COLUMNS), st.permutations(COLUMNS)),
    extra=st.booleans(),
    gb_lines=st.one_of(st.just(set()), small),
    crlf_lines=st.one_of(st.just(set()), small, st.just(set(range(99)))),
    quoted=st.one_of(st.just(set()), st.sets(st.integers(0, 40), max_size=3)),
    bom=st.booleans(),
    injected=st.lists(st.tuples(st.integers(0, 4000), st.sampled_from(PIECES)), max_size=3),
    cut=st.one_of(st.just(0), st.integers(0, 1500)),
)


def cells_of(line: bytes) -> tuple[list[bytes], bool]:
    """The cells of a line, and whether the last one is a quoted cell still open."""
    cells: list[bytes] = []
    rest = line
    while True:
        if rest.startswith(b'"'):
            inner = re.match(rb'"(?:[^"]|"")*"(?!")', rest)
            if inner is None:
                return [*cells, rest], True
            end = rest.find(b",", inner.end())
        else:
            end = rest.find(b",")
        if end < 0:
            return [*cells, rest], False
        cells.append(rest[:end])
        rest = rest[end + 1 :]


def recount(data: bytes) -> list[list[bytes]]:
    """The records of a file as cells; an open quote that never closes stands on its line alone."""
    lines = data.split(b"\n")
    records: list[list[bytes]] = []
    at = 0
    while at < len(lines):
        if lines[at].removesuffix(b"\r") == b"":
            at += 1
            continue
        text, more = lines[at], 0
        while cells_of(text)[1] and at + more + 1 < len(lines):
            more += 1
            text = text + b"\n" + lines[at + more]
        if cells_of(text)[1] or cells_of(text.removesuffix(b"\r"))[1]:
            text, more = lines[at], 0
        records.append(cells_of(text.removesuffix(b"\r"))[0])
        at += more + 1
    return records


def readable(cell: bytes, encoding: str) -> Decimal:
    """The amount of a cell, zero where it has none."""
    text = cell.decode(encoding)
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1].replace('""', '"')
    text = unicodedata.normalize("NFKC", text.strip(BLANKS)).strip(BLANKS)
    return Decimal(text) if AMOUNT.fullmatch(text) else Decimal(0)


def decodes(cells: list[bytes], encoding: str) -> bool:
    raw = b",".join(cells)
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return b"\x00" not in raw


NAMES = [f"settlements_610000_20240{at}_B001.csv" for at in range(1, 5)]


@settings(
    max_examples=1500 if LONG else 25,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
    phases=tuple(Phase) if LONG else (Phase.explicit, Phase.generate),
)
@given(st.lists(drawn, min_size=1, max_size=4))
@example([Drawn([(0, 1), (0, 2)], COLUMNS, False, set(), set(), set(), False, [(5, b'"')], 0)])
@example([Drawn([(0, 1)], COLUMNS, True, {0, 1}, set(), set(), False, [], 0)])
@example(
    [Drawn([], COLUMNS, False, set(), set(), set(), False, [(0, b'"'), (1, b"\n"), (2, b"\r")], 0)]
)
@example([Drawn([(0, 1)], COLUMNS, False, set(), set(), set(), False, [(4000, b"\r")], 0)])
def test_damaged_files_are_counted_to_the_row_and_the_fen(files: list[Drawn]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for name, file in zip(NAMES, files, strict=False):
            world.put(name, file.data())
        try:
            world.run()
        except JiecunError as error:
            assert {problem.code for problem in error.problems} <= REFUSALS
            assert PERSON not in str(error)
            assert read_log(world.paths).batches == ()
            return
        for record in world.run().all:
            data = (world.raw.extracts / record.source_file).read_bytes()
            head, *body = recount(data.removeprefix(b"\xef\xbb\xbf"))
            assert record.rows_read == len(body), record.source_file
            encoding = "gb18030" if record.encoding == "gb18030" else "utf-8"
            at = [cell.strip().lower() for cell in head].index(b"medfee_sumamt")
            told = [cells for cells in body if len(cells) == len(head)]
            amounts = [readable(c[at], encoding) for c in told if decodes(c, encoding)]
            assert record.read_amt == sum(amounts, Decimal(0)), record.source_file
            holds(world, record.source_file)

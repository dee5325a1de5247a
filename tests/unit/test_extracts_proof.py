"""The proof by bytes: it takes no line whose typed read is not the exact value, and adds up right.

What it leaves open (a cell that no typed read takes) sends the file to the look at each line.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pipelines.extracts import decode, fast_sql, parse_sql, stage
from pipelines.extracts.decode import inspect
from pipelines.extracts.discover import TABLES
from pipelines.extracts.engine import Engine
from pipelines.extracts.header import Layout
from pipelines.extracts.proof import LineProof
from pipelines.extracts.shape import PLAIN, odd_lines
from tests.unit.intake_harness import KEY, REFS, S1, World, row
from tests.unit.test_extracts_fast import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

MARKS = [
    "",
    "",
    "-",
    ".",
    "-.",
    "--",
    "//",
    "-- ::",
    "// ::",
    "--  :",
    ":",
    "e",
    "E5",
    "+",
    "A",
    "N",
]
DIGITS = [
    "",
    "0",
    "5",
    "00",
    "12",
    "07",
    "2024",
    "0999",
    "02024",
    "202401",
    "1" * 17,
    "0" * 17 + "1",
]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with Engine(tmp_path_factory.mktemp("e"), KEY, REFS, threads=1, memory="1GB") as engine:
        yield engine()


def of(table: str, **changed: str) -> tuple[LineProof, bytes]:
    """A proof for the table's own layout and a line of a good row with cells changed."""
    cells = row(table, **changed)
    return LineProof(TABLES[table], Layout(tuple(cells))), line(list(cells.values()))


def line(cells: Sequence[str]) -> bytes:
    return ",".join(cells).encode() + b"\n"


def drawn(draw: random.Random) -> str:
    """Runs of digits with marks between them, as near to plain cells as can be."""
    text = draw.choice(DIGITS)
    for mark in draw.choice(MARKS):
        text += mark + draw.choice(DIGITS)
    return text


@pytest.mark.parametrize("table", ["settlements", "contributions", "vouchers"])
def test_what_is_taken_reads_as_the_exact_checks_read_it(
    con: duckdb.DuckDBPyConnection, table: str, tmp_path: Path
) -> None:
    draw, good = random.Random(3), list(row(table).values())
    decl, layout = TABLES[table], Layout(tuple(row(table)))
    rows = []
    for at in range(len(good)):
        for cell in [*CELLS, *(drawn(draw) for _ in range(100))]:
            rows.append([*good[:at], cell, *good[at + 1 :]])
    proof = LineProof(decl, layout)

    def takes(cells: Sequence[str]) -> bool:
        proof.holds = True
        return proof.take(line(cells))

    rows = [cells for cells in rows if takes(cells)]
    path = tmp_path / "x.csv"
    path.write_bytes(b"".join(map(line, rows)))
    typed = [col for col in decl.columns if col.meta.kind in PLAIN]
    readable = " AND ".join(
        f"(c_{col.name} IS NULL OR TRY_CAST(c_{col.name} AS {col.sql_type}) IS NOT NULL)"
        for col in typed
    )
    texts = parse_sql.scan(path, layout.columns)
    kept = con.execute(f"SELECT rn FROM ({texts}) WHERE {readable} ORDER BY rn").fetchall()
    path.write_bytes(b"".join(line(rows[n - 1]) for (n,) in kept))
    columns = ", ".join(list(parse_sql.staged_types(decl))[2:])
    cells = parse_sql.parsed(decl, parse_sql.scan(path, layout.columns), layout)
    exact = parse_sql.checked(decl, parse_sql.checks_of(decl), cells, closed_ym=0)
    passed = {
        r[0]: r[1:]
        for r in con.execute(f"SELECT rn, {columns} FROM ({exact}) WHERE fails IS NULL").fetchall()
    }
    con.execute("CREATE OR REPLACE TEMP TABLE sure AS " + fast_sql.sure_rows(
        decl, layout, path, "s", skip=0, closed_ym=0, strict=True,
    ))  # fmt: skip
    unmet, met = fast_sql.unmet_lookups(decl, "temp.sure") or ("SELECT 1", "FROM temp.sure")
    con.execute(f"CREATE OR REPLACE TEMP TABLE unmet AS {unmet}")
    fast = con.execute(f"SELECT src_row, {columns} FROM ({met})").fetchall()
    wrong = [rows[kept[r[0] - 1][0] - 1] for r in fast if passed.get(r[0]) != r[1:]]
    assert wrong == []
    assert len(fast) > 100


@pytest.mark.parametrize(
    ("column", "cell", "holds"),
    [("maf_pay", "0", True), ("maf_pay", "0.5", True), ("maf_pay", "-0.50", True),
     ("maf_pay", ".50", False), ("maf_pay", "-.50", False), ("maf_pay", "5.", False),
     ("othfund_pay", "5.", False), ("maf_pay", "1.005", False), ("maf_pay", "1e3", False),
     ("maf_pay", "+1.00", False), ("maf_pay", "1_0", False), ("maf_pay", " 1.00", False),
     ("maf_pay", "１", False), ("begndate", "2024-1-5", True), ("begndate", "2024/01/05", True),
     ("begndate", "2024-01/05", False), ("setl_time", "2024-01-05 10:11:12", True),
     ("setl_time", "2024-01-05 10:11:", False), ("setl_time", "2024-01-05 010:1:12", False),
     ("setl_time", "2024-01-05T10:11:12", False), ("rid", "A-1", True), ("rid", "E1", False),
     ("rid", "1E5", False), ("rid", "1.0", False), ("rid", "null", False), ("rid", "NaN", False),
     ("rid", "N1", True), ("rid", "nullx", True), ("rid", "1e+5", False), ("rid", "+5", True),
     ("rid", "'1", False), ("rid", '"1"', False), ("rid", "1\r", False), ("rid", "1\t", False),
     ("rid", "1\0", False), ("rid", "甲", False), ("rid", "1,2", False), ("rid", "1\n2", False)],
)  # fmt: skip
def test_one_cell(column: str, cell: str, holds: bool) -> None:
    proof, text = of("settlements", **{column: cell})
    assert proof.take(text) is holds
    assert proof.lines == (1 if holds else 0)


def test_the_control_amount_is_added_up_in_fen() -> None:
    amounts = ["12.30", "-0.05", "-1234567.89", "0.00", "98765432109876.54"]
    whole = Decimal("98765430875320.90")
    for more, extra in (([], "0"), (["7", "-3", "0.5"], "4.5"), (["0" * 19 + "1.00"], "1")):
        proof, _ = of("settlements")
        for pair in ([*amounts, *more], []):
            text = b"".join(of("settlements", medfee_sumamt=cell)[1] for cell in pair)
            assert proof.take(text)
        assert proof.sums
        assert Decimal(proof.fen).scaleb(-2) == whole + Decimal(extra)


def test_a_block_that_is_not_taken_ends_the_proof() -> None:
    proof, text = of("settlements")
    assert proof.take(text, text[:9], text[9:])
    assert not proof.take(text.replace(b"390", b"3 90", 1))
    assert not proof.take(text)
    assert proof.lines == 2


@pytest.mark.parametrize("chunk", [1, 64, 700, 1 << 20])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", '"', "\n,\n", "\nx", "\n甲"])
def test_facts_are_those_told_without_a_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, end: str
) -> None:
    cells = row("settlements")
    path = tmp_path / "x.csv"
    body = line(list(cells.values())) * 5
    path.write_bytes(line(list(cells)) + body[:-1] + end.encode())
    plain = inspect(path)
    monkeypatch.setattr(decode, "CHUNK", chunk)
    proof = LineProof(TABLES["settlements"], Layout(tuple(cells)))
    found = inspect(path, proof)
    assert replace(found, proven=False, control_amt=None) == plain
    assert found.proven is (end in ("", "\n") and chunk >= 700)
    assert found.control_amt == (Decimal(cells["medfee_sumamt"]) * 5 if found.proven else None)


def test_a_proven_file_is_not_looked_at_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    world = World(tmp_path)
    world.put(S1, [row("settlements", "1"), row("settlements", "2", maf_pay="0")])
    monkeypatch.setattr(stage, "odd_lines", never)
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted) == (2, 2)


@pytest.mark.parametrize(
    "bad", [{"maf_pay": "1" * 17 + ".00"}, {"setl_time": "2024-02-30 10:00:00"},
            {"clr_ym": "9" * 12}, {"begndate": "2024010"}, {"medfee_sumamt": "", "rid": ""}],
)  # fmt: skip
def test_a_cell_that_no_typed_read_takes_turns_its_row_away_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: dict[str, str]
) -> None:
    looked: list[int] = []

    def looking(path: Path, pattern: str, header: int) -> tuple[list[int], bool]:
        numbers, by_line = odd_lines(path, pattern, header)
        looked.append(len(numbers))
        return numbers, by_line

    monkeypatch.setattr(stage, "odd_lines", looking)
    world = World(tmp_path)
    rows = [row("settlements", str(at)) for at in range(4)]
    world.put(S1, [*rows[:2], {**rows[2], **bad}, rows[3]])
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted, record.rows_quarantined) == (4, 3, 1)
    assert looked == ([] if "rid" in bad else looked[:1])
    assert world.live("settlements", "src_row") == [(1,), (2,), (4,)]

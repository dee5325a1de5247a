"""Whatever is done to a raw file, no row and no fen is lost or invented, and nothing crashes.

Mutations are small and local (bytes, cells, whole lines); this does not prove that a row is given
the right reason, only that it is counted once and told.
"""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.errors import JiecunError
from pipelines.extracts.decode import records
from pipelines.extracts.intake import current_batches
from tests.unit.intake_harness import PERSON, World, csv_bytes, row

ROWS = [row("settlements", str(i), medfee_sumamt=f"{100 + i}.00", inscp_amt=f"{100 + i}.00",
            psn_pay=f"{40 + i}.00", cash_payamt=f"{40 + i}.00") for i in range(120)]  # fmt: skip
BASE = csv_bytes(ROWS)
HEAD = BASE.index(b"\n") + 1
PIECES = [b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xc4\xe3", b"-", b"0",
          b".", b" ", b"\t", "\u3000".encode(), b"1E5", b"\n\n", b'"\n"', b",\n",
          b"\xef\xbb\xbf"]  # fmt: skip

edit = st.tuples(
    st.sampled_from(["insert", "delete", "replace", "repeat line", "drop line"]),
    st.integers(0, len(BASE) - HEAD - 1),
    st.sampled_from(PIECES),
)


def mutated(edits: list[tuple[str, int, bytes]]) -> bytes:
    body = BASE[HEAD:]
    for kind, place, piece in edits:
        at = place % max(len(body), 1)
        if kind == "insert":
            body = body[:at] + piece + body[at:]
        elif kind == "delete":
            body = body[:at] + body[at + len(piece) :]
        elif kind == "replace":
            body = body[:at] + piece + body[at + len(piece) :]
        else:
            lines = body.split(b"\n")
            line = at % len(lines)
            lines[line : line + 1] = [lines[line]] * (2 if kind == "repeat line" else 0)
            body = b"\n".join(lines)
    return BASE[:HEAD] + body


def holds(world: World, name: str) -> None:
    """The equation in rows and fen for one file, counted again from what was written."""
    record = next(r for r in current_batches(world.paths) if r.source_file == name)
    rows = {d: getattr(record, f"rows_{d}") for d in (
        "accepted", "duplicate", "superseded", "held", "quarantined", "out_of_scope")}  # fmt: skip
    amounts = {d: getattr(record, f"{d}_amt") for d in rows}
    assert record.rows_read == sum(rows.values())
    assert record.read_amt == sum(amounts.values())
    path = world.raw.extracts / name
    assert record.rows_read == sum(1 for _ in records(path)) - 1
    con = duckdb.connect()
    staged = world.paths.staged_file("settlements", record.source_sha).as_posix()
    numbers = con.execute(f"SELECT src_row, medfee_sumamt FROM '{staged}'").fetchall()
    quarantine = world.paths.quarantine_file("settlements", record.source_sha)
    others: list[tuple[int, str, Decimal | None]] = []
    if quarantine.exists():
        sql = f"SELECT src_row, disposition, control_amt FROM '{quarantine.as_posix()}'"
        others = con.execute(sql).fetchall()
    assert sorted([n for n, _ in numbers] + [n for n, _, _ in others]) == list(
        range(1, record.rows_read + 1)
    )
    assert sum((a for _, a in numbers), Decimal(0)) == record.accepted_amt
    for disposition, count in rows.items():
        if disposition != "accepted":
            mine = [a for _, d, a in others if d == disposition]
            assert len(mine) == count
            assert sum((a for a in mine if a is not None), Decimal(0)) == amounts[disposition]


FILES = [f"settlements_610000_2024{at:02d}_B001.csv" for at in range(1, 9)]
edits = st.lists(edit, min_size=1, max_size=3)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, min_size=2, max_size=len(FILES)), st.integers(0, 3))
@example([[("insert", 0, b'"')], [("insert", 150, b"\xff")], [("repeat line", 0, b"")]], 1)
def test_no_mutation_loses_or_invents_a_row_or_a_fen(
    files: list[list[tuple[str, int, bytes]]], first: int
) -> None:
    """Some files come in a first run, the others in a second."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        names = dict(zip(FILES, files, strict=False))
        for run in (list(names)[:first], list(names)[first:]):
            for name in run:
                world.put(name, mutated(names[name]))
            try:
                world.run()
            except JiecunError as error:
                assert PERSON not in str(error)
                assert {problem.code for problem in error.problems} == {"ENC_INVALID"}
                return
        for record in world.run().all:
            holds(world, record.source_file)

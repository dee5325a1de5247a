"""The fast pass never accepts what the exact checks refuse, and never reads another value."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import JiecunError
from pipelines.extracts import fast_sql, parse_sql, stage
from pipelines.extracts.batch import copy_serial, copy_to
from pipelines.extracts.discover import TABLES
from pipelines.extracts.engine import Engine
from pipelines.extracts.header import Layout
from pipelines.extracts.shape import line_pattern, odd_lines
from pipelines.sql_text import quoted
from tests.unit.intake_harness import KEY, REFS, S1, World, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

CELLS = [
    "", " ", "0", "1", "-1", "00.10", "12.00", "-12.00", "100", "100.5", "100.00", "-0", "+1.00",
    "1e3", "1E3", ".5", "5.", "1.005", "9.995", "1.00 ", " 1.00", "1_000", "12 345", "１２.００",
    "1,234.00", "9999999999999999.99", "-9999999999999999.99", "99999999999999999.00", "NaN", "nan",
    "inf", "-inf", "Infinity", "null", "NULL", "N", "NA", "NAN1", "None", "0x10", "1.1.1", "--1",
    "2024-01-05", "2024-1-5", "2024/01/05", "20240105", "2024-02-30", "2024-13-01", "0000-00-00",
    "0999-01-01", "1000-01-01", "9999-12-31", "99999-01-01", "45322", "2024-01-05 10:11:12",
    "2024-01-05T10:11:12", "2024-01-05 10:11:12+08:00", "2024-01-05 25:00:00",
    "2024-01-05 10:11:60", "2024-01-05 10:11", "2024-01-05 10:11:12.5", "1970-01-01 08:00:00",
    "1970-01-01 00:00:00", "1970-01-01", "epoch", "infinity", "today", "2024-01-05 (BC)",
    "202401", "202413", "202400", "2024-1", "000001", "202401.0", "007", "5.201E+19", "5e3",
    "12e4567-a", "12e", "e5", "1e5x", "1e+", "123.0", "610102", "310", "A\t", "\tA", "A\u200b",
    "A\u3000", "Ａ", "甲", '"', '"x"', "a\"b", "a b", "a,b", "a\nb", "'1", "=1", '="1"', "-", "+",
    "1234567", "1" * 19, "9" * 18, "x" * 31, "0.1234567", "0.123456", "999.999999", "1000.5",
    "true", "\\", "\x01", "\u0085", "9223372036854775807", "9223372036854775808",
]  # fmt: skip


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with Engine(tmp_path, KEY, REFS, threads=1, memory="1GB") as engine:
        yield engine()


def both(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[str]], path: Path
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Staged columns by record: of the rows the fast pass accepts, of those the checks accept."""
    decl = TABLES[table]
    layout = Layout(tuple(col.name for col in decl.columns))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    columns = ", ".join(list(parse_sql.staged_types(decl))[2:])
    cells = parse_sql.parsed(decl, parse_sql.scan(path, layout.columns), layout)
    exact = parse_sql.checked(decl, parse_sql.checks_of(decl), cells, closed_ym=202312)
    passed = con.execute(f"SELECT rn, {columns} FROM ({exact}) WHERE fails IS NULL").fetchall()
    texts = {n: line(cells) for n, cells in enumerate(rows, start=1)}
    plain = path.with_suffix(".plain")
    plain.write_text("".join(t if "\n" not in t[:-1] else "\n" for t in texts.values()), "utf-8")
    odd = set(odd_lines(plain, line_pattern(decl, layout, quoted=True), 0)[0])
    kept = [n for n in texts if n not in odd]
    plain.write_text("".join(texts[n] for n in kept), encoding="utf-8", newline="")
    sure = fast_sql.sure_rows(decl, layout, plain, "s", skip=0, closed_ym=202312)
    staged = path.with_suffix(".parquet")
    copy_to(con, sure, staged)
    rows_of = f"read_parquet({quoted(staged)})"
    unmet, met = fast_sql.unmet_lookups(decl, rows_of) or ("SELECT 1 WHERE false", sure)
    con.execute(f"CREATE OR REPLACE TEMP TABLE unmet AS {unmet}")
    fast = con.execute(f"SELECT src_row, {columns} FROM ({met})").fetchall()
    return {kept[r[0] - 1]: r[1:] for r in fast}, {r[0]: r[1:] for r in passed}


def line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


@pytest.mark.parametrize("table", list(TABLES))
def test_one_adversarial_cell_at_a_time(
    con: duckdb.DuckDBPyConnection, table: str, tmp_path: Path
) -> None:
    good = row(table)
    rows = [list(good.values())]
    for at, _ in enumerate(TABLES[table].columns):
        for cell in CELLS:
            rows.append([*rows[0][:at], cell, *rows[0][at + 1 :]])
    fast, exact = both(con, table, rows, tmp_path / "x.csv")
    assert 1 in fast
    wrong = [(rows[n - 1], fast[n], exact.get(n)) for n in fast if fast[n] != exact.get(n)]
    assert wrong == []
    assert len(fast) > len(rows) * 0.05


@pytest.mark.parametrize("table", ["settlements", "contributions", "vouchers"])
def test_rows_that_mix_adversarial_cells(
    con: duckdb.DuckDBPyConnection, table: str, tmp_path: Path
) -> None:
    draw = random.Random(11)
    good = list(row(table).values())
    rows = []
    for _ in range(6000):
        cells = list(good)
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            cells[draw.randrange(len(cells))] = draw.choice(CELLS)
        rows.append(cells)
    fast, exact = both(con, table, rows, tmp_path / "x.csv")
    assert [n for n in fast if fast[n] != exact.get(n)] == []
    assert 500 < len(fast) <= len(exact)


@pytest.mark.parametrize(
    ("column", "cell"),
    [("maf_pay", "0"), ("maf_pay", "0.0"), ("setl_time", "2024-01-05"), ("setl_id", "12e4567-a"),
     ("psn_type", "1"), ("out_flag", ""), ("rid", "S000 1"), ("clr_ym", ""),
     ("begndate", "2024/1/5"), ("begndate", "2024-1-5"), ("begndate", "20240105"),
     ("setl_time", "2024/1/5 10:11:12"), ("setl_time", "20240105 10:11:12")],
)  # fmt: skip
def test_common_forms_are_taken_by_the_fast_pass(
    con: duckdb.DuckDBPyConnection, column: str, cell: str, tmp_path: Path
) -> None:
    cells = list(row("settlements", **{column: cell}).values())
    fast, exact = both(con, "settlements", [cells], tmp_path / "x.csv")
    assert fast == exact
    assert list(fast) == [1]


@pytest.mark.parametrize(("cent", "accepted"), [("0.00", [1]), ("0.01", [1, 2])])
def test_the_identities_allow_one_cent_where_the_layout_says_so(
    con: duckdb.DuckDBPyConnection, cent: str, accepted: list[int], tmp_path: Path
) -> None:
    decl = TABLES["settlements"]
    layout = Layout(tuple(col.name for col in decl.columns), cent=Decimal(cent))
    path = tmp_path / "x.csv"
    off = [
        row("settlements", str(at), psn_pay=pay)
        for at, pay in enumerate(("40.00", "40.01", "40.02"))
    ]
    path.write_text("".join(line(list(cells.values())) for cells in off), encoding="utf-8")
    sure = fast_sql.sure_rows(decl, layout, path, "s", skip=0, closed_ym=0)
    cells = parse_sql.parsed(decl, parse_sql.scan(path, layout.columns), layout)
    exact = parse_sql.checked(decl, parse_sql.checks_of(decl, layout.cent), cells, closed_ym=0)
    assert [n for (n,) in con.execute(f"SELECT src_row FROM ({sure})").fetchall()] == accepted
    passed = con.execute(f"SELECT rn FROM ({exact}) WHERE fails IS NULL").fetchall()
    assert [n for (n,) in passed] == accepted


def test_rows_out_of_their_order_are_noticed(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = "SELECT i AS src_row FROM range(300000) t(i)"
    path = tmp_path / "x.parquet"
    assert copy_serial(con, f"{rows} ORDER BY i", path, "x") == 300_000
    with pytest.raises(JiecunError) as caught:
        copy_serial(con, f"{rows} ORDER BY i DESC", path, "x")
    assert caught.value.problems[0].code == "INTAKE_UNBALANCED"


@pytest.mark.parametrize("day", ["2024/1/5", "2024-1-5", "20240105", "2024/01/05"])
def test_a_file_of_other_date_forms_stays_out_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    world = World(tmp_path)
    dates = {"begndate": day, "enddate": day, "setl_time": f"{day} 10:11:12"}
    world.put(S1, [row("settlements", str(at), **dates) for at in range(3)])

    def never(*_: object) -> None:
        raise AssertionError(day)

    monkeypatch.setattr(stage, "write_plain", never)
    (record,) = world.run().new
    assert record.rows_accepted == 3
    assert (
        world.live("settlements", "begndate, setl_time")
        == [(date(2024, 1, 5), datetime(2024, 1, 5, 10, 11, 12))] * 3
    )


def test_text_warnings_are_counted_once_for_each_combination(
    con: duckdb.DuckDBPyConnection,
) -> None:
    decl = TABLES["settlements"]
    con.execute(
        "CREATE TABLE w AS SELECT * FROM (VALUES ('310', '1101', 'H1'), ('310', '1401', 'H1'), "
        "('390', '1101', 'H61011200044'), ('310', '1401', 'H1'), (NULL, NULL, NULL)) "
        "t(insutype, psn_type, fixmedins_code)"
    )
    fires = parse_sql.warn_counts(decl, "w")
    plain = parse_sql.warn_counts(decl)
    for reason, rows in (("PSN_TYPE_SCHEME", 3), ("FIXMEDINS_FORM", 3)):
        assert fires[reason] != plain[reason]
        assert con.execute(f"SELECT {fires[reason]}").fetchall() == [(rows,)]
        assert con.execute(f"SELECT {plain[reason]} FROM w").fetchall() == [(rows,)]

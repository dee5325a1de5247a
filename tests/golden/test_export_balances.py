"""The exported journals, computed by beancount and hledger, against the ledger of the release."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from pipelines.books.export.source import bind_marts, ledgers_of, month_days, open_marts
from pipelines.books.export.write import export_ledgers
from pipelines.cli_export import register
from pipelines.flows.drilling import open_books
from pipelines.reports.ledgers.load import load_books
from tests.drill_world import request_of
from tests.shared import spoilt_province

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from beancount.core.data import Posting

HLEDGER = shutil.which("hledger")
#: (ledger, account, period, stage) → balance, debit positive
Balances = dict[tuple[str, str, int, str], Decimal]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoilt_province(tmp_path_factory)


@pytest.fixture(scope="module")
def con(world: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = open_marts(request_of(world).warehouse.current.resolve())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def told(con: duckdb.DuckDBPyConnection) -> Balances:
    """What ``fct_ledger_month`` says."""
    rows = con.execute(
        "select ledger_id, account_code, period_ym, closing_stage, "
        "if(normal_side = 'D', closing_amt, -closing_amt) "
        "from fct_ledger_month join dim_account using (insutype, account_code) where book = 'k17'"
    ).fetchall()
    return {(ledger, code, ym, stage): amt for ledger, code, ym, stage, amt in rows}


def assert_covers(told: Balances) -> None:
    assert len({key[0] for key in told}) >= 20
    assert len({key[2] for key in told}) == 14
    assert sum(1 for amt in told.values() if amt) > 2_000


def test_beancount_computes_every_balance_of_every_ledger_and_month(
    con: duckdb.DuckDBPyConnection, told: Balances, tmp_path: Path
) -> None:
    from beancount import loader
    from beancount.core.data import Balance, Open, Transaction

    assert_covers(told)
    found: Balances = {}
    asserted = 0
    for path in export_ledgers(con, tmp_path, fmt="beancount", release_id="r1", book="k17"):
        entries, errors, _ = loader.load_file(str(path))
        assert errors == [], path.name
        ledger = path.name.partition("_")[0]
        code = {e.account: e.meta["code"] for e in entries if isinstance(e, Open)}
        asserted += sum(isinstance(e, Balance) for e in entries)
        months = sorted({ym for name, _, ym, _ in told if name == ledger})
        running: dict[str, Decimal] = defaultdict(Decimal)
        transactions = [e for e in entries if isinstance(e, Transaction)]
        for ym in months:
            for stage in ("pre", "post"):
                for entry in transactions:
                    in_month = (entry.date.year * 100 + entry.date.month) == ym
                    if in_month and ("closing" in entry.tags) == (stage == "post"):
                        for posting in entry.postings:
                            running[code[posting.account]] += units(posting)
                for name, account, month, _ in [
                    k for k in told if k[0] == ledger and k[3] == "pre"
                ]:
                    if month == ym:
                        found[name, account, ym, stage] = running[account]
    assert found == told
    assert asserted == len(told) // 2


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed")
def test_hledger_computes_every_balance_of_every_ledger_and_month(
    con: duckdb.DuckDBPyConnection, told: Balances, tmp_path: Path
) -> None:
    assert_covers(told)
    paths = export_ledgers(con, tmp_path, fmt="hledger", release_id="r1", book="k17")
    found: Balances = {}
    for path in paths:
        hledger(path, "check", "--strict", "ordereddates", "uniqueleafnames")
        ledger = path.name.partition("_")[0]
        post = month_table(hledger(path, "balance", "--historical"))
        closed = month_table(hledger(path, "balance", "--change", "tag:closing"))
        for (account, ym), amt in post.items():
            found[ledger, account, ym, "post"] = amt
            found[ledger, account, ym, "pre"] = amt - closed.get((account, ym), Decimal(0))
    zero = {key for key, amt in told.items() if not amt}
    assert {key: amt for key, amt in found.items() if amt} == {
        key: amt for key, amt in told.items() if amt
    }
    assert found.keys() - told.keys() == set()
    assert {key for key, amt in found.items() if not amt} <= zero


def units(posting: Posting) -> Decimal:
    assert posting.units is not None
    assert isinstance(posting.units.number, Decimal)
    return posting.units.number


def hledger(path: Path, command: str, *args: str) -> str:
    options = ["-f", str(path), command, *args]
    if command == "balance":
        options += ["-M", "-N", "--flat", "-E", "-O", "csv"]
    done = subprocess.run(
        [str(HLEDGER), *options],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def month_table(text: str) -> dict[tuple[str, int], Decimal]:
    """``hledger balance -M`` as (account code, month) → amount; columns are month names or days."""
    head, *rows = csv.reader(text.splitlines())
    months = [int(cell[:4]) * 100 + int(cell[5:7]) for cell in head[1:]]
    return {
        (row[0].rpartition(":")[2].partition(" ")[0], ym): Decimal(cell.removesuffix(" CNY"))
        for row in rows
        for ym, cell in zip(months, row[1:], strict=True)
        if row[0].rpartition(":")[2][0].isdigit()
    }


@pytest.mark.parametrize("fmt", ["beancount", "hledger"])
def test_the_same_release_gives_the_same_bytes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, fmt: str
) -> None:
    ledger = ("610100-310",)
    made = [
        export_ledgers(con, tmp_path / n, fmt=fmt, release_id="r1", book="k17", ledgers=ledger)
        for n in ("a", "b")
    ]
    assert [len(paths) for paths in made] == [1, 1]
    assert made[0][0].read_bytes() == made[1][0].read_bytes()


def test_a_fen_changed_in_a_file_makes_its_tool_refuse(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The assertions stand in the file: a posting moved to another account by a fen is found."""
    from beancount import loader

    ledger = ("610100-310",)
    month_end = month_days(202402)[1]
    assert month_end == date(2024, 2, 29)
    for fmt, assertion in (
        ("beancount", "2024-03-01 balance Assets:1003-"),
        ("hledger", "    资产:1003 财政专户存款  0.00 CNY = "),
    ):
        path = export_ledgers(con, tmp_path, fmt=fmt, release_id="r1", book="k17", ledgers=ledger)[
            0
        ]
        lines = path.read_text(encoding="utf-8").split("\n")
        at = max(n for n, line in enumerate(lines) if line.startswith(assertion))
        head, sep, amount = lines[at].rpartition("= " if fmt == "hledger" else "  ")
        number, _, rest = amount.partition(" ")
        lines[at] = f"{head}{sep}{Decimal(number) + Decimal('0.01')} {rest}"
        path.write_text("\n".join(lines), encoding="utf-8")
        if fmt == "beancount":
            _, errors, _ = loader.load_file(str(path))
            assert [type(error).__name__ for error in errors] == ["BalanceError"]
        elif HLEDGER is not None:
            done = subprocess.run(
                [HLEDGER, "-f", str(path), "check"],
                capture_output=True,
                encoding="utf-8",
                check=False,
                env={"LANG": "C.UTF-8"},
            )
            assert done.returncode == 1
            assert "balance assertion" in done.stderr


def command(*args: str) -> dict[str, Any]:
    app = typer.Typer()
    register(app)
    done = CliRunner().invoke(app, [*args, "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_commands_write_what_the_functions_write(
    world: Path, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    house = request_of(world).warehouse
    release = house.current.resolve().name
    folder = str(tmp_path / "files")
    where = ["--warehouse", str(house.root), "--out", folder]
    ledger = "610100-390"
    told = command("export", "--format", "beancount", "--ledger", ledger, *where)
    assert told == {"release_id": release, "files": [f"{folder}/610100-390_k17.beancount"]}
    path = export_ledgers(
        con, tmp_path, fmt="beancount", release_id=release, book="k17", ledgers=(ledger,)
    )[0]
    assert path.read_bytes() == (tmp_path / "files" / path.name).read_bytes()

    raw = ["--raw", str(world / "raw"), "--period", "202402", "--pool", "610100"]
    told = command("report", "--books", *raw, *where)
    assert told["period_ym"] == 202402
    assert [file.rpartition("/")[2] for file in told["files"]] == [
        "610100-310_会计账簿_202402.xlsx",
        "610100-310_会计账簿_202402.html",
        "610100-390_会计账簿_202402.xlsx",
        "610100-390_会计账簿_202402.html",
    ]


def test_printed_books_of_every_ledger_tie_to_the_release(
    world: Path, con: duckdb.DuckDBPyConnection
) -> None:
    opened = open_books(request_of(world))
    try:
        bind_marts(opened.con, request_of(world).warehouse.current.resolve())
        printed = [
            load_books(opened.con, ledger, ym, book="k17", release_id="r1")
            for ledger in ledgers_of(con, "k17")
            for ym in (202311, 202412)
        ]
    finally:
        opened.con.close()
    assert len(printed) == 2 * 22
    for books in printed:
        assert [v.number for v in books.vouchers] == list(range(1, len(books.vouchers) + 1))
        assert all(v.total[0] == v.total[1] for v in books.vouchers)
        # the year end's presplit and what corrects it are computed: no row stands behind them
        sourced = [v for v in books.vouchers if not set(v.events) <= {"E84", "E85", "E87", "E110"}]
        assert sourced
        assert all(v.source_rows > 0 for v in sourced)
        for trial in books.trials:
            debit, credit = trial.total[0::2], trial.total[1::2]
            assert debit == credit
        assert [told.account.code for told in books.reconciliations] == ["1002", "1004", "1003"]
        for told in books.reconciliations:
            assert told.difference == 0 or (told.bank_balance is None and not told.book_balance)
        assert all(not told.book_in + told.book_out for told in books.reconciliations)
        closing = {page.account.code: page.closing for page in books.journals}
        for told in books.reconciliations:
            assert told.book_balance == closing.get(told.account.code, 0)

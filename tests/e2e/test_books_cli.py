"""``jiecun books compare`` and ``jiecun report`` on a published release of the worked example."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli_compare import books_app
from pipelines.cli_export import register
from pipelines.errors import JiecunError
from pipelines.options import out
from pipelines.paths import WarehousePaths
from pipelines.reports.pack import SOURCES
from pipelines.warehouse.marts import write_mart
from pipelines.warehouse.release import Manifest, publish
from schemas.marts import MARTS
from schemas.table import by_name
from tests.golden.test_books import golden_1
from tests.spec.harness import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose current release holds the four books of November to January."""
    spec = golden_1()
    for mart in SOURCES:
        if mart != "fct_check":
            run(spec, mart)
    declared = by_name(MARTS)
    columns = ", ".join(f"{n} {t}" for n, t in declared["fct_check"].sql_columns().items())
    spec.sql(f"create or replace table fct_check ({columns})")
    folder = tmp_path_factory.mktemp("house")

    def build(out: Path) -> Manifest:
        files = [write_mart(spec.con, declared[n], out / "marts", kv={}) for n in SOURCES]
        return Manifest(tuple(files), {"parts": {"through_ym": "202401", "pools": ""}})

    publish(WarehousePaths(folder), "00000000000000aa", build)
    return folder


def command(*args: str) -> Any:
    app = typer.Typer()
    register(app)
    app.add_typer(books_app, name="books")
    out.width = 160  # the console is made once a process, by whoever imports it first
    return CliRunner().invoke(app, list(args))


def test_compare_says_inflation_and_false_deficit_in_figures(house: Path) -> None:
    where = ["--pool", "610100", "--warehouse", str(house)]
    december = command("books", "compare", "--period", "202312", *where)
    assert december.exit_code == 0, december.output
    # a narrow terminal wraps the sentences
    told = re.sub(r"\s+", "", december.output)
    assert "虚增：现行制度（2017）把归属未定的9,500.00元算入基金" in told
    assert "E84年末按比例预分待转医保费" in told
    january = command("books", "compare", *where)
    assert january.exit_code == 0, january.output
    told = re.sub(r"\s+", "", january.output)
    assert "610100职工2024年1月" in told
    assert "虚假赤字：统筹基金525.00元" in told
    assert "E86次年初冲回预分│-7,125.00" in told


def test_compare_as_json_keeps_money_as_text(house: Path) -> None:
    told = command(
        "books", "compare", "--pool", "610100", "--period", "202312", "--scheme", "310",
        "--warehouse", str(house), "--json",
    )  # fmt: skip
    (found,) = json.loads(told.stdout)["comparisons"]
    assert found["虚增"]["k17"] == {"pool": "7125.00", "pa": "2375.00", "total": "9500.00"}
    line = next(line for line in found["lines"] if line["key"] == "BS:N1a")
    assert line["values"] == {
        "k17": "726625.00",
        "a1999": "726625.00",
        "proposed": "719500.00",
        "proposed_accrual": "719500.00",
    }
    assert [d["amount"] for d in line["differences"]] == ["0.00", "-7125.00", "-7125.00"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["--pool", "999999"], "POOL_UNKNOWN"),
        (["--pool", "610100", "--scheme", "390"], "POOL_UNKNOWN"),
        (["--pool", "610100", "--period", "202001"], "PERIOD_UNKNOWN"),
        (["--pool", "610100", "--period", "202313"], "PERIOD_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_refused(house: Path, asked: list[str], code: str) -> None:
    told = command("books", "compare", *asked, "--warehouse", str(house))
    assert isinstance(told.exception, JiecunError)
    assert [problem.code for problem in told.exception.problems] == [code]


def test_the_pages_need_no_network_and_are_reproducible(house: Path, tmp_path: Path) -> None:
    digests = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        told = command(
            "report", "--period", "202312", "--warehouse", str(house), "--out", str(folder),
            "--json",
        )  # fmt: skip
        assert told.exit_code == 0, told.output
        files = json.loads(told.stdout)["files"]
        assert [file.rpartition("/")[2] for file in files] == [
            "610100_610100_会计报表_202312.xlsx",
            "610100_610100_会计报表_202312.html",
            "610100_附注_202312_k17.xlsx",
            "610100_附注_202312_k17.html",
            "610100-books.html",
        ]
        digests.append(
            [hashlib.sha256((folder / f.rpartition("/")[2]).read_bytes()).digest() for f in files]
        )
    assert digests[0] == digests[1]
    for page in (tmp_path / "a").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert set(re.findall(r"https?://[^\"'\s]+", text)) <= {"http://www.w3.org/2000/svg"}
    compared = (tmp_path / "a" / "610100-books.html").read_text(encoding="utf-8")
    assert "虚增" in compared and "<svg" in compared and "7,125.00" in compared
    notes = (tmp_path / "a" / "610100_附注_202312_k17.html").read_text(encoding="utf-8")
    assert "4,000.00" in notes and "待转保险费" in notes


def test_the_statements_of_another_book_name_it_on_every_sheet(house: Path, tmp_path: Path) -> None:
    told = command(
        "report", "--book", "proposed", "--format", "xlsx", "--warehouse", str(house),
        "--out", str(tmp_path), "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    files = json.loads(told.stdout)["files"]
    assert [file.removeprefix(f"{tmp_path}/") for file in files] == [
        "proposed/610100_610100_会计报表_202401.xlsx",
        "proposed/610100_附注_202401_proposed.xlsx",
    ]
    with ZipFile(files[0]) as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 5  # cover, month and year of both statements
        for name in sheets[1:]:
            assert "账簿 proposed（试算，非法定账簿）" in book.read(name).decode("utf-8"), name


def test_an_unknown_book_or_format_is_refused(house: Path) -> None:
    told = command("report", "--book", "k99", "--warehouse", str(house))
    assert isinstance(told.exception, JiecunError)
    assert told.exception.problems[0].code == "BOOK_UNKNOWN"
    odd = command("report", "--format", "pdf", "--warehouse", str(house)).exception
    assert isinstance(odd, JiecunError)
    assert (odd.problems[0].place, odd.problems[0].found, odd.exit_code) == ("--format", "pdf", 2)

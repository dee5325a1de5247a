"""``jiecun regions load`` as a command: what it writes, what it refuses, how fast it is."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import JiecunCmd

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "raw" / "regions"
LIST = FOLDER / "000_bddb5b998fa1dd44.txt"
PAIRS = FOLDER / "003_pairs_12b6df80.txt"
#: processor seconds of both commands together
BOTH_SECONDS = 2.0


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_both_texts_pass_strict_within_the_time(tmp_path: Path, jiecun_cmd: JiecunCmd) -> None:
    before = cpu_of_children()
    first = jiecun_cmd("regions", "load", LIST, "--strict", "--out", tmp_path / "a")
    second = jiecun_cmd(
        "regions", "load", PAIRS, "--format", "pairs", "--strict", "--out", tmp_path / "b"
    )
    used = cpu_of_children() - before

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("省级 31，地级 332，县级 2866，无代码 27，隔离 0 → ")
    assert second.stdout.startswith("省级 31，地级 333，占位 9，无代码 0，隔离 0 → ")
    assert used < BOTH_SECONDS


def test_what_is_written_can_be_read_with_the_columns_promised(
    tmp_path: Path, jiecun_cmd: JiecunCmd
) -> None:
    done = jiecun_cmd("regions", "load", PAIRS, "--format", "pairs", "--out", tmp_path)
    assert done.returncode == 0, done.stderr

    source = pl.read_parquet(tmp_path / "region_source.parquet")
    assert set(source.columns) >= {
        "source_line",
        "token_no",
        "raw_text",
        "province",
        "prefecture",
        "county",
        "level",
        "region_code",
        "code_year",
        "match_method",
        "correction_ids",
        "issues",
    }
    cities = source.filter(pl.col("level").is_in(["prefecture", "placeholder"]))
    assert cities["region_code"].n_unique() == cities.height == 342
    quarantine = pl.read_parquet(tmp_path / "region_quarantine.parquet")
    assert quarantine.select("source_line", "raw_text", "reason").rows() == [
        (1, "全国各地天气预报查询", "HEADING")
    ]
    issues = pl.read_parquet(tmp_path / "region_issue.parquet")
    assert {"source_line", "code", "detail", "severity"} <= set(issues.columns)
    assert set(issues["severity"]) == {"info"}


def test_a_load_with_faults_tells_them_in_figures(tmp_path: Path, jiecun_cmd: JiecunCmd) -> None:
    text = tmp_path / "damaged.txt"
    text.write_text("2陕西省\n1西安市\n碑林区 秦都区\n7咸阳市\n渭城区\n", encoding="utf-8")
    done = jiecun_cmd("regions", "load", text, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr

    facts = json.loads(done.stdout)
    assert facts["counts"] == {
        "province": 1,
        "prefecture": 1,
        "county": 2,
        "placeholder": 0,
        "no_code": 1,
        "duplicate": 0,
    }
    assert facts["quarantine"] == {"ORPHAN_LINE": 1, "UNKNOWN_LEVEL": 1}
    assert [(w["source_line"], w["code"]) for w in facts["warnings"]] == [
        (0, "NO_CORRECTIONS"),
        (0, "TEXT_UNKNOWN"),
        (3, "UNRESOLVED"),
        (4, "UNKNOWN_LEVEL"),
        (5, "ORPHAN_LINE"),
    ]
    told = jiecun_cmd("regions", "load", text, "--out", tmp_path / "out").stdout
    assert "警告 UNKNOWN_LEVEL: 第 4 行" in told


def test_strict_tells_every_warning_and_writes_nothing(
    tmp_path: Path, jiecun_cmd: JiecunCmd
) -> None:
    text = tmp_path / "damaged.txt"
    text.write_text("2陕西省\n1西安市\n碑林区 秦都区\n7咸阳市\n", encoding="utf-8")
    done = jiecun_cmd("regions", "load", text, "--out", tmp_path / "out", "--strict")

    assert done.returncode == 3
    for code in ("UNRESOLVED", "UNKNOWN_LEVEL", "TEXT_UNKNOWN", "PROVINCE_COUNT"):
        assert f"错误 {code}: " in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_strict_compares_with_the_load_before(tmp_path: Path, jiecun_cmd: JiecunCmd) -> None:
    args = ("regions", "load", LIST, "--out", tmp_path, "--strict")
    assert jiecun_cmd(*args).returncode == 0
    assert jiecun_cmd(*args).returncode == 0
    path = tmp_path / "region_source.parquet"
    pl.read_parquet(path).head(3000).write_parquet(path)
    kept = path.read_bytes()
    done = jiecun_cmd(*args)

    assert done.returncode == 3
    assert "错误 ROW_CHANGE" in done.stderr
    assert path.read_bytes() == kept


@pytest.mark.parametrize(
    ("data", "form", "code"),
    [
        (b"", "list", "REGION_EMPTY"),
        (b"\xef\xbb\xbf\r\n", "pairs", "REGION_EMPTY"),
        ("2陕西省\n1西安市\n".encode("utf-16"), "list", "ENC_INVALID"),
        ("2024年3月5日，会议\n2025年1月17日，通知\n".encode(), "list", "NOT_A_REGION_LIST"),
        ("2024年3月5日，会议\n2025年1月17日，通知\n".encode(), "pairs", "NOT_A_REGION_LIST"),
    ],
)
def test_a_fatal_text_stops_before_anything_is_written(
    tmp_path: Path, jiecun_cmd: JiecunCmd, data: bytes, form: str, code: str
) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes(data)
    done = jiecun_cmd("regions", "load", text, "--format", form, "--out", tmp_path / "out")

    assert done.returncode == 2
    assert done.stderr.startswith(f"错误 {code}: ")
    assert all(word in done.stderr for word in ("应为: ", "实为: ", "处理: "))
    assert not (tmp_path / "out").exists()


def test_the_wrong_format_and_a_missing_file_are_told(
    tmp_path: Path, jiecun_cmd: JiecunCmd
) -> None:
    wrong = jiecun_cmd("regions", "load", PAIRS, "--out", tmp_path / "out")
    missing = jiecun_cmd("regions", "load", tmp_path / "none.txt", "--out", tmp_path / "out")
    unknown = jiecun_cmd("regions", "load", LIST, "--format", "tree")

    assert (wrong.returncode, missing.returncode, unknown.returncode) == (2, 2, 2)
    assert "--format pairs" in wrong.stderr
    assert "REGION_FILE" in missing.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, jiecun_cmd: JiecunCmd) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = jiecun_cmd("regions", "load", PAIRS, "--format", "pairs", "--out", tmp_path / "file")

    assert done.returncode == 2
    assert "OUT_UNWRITABLE" in done.stderr

"""Corrections are data tied to one file: they all apply, in a fixed order, or the load stops."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import EXIT_CHECK, JiecunError
from pipelines.paths import RULES
from pipelines.regions import RegionLoad, load_region_text

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.regions.model import Format

TEXT = "2陕西省\n1西按市\n碑林区新城 高新区\n1咸阳市\n2河南省\n1济源市\n1洛阳市\n涧西区 杨凌区\n"
HEAD = "correction_id,source_sha256_16,line,op,expect,value,issue,reason,confidence\n"


def load(
    tmp_path: Path, *fixes: str, text: str = TEXT, sha16: str = "", form: Format = "list"
) -> RegionLoad:
    """Load a text with corrections given as 'line,op,expect,value,issue'."""
    (tmp_path / "list.txt").write_bytes(text.encode())
    sha16 = sha16 or hashlib.sha256(text.encode()).hexdigest()[:16]
    for name in ("gbt2260_history_2000_2026.csv", "placeholder_codes.csv", "region_limits.csv"):
        (tmp_path / name).write_bytes((RULES / "regions" / name).read_bytes())
    (tmp_path / "region_texts.csv").write_text(
        "sha256,name,format,province,prefecture,county,placeholder,no_code,duplicate,corrections\n"
    )
    rows = [f"C-{n},{sha16},{fix},why,certain\n" for n, fix in enumerate(fixes, start=1)]
    (tmp_path / "corrections_000.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return load_region_text(tmp_path / "list.txt", tmp_path, form)


def test_the_order_of_operations_does_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    fixes = [
        "3,mark_no_gb_code,高新区,DEV_ZONE,NO_GB_CODE_DEV_ZONE",
        "3,rename,新城,新城区,TRUNCATED_NAME",
        "3,split,碑林区新城,碑林区|新城,MISSING_SEPARATOR",
        "6,set_level,济源市,county,LEVEL_MISMATCH",
        "2,rename,西按市,西安市,WRONG_CHAR",
    ]

    first = load(tmp_path, *fixes)
    second = load(tmp_path, *reversed(fixes))

    columns = ["source_line", "prefecture", "county", "region_code", "issues"]
    assert first.regions.select(columns).equals(second.regions.select(columns))
    assert first.regions.select("county", "region_code", "correction_ids").rows()[2:5] == [
        ("碑林区", "610103", "C-3"),
        ("新城区", "610102", "C-3;C-2"),
        ("高新区", None, "C-1"),
    ]
    jiyuan = first.regions.select("source_line", "county", "prefecture", "region_code").row(7)
    assert jiyuan == (6, "济源市", None, "419001")


@pytest.mark.parametrize(
    "fix",
    [
        "2,rename,西安市,长安市,X",
        "3,rename,西按市,西安市,X",
        "3,set_level,碑林区新城,county,X",
        "99,set_level,济源市,county,X",
        "3,split,碑林区新,碑林区|新,X",
        "8,reparent,涧西区,郑州市,X",
        "8,reparent,杨凌区,咸阳市,X",
        "8,drop_duplicate,涧西区,3,X",
        "4,mark_no_gb_code,咸阳市,DEV_ZONE,X",
    ],
    ids=[
        "another name",
        "another line",
        "no level line",
        "no such line",
        "part of a name",
        "a prefecture that is not there",
        "a prefecture of another province",
        "nothing is doubled",
        "a prefecture is no county",
    ],
)
def test_a_correction_that_does_not_apply_stops_the_load(tmp_path: Path, fix: str) -> None:
    with pytest.raises(JiecunError, match="CORRECTION_STALE"):
        load(tmp_path, fix)


def test_a_name_that_stands_twice_on_the_line_is_not_corrected_by_guess(tmp_path: Path) -> None:
    doubled = TEXT.replace("涧西区 杨凌区", "涧西区 涧西区")

    with pytest.raises(JiecunError, match="该行有 2 处"):
        load(tmp_path, "8,rename,涧西区,西工区,X", text=doubled)


def test_all_stale_corrections_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(JiecunError) as caught:
        load(tmp_path, "3,split,甲乙,甲|乙,X", "8,reparent,涧西区,郑州市,X")

    assert [p.place for p in caught.value.problems] == ["更正 C-1，第 3 行", "更正 C-2，第 8 行"]
    assert caught.value.problems[1].found == "河南省没有郑州市"


@pytest.mark.parametrize(
    "fix",
    [
        "2,replace,西按市,西安市,X",
        "x,rename,西按市,西安市,X",
        "2,rename,西按市,,X",
        "6,set_level,济源市,province,X",
        "3,split,碑林区新城,碑林区|新市,X",
        "8,drop_duplicate,涧西区,,X",
        "3,mark_no_gb_code,高新区,ZONE,X",
    ],
)
def test_a_correction_of_the_wrong_form_is_refused(tmp_path: Path, fix: str) -> None:
    with pytest.raises(JiecunError, match="CORRECTION_INVALID"):
        load(tmp_path, fix, sha16="0" * 16)


def test_corrections_of_another_file_do_nothing_and_that_is_told(tmp_path: Path) -> None:
    found = load(tmp_path, "2,rename,西按市,西安市,WRONG_CHAR", sha16="0" * 16)

    assert found.regions["correction_ids"].unique().to_list() == [""]
    assert [row[:2] for row in found.issues.rows()][:2] == [
        (0, "NO_CORRECTIONS"),
        (0, "TEXT_UNKNOWN"),
    ]
    assert found.regions["region_code"].to_list()[1] is None


PAIRS = "陕西省\n西按市\n陕西省\n咸阳市\n"


def test_an_item_of_the_pairs_is_renamed_by_a_correction(tmp_path: Path) -> None:
    fix = "2,rename,西按市,西安市,WRONG_CHAR"
    found = load(tmp_path, fix, text=PAIRS, form="pairs").regions

    assert found.select("raw_text", "prefecture", "region_code", "match_method").rows()[1] == (
        "西按市",
        "西安市",
        "610100",
        "corrected",
    )


@pytest.mark.parametrize(
    "fix", ["2,set_level,西按市,county,X", "4,rename,西按市,西安市,X", "2,split,西按市,西按|市,X"]
)
def test_what_does_not_fit_the_pairs_is_stale(tmp_path: Path, fix: str) -> None:
    with pytest.raises(JiecunError, match="CORRECTION_STALE") as caught:
        load(tmp_path, fix, text=PAIRS, form="pairs")

    assert caught.value.exit_code == EXIT_CHECK


def test_an_id_is_used_once_over_all_correction_files(tmp_path: Path) -> None:
    (tmp_path / "corrections_009.csv").write_text(
        HEAD + f"C-1,{'0' * 16},1,rename,甲,乙,X,why,certain\n", encoding="utf-8"
    )

    with pytest.raises(JiecunError, match="编号在各文件间不重复"):
        load(tmp_path, "2,rename,西按市,西安市,WRONG_CHAR")

"""Planted bad rows: each stands where its label says, is bad for that one reason, and changes
nothing of the good world."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.demo.generate import generate
from pipelines.demo.world import DemoPool, pools_of_province
from pipelines.errors import EXIT_USAGE, JiecunError
from pipelines.extracts.intake import run_intake
from pipelines.paths import RULES, RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

POOLS = (
    DemoPool("619900", "陕西省本级", ("619900",)),
    DemoPool("610100", "西安市", ("610102", "610103", "610199")),
)
ONCE_PER_MONTH = {
    "settlements": [
        "AMT_FORMAT", "ID_FLOAT_MANGLED", "DATE_INVALID", "REQUIRED_MISSING", "REGION_MISSING",
        "REGION_UNKNOWN", "POOL_UNKNOWN", "POOL_MISMATCH", "INSUTYPE_UNKNOWN", "OUT_OF_SCOPE",
        "MED_TYPE_UNMAPPED", "JM_ACCT_PAY", "SELF_REFERENCE", "DATE_ORDER", "TIME_RANGE",
        "SIGN_MISMATCH", "REFD_FLAG", "OUTMED_COPY", "AMT_IDENTITY", "COL_COUNT", "ENC_INVALID",
        "DUP_EXACT", "DUP_CONFLICT", "SUPERSEDED_OLD", "ORPHAN_REVERSAL",
    ],
    "contributions": [
        "YM_INVALID", "CLCT_TIME", "AMT_FORMAT", "REVS_FLAG", "CLCT_OBJ", "YM_ORDER",
        "TRAF_TOO_LARGE", "CLCT_WAY_UNKNOWN",
    ],
    "fund_transfers": [
        "TRAF_ITEM_UNMAPPED", "DIRECTION", "ACCT_TYPE", "FIN_VALI_FLAG", "INTEREST_TERMS",
        "SIGN_MISMATCH",
    ],
    "vouchers": ["MAKER_CHECKER", "ACCOUNT_UNKNOWN"],
    "recoveries": ["DETD_STAS", "RETN_DATE", "RETN_WAY"],
    "budget": ["STT_MON"],
}  # fmt: skip


@pytest.fixture(scope="module")
def region_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regions") / "regions.txt"
    path.write_text("2陕西省\n", encoding="utf-8")
    return path


def lines_by_table(folder: Path) -> Counter[str]:
    """Data lines of the extracts, by table."""
    found: Counter[str] = Counter()
    for path in (folder / "extracts").iterdir():
        table = path.name.partition("_610000")[0]
        found[table] += path.read_bytes().count(b"\n") - 1
    return found


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, region_file: Path) -> tuple[Path, Path]:
    """The same world without and with bad rows; what is said of each is what its files hold."""
    root = tmp_path_factory.mktemp("worlds")
    for name, bad in (("good", False), ("bad", True)):
        made = generate(
            root / name, months=4, settlements=2_000, defects=bad, region_file=region_file,
            pools=POOLS,
        )  # fmt: skip
        assert made.rows == lines_by_table(root / name)
    return root / "good", root / "bad"


def labels(folder: Path) -> pl.DataFrame:
    frame = pl.read_csv(folder / "labels.csv", infer_schema=False)
    return frame.filter(pl.col("kind") == "defect").with_columns(
        src_row=pl.col("detail").str.strip_prefix("src_row=").cast(pl.Int64)
    )


def test_every_class_is_planted_three_times(worlds: tuple[Path, Path]) -> None:
    found = Counter(labels(worlds[1]).select("table_name", "reason").iter_rows())
    wanted = Counter({(t, r): 3 for t, reasons in ONCE_PER_MONTH.items() for r in reasons})
    wanted[("settlements", "DUP_CONFLICT")] = 6
    wanted[("vouchers", "VOUCHER_INCOMPLETE")] = 6
    wanted[("vouchers", "VOUCHER_UNBALANCED")] = 6
    assert found == wanted


def test_bad_rows_follow_the_good_ones_and_change_none(worlds: tuple[Path, Path]) -> None:
    good, bad = worlds
    touched = set(labels(bad)["file"])
    for path in sorted((good / "extracts").iterdir()):
        plain, planted = path.read_bytes(), (bad / "extracts" / path.name).read_bytes()
        assert planted.startswith(plain)
        assert (len(planted) > len(plain)) == (path.name in touched)


def test_each_label_points_at_its_row(worlds: tuple[Path, Path]) -> None:
    for name, key, src_row in labels(worlds[1]).select("file", "key_value", "src_row").iter_rows():
        lines = (worlds[1] / "extracts" / name).read_bytes().split(b"\n")
        line = lines[src_row].decode("utf-8", errors="replace")
        first = next(csv.reader(io.StringIO(line)))[0]
        assert first == key.split("#")[0].split("|")[0]


def rule(name: str) -> pl.DataFrame:
    return pl.read_csv(RULES / f"rule_{name}.csv", infer_schema=False)


def references() -> dict[str, pl.DataFrame]:
    years = range(2000, 2030)
    members = [(c, p.poolarea_no, y) for p in POOLS for c in p.region_codes for y in years]
    insutypes = rule("insutype")
    return {
        "ref_region_code": pl.DataFrame(
            [(code, year) for code, _, year in members],
            schema=["region_code", "year"],
            orient="row",
        ),
        "ref_pooling_area": pl.DataFrame({"poolarea_no": [p.poolarea_no for p in POOLS]}),
        "ref_pooling_area_member": pl.DataFrame(
            members, schema=["region_code", "poolarea_no", "year"], orient="row"
        ),
        "ref_insutype": insutypes.select("insutype").unique(),
        "ref_insutype_in_scope": insutypes.filter(pl.col("in_scope") == "true")
        .select("insutype")
        .unique(),
        "ref_med_class": rule("med_class").select("med_prefix").unique(),
        "ref_clct_way": rule("clct_way").select("clct_way").unique(),
        "ref_traf_item": rule("traf_item").select("traf_item").unique(),
        "ref_event": pl.concat(
            [rule("event").select("event_code"), pl.DataFrame({"event_code": ["OPEN"]})]
        ),
        "ref_account": rule("account").select("account_code", "insutype").unique(),
    }


def test_intake_refuses_exactly_the_planted_rows_each_for_its_reason(
    worlds: tuple[Path, Path], tmp_path: Path
) -> None:
    run_intake(RawPaths(worlds[1]), WarehousePaths(tmp_path), references(), "k" * 22)
    parts = [pl.read_parquet(p) for p in (tmp_path / "quarantine").rglob("*.parquet")]
    columns = ["source_file", "src_row", "reason", "disposition"]
    refused = set(pl.concat([p.select(columns) for p in parts]).iter_rows())
    planted = set(labels(worlds[1]).select("file", "src_row", "reason", "disposition").iter_rows())
    assert refused == planted


def test_arguments_out_of_range_and_a_full_folder_are_told(
    tmp_path: Path, region_file: Path
) -> None:
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "old.csv").write_text("x\n", encoding="utf-8")
    with pytest.raises(JiecunError) as told:
        generate(
            tmp_path, months=2, settlements=10, start_ym=202313, region_file=region_file,
            pools=POOLS,
        )  # fmt: skip
    assert told.value.exit_code == EXIT_USAGE
    assert [p.code for p in told.value.problems] == [
        "DEMO_MONTHS", "DEMO_SETTLEMENTS", "DEMO_START", "DEMO_OUT_NOT_EMPTY",
    ]  # fmt: skip


def test_an_unknown_province_is_answered_with_the_known_ones() -> None:
    areas = pl.DataFrame(
        {"poolarea_no": ["110000", "610100"], "poolarea_name": ["北京市", "西安市"],
         "province_name": ["北京市", "陕西省"]}
    )  # fmt: skip
    members = pl.DataFrame(
        {"region_code": ["110101", "610102", "610100-Z01"],
         "poolarea_no": ["110000", "610100", "610100"]}
    )  # fmt: skip
    with pytest.raises(JiecunError) as told:
        pools_of_province(areas, members, "陕西")
    assert "北京市、陕西省" in str(told.value)
    assert pools_of_province(areas, members, "陕西省") == (
        DemoPool("610100", "西安市", ("610102",)),
    )


def test_a_stopped_generation_leaves_no_extract(tmp_path: Path, region_file: Path) -> None:
    def stop(done: int, _months: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(
            tmp_path, months=3, settlements=2_000, region_file=region_file, pools=POOLS,
            on_month=stop,
        )  # fmt: skip
    assert list(tmp_path.rglob("*.csv")) == []

"""A profile proposed from a file: what it says, and what it shows would be refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from pipelines.errors import JiecunError
from pipelines.extracts.profile_toml import parse_profile
from pipelines.extracts.propose import Proposal, propose_profile
from pipelines.intake_view import print_proposal
from tests.unit.intake_harness import PERSON, REFS, S1, World, csv_bytes, row
from tests.unit.test_extracts_profiles import CMS, as_his

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "setl_id": "结算ID", "medfee_sumamt": "medfeeSumamt", "psn_no": "PSN_NO",
    "begndate": "开始日期", "insu_admdvs": "医保区", "fixmedins_code": "机构",
    "psn_type": "类别",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def rows(*cells: dict[str, str]) -> list[dict[str, str]]:
    plain = [row("settlements", str(n + 1), **c) for n, c in enumerate(cells)]
    return [
        {NAMES.get(k, k): v for k, v in r.items()} | {"参保人姓名": "甲乙", "备注": "x"}
        for r in plain
    ]


def state(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in root.rglob("*")
        if p.is_file()
    }


def proposed(world: World, name: str, data: bytes, table: str = "") -> Proposal:
    path = world.raw.root.parent / name
    path.write_bytes(data)
    before = state(world.raw.root.parent)
    proposal = propose_profile(path, world.raw, REFS, table=table)
    assert state(world.raw.root.parent) == before
    return proposal


def test_names_labels_and_contents_are_matched_and_persons_dropped(world: World) -> None:
    data = csv_bytes(
        rows({"begndate": "2024年01月05日"}, {"begndate": "2024年01月06日", "psn_pay": "12.345"})
    )
    proposal = proposed(world, "一月.csv", data, "settlements")
    matched = proposal.matched
    assert {k: matched.get(k) for k in NAMES} == {
        "setl_id": "结算id", "medfee_sumamt": "medfeesumamt", "psn_no": "psn_no",
        "begndate": "开始日期", "insu_admdvs": "医保区", "fixmedins_code": "机构",
        "psn_type": None,
    }  # fmt: skip
    assert (proposal.missing, proposal.drop, proposal.unused) == (
        ("psn_type",), ("参保人姓名",), ("类别", "备注")
    )  # fmt: skip
    assert [p.code for p in proposal.problems] == ["HEADER_MISSING"]
    assert proposal.preview is None
    assert '# psn_type = ""  # 必填：人员类别' in proposal.toml
    assert 'begndate = { from = "开始日期", dates = ["%Y年%m月%d日"] }' in proposal.toml
    assert parse_profile(proposal.toml).header == (
        "结算id", "医保区", "机构", "开始日期", "medfeesumamt"
    )  # fmt: skip


def test_what_would_be_refused_is_shown_masked_and_nothing_is_written(world: World) -> None:
    given = [row("settlements", "1"), row("settlements", "2", psn_pay="12.345")]
    given += [row("settlements", "3", insu_admdvs="999999"), row("settlements", "4", psn_pay="x")]
    text = csv_bytes([r | {"psn_name": "甲乙"} for r in given]).decode()
    lines = text.replace(",", "\t").split("\n")
    proposal = proposed(world, S1.replace(".csv", ".txt"), "\n".join(lines).encode("gb18030"))
    assert (proposal.table, proposal.encoding, proposal.drop) == (
        "settlements", "gb18030", ("psn_name",)
    )  # fmt: skip
    assert proposal.problems == ()
    assert proposal.preview is not None
    assert (proposal.preview.rows_read, proposal.preview.rows_accepted) == (4, 1)
    assert [(r.reason, r.rows, r.first_line) for r in proposal.preview.refusals] == [
        ("AMT_FORMAT", 2, 3), ("REGION_UNKNOWN", 1, 4),
    ]  # fmt: skip
    told = proposal.toml + str(proposal.preview)
    assert PERSON not in told and "甲乙" not in told
    assert not world.paths.root.exists()


def test_the_table_is_found_by_the_header(world: World) -> None:
    for table in ("budget", "clearing", "contributions", "fund_transfers", "vouchers"):
        assert proposed(world, "data.csv", csv_bytes([row(table)])).table == table


def test_packed_files_are_looked_into(world: World) -> None:
    data = csv_bytes([row("budget")])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("in/x.csv", data)
    for name, packed in (("x.csv.gz", gzip.compress(data)), ("x.zip", out.getvalue())):
        proposal = proposed(world, name, packed)
        assert proposal.table == "budget"
        assert proposal.preview is not None and proposal.preview.rows_accepted == 1


def test_a_file_that_fits_no_table(world: World) -> None:
    for name, data in (("a.csv", b"x,y\n1,2\n"), ("a.pdf", b"%PDF"), ("a.csv", b"")):
        with pytest.raises(JiecunError) as error:
            proposed(world, name, data)
        assert [p.code for p in error.value.problems] == ["FILE_UNKNOWN"]


def test_a_saved_proposal_takes_the_file_in(world: World) -> None:
    given = rows({"begndate": "2024年01月05日"})
    data = csv_bytes([{("psn_type" if k == "类别" else k): v for k, v in r.items()} for r in given])
    proposal = proposed(world, "一月.csv", data)
    assert proposal.preview is not None and proposal.preview.rows_accepted == 1
    folder = world.raw.root / "profiles"
    folder.mkdir()
    (folder / "proposed.toml").write_text(proposal.toml, encoding="utf-8")
    world.put(S1, data)
    (record,) = world.run().new
    assert record.rows_accepted == 1
    assert world.live("settlements", "begndate::VARCHAR, setl_id") == [("2024-01-05", "setl_i1")]


def test_a_shipped_profile_that_fits_is_offered_first_and_tried(world: World) -> None:
    """The HIS layout asks for a manifest; a row it would refuse is shown under that profile."""
    (his,) = proposed(world, "一月.csv", as_his(), "settlements").fits
    assert (his.profile, his.table, his.is_chosen, his.area) == ("his", "settlements", False, "")
    assert his.preview is not None and (his.preview.rows_read, his.preview.rows_accepted) == (2, 2)
    broken = as_his().replace(b"5124.00", b"x", 1)
    (his,) = proposed(world, "一月.csv", broken).fits
    assert his.preview is not None
    assert [(r.reason, r.rows) for r in his.preview.refusals] == [("AMT_FORMAT", 1)]


def test_a_profile_that_takes_the_area_from_the_name_is_tried_under_another(world: World) -> None:
    """DE-SynPUF is known by its header; the file's own name tells no area."""
    (cms,) = proposed(world, "DE1_0_Inpatient_202401.csv", CMS).fits
    assert (cms.profile, cms.is_chosen, cms.area) == ("cms_synpuf", True, "610102")
    assert cms.preview is not None and cms.preview.rows_accepted == 2
    text = io.StringIO()
    shown = proposed(world, "DE1_0_Inpatient_202401.csv", CMS)
    print_proposal(Console(file=text, width=200), shown)
    for words in (
        "已有来源配置 cms_synpuf",
        "自动选用",
        "以 610102 代替",
        "试接收 2 行，接收 2 行",
    ):
        assert words in text.getvalue()
    assert "必填" not in text.getvalue()


def test_a_profile_of_the_site_that_fits_is_offered(world: World) -> None:
    folder = world.raw.root / "profiles"
    folder.mkdir()
    (folder / "ours.toml").write_text(
        'name = "ours"\ntitle_zh = "本地预算"\ntable = "budget"\n'
        '[columns]\nbudg_item = ["项目甲"]\n',
        encoding="utf-8",
    )
    given = {("项目甲" if k == "budg_item" else k): v for k, v in row("budget").items()}
    (ours,) = proposed(world, "x.csv", csv_bytes([given])).fits
    assert (ours.profile, ours.title_zh, ours.table) == ("ours", "本地预算", "budget")


def test_a_file_of_the_agreed_names_needs_no_profile(world: World) -> None:
    (fit,) = proposed(world, S1, csv_bytes([row("settlements", "1")])).fits
    assert (fit.profile, fit.table, fit.preview and fit.preview.rows_accepted) == (
        "", "settlements", 1
    )  # fmt: skip


def test_a_problem_names_the_file_itself(world: World) -> None:
    """Nothing fits: the column that is missing is missing in this file, not in one made up."""
    proposal = proposed(world, "一月.csv", csv_bytes(rows({"begndate": "2024年01月05日"})))
    assert proposal.fits == ()
    assert [p.place for p in proposal.problems] == ["一月.csv 第1行"]

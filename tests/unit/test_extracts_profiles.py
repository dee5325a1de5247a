"""Profiles: an agency's own layout read without code, and everything they must refuse."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.extracts.discover import TABLES, discover, parse_name
from pipelines.extracts.header import find_header
from pipelines.extracts.mapping import read_header
from pipelines.extracts.profile import ProfileError
from pipelines.extracts.profile_files import load_profiles, profiles_hash
from pipelines.extracts.profile_sql import dated, expression, in_yuan
from pipelines.extracts.profile_toml import parse_profile
from tests.unit.intake_harness import S1, World, csv_bytes, row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETL = TABLES["settlements"]
STEM = S1.removesuffix(".csv")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def profile(world: World, name: str, text: str) -> None:
    folder = world.raw.root / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(f'name = "{name}"\n{text}', encoding="utf-8")


def manifest(world: World, stem: str, **told: Any) -> None:
    (world.raw.extracts / f"{stem}.json").write_text(json.dumps(told), encoding="utf-8")


def one(sql: str, cell: str | None) -> Any:
    return (
        duckdb.connect().execute(f"SELECT {sql} FROM (SELECT ?::VARCHAR AS c)", [cell]).fetchone()
    )


MONEY = [
    ("万元", "1.234567", "12345.67"),
    ("万元", "-0.000001", "-0.01"),
    ("万元", "1,234.5", "12345000.00"),
    ("万元", "999999999999.999999", "9999999999999999.99"),
    ("万元", "1.2345678", "1.2345678万元"),
    ("万元", "1,23,4.5", "1,23,4.5万元"),
    ("万元", "１２", "１２万元"),
    ("万元", "12e3", "12e3万元"),
    ("分", "1234567", "12345.67"),
    ("分", "-1", "-0.01"),
    ("分", "5.00", "0.05"),
    ("分", "123.5", "123.5分"),
    ("角", "12.5", "1.25"),
    ("亿元", "0.0000000001", "0.01"),
    ("元", "1.005", "1.005"),
    ("万元", None, None),
]


@pytest.mark.parametrize(("unit", "cell", "text"), MONEY)
def test_another_money_unit_is_exact_or_unreadable(
    unit: str, cell: str | None, text: str | None
) -> None:
    assert one(in_yuan("c", unit), cell) == (text,)


DATES = [
    ("date", ("%d/%m/%Y",), False, "05/01/2024", "2024-01-05"),
    ("date", ("%d/%m/%Y",), False, "31/02/2024", "31/02/2024"),
    ("date", (), True, "45322", "2024-01-31"),
    ("date", (), True, "45322.5", "45322.5"),
    ("date", (), False, "45322", "45322"),
    ("date", (), True, "12345", "12345"),
    ("stamp", (), True, "45322.4244444444", "2024-01-31 10:11:12"),
    ("stamp", ("%Y年%m月%d日",), False, "2024年01月31日", "2024-01-31 00:00:00"),
    ("ym", ("%Y/%m",), False, "2024/03", "202403"),
    ("text", ("%Y/%m",), True, "45322", "45322"),
]


@pytest.mark.parametrize(("kind", "forms", "serial", "cell", "text"), DATES)
def test_dates_in_told_forms(
    kind: str, forms: tuple[str, ...], serial: bool, cell: str, text: str
) -> None:
    assert one(dated("c", kind, forms, serial), cell) == (text,)


EXPRESSIONS = [
    ("cast(a as decimal(16,2)) + 1", "money", "1.5", "2.5"),
    ("cast(a as decimal(16,2)) / 100", "money", "1234", "12.34"),
    ("cast(a as decimal(18,2)) * 2", "money", "9007199254740993.01", "18014398509481986.02"),
    ("cast(a as decimal(16,2))", "money", "1.005", "无法换算"),
    ("cast(a as decimal(16,2))", "money", "abc", "无法换算"),
    ("cast(a as decimal(16,2))", "money", None, None),
    ("a || '-1'", "text", "x", "x-1"),
    ("case when a is null then '11' else '21' end", "text", None, "11"),
    ("strftime(strptime(a, '%m/%d/%Y'), '%Y-%m-%d')", "date", "01/31/2024", "2024-01-31"),
    ("strftime(strptime(a, '%m/%d/%Y'), '%Y-%m-%d')", "date", "31/31/2024", "无法换算"),
    ("lpad(a, 2, '0')", "text", "7", "07"),
    ("substr(a, 1, 4) || '00'", "text", "610102", "610100"),
]


@pytest.mark.parametrize(("text", "kind", "cell", "value"), EXPRESSIONS)
def test_expressions_are_exact_or_unreadable(
    text: str, kind: str, cell: str | None, value: str | None
) -> None:
    sql = expression(text, kind, "k", {"a": "c"}.get)
    assert one(sql, cell) == (value,)


@pytest.mark.parametrize(
    "text",
    [
        "(select 1)", "read_text('x')", "a; drop table t", "t.a", "getenv('HOME')",
        "a in (select 1)", "cast(a as json)", "cast(a as double)", "a / 3", "random()", "1e3",
        "current_date", "b", "a -- x\n; select 1", "exists (select 1)", "a[1]", "*", "$1", "",
    ],
)  # fmt: skip
def test_expressions_outside_the_small_language_are_refused(text: str) -> None:
    with pytest.raises(ProfileError):
        expression(text, "date", "k", {"a": "c"}.get)


def test_a_text_column_converts_nothing() -> None:
    with pytest.raises(ProfileError):
        expression("cast(cast(a as integer) as varchar)", "text", "k", {"a": "c"}.get)


BAD: list[tuple[str, str]] = [
    ('table = "settlement"', "table"),
    ('table = "settlements"\nwhat = 1', "what"),
    ('table = "settlements"\n[read]\ncolour = "red"', "read.colour"),
    ('table = "settlements"\n[read]\nencoding = "big5"', "read.encoding"),
    ('table = "settlements"\n[read]\nmoney_unit = "美元"', "read.money_unit"),
    ('table = "settlements"\n[read]\ncent = "0.05"', "read.cent"),
    ('table = "settlements"\n[read]\ndates = ["%d.%m.%y"]', "read.dates"),
    ('table = "budget"\n[read]\nreversal = "same_id"', "read.reversal"),
    ('table = "settlements"\n[match]\nname = "("', "match.name"),
    ('table = "settlements"\n[match]\nname = "(?P<ym>x)"', "match.name"),
    ('table = "settlements"\n[columns]\npsn_pays = "x"', "columns.psn_pays"),
    ('table = "settlements"\n[columns]\npsn_pay = "x"\ncash_payamt = "X"',
     "columns.cash_payamt.from"),
    ('table = "settlements"\n[columns]\npsn_pay = {unit = "分"}', "columns.psn_pay"),
    ('table = "settlements"\n[columns]\nsetl_id = {from = "x", unit = "分"}',
     "columns.setl_id.unit"),
    ('table = "settlements"\n[columns]\nsetl_id = {sql = "x", value = "y"}', "columns.setl_id"),
    ('table = "settlements"\n[columns]\nsetl_id = {form = "x"}', "columns.setl_id.form"),
    ('table = "settlements"\n[columns]\nmdtrt_id = "certno"', "columns.mdtrt_id"),
    ('table = "settlements"\n[columns]\nmdtrt_id = {sql = "left(psn_no, 9)"}',
     "columns.mdtrt_id"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), BAD)
def test_a_profile_that_cannot_stand_names_file_and_key(world: World, text: str, key: str) -> None:
    profile(world, "mine", text)
    world.put(S1, [row("settlements")])
    _, problems = discover(world.raw.extracts)
    assert [(p.code, p.place) for p in problems] == [
        ("PROFILE_INVALID", f"profiles/mine.toml {key}")
    ]


def test_broken_toml_and_a_name_that_is_not_the_files(world: World) -> None:
    profile(world, "a", "table = ")
    profile(world, "b", 'table = "settlements"')
    (world.raw.root / "profiles" / "b.toml").rename(world.raw.root / "profiles" / "c.toml")
    _, problems = load_profiles(world.raw.root)
    assert [p.place for p in problems] == ["profiles/a.toml 文件", "profiles/c.toml name"]


def test_a_profile_linked_from_outside_is_not_read(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "mine.toml"
    outside.write_text('name = "mine"\ntable = "settlements"\n', encoding="utf-8")
    (world.raw.root / "profiles").mkdir()
    (world.raw.root / "profiles" / "mine.toml").symlink_to(outside)
    found, problems = load_profiles(world.raw.root)
    assert "mine" not in found
    assert [p.code for p in problems] == ["PROFILE_INVALID"]


def test_the_shipped_profiles_are_there_and_the_raw_folders_stand_before_them(
    world: World,
) -> None:
    assert sorted(load_profiles(world.raw.root)[0]) == ["cms_synpuf", "his", "platform"]
    before = profiles_hash(world.raw.root)
    profile(world, "his", 'title_zh = "本地"\ntable = "settlements"')
    assert load_profiles(world.raw.root)[0]["his"].title_zh == "本地"
    assert profiles_hash(world.raw.root) != before


def lay_out(text: str, header: str, cells: str) -> dict[str, Any]:
    """The text of each declared column of one line under a profile."""
    own = parse_profile(f'name = "mine"\ntable = "settlements"\n{text}')
    found = find_header([header], SETL, own)
    layout, problems = read_header(SETL, found, "x", own, {"file_area": "610102"})
    assert {p.code for p in problems} <= {"HEADER_MISSING"}
    values = cells.split(layout.delimiter)
    given = ", ".join(
        f"{'NULL' if value == '' else repr(value)}::VARCHAR AS c_{name}"
        for name, value in zip(layout.columns, values, strict=True)
        if name
    )
    texts = dict(layout.texts) | {n: f"c_{n}" for n in layout.columns if n in SETL.sql_columns()}
    sql = ", ".join(f"{text} AS {name}" for name, text in texts.items())
    result = duckdb.connect().execute(f"SELECT {sql} FROM (SELECT {given or '1 AS one'})")
    columns = [item[0] for item in result.description or []]
    return dict(zip(columns, result.fetchall()[0], strict=True))


def test_mapping_codes_constants_units_and_null_texts() -> None:
    text = """
[read]
nulls = ["-"]
money_unit = "万元"
[columns]
setl_id = "结算编号"
insutype = { from = "险种", codes = { "居民" = "390", "职工" = "310" } }
psn_type = { value = "15" }
poolarea_no = { sql = "left(file_area, 4) || '00'" }
hifp_pay = { from = "统筹(元)", unit = "元" }
"""
    header = "结算编号,险种,统筹（元）,medfee_sumamt,init_setl_id"
    assert lay_out(text, header, "s1,居民,12.50,0.01,-") == {
        "setl_id": "s1", "insutype": "390", "psn_type": "15", "poolarea_no": "610100",
        "hifp_pay": "12.50", "medfee_sumamt": "100.00", "init_setl_id": None,
    }  # fmt: skip
    assert lay_out(text, header, "s1,其他,-,x,s0")["insutype"] == "其他"
    assert lay_out(text, header, "s1,其他,-,x,s0")["medfee_sumamt"] == "x万元"


def test_both_legs_under_one_id_become_two_settlements() -> None:
    text = '[read]\nreversal = "same_id"\n[columns]\nrid = { sql = "setl_id" }\n'
    header = "setl_id,medfee_sumamt,refd_setl_flag"
    assert lay_out(text, header, "s1,36.00,0") == {
        "rid": "s1", "setl_id": "s1", "init_setl_id": None, "medfee_sumamt": "36.00",
        "refd_setl_flag": "0",
    }  # fmt: skip
    assert lay_out(text, header, "s1,-36.00,0") == {
        "rid": "s1-R", "setl_id": "s1-R", "init_setl_id": "s1", "medfee_sumamt": "-36.00",
        "refd_setl_flag": "1",
    }  # fmt: skip


def header_problems(text: str, header: str) -> list[tuple[str, str]]:
    own = parse_profile(f'name = "mine"\ntable = "settlements"\n{text}')
    _, problems = read_header(SETL, find_header([header], SETL, own), "x", own)
    return [(p.code, p.found) for p in problems if p.code != "HEADER_MISSING"]


def test_one_column_from_two_cells_is_ambiguous() -> None:
    assert header_problems('[columns]\npsn_pay = ["a", "b"]', "A,B,setl_id") == [
        ("HEADER_AMBIGUOUS", "由 a、b 重复给出")
    ]
    assert header_problems('[columns]\npsn_pay = "a"', "A,psn_part_amt") == [
        ("HEADER_AMBIGUOUS", "由 a、psn_part_amt 重复给出")
    ]
    assert header_problems('[columns]\npsn_pay = "a"\n[read]\ndrop=["psn_pay"]', "A,psn_pay") == []


def test_persons_are_refused_unless_dropped() -> None:
    told = "含 psnname、参保人姓名、身份证号"
    assert header_problems("", "setl_id,psnName,参保人姓名,身份证号") == [
        ("HEADER_PERSON_COLUMN", told)
    ]
    drop = '[read]\nloose_names = true\ndrop = ["psn_name", "参保人姓名", "身份证号"]'
    assert header_problems(drop, "setl_id,psnName,参保人姓名,身份证号") == []


def test_an_expression_over_a_cell_that_is_not_there_names_the_key() -> None:
    own = parse_profile('name="m"\ntable="settlements"\n[columns]\nrid={sql="a || b"}')
    _, problems = read_header(SETL, find_header(["a,setl_id"], SETL, own), "x", own)
    assert [(p.place, p.expected) for p in problems if p.code == "PROFILE_INVALID"] == [
        ("profiles/m.toml columns.rid.sql", "文件含列 b")
    ]


def test_where_the_header_stands() -> None:
    header, data = "rid,setl_id,mdtrt_id,psn_no", "r1,s1,m1,61000000000000000007"
    labels = "行号,结算编号,就诊编号,人员编号"
    for texts, at, count in (
        ([header, data], 0, 1),
        (["某市结算明细表,,,", "制表日期：2024年2月1日,,,", header, data], 2, 3),
        ([header, labels, data], 0, 2),
        ([labels, header, data], 1, 2),
        ([header, "一,二,三,四5", data], 0, 1),
        ([header.replace(",", "\t"), data.replace(",", "\t")], 0, 1),
    ):
        found = find_header(texts, SETL, None)
        assert (found.at, found.records) == (at, count)
        assert found.names == ("rid", "setl_id", "mdtrt_id", "psn_no")


def two_rows() -> list[dict[str, str]]:
    """Two settlements as the platform has them; the second is an inpatient one."""
    common = {"fixmedins_code": "H61010200001", "psn_type": "15", "vali_flag": "1"}
    out = row(
        "settlements", rid="887-1", setl_id="887-1", mdtrt_id="887", begndate="2024-01-05",
        enddate="2024-01-05", setl_time="2024-01-05 00:00:00", crte_time="2024-01-05 00:00:00",
        updt_time="2024-01-05 00:00:00", medfee_sumamt="60.00", inscp_amt="60.00",
        hifp_pay="50.00", fund_pay_sumamt="50.00", psn_pay="10.00", cash_payamt="10.00",
        act_pay_dedc="0.00", clr_ym="", **common,
    )  # fmt: skip
    inpatient = row(
        "settlements", rid="542-1", setl_id="542-1", mdtrt_id="542", begndate="2024-01-02",
        enddate="2024-01-09", setl_time="2024-01-09 00:00:00", crte_time="2024-01-09 00:00:00",
        updt_time="2024-01-09 00:00:00", medfee_sumamt="5124.00", inscp_amt="5124.00",
        hifp_pay="4000.00", othfund_pay="100.00", fund_pay_sumamt="4100.00", psn_pay="1024.00",
        cash_payamt="1024.00", act_pay_dedc="1024.00", med_type="21", clr_ym="", **common,
    )  # fmt: skip
    return [out, inpatient]


def as_platform() -> bytes:
    camel = {"setl_id": "setlId", "medfee_sumamt": "medfeeSumamt", "psn_no": "PSN_NO"}
    rows = [{camel.get(k, k): v for k, v in r.items()} | {"psn_name": "甲"} for r in two_rows()]
    return csv_bytes(rows)


def as_his() -> bytes:
    names = {
        "insu_admdvs": "insuplc_admdvs", "othfund_pay": "oth_pay", "psn_pay": "psn_part_amt",
        "cash_payamt": "psn_cash_pay", "ownpay_hosp_part": "hosp_part_amt",
        "inscp_amt": "inscp_scp_amt", "begndate": "begntime", "enddate": "endtime",
    }  # fmt: skip
    gone = {"rid", "poolarea_no", "vali_flag", "crte_time", "updt_time", "refd_setl_flag"}
    rows = [
        {names.get(k, k): v for k, v in r.items() if k not in gone} | {"certno": "无"}
        for r in two_rows()
    ]
    return csv_bytes(rows)


CMS = b"""DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,PRVDR_NUM,CLM_PMT_AMT,\
NCH_PRMRY_PYR_CLM_PD_AMT,CLM_ADMSN_DT,NCH_BENE_IP_DDCTBL_AMT,NCH_BENE_PTA_COINSRNC_LBLTY_AM,\
NCH_BENE_PTB_DDCTBL_AMT,NCH_BENE_PTB_COINSRNC_AMT,ICD9_DGNS_CD_1
61000000000000000007,887,1,20240105,20240105,H61010200001,50.00,0.00,,,,,10.00,4019
61000000000000000007,542,1,20240102,20240109,H61010200001,4000.00,100.00,20240102,1024.00,0.00,,,78650
"""


def business(world: World) -> list[tuple[Any, ...]]:
    columns = ", ".join(col.staged_name for col in SETL.columns)
    return sorted(world.live("settlements", f"{columns}, event_ym"))


def test_the_same_settlements_through_three_profiles_are_the_same_rows(tmp_path: Path) -> None:
    stem = "settlements_610102_202401_B001"
    delivered: Mapping[str, bytes] = {
        "platform": as_platform(), "his": as_his(), "cms_synpuf": CMS,
    }  # fmt: skip
    results = {}
    for name, data in delivered.items():
        world = World(tmp_path / name)
        world.put(f"{stem}.csv", data)
        manifest(world, stem, profile=name, row_cnt=2, medfee_sumamt="5184.00")
        world.run()
        assert world.quarantine() == []
        results[name] = business(world)
    assert [r[0] for r in results["platform"]] == ["542-1", "887-1"]
    assert Decimal("5124.00") in results["platform"][0]
    assert results["his"] == results["platform"]
    assert results["cms_synpuf"] == results["platform"]


def test_a_foreign_claim_file_is_known_by_its_header(world: World) -> None:
    world.put("settlements_610102_202401_B001.csv", CMS)
    (record,) = world.run().new
    assert (record.rows_read, record.rows_accepted, record.read_amt) == (2, 2, Decimal("5184.00"))


def test_files_of_an_agencys_own_name_and_encoding(world: World) -> None:
    profile(
        world,
        "city",
        """table = "budget"
[match]
name = '预算表_(?P<area>[0-9]{6})_(?P<ym>[0-9]{6})\\.csv'
[read]
encoding = "gbk"
money_unit = "万元"
[columns]
budg_amt = "预算金额"
updt_time = { from = "更新时间", dates = ["%Y年%m月%d日"] }
""",
    )
    plain = row("budget", budg_amt="0.000321", updt_time="2024年01月05日")
    names = {"budg_amt": "预算金额", "updt_time": "更新时间"}
    text = csv_bytes([{names.get(k, k): v for k, v in plain.items()}]).decode()
    world.put("预算表_610100_202401.csv", text.encode("gb18030"))
    (record,) = world.run().new
    assert record.source_file == "预算表_610100_202401.csv!budget_610100_202401_B001"
    assert record.order[:3] == (202401, "B001", "budget")
    assert world.live("budget", "budg_amt, updt_time::VARCHAR") == [
        (Decimal("3.21"), "2024-01-05 00:00:00")
    ]
    assert world.run().new == ()


def test_two_profiles_that_claim_a_file_must_be_told_apart(world: World) -> None:
    for name in ("one", "two"):
        profile(world, name, f'table = "settlements"\n[match]\nfiles = ["{STEM}*"]')
    world.put(S1, [row("settlements")])
    assert world.codes() == ["PROFILE_CHOICE"]
    manifest(world, STEM, profile="two")
    assert len(world.run().new) == 1


def test_names_of_files_inside_containers() -> None:
    name = parse_name("a.zip!sub/budget_610100_202401_B001.csv")
    assert name is not None and (name.table, name.ym) == ("budget", 202401)
    assert parse_name("预算.xlsx!budget_610100_202401_B001") is not None
    assert parse_name("budget_610100_202401_B001.csv.gz") is not None
    for wrong in ("sub/budget_610100_202401_B001.csv", "budget_610100_202401_B001.zip", "a!b"):
        assert parse_name(wrong) is None


def test_a_null_text_in_a_cell_that_must_be_filled_is_refused(world: World) -> None:
    profile(
        world, "own", f'table = "settlements"\n[match]\nfiles = ["{S1}"]\n[read]\nnulls=["null"]'
    )
    good = row("settlements", "1", init_setl_id="null", setl_type="null")
    bad = [row("settlements", "2", setl_id="null"), row("settlements", "3", psn_pay="null")]
    world.put(S1, [good, *bad])
    world.run()
    assert world.live("settlements", "rid, init_setl_id, setl_type") == [("rid1", None, None)]
    assert world.quarantine("src_row, reason, row_key") == [
        (2, "REQUIRED_MISSING", "rid2"), (3, "REQUIRED_MISSING", "rid3"),
    ]  # fmt: skip


def test_a_refused_row_tells_a_key_that_the_profile_works_out(world: World) -> None:
    profile(
        world,
        "own",
        f'table = "settlements"\n[match]\nfiles = ["{S1}"]\n[columns]\n'
        "rid = { sql = \"'H' || 流水号\" }\n",
    )
    cells = row("settlements", "1", psn_pay="x")
    world.put(S1, csv_bytes([{("流水号" if k == "rid" else k): v for k, v in cells.items()}]))
    world.run()
    assert world.quarantine("reason, row_key") == [("AMT_FORMAT", "Hrid1")]


def test_persons_in_a_refused_row_are_masked_wherever_the_profile_takes_them(world: World) -> None:
    profile(
        world,
        "own",
        f'table = "settlements"\n[match]\nfiles = ["{S1}"]\n[read]\ndrop = ["姓名"]\n'
        'nulls = ["-"]\n[columns]\npsn_no = { sql = "trim(个人编号)" }\n',
    )
    cells = row("settlements", "1", psn_pay="x")
    world.put(S1, csv_bytes([{("个人编号" if k == "psn_no" else k): v for k, v in cells.items()}
                             | {"姓名": "甲乙丙"}]))  # fmt: skip
    world.run()
    ((text,),) = world.quarantine("raw_text")
    assert "61000000000000000007" not in text and "甲乙丙" not in text
    assert text.count("***") == 2

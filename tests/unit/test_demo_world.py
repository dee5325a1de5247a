"""The synthetic province: same seed same bytes, and every law its raw files promise."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.demo.generate import generate
from pipelines.demo.world import DemoPool
from schemas.extracts import EXTRACTS
from schemas.table import by_name

if TYPE_CHECKING:
    from pathlib import Path

TABLES = by_name(EXTRACTS)
KINDS: dict[str, pl.DataType] = {
    "money": pl.Decimal(18, 2),
    "ratio": pl.Decimal(9, 6),
    "count": pl.Int64(),
    "ym": pl.Int32(),
    "date": pl.Date(),
    "stamp": pl.Datetime("us"),
}
POOLS = (
    DemoPool("619900", "陕西省本级", ("619900",)),
    DemoPool("610100", "西安市", ("610102", "610103", "610104", "610199")),
    DemoPool("610200", "铜川市", ("610202", "610203", "610299")),
    DemoPool("610300", "宝鸡市", ("610302", "610303", "610399")),
)
#: two of each city, and the province's own: employees, and the residents' adjustment fund
LEDGERS = 8
ZERO = Decimal(0)


@dataclass(frozen=True)
class Raw:
    """A generated world, typed."""

    folder: Path
    tables: dict[str, pl.DataFrame]

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def live(self, name: str) -> pl.DataFrame:
        """The newest version of each row."""
        return self[name].sort("updt_time").unique("rid", keep="last", maintain_order=True)


def read_table(folder: Path, name: str) -> pl.DataFrame:
    parts = [
        pl.read_csv(path, infer_schema=False).with_columns(file=pl.lit(path.name))
        for path in sorted((folder / "extracts").glob(f"{name}_6*.csv"))
    ]
    frame = pl.concat(parts)
    lacking = [c.name for c in TABLES[name].columns if c.meta.optional and c.name not in frame]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(c) for c in lacking)
    frame = frame.select(*(c.name for c in TABLES[name].columns), "file")
    casts = []
    for col in TABLES[name].columns:
        kind = KINDS.get(col.meta.kind)
        if kind is None:
            continue
        cell = pl.col(col.name)
        if col.meta.kind == "date":
            casts.append(cell.str.to_date("%Y-%m-%d"))
        elif col.meta.kind == "stamp":
            casts.append(cell.str.to_datetime("%Y-%m-%d %H:%M:%S"))
        else:
            casts.append(cell.cast(kind))
    return frame.with_columns(casts)


@pytest.fixture(scope="module")
def region_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("regions") / "regions.txt"
    path.write_text("2陕西省\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory, region_file: Path) -> Raw:
    folder = tmp_path_factory.mktemp("demo")
    summary = generate(folder, months=14, settlements=6_000, region_file=region_file, pools=POOLS)
    tables = {name: read_table(folder, name) for name in TABLES}
    assert summary.rows == {name: len(frame) for name, frame in tables.items()}
    return Raw(folder, tables)


def digest(folder: Path) -> dict[str, str]:
    files = [*sorted((folder / "extracts").iterdir()), folder / "labels.csv"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path, region_file: Path) -> None:
    found = []
    for name, seed, threads in (("a", 3, 1), ("b", 3, 4), ("c", 4, 1)):
        generate(
            tmp_path / name, seed=seed, months=3, settlements=2_000, region_file=region_file,
            pools=POOLS[:2], threads=threads, defects=True,
        )  # fmt: skip
        found.append(digest(tmp_path / name))
    assert found[0] == found[1]
    assert found[0].keys() == found[2].keys()
    same = {name for name in found[0] if found[0][name] == found[2][name]}
    assert not {name for name in same if name.startswith(("settlements", "contributions"))}


def test_headers_are_the_declared_columns_and_required_cells_are_filled(raw: Raw) -> None:
    for name, decl in TABLES.items():
        assert raw[name].columns == [*(c.name for c in decl.columns), "file"]
        for col in decl.columns:
            if not col.nullable:
                assert raw[name][col.name].null_count() == 0, (name, col.name)
            if col.max_len and raw[name][col.name].dtype == pl.String:
                too_long = raw[name].filter(pl.col(col.name).str.len_chars() > col.max_len)
                assert too_long.is_empty(), (name, col.name)


def test_no_row_rule_that_quarantines_or_holds_is_broken(raw: Raw) -> None:
    for name, decl in TABLES.items():
        for rule in decl.spec.rules:
            if rule.severity == "W" and rule.reason != "A6_COST_SPLIT":
                continue
            broken = raw[name].filter(~pl.sql_expr(f"({rule.sql()})"))
            assert len(broken) == 0, (name, rule.reason)


def test_amount_identities_hold_to_the_fen(raw: Raw) -> None:
    s = raw["settlements"]
    funds = [
        "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay",
        "othfund_pay",
    ]  # fmt: skip
    parts = s.select(
        a1=pl.col("medfee_sumamt")
        - pl.col("fund_pay_sumamt") - pl.col("psn_pay") - pl.col("ownpay_hosp_part"),
        a2=pl.col("psn_pay") - pl.col("acct_pay") - pl.col("cash_payamt"),
        a3=pl.col("fund_pay_sumamt") - pl.sum_horizontal(funds),
        jm=pl.when(pl.col("insutype") == "390").then(pl.col("acct_pay")).otherwise(ZERO),
    )  # fmt: skip
    for name in ("a1", "a2", "a3", "jm"):
        assert parts.filter(pl.col(name) != 0).is_empty(), name
    assert s["setl_time"].dt.strftime("%Y%m").cast(pl.Int32).eq(s["clr_ym"]).all()


def test_rids_are_unique_but_for_versions_and_reversals_name_their_original(raw: Raw) -> None:
    s = raw["settlements"]
    assert s.select("rid", "updt_time").is_duplicated().sum() == 0
    again = s.filter(pl.col("rid").is_duplicated())
    assert len(again) > 0
    assert again.group_by("rid").agg(pl.col("medfee_sumamt").n_unique(), n=pl.len()).filter(
        (pl.col("medfee_sumamt") != 1) | (pl.col("n") != 2)
    ).is_empty()  # fmt: skip
    live = raw.live("settlements")
    back = live.filter(pl.col("init_setl_id").is_not_null())
    pair = back.join(live, left_on="init_setl_id", right_on="setl_id", suffix="_o")
    assert len(pair) == len(back) > 0
    assert (pair["medfee_sumamt"] + pair["medfee_sumamt_o"]).eq(ZERO).all()
    assert pair["refd_setl_flag_o"].eq("1").all()
    assert (pair["setl_time"] >= pair["setl_time_o"]).all()
    assert 0.003 < len(back) / len(live) < 0.02
    assert live["vali_flag"].is_in(["1", "2"]).all()


def test_clearing_is_what_the_institutions_settled(raw: Raw) -> None:
    keys = ["poolarea_no", "insutype", "fixmedins_code", "clr_type", "clr_ym"]
    settled = (
        raw.live("settlements")
        .filter(pl.col("vali_flag") == "1")
        # care in another place is cleared with the place
        .with_columns(
            fixmedins_code=pl.when(pl.col("out_flag") == "1")
            .then("fix_blng_admdvs")
            .otherwise("fixmedins_code")
        )
        .group_by(keys)
        .agg(pl.col("hifp_pay", "acct_pay", "medfee_sumamt").sum())
        .filter(pl.col("clr_ym") < 202402)
    )
    clearing = raw["clearing"]
    assert clearing.select(keys).is_duplicated().sum() == 0
    both = settled.join(clearing, on=keys, how="full", suffix="_c")
    cleared = both.filter(pl.col("fee_clr_id").is_not_null())
    assert len(cleared) == len(clearing)
    assert (cleared["hifp_pay"] == cleared["fund_appy_sum"]).all()
    assert (cleared["acct_pay"] == cleared["acct_pay_c"]).all()
    assert (cleared["medfee_sumamt"] == cleared["medfee_sumamt_c"]).all()
    rest = both.filter(pl.col("fee_clr_id").is_null())
    assert rest.filter((pl.col("hifp_pay") != 0) | (pl.col("acct_pay") != 0)).is_empty()
    assert (clearing["act_dfr_amt"] >= 0).all()
    assert clearing["pay_date"].dt.day().is_between(15, 25).all()
    assert clearing["pay_date"].dt.weekday().is_in([6, 7]).sum() == 0


def test_every_clearing_row_is_paid_once_and_in_full(raw: Raw) -> None:
    paid = raw["fund_transfers"].filter(pl.col("fee_clr_id").is_not_null())
    assert paid["traf_item"].unique().sort().to_list() == ["DFR_OUT", "XCLR_OUT"]
    assert paid["dfr_souc"].unique().sort().to_list() == [None, "201", "204"]
    both = raw["clearing"].join(paid, on="fee_clr_id", how="full", suffix="_f")
    assert len(both) == len(paid) == len(raw["clearing"])
    assert (both["amt"] == both["act_dfr_amt"] + both["acct_pay"]).all()
    assert (both["acen_date"] == both["pay_date"]).all()
    here = both.filter(pl.col("traf_item") == "DFR_OUT")
    assert (here["dfr_obj_code"] == here["fixmedins_code"]).all()
    elsewhere = both.filter(pl.col("traf_item") == "XCLR_OUT")
    assert elsewhere["clr_type"].unique().to_list() == ["9910"]


def test_an_advance_is_set_off_against_the_payment_of_its_institution(raw: Raw) -> None:
    off = raw["recoveries"].filter(pl.col("det_type") == "30")
    both = off.join(raw["clearing"], on=["poolarea_no", "insutype", "fixmedins_code", "clr_ym"])
    less = both.filter(pl.col("dfr_amt") - pl.col("act_dfr_amt") == pl.col("act_retn_amt"))
    assert len(less) == len(off) == 2
    assert (less["act_retn_date"] == less["pay_date"]).all()
    lent = raw["fund_transfers"].filter(pl.col("dfr_souc") == "207")
    assert set(lent["fixmedins_code"]) == set(off["fixmedins_code"])
    assert off["act_retn_amt"].sum() < lent["amt"].sum()


def test_statements_run_on_row_by_row_and_never_fall_below_zero(raw: Raw) -> None:
    account = ["poolarea_no", "insutype", "hif_acct_type"]
    f = raw["fund_transfers"].sort("traf_sn").with_columns(
        signed=pl.when(pl.col("incexpd_dirc") == "1").then("amt").otherwise(-pl.col("amt"))
    )  # fmt: skip
    f = f.with_columns(
        before=pl.col("balc").shift(1).over(account), day=pl.col("acen_date").shift(1).over(account)
    )
    run_on = f.filter(pl.col("before").is_not_null())
    assert (run_on["before"] + run_on["signed"] == run_on["balc"]).all()
    assert (run_on["day"] <= run_on["acen_date"]).all()
    assert (f["balc"] >= 0).all()
    assert f["traf_sn"].is_duplicated().sum() == 0
    first = f.filter(pl.col("before").is_null())
    opening = raw["vouchers"].filter(
        (pl.col("event_id") == "OPEN") & (pl.col("account_code") == "1003")
    )
    fiscal = first.filter(pl.col("hif_acct_type") == "4").join(
        opening, on=["poolarea_no", "insutype"]
    )
    assert len(fiscal) == len(opening) == LEDGERS
    assert (fiscal["balc"] - fiscal["signed"] == fiscal["debit_amt"]).all()
    others = first.filter(pl.col("hif_acct_type") != "4")
    assert (others["balc"] == others["signed"]).all()


def test_revenue_account_and_treasury_are_empty_at_month_end(raw: Raw) -> None:
    last = (
        raw["fund_transfers"]
        .filter(pl.col("hif_acct_type").is_in(["1", "5"]))
        .sort("traf_sn")
        .group_by("poolarea_no", "insutype", "hif_acct_type", pl.col("acen_date").dt.month_end())
        .agg(pl.col("balc").last())
    )
    assert len(last) > 100
    assert (last["balc"] == 0).all()


def test_money_moved_inside_the_fund_has_two_equal_legs_on_one_day(raw: Raw) -> None:
    inside = raw["fund_transfers"].filter(
        pl.col("traf_item").is_in(["URSN", "ALLOC_OUT", "INTE_OUT"])
    )
    legs = inside.group_by("poolarea_no", "insutype", "docno").agg(
        pl.len(), pl.col("amt").n_unique().alias("amounts"), pl.col("acen_date").n_unique(),
        pl.col("incexpd_dirc").sort().str.join("").alias("sides"),
    )  # fmt: skip
    assert legs.select("len", "amounts", "acen_date", "sides").unique().rows() == [(2, 1, 1, "12")]
    plan = raw["fund_plan"].select("poolarea_no", "insutype", ym="plan_ym", amt="aprv_amt")
    drawn = inside.filter(
        (pl.col("traf_item") == "ALLOC_OUT") & (pl.col("incexpd_dirc") == "1")
    ).select(
        "poolarea_no", "insutype", "amt", ym=pl.col("acen_date").dt.strftime("%Y%m").cast(pl.Int32)
    )
    both = plan.join(drawn, on=["poolarea_no", "insutype", "ym"], how="full", suffix="_d")
    assert (both["amt"] == both["amt_d"]).all()


def posting(raw: Raw) -> pl.DataFrame:
    """Contribution rows that carry money: not the person-level copies of employer rows."""
    copies = (pl.col("clct_obj") == "S") & pl.col("emp_no").is_not_null()
    paid = pl.col("clct_flag") != "0"
    return raw.live("contributions").filter(~copies, paid)


def test_receipts_at_the_bank_are_the_contributions_day_by_day(raw: Raw) -> None:
    money = pl.col("emp_clct_amt") + pl.col("psn_clct_amt") + pl.col("oth_clct_amt")
    told = (
        posting(raw)
        .filter((pl.col("clct_type") == "10") & (pl.col("revs_flag") != "-"))
        # what a personal account pays goes through no bank
        .filter(pl.col("clct_way") != "31")
        .with_columns(
            day=pl.when(pl.col("clct_way") == "02")
            .then(pl.col("intsury_time").dt.date())
            .otherwise("arvl_date"),
            item=pl.when(pl.col("clct_way") == "02")
            .then(pl.lit("SURY_IN"))
            .otherwise(pl.lit("PREM_IN")),
        )
        .group_by("poolarea_no", "insutype", "day", "item")
        .agg((money + pl.col("latefee") + pl.col("inte")).sum().alias("told"))
    )
    came = (
        raw["fund_transfers"]
        .filter(pl.col("traf_item").is_in(["SURY_IN", "PREM_IN"]))
        .group_by("poolarea_no", "insutype", pl.col("acen_date").alias("day"), item="traf_item")
        .agg(pl.col("amt").sum())
    )
    both = told.join(came, on=["poolarea_no", "insutype", "day", "item"], how="full")
    assert len(both) > 300
    assert both.filter(pl.col("told").ne_missing(pl.col("amt"))).is_empty()
    back = posting(raw).filter(
        pl.col("clct_type").is_in(["20", "991"]) | (pl.col("revs_flag") == "-")
    )
    out = raw["fund_transfers"].filter(pl.col("traf_item") == "REFD_OUT")
    assert len(back) == len(out) > 0
    pair = back.join(out, left_on="clct_detl_id", right_on="docno")
    assert (pair["emp_clct_amt"] + pair["psn_clct_amt"] + pair["amt"] == 0).all()
    assert (pair["arvl_date"] == pair["acen_date"]).all()
    origin = back.join(
        raw["contributions"], left_on="init_clct_detl_id", right_on="clct_detl_id", suffix="_o"
    )
    past = origin.filter(pl.col("arvl_date").dt.year() != pl.col("arvl_date_o").dt.year())
    assert past.select(pl.col("arvl_date", "arvl_date_o").dt.to_string("%Y%m")).rows() == [
        ("202401", "202311")
    ]
    assert set(back["rid"]) == set(origin["rid"])


def test_a_treasury_receipt_may_stand_in_the_month_after_the_payment(raw: Raw) -> None:
    late = posting(raw).filter(
        pl.col("intsury_time").dt.month_start() > pl.col("clct_time").dt.month_start()
    )
    assert len(late) == 1
    assert late.select(pl.col("clct_time", "intsury_time").dt.to_string("%m-%d")).rows() == [
        ("02-28", "03-01")
    ]
    assert (late["ursn_time"] > late["intsury_time"]).all()


def test_unpaid_premiums_are_told_and_one_of_two_is_paid_later(raw: Raw) -> None:
    rows = raw["contributions"]
    unpaid = rows.filter(pl.col("clct_flag") == "0")
    assert unpaid["rid"].to_list() == ["CQ2023010000000003", "CQ2023020000000004"]
    assert unpaid.select("clct_time", "arvl_date").null_count().row(0) == (2, 2)
    paid = rows.filter(pl.col("rid").is_in(unpaid["rid"].implode()), clct_flag="1")
    assert paid.select("rid", pl.col("arvl_date").dt.to_string("%Y%m")).rows() == [
        ("CQ2023010000000003", "202304")
    ]


def test_person_copies_of_employer_rows_tell_the_same_money(raw: Raw) -> None:
    rows = raw.live("contributions").filter(pl.col("emp_no").is_not_null())
    amounts = ["emp_clct_amt", "psn_clct_amt", "traf_sumamt", "clctstd"]
    persons = rows.filter(pl.col("clct_obj") == "S").group_by("emp_no", "cashym").agg(
        pl.col(amounts).sum()
    )  # fmt: skip
    employers = rows.filter((pl.col("clct_obj") == "E") & (pl.col("clct_type") == "10"))
    both = persons.join(employers, on=["emp_no", "cashym"], suffix="_e")
    assert len(both) == len(persons) > 0
    for name in amounts:
        assert (both[name] == both[f"{name}_e"]).all(), name


def test_pending_rows_are_attributed_in_a_later_month_over_the_year_end_too(raw: Raw) -> None:
    rows = raw["contributions"].filter(pl.col("insutype") == "310")
    waiting = rows.filter(pl.col("traf_sumamt").is_null())
    assert len(waiting) > 0
    told = waiting.join(rows.filter(pl.col("traf_sumamt").is_not_null()), on="rid", suffix="_v")
    left = waiting.filter(~pl.col("rid").is_in(told["rid"].implode()))
    assert (left["arvl_date"] >= dt.date(2023, 12, 1)).all()
    assert (told["updt_time_v"] > told["updt_time"]).all()
    assert (
        told["traf_time_v"].dt.month_start().dt.date() > told["arvl_date"].dt.month_start()
    ).all()
    assert (told["traf_time_v"].dt.year() > told["arvl_date"].dt.year()).any()
    assert (told["file_v"] > told["file"]).all()
    interest = raw["fund_transfers"].filter(
        (pl.col("traf_item") == "INTE_IN") & pl.col("fund_code").is_null()
    )
    decided = raw["vouchers"].filter(pl.col("account_code") == "4602")
    pair = interest.join(decided, left_on="traf_sn", right_on="doc_no", how="full")
    assert len(pair) == 3
    assert (pair["amt"] == pair["debit_amt"]).all()
    later = pair["posting_date"].dt.year() - pair["acen_date"].dt.year()
    assert sorted(later) == [0, 0, 1]
    assert (pair["posting_date"] > pair["acen_date"]).all()


def test_vouchers_balance_and_have_two_hands(raw: Raw) -> None:
    v = raw["vouchers"]
    sums = v.group_by("voucher_no").agg(pl.col("debit_amt", "credit_amt").sum())
    assert (sums["debit_amt"] == sums["credit_amt"]).all()
    assert (v["maker"] != v["checker"]).all()


def total(frame: pl.DataFrame, column: str, where: pl.Expr) -> dict[str, Decimal]:
    sums = frame.filter(where).group_by("poolarea_no").agg(pl.col(column).sum())
    return dict(sums.iter_rows())


def test_year_end_account_balances_tie_to_the_movements(raw: Raw) -> None:
    end = dt.date(2023, 12, 31)
    balances = total(raw["account_details"], "balc", pl.lit(value=True))
    interest = total(raw["account_details"], "amt", pl.lit(value=True))
    opening = total(raw["vouchers"], "credit_amt", pl.col("account_code") == "300102")
    credited = total(
        posting(raw),
        "traf_sumamt",
        (pl.col("insutype") == "310")
        & (pl.col("arvl_date") <= end)
        & (pl.col("traf_time").dt.date() <= end),
    )
    spent = total(
        raw["clearing"],
        "acct_pay",
        (pl.col("insutype") != "390") & (pl.col("pay_date") <= end),
    )
    banked = total(
        raw["fund_transfers"],
        "amt",
        (pl.col("traf_item") == "INTE_IN")
        & (pl.col("fund_code") == "310200")
        & (pl.col("acen_date") <= end),
    )
    decided = total(
        raw["vouchers"],
        "credit_amt",
        (pl.col("account_code") == "42010201") & (pl.col("posting_date") <= end),
    )
    moved = account_moves(raw, end)
    assert set(balances) == {p.poolarea_no for p in POOLS}
    for pool, balance in balances.items():
        earned = banked[pool] + decided.get(pool, ZERO)
        assert interest[pool] == earned
        assert balance == (
            opening[pool] + credited[pool] + earned - spent[pool] + moved.get(pool, ZERO)
        )


def test_interest_is_the_daily_balances_at_the_rate_told(raw: Raw) -> None:
    """Recomputed from the statements: every payment whose term lies within them, to the fen."""
    key = ("poolarea_no", "insutype", "hif_acct_type")
    tested = 0
    for _, lines in raw["fund_transfers"].group_by(key, maintain_order=True):
        ordered = lines.sort("acen_date", "traf_sn")
        ends = dict(ordered.select("acen_date", "balc").iter_rows())
        first = ordered["acen_date"][0]
        paid = ordered.filter(pl.col("traf_item") == "INTE_IN").group_by(
            "int_begndate", "int_enddate", "int_rate"
        )
        for begin, end, rate, amount in paid.agg(pl.col("amt").sum()).iter_rows():
            if begin < first:
                continue
            days = [begin + dt.timedelta(days=n) for n in range((end - begin).days + 1)]
            held = sum((ends[max(d for d in ends if d <= day)] for day in days), ZERO)
            assert abs(held * rate / 360 - amount) <= Decimal("0.005"), (begin, end)
            tested += 1
    assert tested >= 40


def account_moves(raw: Raw, end: dt.date) -> dict[str, Decimal]:
    """Money of the accounts that moves with their owners, by decision or for others, by pool."""
    bank = raw["fund_transfers"].filter(
        (pl.col("fund_code") == "310200") & (pl.col("traf_item") != "INTE_IN")
    )
    signed = bank.with_columns(
        amt=pl.when(pl.col("incexpd_dirc") == "1").then("amt").otherwise(-pl.col("amt"))
    )
    parts = [
        total(signed, "amt", pl.col("acen_date") <= end),
        total(
            raw["recoveries"].with_columns(amt=-pl.col("act_retn_amt")),
            "amt",
            (pl.col("obj_type") == "11") & (pl.col("act_retn_date") <= end),
        ),
        total(
            posting(raw).with_columns(amt=-pl.col("psn_clct_amt")),
            "amt",
            (pl.col("clct_way") == "31") & (pl.col("arvl_date") <= end),
        ),
    ]
    assert all(parts)
    return {
        p.poolarea_no: sum((part.get(p.poolarea_no, ZERO) for part in parts), ZERO) for p in POOLS
    }


def test_recoveries_name_real_settlements_and_real_receipts(raw: Raw) -> None:
    r = raw["recoveries"].filter(pl.col("det_type") == "20")
    assert len(r) > 3
    assert r["setl_id"].is_in(raw["settlements"]["setl_id"].implode()).all()
    banked = r.filter(pl.col("retn_way") == "2").join(raw["fund_transfers"], on="traf_sn")
    assert len(banked) == (r["retn_way"] == "2").sum()
    assert (banked["act_retn_amt"] == banked["amt"]).all()
    assert (banked["act_retn_date"] == banked["acen_date"]).all()


def test_budget_months_add_up_to_the_year(raw: Raw) -> None:
    keys = ["budg_year", "poolarea_no", "insutype", "incexpd_dirc", "budg_item"]
    b = raw["budget"]
    months = b.filter(pl.col("stt_mon") != "19").group_by(keys).agg(pl.col("budg_amt").sum())
    both = months.join(b.filter(pl.col("stt_mon") == "19"), on=keys, suffix="_y")
    # four items and one: the province's adjustment fund pays for 大病 insurance alone
    assert len(both) == len(months) == 2 * (4 * 5 + 3 * 5 + 1)
    assert (both["budg_amt"] == both["budg_amt_y"]).all()


def test_levels_per_head_are_within_a_tenth_of_the_published_ones(raw: Raw) -> None:
    heads = dict(
        raw["insured_headcount"]
        .filter((pl.col("psn_type") == "ALL") & (pl.col("stt_ym") == 202301))
        .group_by("insutype")
        .agg(pl.col("insu_psncnt").sum())
        .iter_rows()
    )
    year = pl.col("acen_date").dt.year() == 2023
    f = raw["fund_transfers"].filter(year)
    c = raw["clearing"].filter(pl.col("pay_date").dt.year() == 2023)
    k = posting(raw).filter((pl.col("arvl_date").dt.year() == 2023) & (pl.col("insutype") == "310"))

    def amount(frame: pl.DataFrame, column: str, where: pl.Expr) -> float:
        return float(frame.filter(where)[column].sum() or 0)

    every = pl.lit(value=True)
    resident = pl.col("insutype") == "390"
    taken = amount(k, "traf_sumamt", every)
    paid_in = amount(k, "emp_clct_amt", every) + amount(k, "psn_clct_amt", every)
    interest, dabing = (pl.col("traf_item") == item for item in ("INTE_IN", "DABING_OUT"))
    receipts = pl.col("traf_item").is_in(["SURY_IN", "PREM_IN", "FINSUBS_IN", "INTE_IN"])
    measured = {
        "zg_pool_exp": (
            amount(c, "act_dfr_amt", ~resident) + amount(f, "amt", pl.col("dfr_souc") == "103")
        ) / heads["310"],
        "zg_pa_exp": amount(c, "acct_pay", every) / heads["310"],
        "jm_exp": (
            amount(c, "act_dfr_amt", resident) + amount(f, "amt", dabing)
        ) / heads["390"],
        "zg_pool_inc": (
            paid_in - taken + amount(f, "amt", interest & (pl.col("fund_code") == "310100"))
        ) / heads["310"],
        "zg_pa_inc": (
            taken + amount(f, "amt", interest & (pl.col("fund_code") == "310200"))
        ) / heads["310"],
        "jm_inc": amount(f, "amt", resident & receipts) / heads["390"],
    }  # fmt: skip
    published_2024 = {
        "zg_pool_exp": 13_222.71 / 3.79,
        "zg_pa_exp": 5_879.83 / 3.79,
        "jm_exp": 10_661.49 / 9.47,
        "zg_pool_inc": 17_342.45 / 3.79,
        "zg_pa_inc": 6_390.01 / 3.79,
        "jm_inc": 11_180.90 / 9.47,
    }
    for name, level in published_2024.items():
        assert measured[name] == pytest.approx(level / 1.05, rel=0.10), name


def test_planted_trends_are_labelled(raw: Raw) -> None:
    labels = pl.read_csv(raw.folder / "labels.csv", infer_schema=False)
    assert labels["kind"].to_list() == ["depletion"] + ["overspending"] * 4
    known = {(p, i) for p, i in raw["fund_plan"].select("poolarea_no", "insutype").iter_rows()}
    for pool, scheme in labels.select("poolarea_no", "insutype").iter_rows():
        assert (pool, scheme) in known
    dry = labels["poolarea_no"][0]
    f = raw["fund_transfers"].filter((pl.col("poolarea_no") == dry) & (pl.col("insutype") == "390"))
    last = f.filter(pl.col("hif_acct_type") == "4").sort("traf_sn")["balc"][-1]
    spent = f.filter(
        (pl.col("traf_item") == "DFR_OUT") & (pl.col("acen_date") > dt.date(2023, 2, 28))
    )["amt"].sum()
    assert last < spent / 12

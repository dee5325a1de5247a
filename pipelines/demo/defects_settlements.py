"""Bad settlement rows, one of each class per call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.demo.appender import Appender, Fields
    from pipelines.demo.planter import Planter

#: a file in which one line cannot be decoded must be long enough for that line to be under 1 %
MIN_ROWS_FOR_BYTES = 300
TABLE = "settlements"
Q, H = "quarantined", "held"
SIGNED = (
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt",
    "act_pay_dedc", "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay",
    "maf_pay", "othfund_pay", "fund_pay_sumamt", "psn_pay", "acct_pay", "cash_payamt",
    "ownpay_hosp_part", "acct_mulaid_pay",
)  # fmt: skip
#: a county that exists and belongs to no pool of any province of the demo but its own
FAR_COUNTY, FAR_COUNTY_2 = "110101", "310101"


def good(row: Fields) -> bool:
    """A plain forward row."""
    return row["refd_setl_flag"] == "0" and row["vali_flag"] == "1" and row["insutype"] != "510"


def resident(row: Fields) -> bool:
    """A plain forward row of a resident who paid at least one yuan in cash."""
    return good(row) and row["insutype"] == "390" and Decimal(row["cash_payamt"]) >= 1


def shifted(text: str, amount: str) -> str:
    """The money text plus an amount."""
    return f"{Decimal(text) + Decimal(amount):.2f}"


def negated(row: Fields) -> Fields:
    """The row with every amount turned round."""
    return row | {name: f"{-Decimal(row[name]) + 0:.2f}" for name in SIGNED if row[name]}


def fresh(planter: Planter, target: Appender, name: str = "good") -> Fields:
    """A good row under new ids."""
    row = target.pattern(name, resident if name == "resident" else good)
    if row is None:
        row = target.pattern("any", lambda r: r["vali_flag"] == "1" and not r["init_setl_id"])
    if row is None:
        raise AssertionError(f"{target.path.name}: no row to start from")
    serial = planter.next_id()
    pool = row["poolarea_no"]
    return row | {
        "rid": f"X{serial}",
        "setl_id": f"{pool}X{serial}",
        "mdtrt_id": f"{pool}N{serial}",
        "refd_setl_flag": "0",
    }


def edits(row: Fields, turn: int, regions: Mapping[str, tuple[str, ...]]) -> dict[str, Fields]:
    """Class → the cells that make a good row bad, nothing else being wrong."""
    pool = row["poolarea_no"]
    other = next((codes[0] for no, codes in regions.items() if no != pool), "")
    far = FAR_COUNTY_2 if pool.startswith("11") else FAR_COUNTY
    end = dt.date.fromisoformat(row["enddate"])
    back = negated(row) | {"refd_setl_flag": "1"}
    identity = (
        {"medfee_sumamt": shifted(row["medfee_sumamt"], "1.00")},
        {"cash_payamt": shifted(row["cash_payamt"], "1.00")},
        {"othfund_pay": shifted(row["othfund_pay"], "1.00")},
    )[turn]
    return {
        "AMT_FORMAT": {"medfee_sumamt": ("1,23,4.5", "12.345", "12.3.4")[turn]},
        "ID_FLOAT_MANGLED": {"setl_id": "5.201E+19"},
        "DATE_INVALID": {("begndate", "enddate", "begndate")[turn]: "2024-02-30"},
        "REQUIRED_MISSING": {("fixmedins_code", "med_type", "psn_type")[turn]: ""},
        "REGION_MISSING": {"insu_admdvs": ""},
        "REGION_UNKNOWN": {"insu_admdvs": "999999"},
        "POOL_UNKNOWN": {"poolarea_no": "999900"},
        "POOL_MISMATCH": {"insu_admdvs": other or far},
        "INSUTYPE_UNKNOWN": {"insutype": "C"},
        "OUT_OF_SCOPE": {"insutype": "340"},
        "MED_TYPE_UNMAPPED": {"med_type": "77"},
        "SELF_REFERENCE": back | {"init_setl_id": row["setl_id"]},
        "DATE_ORDER": {"begndate": (end + dt.timedelta(days=5)).isoformat()},
        "TIME_RANGE": {"setl_time": "1999-12-31 10:00:00"},
        "SIGN_MISMATCH": negated(row),
        "REFD_FLAG": back | {"init_setl_id": f"{row['setl_id'][:-1]}9", "refd_setl_flag": "0"},
        "OUTMED_COPY": {"out_flag": "2"},
        "AMT_IDENTITY": identity,
        "ORPHAN_REVERSAL": back | {"init_setl_id": f"{pool}G9{row['setl_id'][-12:]}"},
    }


DISPOSITION = {
    "POOL_MISMATCH": H,
    "MED_TYPE_UNMAPPED": H,
    "ORPHAN_REVERSAL": H,
    "JM_ACCT_PAY": H,
    "OUT_OF_SCOPE": "out_of_scope",
    "OUTMED_COPY": "out_of_scope",
}


def plant(
    planter: Planter, ym: int, before: int, turn: int, regions: Mapping[str, tuple[str, ...]]
) -> None:
    """One row of each class into the file of ``ym``; ``before`` is the month before it."""
    target = planter.file(TABLE, ym)
    for reason in edits(fresh(planter, target), turn, regions):
        row = fresh(planter, target)
        bad = row | edits(row, turn, regions)[reason]
        outcome = (reason, DISPOSITION.get(reason, Q))
        planter.plant(TABLE, target, bad, outcome, key=row["rid"])
    row = fresh(planter, target, "resident")
    if row["insutype"] == "390":
        moved = {
            "acct_pay": shifted(row["acct_pay"], "1.00"),
            "cash_payamt": shifted(row["cash_payamt"], "-1.00"),
        }
        planter.plant(TABLE, target, row | moved, ("JM_ACCT_PAY", H), key=row["rid"])
    _plant_raw(planter, target)
    _plant_versions(planter, target, before)


def _plant_raw(planter: Planter, target: Appender) -> None:
    """Lines with one field too many, and bytes that belong to no encoding."""
    row = fresh(planter, target)
    cells = [row[name] for name in target.names]
    cells[target.names.index("med_type")] = "1,1"
    line = (",".join(cells) + "\n").encode()
    planter.plant(TABLE, target, row, ("COL_COUNT", Q), key=row["rid"], line=line)
    if target.clean_rows >= MIN_ROWS_FOR_BYTES:
        row = fresh(planter, target)
        line = target.line(row | {"clr_way": "@@"}).replace(b"@@", b"\xff\xfe")
        planter.plant(TABLE, target, row, ("ENC_INVALID", Q), key=row["rid"], line=line)


def _plant_versions(planter: Planter, target: Appender, before: int) -> None:
    """A row delivered twice, two rows that contradict each other, and a version out of date."""
    row = target.pattern("duplicate", good)
    if row is not None:
        planter.plant(TABLE, target, row, ("DUP_EXACT", "duplicate"), key=row["rid"])
    row = fresh(planter, target)
    more = {name: shifted(row[name], "1.00") for name in ("medfee_sumamt", "fulamt_ownpay_amt")}
    more |= {name: shifted(row[name], "1.00") for name in ("psn_pay", "cash_payamt")}
    for version in (row, row | more):
        planter.plant(TABLE, target, version, ("DUP_CONFLICT", Q), key=row["rid"])
    old = planter.file(TABLE, before).pattern("superseded", good)
    if old is not None:
        stale = dt.datetime.fromisoformat(old["updt_time"]) - dt.timedelta(hours=1)
        row = old | {"updt_time": stale.isoformat(sep=" "), "crte_time": stale.isoformat(sep=" ")}
        planter.plant(TABLE, target, row, ("SUPERSEDED_OLD", "superseded"), key=row["rid"])

"""Bad rows of contributions, bank statements, vouchers, recoveries and budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.demo.appender import Appender, Fields
    from pipelines.demo.planter import Planter

Q = "quarantined"


def plant(planter: Planter, ym: int, start_ym: int, turn: int) -> None:
    """One row of each class into the files of ``ym`` (vouchers: of ``start_ym``)."""
    _contributions(planter, planter.file("contributions", ym))
    _transfers(planter, planter.file("fund_transfers", ym))
    _vouchers(planter, planter.file("vouchers", start_ym), start_ym)
    _recoveries(planter, planter.file("recoveries", ym), ym)
    _budget(planter, planter.file("budget", start_ym), turn)


def _contributions(planter: Planter, target: Appender) -> None:
    classes: dict[str, Fields] = {
        "YM_INVALID": {"cashym": "202413"},
        "CLCT_TIME": {"clct_time": "", "arvl_date": "", "intsury_time": "", "ursn_time": ""},
        "AMT_FORMAT": {"emp_clct_amt": "12.345"},
        "REVS_FLAG": {"revs_flag": "Q"},
        "CLCT_OBJ": {"clct_obj": "Q"},
        "YM_ORDER": {"accrym_begn": "202512", "accrym_end": "202501"},
        "TRAF_TOO_LARGE": {},
        "CLCT_WAY_UNKNOWN": {"clct_way": "77"},
    }
    for reason, cells in classes.items():
        base = target.pattern(
            "employer", lambda r: r["clct_obj"] == "E" and r["clct_type"] == "10"
            and r["revs_flag"] == "Z" and r["traf_sumamt"] != "",
        )  # fmt: skip
        if base is None:
            return
        serial = planter.next_id()
        row = base | {"rid": f"X{serial}", "clct_detl_id": f"DX{serial}"} | cells
        if reason == "TRAF_TOO_LARGE":
            row["traf_sumamt"] = f"{Decimal(base['clct_sumamt']) + 1:.2f}"
        planter.plant("contributions", target, row, (reason, Q), key=row["rid"])


def _transfers(planter: Planter, target: Appender) -> None:
    classes: dict[str, Fields] = {
        "TRAF_ITEM_UNMAPPED": {"traf_item": "XX"},
        "DIRECTION": {"incexpd_dirc": "3"},
        "ACCT_TYPE": {"hif_acct_type": "9"},
        "FIN_VALI_FLAG": {"fin_vali_flag": "Q"},
        "INTEREST_TERMS": {"traf_item": "INTE_IN", "hif_acct_type": "4"},
        "SIGN_MISMATCH": {},
    }
    for reason, cells in classes.items():
        base = target.pattern("income", lambda r: r["traf_item"] == "SURY_IN")
        if base is None:
            return
        row = base | {"traf_sn": f"X{planter.next_id()}"} | cells
        if reason == "SIGN_MISMATCH":
            row["amt"] = f"-{base['amt']}"
        planter.plant("fund_transfers", target, row, (reason, Q), key=row["traf_sn"])


def _vouchers(planter: Planter, target: Appender, start_ym: int) -> None:
    pool = planter.pools[0]
    day = f"{start_ym // 100}-{start_ym % 100:02d}-05"
    for reason in ("MAKER_CHECKER", "VOUCHER_UNBALANCED", "ACCOUNT_UNKNOWN"):
        number = f"X{planter.next_id()}"
        head = {"voucher_no": number, "poolarea_no": pool, "insutype": "310", "posting_date": day,
                "event_id": "E58", "maker": "M01", "checker": "C01", "summary": "暂收款",
                "updt_time": f"{day} 09:00:00"}  # fmt: skip
        debit = {"line_no": "1", "account_code": "1003", "debit_amt": "100.00",
                 "credit_amt": "0.00", "fund": "NA"}  # fmt: skip
        credit = {"line_no": "2", "account_code": "200109", "debit_amt": "0.00",
                  "credit_amt": "100.00", "fund": "NA"}  # fmt: skip
        second = "VOUCHER_INCOMPLETE"
        if reason == "MAKER_CHECKER":
            debit["checker"] = "M01"
        elif reason == "ACCOUNT_UNKNOWN":
            debit["account_code"] = "9999"
        else:
            credit["credit_amt"], second = "90.00", reason
        for line, why in ((debit, reason), (credit, second)):
            key = f"{number}#{line['line_no']}"
            planter.plant("vouchers", target, head | line, (why, Q), key=key)


def _recoveries(planter: Planter, target: Appender, ym: int) -> None:
    pool = planter.pools[0]
    day = f"{ym // 100}-{ym % 100:02d}-09"
    classes: dict[str, Fields] = {
        "DETD_STAS": {"act_retn_amt": "40.00", "detd_stas": "30"},
        "RETN_DATE": {"act_retn_date": ""},
        "RETN_WAY": {"retn_way": "2"},
    }
    for reason, cells in classes.items():
        row = {"det_id": f"X{planter.next_id()}", "obj_type": "31",
               "fixmedins_code": f"H{pool}00001", "insu_admdvs": pool, "poolarea_no": pool,
               "insutype": "310", "det_type": "20", "crtf_date": day,
               "crtf_amt": "100.00", "act_retn_date": day, "act_retn_amt": "100.00",
               "penl_amt": "0.00", "detd_stas": "30", "retn_way": "1",
               "updt_time": f"{day} 09:00:00"} | cells  # fmt: skip
        planter.plant("recoveries", target, row, (reason, Q), key=row["det_id"])


def _budget(planter: Planter, target: Appender, turn: int) -> None:
    base = target.pattern("budget", lambda r: r["stt_mon"] == "01")
    if base is not None:
        row = base | {"stt_mon": ("13", "00", "20")[turn]}
        key = "|".join(row[n] for n in ("budg_year", "budg_ver", "poolarea_no", "insutype",
                                        "incexpd_dirc", "budg_item", "stt_mon"))  # fmt: skip
        planter.plant("budget", target, row, ("STT_MON", Q), key=key)

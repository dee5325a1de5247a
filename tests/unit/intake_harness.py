"""A raw folder and a warehouse in a temporary folder, with one good row of every extract."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipelines.errors import JiecunError
from pipelines.extracts.discover import TABLES
from pipelines.extracts.intake import IntakeResult, run_intake
from pipelines.extracts.live import live_view_sql
from pipelines.paths import RawPaths, WarehousePaths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KEY = "k" * 22
PERSON = "61000000000000000007"
ZERO_MONEY = "0.00"
YEARS = range(2000, 2030)
REFS: dict[str, pl.DataFrame] = {
    "ref_region_code": pl.DataFrame(
        [(code, year) for code in ("610102", "610402") for year in YEARS],
        schema=["region_code", "year"],
        orient="row",
    ),
    "ref_pooling_area": pl.DataFrame({"poolarea_no": ["610100", "610400"]}),
    "ref_pooling_area_member": pl.DataFrame(
        [
            (code, pool, year)
            for code, pool in (("610102", "610100"), ("610402", "610400"))
            for year in YEARS
        ],
        schema=["region_code", "poolarea_no", "year"],
        orient="row",
    ),
    "ref_insutype": pl.DataFrame({"insutype": ["310", "390", "340"]}),
    "ref_insutype_in_scope": pl.DataFrame({"insutype": ["310", "390"]}),
    "ref_med_class": pl.DataFrame({"med_prefix": ["11", "21"]}),
    "ref_clct_way": pl.DataFrame({"clct_way": ["01", "02"]}),
    "ref_traf_item": pl.DataFrame({"traf_item": ["URSN", "INTE_IN"]}),
    "ref_event": pl.DataFrame({"event_code": ["OPEN", "E51", "E58", "E58b"]}),
    "ref_account": pl.DataFrame({"account_code": ["1003", "3001"], "insutype": ["390", "390"]}),
}
_DEFAULT = {
    "money": ZERO_MONEY, "ratio": "0.5", "count": "1", "ym": "202401", "date": "2024-01-05",
    "stamp": "2024-01-05 10:11:12", "text": "1",
}  # fmt: skip
_COMMON = {"insutype": "390", "insu_admdvs": "610102", "poolarea_no": "610100"}
_OWN: dict[str, dict[str, str]] = {
    "settlements": {
        "psn_no": PERSON, "psn_type": "15", "med_type": "11", "out_flag": "0",
        "refd_setl_flag": "0",
        "init_setl_id": "", "fixmedins_code": "H61010200001", "medfee_sumamt": "100.00",
        "inscp_amt": "100.00", "hifp_pay": "60.00", "fund_pay_sumamt": "60.00",
        "psn_pay": "40.00", "cash_payamt": "40.00", "clr_ym": "202401",
    },
    "contributions": {
        "psn_no": PERSON, "emp_no": "", "clct_obj": "R", "clct_type": "10", "clct_way": "02",
        "clct_flag": "1", "revs_flag": "Z", "init_clct_detl_id": "", "psn_clct_amt": "380.00",
        "clct_sumamt": "380.00",
        "traf_sumamt": "", "arvl_date": "2024-01-05",
    },
    "clearing": {"fund_appy_sum": "9.00", "act_dfr_amt": "9.00"},
    "fund_transfers": {
        "hif_acct_type": "4", "traf_item": "URSN", "incexpd_dirc": "1", "amt": "5.00",
        "fin_vali_flag": "Z", "dfr_obj_code": PERSON, "init_traf_sn": "",
    },
    "account_details": {"psn_no": PERSON, "acct_incexpd_type": "102", "amt": "1.00"},
    "vouchers": {
        "event_id": "OPEN", "account_code": "1003", "debit_amt": "8.00", "credit_amt": "0.00",
        "fund": "NA", "psn_no": "", "maker": "M01", "checker": "C01",
    },
    "budget": {"budg_year": "2024", "incexpd_dirc": "1", "stt_mon": "19", "budg_amt": "7.00"},
    "fund_plan": {"aprv_amt": "3.00"},
    "insured_headcount": {"psn_type": "ALL", "insu_psncnt": "10", "clct_psncnt": "9"},
    "recoveries": {
        "obj_type": "31", "fixmedins_code": "H61010200001", "crtf_amt": "5.00",
        "detd_stas": "10", "psn_no": "", "emp_no": "",
    },
    "inspections": {"prd_type": "M", "retn_amt": "9.00"},
}  # fmt: skip


def row(table: str, ident: str = "1", **cells: str) -> dict[str, str]:
    """A good row of the table, its ids ending in ``ident``, with some cells replaced."""
    out: dict[str, str] = {}
    own = {**_COMMON, **_OWN[table]}
    for col in TABLES[table].columns:
        default = f"{col.name[:6]}{ident}" if col.meta.kind == "ident" else ""
        if not col.nullable:
            default = default or _DEFAULT[col.meta.kind]
        out[col.name] = cells.get(col.name, own.get(col.name, default))
    assert set(cells) <= set(out), f"unknown cells {set(cells) - set(out)}"
    return out


def csv_bytes(rows: Sequence[Mapping[str, str]], header: Sequence[str] | None = None) -> bytes:
    """Rows as a UTF-8 CSV; the header is that of the first row unless told otherwise."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header or list(rows[0]))
    writer.writerows(list(r.values()) for r in rows)
    return out.getvalue().encode()


class World:
    """One raw folder and one warehouse."""

    def __init__(self, root: Path) -> None:
        self.raw = RawPaths(root / "raw")
        self.paths = WarehousePaths(root / "warehouse")
        self.raw.extracts.mkdir(parents=True)

    def put(self, name: str, data: bytes | Sequence[Mapping[str, str]]) -> Path:
        """Write a raw file: bytes, or rows. ``settlements_610000_202401_B001.csv``."""
        path = self.raw.extracts / name
        path.write_bytes(data if isinstance(data, bytes) else csv_bytes(data))
        return path

    def run(self, **options: Any) -> IntakeResult:
        return run_intake(self.raw, self.paths, REFS, KEY, **options)

    def live(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Live staged rows, in the order the view gives them."""
        sql = f"SELECT {columns} FROM ({live_view_sql(table, self.paths)})"
        return duckdb.connect().execute(sql).fetchall()

    def quarantine(self, columns: str = "src_row, disposition, reason") -> list[tuple[Any, ...]]:
        """Rows of all quarantine files by file and row."""
        if not any(self.paths.quarantine.glob("*/*.parquet")):
            return []
        files = f"{self.paths.quarantine.as_posix()}/*/*.parquet"
        sql = f"SELECT {columns} FROM read_parquet('{files}') ORDER BY source_file, src_row"
        return duckdb.connect().execute(sql).fetchall()

    def codes(self, **options: Any) -> list[str]:
        """The codes of the fatal problems of a run that must fail."""
        try:
            self.run(**options)
        except JiecunError as error:
            return [problem.code for problem in error.problems]
        raise AssertionError("the run did not fail")


S1 = "settlements_610000_202401_B001.csv"
S2 = "settlements_610000_202402_B001.csv"
S3 = "settlements_610000_202403_B001.csv"

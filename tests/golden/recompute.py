"""A second opinion: 收支表 and 资产负债表 straight from the raw CSV of the demo, in Polars.

It shares no code with ``transforms/`` and makes no entries. Surpluses are sums of the events that
the design names (docs/posting.md); the assets come from the bank statements alone, so a
sheet that balances here says that events and money agree. It knows what the demo holds and raises
ValueError at a code it does not know. Amounts are whole fen (Python ints).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from pipelines.paths import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: (statement, ledger_id, period_type, period_ym, row_code, column) → fen, None = no figure
Cells = dict[tuple[str, str, str, int, str, str], int | None]
#: (ledger_id, yyyymm, row_code) → fen; the opening balances stand in month 0
Flows = Counter[tuple[str, int, str]]

KEYS = {
    "settlements": ["rid"],
    "clearing": ["fee_clr_id"],
    "contributions": ["rid"],
    "fund_transfers": ["traf_sn"],
    "vouchers": ["voucher_no", "line_no", "poolarea_no", "insutype"],
    "recoveries": ["det_id"],
}
SCHEME = {"310": "310", "510": "310", "390": "390"}
BANK_ROW = {"1": "A2", "2": "A4", "4": "A3", "5": "A5"}
#: fund of an interest line → item; no fund named = not attributed yet
FUND_ITEM = {"310100": "interest", "310200": "pa_interest", "390100": "interest", None: "pending"}
#: bank lines that move money inside the fund, or that another extract tells
NO_ITEM = ("URSN", "ALLOC_OUT", "INTE_OUT", "SURY_IN", "PREM_IN", "REFD_OUT", "RETN_IN")
#: what the demo holds; other rows of the forms are zero
ITEM_ROW = {
    "310": {
        "premium": "1.1", "interest": "1.3", "other": "1.6", "pa_premium": "2.1",
        "pa_interest": "2.2", "POOL_INPATIENT": "3.1.1", "POOL_CHRONIC": "3.1.2",
        "POOL_OUTPATIENT": "3.1.3", "POOL_MATERNITY": "3.1.4", "allowance": "3.1.5",
        "PA_INPATIENT": "4.1.1", "PA_OUTPATIENT": "4.1.2", "PA_PHARMACY": "4.1.3",
        "pending": "5.3",
    },
    "390": {
        "premium": "1.1", "subsidy": "1.2", "interest": "1.3", "other": "1.6",
        "POOL_INPATIENT": "2.1.1", "POOL_OUTPATIENT": "2.1.2", "insurance": "2.2",
    },
}  # fmt: skip
#: rows made of rows, in the order they are built; '-' before a row that is taken off
TOTALS = {
    "310": {
        "3.1": "3.1.1 3.1.2 3.1.3 3.1.4 3.1.5", "4.1": "4.1.1 4.1.2 4.1.3",
        "1": "1.1 1.3 1.6", "2": "2.1 2.2", "3": "3.1", "4": "4.1",
        "5.1": "1 -3", "5.2": "2 -4", "5": "5.1 5.2 5.3", "A9": "A2 A3 A4 A5",
        "N1a": "open_pool 5.1", "N1b": "open_pa 5.2", "N1c": "5.3", "N1": "N1a N1b N1c",
        "N9": "N1", "T9": "N9",
    },
    "390": {
        "2.1": "2.1.1 2.1.2", "1": "1.1 1.2 1.3 1.6", "2": "2.1 2.2", "3": "1 -2",
        "A9": "A2 A3 A4 A5", "N1": "open_fund 3", "N9": "N1", "T9": "N9",
    },
}  # fmt: skip
#: account of a manual voucher → its row; ``open_*`` are the net assets before the first month
VOUCHER_ROW = {
    "1003": "A3", "300101": "open_pool", "300102": "open_pa", "3001": "open_fund",
    "4602": "5.3", "42010101": "1.3", "42010201": "2.2",
}  # fmt: skip


def recompute(raw: Path) -> Cells:
    """Every cell of both statements for every ledger and month of the demo under ``raw``."""
    rows = {table: _newest(raw, table) for table in KEYS}
    bank, vouchers = rows["fund_transfers"], rows["vouchers"]
    flows: Flows = Counter()
    _vouchers(flows, vouchers)
    _bank_balances(flows, bank)
    _bank_items(flows, bank)
    _premiums(flows, rows["contributions"])
    _benefits(flows, bank, rows["clearing"], rows["settlements"].filter(vali_flag="1"))
    _recoveries(flows, rows["recoveries"], rows["settlements"])
    months = sorted({ym for _, ym, _ in flows if ym})
    cells: Cells = {}
    for ledger in sorted(set(vouchers["ledger"])):
        _sheets(cells, ledger, _balances(flows, ledger, months))
    return cells


def _newest(raw: Path, table: str) -> pl.DataFrame:
    """The newest version of every row, all text, with ``ledger``."""
    files = sorted((raw / "extracts").glob(f"{table}_*.csv"))
    frame = pl.concat([pl.read_csv(file, infer_schema=False) for file in files])
    scheme = pl.col("insutype").replace_strict(SCHEME)
    return (
        frame.sort("updt_time", maintain_order=True)
        .unique(KEYS[table], keep="last", maintain_order=True)
        .with_columns(ledger=pl.concat_str("poolarea_no", pl.lit("-"), scheme))
    )


def _fen(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def _ym(column: str) -> pl.Expr:
    text = pl.col(column).str
    return (text.slice(0, 4) + text.slice(5, 2)).cast(pl.Int64)


def _add(flows: Flows, frame: pl.DataFrame, ym: str, item: str | pl.Expr, fen: pl.Expr) -> None:
    """Add ``fen`` to the row of ``item`` (a name, or a column of names) in the month of ``ym``."""
    name = pl.lit(item) if isinstance(item, str) else item
    told = frame.select("ledger", pl.col(ym), item=name, fen=fen).filter(pl.col("fen") != 0)
    for ledger, month, key, amount in told.iter_rows():
        flows[ledger, month, ITEM_ROW[ledger[-3:]][key]] += amount


def _premiums(flows: Flows, rows: pl.DataFrame) -> None:
    """On the day the money came; an employer's row stands for the rows of its employees."""
    _known(rows, "clct_type", ("10", "20", "991"))
    paid = rows.filter(pl.col("clct_flag") != "0").with_columns(
        arrived=pl.coalesce(pl.when(clct_way="02").then("intsury_time"), "arvl_date", "clct_time"),
        fen=_fen("emp_clct_amt") + _fen("psn_clct_amt") + _fen("oth_clct_amt"),
        pa=_fen("traf_sumamt"),
    )
    paid = paid.with_columns(received=_ym("arrived"), attributed=_ym("traf_time"))
    same = ["ledger", "emp_no", "cashym"]
    told_twice = paid.filter(clct_obj="S").join(paid.filter(clct_obj="E"), on=same, how="semi")
    paid = paid.join(told_twice, on="rid", how="anti")
    _add(flows, paid, "received", "other", _fen("latefee") + _fen("inte"))

    workers = pl.col("ledger").str.ends_with("-310")
    _add(flows, paid.filter(~workers), "received", "premium", pl.col("fen"))
    paid = paid.filter(workers)
    waits = pl.col("pa").is_null() | (pl.col("attributed") > pl.col("received")).fill_null(False)
    _add(flows, paid.filter(waits), "received", "pending", pl.col("fen"))
    late = paid.filter(waits, pl.col("pa").is_not_null())
    _add(flows, late, "attributed", "pending", -pl.col("fen"))
    for part, month in ((paid.filter(~waits), "received"), (late, "attributed")):
        _add(flows, part, month, "premium", pl.col("fen") - pl.col("pa"))
        _add(flows, part, month, "pa_premium", pl.col("pa"))


def _bank_items(flows: Flows, bank: pl.DataFrame) -> None:
    """What only the bank statement tells: interest, subsidies, 大病 premium, allowances."""
    _known(bank, "traf_item", (*NO_ITEM, "INTE_IN", "FINSUBS_IN", "DABING_OUT", "DFR_OUT"))
    bank = bank.with_columns(ym=_ym("acen_date"))
    fund = pl.col("fund_code").replace_strict(FUND_ITEM)
    _add(flows, bank.filter(traf_item="INTE_IN"), "ym", fund, _fen("amt"))
    _add(flows, bank.filter(traf_item="FINSUBS_IN"), "ym", "subsidy", _fen("amt"))
    _add(flows, bank.filter(traf_item="DABING_OUT"), "ym", "insurance", _fen("amt"))
    _known(bank, "dfr_souc", (None, "201", "103"))
    _add(flows, bank.filter(dfr_souc="103"), "ym", "allowance", _fen("amt"))


def _part(column: str) -> pl.Expr:
    """The class that a settlement's pool part (or personal-account part) is booked to."""
    classes = pl.read_csv(RULES / "rule_med_class.csv", infer_schema=False)
    names = classes.select(
        pl.col("med_prefix") + "-" + pl.col("scheme"), pl.col(column).fill_null("")
    )
    kind = pl.col("med_type").str.slice(0, 2) + "-" + pl.col("ledger").str.tail(3)
    return kind.replace_strict(dict(names.iter_rows()))


def _benefits(
    flows: Flows, bank: pl.DataFrame, clearing: pl.DataFrame, settled: pl.DataFrame
) -> None:
    """On the day of payment, by the classes of what the institution settled in that month."""
    key = ["fixmedins_code", "poolarea_no", "insutype", "clr_type", "clr_ym"]
    settled = settled.filter(pl.col("clr_ym").is_not_null())
    paid = bank.filter(dfr_souc="201").select("fee_clr_id", ym=_ym("acen_date"))
    paid = paid.join(clearing, on="fee_clr_id", validate="1:1", maintain_order="left")
    for part, basis, amount in (
        ("pool_part", "hifp_pay", "act_dfr_amt"),
        ("pa_part", "acct_pay", "acct_pay"),
    ):
        weights: dict[tuple[str, ...], Counter[str]] = {}
        for *place, name, fen in settled.select(*key, _part(part), fen=_fen(basis)).iter_rows():
            weights.setdefault(tuple(place), Counter())[name] += fen
        for *place, ledger, ym, fen in paid.select(*key, "ledger", "ym", _fen(amount)).iter_rows():
            for name, share in _split(fen, weights[tuple(place)]):
                flows[ledger, ym, ITEM_ROW[ledger[-3:]][name]] += share


def _split(fen: int, weights: Counter[str]) -> Iterator[tuple[str, int]]:
    """Whole fen in proportion: cumulated shares rounded half up, so that the parts re-add."""
    total, cumulated, given = sum(weights.values()) or 1, 0, 0
    for name in sorted(weights):
        cumulated += weights[name]
        until = (2 * fen * cumulated + total) // (2 * total)
        if until != given:
            yield name, until - given
        given = until


def _recoveries(flows: Flows, rows: pl.DataFrame, settlements: pl.DataFrame) -> None:
    """This year's benefit: less cost. An earlier year's: other income; set off, cost as well."""
    back = rows.filter(_fen("act_retn_amt") > 0).with_columns(
        ym=_ym("act_retn_date"), fen=_fen("act_retn_amt")
    )
    _known(back, "retn_way", ("1", "2"))
    known = settlements.select("setl_id", part=_part("pool_part"))
    back = back.join(known, on="setl_id", how="inner", validate="m:1", maintain_order="left")
    this_year = pl.col("ocur_ym").str.slice(0, 4).cast(pl.Int64) == pl.col("ym") // 100
    part, fen = pl.col("part"), pl.col("fen")
    _add(flows, back.filter(this_year, pl.col("retn_way") == "2"), "ym", part, -fen)
    _add(flows, back.filter(~this_year), "ym", "other", fen)
    _add(flows, back.filter(~this_year, pl.col("retn_way") == "1"), "ym", part, fen)


def _vouchers(flows: Flows, lines: pl.DataFrame) -> None:
    fen = _fen("credit_amt") - _fen("debit_amt")
    told = lines.select("ledger", "event_id", "account_code", _ym("posting_date"), fen)
    for ledger, event, account, ym, amt in told.iter_rows():
        at = (ledger, 0 if event == "OPEN" else ym, VOUCHER_ROW[account])
        flows[at] += -amt if account == "1003" else amt


def _bank_balances(flows: Flows, bank: pl.DataFrame) -> None:
    """In less out of each account; nothing but the statement's own lines."""
    row = pl.col("hif_acct_type").replace_strict(BANK_ROW)
    fen = pl.when(incexpd_dirc="1").then(_fen("amt")).otherwise(-_fen("amt"))
    for ledger, ym, name, amt in bank.select("ledger", _ym("acen_date"), row, fen).iter_rows():
        flows[ledger, ym, name] += amt


def _known(frame: pl.DataFrame, column: str, values: Iterable[str | None]) -> None:
    strange = set(frame[column].unique()) - set(values)
    if strange:
        raise ValueError(f"{column}: {sorted(map(str, strange))}")


def _balances(flows: Flows, ledger: str, months: list[int]) -> dict[int, Counter[str]]:
    """Month → every row summed up from the opening (month 0) to its end."""
    so_far: Counter[str] = Counter()
    told: dict[int, Counter[str]] = {}
    for month in (0, *months):
        for (whose, ym, row), fen in flows.items():
            if (whose, ym) == (ledger, month):
                so_far[row] += fen
        told[month] = Counter(so_far)
        for row, terms in TOTALS[ledger[-3:]].items():
            told[month][row] = sum(
                -told[month][term[1:]] if term[0] == "-" else told[month][term]
                for term in terms.split()
            )
    return told


def _sheets(cells: Cells, ledger: str, told: dict[int, Counter[str]]) -> None:
    """Months, and every December as a year; a movement is the difference of two balances."""
    # the form that is filed: not the rows of the other books, nor of accounts that few ledgers keep
    form = pl.read_csv(RULES / "rule_statement_row.csv", infer_schema=False).filter(
        pl.col("needs_account").is_null(),
        pl.col("books").is_null() | pl.col("books").str.split(";").list.contains("k17"),
    )
    form = form.filter(scheme=ledger[-3:])

    def until(ym: int) -> Counter[str]:
        return told[max(m for m in told if m <= ym)]

    for kind, ym in [(k, m) for m in told for k in "MY" if m and (k == "M" or m % 100 == 12)]:
        year = ym // 100 * 100
        now, start, before = until(ym), until(year), until(year - 100)
        shown = form if kind == "M" else form.filter(is_annual="true")
        for statement, row in shown.select("statement", "row_code").iter_rows():
            at = (statement, ledger, kind, ym, row)
            if statement == "BS":
                cells[*at, "close_amt"], cells[*at, "year_open_amt"] = now[row], start[row]
                continue
            moved, ytd = now[row] - until(ym - 1)[row], now[row] - start[row]
            waits = until(ym - 1)["5.3"] if kind == "M" and row in ("5", "5.3") else 0
            last_year = start[row] - before[row] if start is not told[0] else None
            cells[*at, "month_amt"] = moved if kind == "M" else None
            cells[*at, "ytd_amt"] = ytd
            cells[*at, "prior_year_amt"] = last_year if kind == "Y" else None
            cells[*at, "form_amt"] = (moved if kind == "M" else ytd) + waits

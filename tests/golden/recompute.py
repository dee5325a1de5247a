"""A second opinion: 收支表 and 资产负债表 straight from the raw CSV of the demo, in Polars.

It shares no code with ``transforms/`` and posts no entries. Surpluses are sums of the events that
the design names (docs/accounting.md §2, §3); the assets come from the bank statements alone, so a
sheet that balances here says that events and money agree. It knows only what the demo holds and
raises ``Unknown`` at anything else. Amounts are whole fen (Python ints).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from pipelines.paths import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: (statement, ledger_id, period_type, period_ym, row_code, column) → fen, None = no figure
Cells = dict[tuple[str, str, str, int, str, str], int | None]
#: (ledger_id, yyyymm, row_code) → fen
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
#: what moves money inside the fund, or is told by another extract
NO_INCOME = ("URSN", "ALLOC_OUT", "INTE_OUT", "SURY_IN", "PREM_IN", "REFD_OUT", "RETN_IN")
ITEM_ROW = {
    "310": {
        "premium": "1.1", "subsidy": "1.2", "interest": "1.3", "other": "1.6",
        "pa_premium": "2.1", "pa_interest": "2.2",
        "POOL_INPATIENT": "3.1.1", "POOL_CHRONIC": "3.1.2", "POOL_OUTPATIENT": "3.1.3",
        "POOL_MATERNITY": "3.1.4", "allowance": "3.1.5", "insurance": "3.2", "refund": "3.5",
        "PA_INPATIENT": "4.1.1", "PA_OUTPATIENT": "4.1.2", "PA_PHARMACY": "4.1.3",
        "pa_refund": "4.5", "pending": "5.3",
    },
    "390": {
        "premium": "1.1", "subsidy": "1.2", "interest": "1.3", "other": "1.6",
        "POOL_INPATIENT": "2.1.1", "POOL_OUTPATIENT": "2.1.2", "POOL_OTHER": "2.1.3",
        "insurance": "2.2", "refund": "2.5",
    },
}  # fmt: skip
#: total rows in the order they are built; '-' before a row that is taken off
TOTALS = {
    "310": {
        "3.1": "3.1.1 3.1.2 3.1.3 3.1.4 3.1.5", "4.1": "4.1.1 4.1.2 4.1.3",
        "1": "1.1 1.2 1.3 1.6", "2": "2.1 2.2", "3": "3.1 3.2 3.5", "4": "4.1 4.5",
        "5.1": "1 -3", "5.2": "2 -4", "5": "5.1 5.2 5.3",
    },
    "390": {
        "2.1": "2.1.1 2.1.2 2.1.3", "1": "1.1 1.2 1.3 1.6", "2": "2.1 2.2 2.5", "3": "1 -2",
    },
}  # fmt: skip
#: account of a manual voucher → item whose credit it is
VOUCHER_ITEM = {"4602": "pending", "42010101": "interest", "42010201": "pa_interest"}
OPENING_ROW = {"1003": "A3", "300101": "N1a", "300102": "N1b", "3001": "N1"}


class Unknown(Exception):
    """The raw files hold something that this recomputation does not know."""


def recompute(raw: Path) -> Cells:
    """Every cell of both statements for every ledger and month of the demo under ``raw``."""
    rows = {table: _newest(raw, table) for table in KEYS}
    bank, vouchers = rows["fund_transfers"], rows["vouchers"]
    settled = rows["settlements"].filter(vali_flag="1")
    flows: Flows = Counter()
    _premiums(flows, rows["contributions"])
    _bank_items(flows, bank)
    _benefits(flows, bank, rows["clearing"], settled)
    _recoveries(flows, rows["recoveries"], rows["settlements"])
    _voucher_items(flows, vouchers.filter(pl.col("event_id") != "OPEN"))
    opening = _opening(vouchers.filter(event_id="OPEN"))
    first = vouchers.filter(event_id="OPEN").select(_ym("posting_date").min()).item()
    months = _months(first, bank.select(_ym("acen_date").max()).item())
    money = _bank_moves(bank)
    cells: Cells = {}
    for ledger in sorted({ledger for ledger, _ in opening}):
        _income_cells(cells, ledger, months, flows)
        _balance_cells(cells, ledger, months, flows, money, opening)
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
        arrived=pl.coalesce(
            pl.when(clct_way="02").then("intsury_time"), "arvl_date", "clct_time"
        ),
        fen=_fen("emp_clct_amt") + _fen("psn_clct_amt") + _fen("oth_clct_amt"),
        pa=_fen("traf_sumamt"),
    )
    paid = paid.with_columns(received=_ym("arrived"), attributed=_ym("traf_time"))
    employer = paid.filter(clct_obj="E").select("emp_no", "cashym", "ledger").unique()
    told_twice = paid.filter(clct_obj="S").join(
        employer, on=["emp_no", "cashym", "ledger"], how="semi"
    )
    paid = paid.join(told_twice, on="rid", how="anti")
    _add(flows, paid, "received", "other", _fen("latefee") + _fen("inte"))

    workers = pl.col("ledger").str.ends_with("-310")
    origin = paid.select(init_clct_detl_id="clct_detl_id", origin=pl.col("received") // 100)
    paid = paid.join(origin.unique(), on="init_clct_detl_id", how="left", maintain_order="left")
    last_year = pl.col("origin") < pl.col("received") // 100
    old = paid.filter(last_year)
    _add(flows, old, "received", "refund", -pl.col("fen") + pl.when(workers).then("pa").otherwise(0))
    _add(flows, old.filter(workers), "received", "pa_refund", -pl.col("pa"))

    paid = paid.filter(last_year.fill_null(False).not_())
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
    _known(bank, "fin_vali_flag", ("Z",))
    _known(bank, "traf_item", (*NO_INCOME, "INTE_IN", "FINSUBS_IN", "DABING_OUT", "DFR_OUT"))
    bank = bank.with_columns(ym=_ym("acen_date"))
    fund = pl.col("fund_code").replace_strict(
        {"310100": "interest", "310200": "pa_interest", "390100": "interest"}, default=None
    )
    _add(flows, bank.filter(traf_item="INTE_IN"), "ym", fund.fill_null("pending"), _fen("amt"))
    _add(flows, bank.filter(traf_item="FINSUBS_IN"), "ym", "subsidy", _fen("amt"))
    _add(flows, bank.filter(traf_item="DABING_OUT"), "ym", "insurance", _fen("amt"))
    paid = bank.filter(traf_item="DFR_OUT")
    _known(paid, "dfr_souc", ("201", "103"))
    _add(flows, paid.filter(dfr_souc="103"), "ym", "allowance", _fen("amt"))


def _with_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """With the pool's and the personal account's class of each settlement."""
    classes = pl.read_csv(RULES / "rule_med_class.csv", infer_schema=False)
    return rows.with_columns(
        med_prefix=pl.col("med_type").str.slice(0, 2), scheme=pl.col("ledger").str.tail(3)
    ).join(
        classes.select("med_prefix", "scheme", "pool_part", "pa_part"),
        on=["med_prefix", "scheme"],
        how="left",
        maintain_order="left",
    )


def _benefits(
    flows: Flows, bank: pl.DataFrame, clearing: pl.DataFrame, settled: pl.DataFrame
) -> None:
    """On the day of payment, by the classes of what the institution settled in that month."""
    key = ["fixmedins_code", "poolarea_no", "insutype", "clr_type", "clr_ym"]
    settled = _with_parts(settled.filter(pl.col("clr_ym").is_not_null()))
    paid = bank.filter(dfr_souc="201").select("fee_clr_id", ym=_ym("acen_date"), amt=_fen("amt"))
    paid = paid.join(clearing, on="fee_clr_id", how="left", validate="1:1")
    told = paid.with_columns(POOL=_fen("act_dfr_amt"), PA=_fen("acct_pay"))
    if not told.select((pl.col("amt") == pl.col("POOL") + pl.col("PA")).all()).item():
        raise Unknown("a payment that is not what its clearing says")
    for fund, part, column in (("POOL", "pool_part", "hifp_pay"), ("PA", "pa_part", "acct_pay")):
        weights: dict[tuple[str, ...], Counter[str]] = {}
        for *place, name, fen in settled.select(*key, part, fen=_fen(column)).iter_rows():
            weights.setdefault(tuple(place), Counter())[name or ""] += fen
        for *place, ledger, ym, fen in told.select(*key, "ledger", "ym", fund).iter_rows():
            for name, share in _split(fen, weights[tuple(place)]):
                flows[ledger, ym, ITEM_ROW[ledger[-3:]][name]] += share


def _split(fen: int, weights: Counter[str]) -> list[tuple[str, int]]:
    """Whole fen in proportion: cumulated shares rounded half up, so that the parts re-add."""
    total, given, cumulated, parts = sum(weights.values()), 0, 0, []
    for name in sorted(weights):
        cumulated += weights[name]
        until = (2 * fen * cumulated + total) // (2 * total) if total else 0
        if until != given:
            parts.append((name, until - given))
        given = until
    if given != fen:
        raise Unknown("money paid where nothing was settled")
    return parts


def _recoveries(flows: Flows, rows: pl.DataFrame, settlements: pl.DataFrame) -> None:
    """This year's benefit: less cost. An earlier year's: other income; set off, cost as well."""
    known = _with_parts(settlements).select("setl_id", "pool_part").unique("setl_id")
    back = (
        rows.filter(_fen("act_retn_amt") > 0)
        .with_columns(ym=_ym("act_retn_date"), fen=_fen("act_retn_amt"))
        .join(known, on="setl_id", how="left", maintain_order="left")
        .with_columns(part=pl.col("pool_part").fill_null("POOL_INPATIENT"))
    )
    _known(back, "retn_way", ("1", "2"))
    this_year = pl.col("ocur_ym").str.slice(0, 4).cast(pl.Int64) == pl.col("ym") // 100
    part, fen = pl.col("part"), pl.col("fen")
    _add(flows, back.filter(this_year, pl.col("retn_way") == "2"), "ym", part, -fen)
    _add(flows, back.filter(~this_year), "ym", "other", fen)
    _add(flows, back.filter(~this_year, pl.col("retn_way") == "1"), "ym", part, fen)


def _voucher_items(flows: Flows, lines: pl.DataFrame) -> None:
    item = pl.col("account_code").replace_strict(VOUCHER_ITEM)
    lines = lines.with_columns(ym=_ym("posting_date"))
    _add(flows, lines, "ym", item, _fen("credit_amt") - _fen("debit_amt"))


def _opening(lines: pl.DataFrame) -> dict[tuple[str, str], int]:
    """(ledger, row) → opening balance."""
    row = pl.col("account_code").replace_strict(OPENING_ROW)
    fen = (_fen("debit_amt") - _fen("credit_amt")).abs()
    return {(ledger, name): amt for ledger, name, amt in lines.select("ledger", row, fen).rows()}


def _bank_moves(bank: pl.DataFrame) -> Flows:
    """(ledger, month, balance sheet row) → in less out."""
    row = pl.col("hif_acct_type").replace_strict(BANK_ROW)
    fen = pl.when(incexpd_dirc="1").then(_fen("amt")).otherwise(-_fen("amt"))
    moves: Flows = Counter()
    for ledger, ym, name, amt in bank.select("ledger", _ym("acen_date"), row, fen).iter_rows():
        moves[ledger, ym, name] += amt
    return moves


def _months(first: int, last: int) -> list[int]:
    span = range(first // 100 * 12 + first % 100 - 1, last // 100 * 12 + last % 100)
    return [m // 12 * 100 + m % 12 + 1 for m in span]


def _known(frame: pl.DataFrame, column: str, values: Iterable[str]) -> None:
    strange = set(frame[column].unique()) - set(values)
    if strange:
        raise Unknown(f"{column}: {sorted(map(str, strange))}")


def _sheet_rows(statement: str, scheme: str, *, annual: bool) -> list[str]:
    rows = pl.read_csv(RULES / "rule_statement_row.csv", infer_schema=False)
    rows = rows.filter(statement=statement, scheme=scheme)
    return (rows.filter(is_annual="true") if annual else rows)["row_code"].to_list()


def _periods(months: list[int]) -> list[tuple[str, int]]:
    """Every month, and every December as a year."""
    return [("M", ym) for ym in months] + [("Y", ym) for ym in months if ym % 100 == 12]


def _with_totals(ledger: str, flow: Counter[str]) -> Counter[str]:
    for row, terms in TOTALS[ledger[-3:]].items():
        flow[row] = sum(-flow[t[1:]] if t[0] == "-" else flow[t] for t in terms.split())
    return flow


def _flow(flows: Flows, ledger: str, months: Iterable[int]) -> Counter[str]:
    """The rows of the 收支表 over these months."""
    own: Counter[str] = Counter()
    for ym in months:
        for row in ITEM_ROW[ledger[-3:]].values():
            own[row] += flows[ledger, ym, row]
    return _with_totals(ledger, own)


def _income_cells(cells: Cells, ledger: str, months: list[int], flows: Flows) -> None:
    for kind, ym in _periods(months):
        month = _flow(flows, ledger, [ym])
        year = _flow(flows, ledger, [m for m in months if m // 100 == ym // 100 and m <= ym])
        before = [m for m in months if m // 100 == ym // 100 - 1]
        last_year = _flow(flows, ledger, before)
        pending = _flow(flows, ledger, [m for m in months if m <= ym])["5.3"]
        form = Counter(year if kind == "Y" else month)
        if kind == "M":
            form["5.3"] = pending
        form = _with_totals(ledger, form)
        for row in _sheet_rows("IS", ledger[-3:], annual=kind == "Y"):
            at = ("IS", ledger, kind, ym, row)
            cells[*at, "month_amt"] = month[row] if kind == "M" else None
            cells[*at, "ytd_amt"] = year[row]
            cells[*at, "prior_year_amt"] = last_year[row] if kind == "Y" and before else None
            cells[*at, "form_amt"] = form[row]


def _balance_cells(
    cells: Cells,
    ledger: str,
    months: list[int],
    flows: Flows,
    money: Flows,
    opening: dict[tuple[str, str], int],
) -> None:
    def sheet(until: int) -> Counter[str]:
        past = [m for m in months if m <= until]
        surplus = _flow(flows, ledger, past)
        now: Counter[str] = Counter()
        for row in BANK_ROW.values():
            now[row] = opening.get((ledger, row), 0) + sum(money[ledger, m, row] for m in past)
        now["A9"] = sum(now[row] for row in BANK_ROW.values())
        if ledger.endswith("-310"):
            now["N1a"] = opening[ledger, "N1a"] + surplus["5.1"]
            now["N1b"] = opening[ledger, "N1b"] + surplus["5.2"]
            now["N1c"] = surplus["5.3"]
            now["N1"] = now["N1a"] + now["N1b"] + now["N1c"]
        else:
            now["N1"] = opening[ledger, "N1"] + surplus["3"]
        now["N9"] = now["T9"] = now["N1"]
        return now

    for kind, ym in _periods(months):
        close, year_open = sheet(ym), sheet(ym // 100 * 100)
        for row in _sheet_rows("BS", ledger[-3:], annual=kind == "Y"):
            cells["BS", ledger, kind, ym, row, "close_amt"] = close[row]
            cells["BS", ledger, kind, ym, row, "year_open_amt"] = year_open[row]

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
from tests.golden.recompute_pending import Pending, settle
from tests.golden.recompute_premiums import premiums
from tests.golden.recompute_rows import (
    BANK_ROWS,
    ITEM_ROW,
    OTHER_BOOKS,
    OTHER_TELLS,
    PAID_ROWS,
    TOLD_APART,
    TOTALS,
    VOUCHER_ROW,
)
from tests.golden.recompute_tools import Flows, add_item, in_fen, in_month, only_known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: (statement, ledger_id, period_type, period_ym, row_code, column) → fen, None = no figure
Cells = dict[tuple[str, str, str, int, str, str], int | None]

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


def recompute(raw: Path) -> Cells:
    """Every cell of both statements for every ledger and month of the demo under ``raw``."""
    rows = {table: _newest(raw, table) for table in KEYS}
    bank, vouchers = rows["fund_transfers"], rows["vouchers"]
    settled = rows["settlements"].filter(vali_flag="1")
    flows: Flows = Counter()
    pending = Pending()
    _bank_balances(flows, bank)
    months = sorted({ym for _, ym, _ in flows})
    _vouchers(flows, vouchers, pending)
    _bank_items(flows, bank, pending)
    premiums(flows, rows["contributions"], pending, months[-1])
    _benefits(flows, bank, rows["clearing"], settled)
    _recoveries(flows, rows["recoveries"], rows["settlements"])
    _advances_cleared(flows, rows["recoveries"], settled)
    settle(flows, pending, months[-1])
    cells: Cells = {}
    for ledger in sorted(set(vouchers["ledger"])):
        accounts = set(vouchers.filter(ledger=ledger)["account_code"])
        _sheets(cells, ledger, _balances(flows, ledger, months), accounts)
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


def _post(flows: Flows, ledger: str, ym: int, terms: str, fen: int) -> None:
    """Add ``fen`` to each row of ``terms``; '-' before a row takes it off."""
    for term in terms.split():
        flows[ledger, ym, term.removeprefix("-")] += -fen if term[0] == "-" else fen


def _bank_items(flows: Flows, bank: pl.DataFrame, pending: Pending) -> None:
    """What only the bank statement tells."""
    items = {item for _, item, _ in BANK_ROWS}
    only_known(bank, "traf_item", (*items, *OTHER_TELLS, *TOLD_APART))
    only_known(bank, "dfr_souc", (None, "201", "204", *PAID_ROWS))
    amounts = dict(bank.select("traf_sn", in_fen("amt")).iter_rows())
    soucs = dict(bank.select("traf_sn", "dfr_souc").iter_rows())
    columns = ("ledger", "traf_item", "incexpd_dirc", "fund_code", "dfr_souc", "init_traf_sn")
    for ledger, item, dirc, fund, souc, named, ym, fen in bank.select(
        *columns, in_month("acen_date"), fen=in_fen("amt")
    ).iter_rows():
        if item in OTHER_TELLS:
            continue
        match item:
            case "INTE_IN" | "BOND_INTE" if fund is None:
                pending.came[ledger, "INTE", ym] += fen
            case "INTE_IN" | "BOND_INTE":
                flows[ledger, ym, "2.2" if fund == "310200" else "1.3"] += fen
            case "BOND_IN":
                flows[ledger, ym, "A7"] -= amounts[named]
                flows[ledger, ym, "1.3"] += fen - amounts[named]
            case "LOAN_OUT":
                flows[ledger, ym, "L2"] -= amounts[named]
                flows[ledger, ym, "3.5"] += fen - amounts[named]
            case "DFR_OUT" if souc in PAID_ROWS:
                flows[ledger, ym, PAID_ROWS[souc]] += fen
            case "DFR_OUT":
                pass
            case "BANKRET_IN":
                flows[ledger, ym, PAID_ROWS[soucs[named]]] -= fen
            case _:
                _post(flows, ledger, ym, BANK_ROWS[ledger[-3:], item, dirc], fen)


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
    """On the day of payment, by the classes of what the institution (for care in another place:
    the place) settled in that month."""
    key = ["fixmedins_code", "poolarea_no", "insutype", "clr_type", "clr_ym"]
    payee = pl.when(out_flag="1").then("fix_blng_admdvs").otherwise("fixmedins_code")
    settled = settled.filter(pl.col("clr_ym").is_not_null()).with_columns(fixmedins_code=payee)
    orders = bank.filter(pl.col("fee_clr_id").is_not_null())
    paid = orders.select("fee_clr_id", ym=in_month("acen_date"))
    paid = paid.join(clearing, on="fee_clr_id", validate="1:1", maintain_order="left")
    for part, basis, amount in (
        ("pool_part", "hifp_pay", "act_dfr_amt"),
        ("pa_part", "acct_pay", "acct_pay"),
    ):
        weights = _weights(settled.select(*key, _part(part), fen=in_fen(basis)))
        for *place, ledger, ym, fen in paid.select(
            *key, "ledger", "ym", in_fen(amount)
        ).iter_rows():
            for name, share in _split(fen, weights[tuple(place)]):
                flows[ledger, ym, ITEM_ROW[ledger[-3:]][name]] += share


def _weights(frame: pl.DataFrame) -> dict[tuple[str, ...], Counter[str]]:
    """Key columns, class and fen → fen by class for every key."""
    weights: dict[tuple[str, ...], Counter[str]] = {}
    for *place, name, fen in frame.iter_rows():
        weights.setdefault(tuple(place), Counter())[name] += fen
    return weights


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
    """This year's benefit: less cost. An earlier year's: other income; set off, cost as well. A
    person's: the account pays."""
    back = rows.filter(in_fen("act_retn_amt") > 0, det_type="20").with_columns(
        ym=in_month("act_retn_date"), fen=in_fen("act_retn_amt")
    )
    only_known(back, "retn_way", ("1", "2"))
    known = settlements.select("setl_id", part=_part("pool_part"))
    back = back.join(known, on="setl_id", how="inner", validate="m:1", maintain_order="left")
    this_year = pl.col("ocur_ym").str.slice(0, 4).cast(pl.Int64) == pl.col("ym") // 100
    part, fen = pl.col("part"), pl.col("fen")
    person = pl.col("obj_type") == "11"
    banked = (pl.col("retn_way") == "2") | person
    add_item(flows, back.filter(this_year, banked), "ym", part, -fen)
    add_item(flows, back.filter(~this_year), "ym", "other", fen)
    add_item(flows, back.filter(~this_year, ~banked), "ym", part, fen)
    add_item(flows, back.filter(person), "ym", "PA_OUTPATIENT", fen)


def _advances_cleared(flows: Flows, rows: pl.DataFrame, settled: pl.DataFrame) -> None:
    """An advance set off is cost, by the classes of what its institution settled in the month."""
    off = rows.filter(det_type="30").with_columns(
        ym=in_month("act_retn_date"), fen=in_fen("act_retn_amt")
    )
    add_item(flows, off, "ym", "lent", -pl.col("fen"))
    key = ["ledger", "fixmedins_code", "clr_ym"]
    weights = _weights(settled.select(*key, _part("pool_part"), fen=in_fen("hifp_pay")))
    for *place, ym, fen in off.select(*key, "ym", "fen").iter_rows():
        for name, share in _split(fen, weights[tuple(place)]):
            flows[place[0], ym, ITEM_ROW[place[0][-3:]][name]] += share


def _vouchers(flows: Flows, lines: pl.DataFrame, pending: Pending) -> None:
    """As written; a decision on pending interest belongs to the month that received it."""
    fen = in_fen("credit_amt") - in_fen("debit_amt")
    told = lines.select("ledger", "event_id", "account_code", "posting_date", "orig_period_ym", fen)
    for ledger, event, account, day, received, amt in told.iter_rows():
        code = event.split("-")[0]
        if code == "E83":
            pool, owner = account.startswith("420101"), account.startswith("420102")
            lot = (ledger, "INTE", int(received))
            pending.attribute(lot, day, amt if pool else 0, amt if owner else 0)
        elif code not in OTHER_BOOKS:
            ym = 0 if code == "OPEN" else int(day[:4]) * 100 + int(day[5:7])
            _post(flows, ledger, ym, VOUCHER_ROW[account], amt)


def _bank_balances(flows: Flows, bank: pl.DataFrame) -> None:
    """In less out of each account; nothing but the statement's own lines."""
    row = pl.col("hif_acct_type").replace_strict(BANK_ROW)
    fen = pl.when(incexpd_dirc="1").then(in_fen("amt")).otherwise(-in_fen("amt"))
    for ledger, ym, name, amt in bank.select("ledger", in_month("acen_date"), row, fen).iter_rows():
        flows[ledger, ym, name] += amt


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


def _sheets(cells: Cells, ledger: str, told: dict[int, Counter[str]], accounts: set[str]) -> None:
    """Months, and every December as a year; a movement is the difference of two balances."""
    # the form that is filed: not the rows of the other books, nor of accounts that few ledgers keep
    form = pl.read_csv(RULES / "rule_statement_row.csv", infer_schema=False).filter(
        pl.col("needs_account").is_null() | pl.col("needs_account").is_in(sorted(accounts)),
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

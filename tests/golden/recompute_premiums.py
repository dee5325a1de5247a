"""Premiums, by the second opinion: what came in, whose it is, and when it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.demo.rare_plan import SITE
from tests.golden.recompute_tools import add_item, in_fen, in_month, only_known

if TYPE_CHECKING:
    from tests.golden.recompute_pending import Pending
    from tests.golden.recompute_tools import Flows

WORKERS = pl.col("ledger").str.ends_with("-310")


def premiums(flows: Flows, rows: pl.DataFrame, pending: Pending, last: int) -> None:
    """On the day the money came; an employer's row stands for the rows of its employees."""
    only_known(rows, "clct_type", ("10", "20", "991", "36", "40", "41"))
    only_known(rows, "clct_way", ("01", "02", "03", "04", "05", "06", "31"))
    paid = rows.filter(pl.col("clct_flag") != "0").with_columns(
        arrived=pl.coalesce(pl.when(clct_way="02").then("intsury_time"), "arvl_date", "clct_time"),
        fen=in_fen("emp_clct_amt") + in_fen("psn_clct_amt") + in_fen("oth_clct_amt"),
        pa=in_fen("traf_sumamt"),
    )
    paid = paid.with_columns(received=in_month("arrived"), attributed=in_month("traf_time"))
    moved = pl.col("clct_type").is_in(["36", "40", "41"])
    add_item(flows, paid.filter(moved), "attributed", "premium", -pl.col("pa"))
    add_item(flows, paid.filter(moved), "attributed", "pa_premium", pl.col("pa"))
    same = ["ledger", "emp_no", "cashym"]
    told_twice = paid.filter(clct_obj="S").join(paid.filter(clct_obj="E"), on=same, how="semi")
    paid = paid.filter(~moved).join(told_twice, on="rid", how="anti")
    add_item(flows, paid, "received", "other", in_fen("latefee") + in_fen("inte"))
    _residents(flows, paid.filter(~WORKERS), last)

    paid = paid.filter(WORKERS)
    first = paid.filter(pl.col("revs_flag") != "-").select("clct_detl_id", origin="received")
    paid = paid.join(
        first, left_on="init_clct_detl_id", right_on="clct_detl_id", how="left", validate="m:1",
        maintain_order="left",
    )  # fmt: skip
    past = (pl.col("origin") // 100 < pl.col("received") // 100).fill_null(False)
    add_item(flows, paid.filter(past), "received", "past", pl.col("pa") - pl.col("fen"))
    add_item(flows, paid.filter(past), "received", "pa_past", -pl.col("pa"))
    paid = paid.filter(~past)
    waits = pl.col("pa").is_null() | (pl.col("attributed") > pl.col("received")).fill_null(False)
    add_item(flows, paid.filter(~waits), "received", "premium", pl.col("fen") - pl.col("pa"))
    add_item(flows, paid.filter(~waits), "received", "pa_premium", pl.col("pa"))
    told = paid.filter(waits).select("ledger", "received", "traf_time", "fen", "pa")
    for ledger, received, time, fen, pa in told.iter_rows():
        pending.came[ledger, "PREM", received] += fen
        if pa is not None:
            pending.attribute((ledger, "PREM", received), time[:10], fen - pa, pa)


def _residents(flows: Flows, paid: pl.DataFrame, last: int) -> None:
    """Income when it comes; where a pool has chosen so, next year's is held until next year. What
    a personal account pays comes out of the employees' ledger."""
    rules = pl.read_csv(SITE, infer_schema=False)
    chosen = rules.filter(pl.col("scope") != "*", name="suppl2026", value="on").select(
        poolarea_no="scope", since=in_month("valid_from")
    )
    paid = paid.join(chosen, on="poolarea_no", how="left", maintain_order="left").with_columns(
        year=pl.col("accrym_begn").cast(pl.Int64) // 100 * 100 + 1
    )
    held = ((pl.col("year") > pl.col("received")) & (pl.col("received") >= pl.col("since"))
            ).fill_null(False) & (pl.col("year") // 100 > pl.col("received") // 100)  # fmt: skip
    add_item(flows, paid.filter(~held), "received", "premium", pl.col("fen"))
    add_item(flows, paid.filter(held), "received", "held", pl.col("fen"))
    due = paid.filter(held, pl.col("year") <= last)
    add_item(flows, due, "year", "held", -pl.col("fen"))
    add_item(flows, due, "year", "premium", pl.col("fen"))
    by_account = paid.filter(clct_way="31")
    add_item(flows, by_account, "received", "lent", pl.col("fen"))
    other = by_account.with_columns(ledger=pl.col("poolarea_no") + "-310")
    add_item(flows, other, "received", "PA_OUTPATIENT", pl.col("fen"))
    add_item(flows, other, "received", "held", pl.col("fen"))
